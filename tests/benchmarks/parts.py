"""CPU seconds of each part of a build, in one process: ``python -m tests.benchmarks.parts ROOT`` prints JSON.

A part is a group of functions. The time of a part leaves out that of the parts inside it.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

from broadsheet.build import archives, build, last_build, new_site, theme, workers
from broadsheet.index import authors, index, ingest, open, related
from broadsheet.views import citations, page_types
from broadsheet.views.alternates import attach

FILES, MKDOCS, FRAMES = "files", "MkDocs", "frames"
PAGES = {"day": "days", "paper": "papers' pages", "author": "authors' pages", "feeds": "feeds"}


class Parts:
    """A stopwatch for nested parts."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function`, whose time counts for `part`; the time of an iterator's steps, too."""

        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            result = self._measured(part, lambda: function(*arguments, **options))
            return self._steps(part, result) if isinstance(result, Iterator) else result

        return call

    def _steps(self, part: str, steps: Iterator[Any]) -> Iterator[Any]:
        end = object()
        while (step := self._measured(part, lambda: next(steps, end))) is not end:
            yield step

    def _measured(self, part: str, do: Callable[[], Any]) -> Any:
        start = time.process_time()
        self._inner.append(0.0)
        try:
            return do()
        finally:
            used = time.process_time() - start
            self.seconds[part] += used - self._inner.pop()
            self._inner[-1] += used


def measure(root: Path) -> dict[str, float]:
    """Build the digest in `root` in this process; return the CPU seconds of each part, the largest first."""
    parts = Parts()
    _watch(parts)
    start = time.process_time()
    build.build(root, processes=1)
    total = time.process_time() - start
    parts.seconds["other"] = total - sum(parts.seconds.values())
    return dict(sorted(parts.seconds.items(), key=lambda pair: -pair[1]))


def _watch(parts: Parts) -> None:
    for owner, name, part in (
        (index.Index, "refresh", "index"),
        (ingest, "author_rows", "authors"),
        (ingest, "term_vectors", "related papers"),
        (authors.AuthorIndex, "refresh", "authors"),
        (related.RelatedIndex, "refresh", "related papers"),
        (new_site.NewSite, "_unchanged", "dependencies"),
        (workers, "write_atomically", FILES),
        (workers, "write_generated", FILES),
        (workers, "markdown_above", FRAMES),
        (theme.Theme, "render", FRAMES),
        (archives, "write", "downloads"),
        (attach, "with_alternates", "alternates"),
        (citations, "papers_bib", "alternates"),
        (workers, "write_shard", "search"),
        (new_site, "build_rest", MKDOCS),
        (last_build, "load_state", "state"),
        (new_site, "save_state", "state"),
        *((new_site, name, FILES) for name in ("write_docs", "link_unchanged", "sizes_of", "write_manifest")),
    ):
        _replace(owner, name, parts.timed(part, getattr(owner, name)))
    open.READ_PARALLEL_FROM = sys.maxsize
    for name, kind in page_types.PAGE_TYPES.items():
        timed = parts.timed(PAGES.get(name, "other pages"), kind.pages)
        page_types.PAGE_TYPES[name] = kind._replace(pages=timed)


def _replace(owner: Any, name: str, function: Callable[..., Any]) -> None:
    """Put `function` in the place of an attribute of `owner`, and of all modules that import it."""
    old = getattr(owner, name)
    setattr(owner, name, function)
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("broadsheet.") and getattr(module, name, None) is old:
            setattr(module, name, function)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]).absolute())))
