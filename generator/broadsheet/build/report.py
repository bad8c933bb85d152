"""The report of ``generate`` and ``build``."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from broadsheet.build.state import BuiltKey
from broadsheet.index.index import Index
from broadsheet.model.diagnostics import Diagnostic

Progress = Callable[[int, int], None]


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of ``generate`` or ``build``: the size of the archive, rendered pages, changed files, the folder.

    `docs` is the folder of the pages, as ``docs_dir`` names it. `shadowed` are generated pages that a hand-written page
    replaces. `outside` are files in `docs` that lead out of it and were not published. `doubtful` are files of the site
    that an earlier build may have made. `newest` is the last day of the archive, or empty. `warnings` are about the
    settings.
    """

    days: int
    papers: int
    publications: int
    rendered: int
    written: int
    shadowed: tuple[str, ...]
    newest: str
    folder: str
    docs: str
    outside: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def shadowed_paths(built_keys: Iterable[BuiltKey]) -> tuple[str, ...]:
    """Return the paths of pages that a hand-written page replaces."""
    return tuple(path for built_key in built_keys for path in built_key.shadowed)


def report(
    index: Index, shadowed: tuple[str, ...], rendered: int, written: int, folder: Path, docs: str
) -> BuildReport:
    """Return the report of a run that wrote `folder`, with the pages in `docs`."""
    return BuildReport(
        days=len(index.day_versions()),
        papers=index.paper_count(),
        publications=len(index.publications()),
        rendered=rendered,
        written=written,
        shadowed=shadowed,
        newest=max(index.day_versions(), default=""),
        folder=str(folder),
        docs=docs,
    )
