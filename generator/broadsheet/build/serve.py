"""``broadsheet serve``: build, serve, and build again when an input changes."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.build.build import build
from broadsheet.build.preview import served
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config

SECONDS = 0.5  # between two looks at the inputs

Inputs = dict[str, tuple[int, int]]


def serve(root: Path, host: str, port: int, site: Path | None, say: Callable[[str], None]) -> None:
    """Serve the digest in `root` until interrupted; `say` is told the address, each rebuild and each problem.

    Raises DigestError where the address cannot be had or the first build fails. A later build that fails is reported
    and the last site stays.
    """
    settings = config.load(root).site
    folder = site or root / settings.site_dir
    with served(folder, base_path(settings.site_url), host, port) as address:
        seen = inputs(root, settings.docs_dir)
        build(root, site)
        say(f"serving {folder} at {address} (Ctrl-C ends it)")
        while True:
            time.sleep(SECONDS)
            now = inputs(root, settings.docs_dir)
            if now != seen:
                seen = now
                _rebuild(root, site, say)


def base_path(site_url: str) -> str:
    """The path of a site's address: ``/repo/`` for a project page, ``/`` for a site with a host of its own."""
    return "/" + f"{urlsplit(site_url).path.strip('/')}/".lstrip("/")


def inputs(root: Path, docs_dir: str) -> Inputs:
    """Time and size of every file a build depends on: settings, data, hand-written pages; not what a build writes."""
    docs = root / docs_dir
    generated = _lines(docs / ".generated")
    files = [root / config.SETTINGS_FILE, root / config.SITE_FILE, *_files(root / "data")]
    files += [file for file in _files(docs) if file.relative_to(docs).as_posix() not in generated]
    return dict(_states(files))


def _rebuild(root: Path, site: Path | None, say: Callable[[str], None]) -> None:
    try:
        done = build(root, site)
    except DigestError as error:
        for problem in error.problems:
            say(str(problem))
        say("the last site stays until this is mended")
    else:
        say(f"rebuilt: {done.written:,} files changed")


def _files(folder: Path) -> Iterator[Path]:
    """Files below `folder`; names that start with a dot are temporary files, or lists of the program's own."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _states(files: list[Path]) -> Iterator[tuple[str, tuple[int, int]]]:
    for file in files:
        try:
            state = file.stat()
        except OSError:  # it went away between two looks
            continue
        yield str(file), (state.st_mtime_ns, state.st_size)


def _lines(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text("utf-8").splitlines())
    except OSError:
        return frozenset()
