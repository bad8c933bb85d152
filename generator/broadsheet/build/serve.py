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
from broadsheet.store.samples import SAMPLES

POLL_S = 0.5  # between two checks of the inputs

Inputs = dict[str, tuple[int, int]]


def serve(
    root: Path, host: str, port: int, site: Path | None, report: Callable[[str], None], *, any_port: bool = False
) -> None:
    """Serve the digest in `root` until interrupted. Call `report` with the address, each rebuild and each problem.

    `any_port` takes a free port if `port` is in use.

    Raises DigestError if the address is unavailable or the first build fails. If a later build fails, the problems are
    reported and the last site stays.
    """
    settings = config.load(root).site
    folder = site or root / settings.site_dir
    with served(folder, base_path(settings.site_url), host, port, any_port=any_port) as address:
        built = inputs(root, settings.docs_dir)
        build(root, site)
        report(f"serving {folder} at {address} (Ctrl-C ends it)")
        while True:
            time.sleep(POLL_S)
            current = inputs(root, settings.docs_dir)
            if current != built:
                built = current
                _rebuild(root, site, report)


def base_path(site_url: str) -> str:
    """Return the path of a site's address: ``/repo/`` for a project page, ``/`` for a site with a host of its own."""
    return "/" + f"{urlsplit(site_url).path.strip('/')}/".lstrip("/")


def inputs(root: Path, docs_dir: str) -> Inputs:
    """Return time and size of every file that a build depends on: settings, data and hand-written files."""
    docs = root / docs_dir
    generated = _lines(docs / ".generated")
    files = [root / config.SETTINGS_FILE, root / config.SITE_FILE, *_files(root / "data"), *_files(root / SAMPLES)]
    files += [file for file in _files(docs) if file.relative_to(docs).as_posix() not in generated]
    return dict(_states(files))


def _rebuild(root: Path, site: Path | None, report: Callable[[str], None], *, any_port: bool = False) -> None:
    try:
        result = build(root, site)
    except DigestError as error:
        for problem in error.problems:
            report(str(problem))
        report("the last site stays until this is fixed")
    else:
        report(f"rebuilt: {result.written:,} files changed")


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below `folder` but hidden ones, which are temporary files or the program's own lists."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _states(files: list[Path]) -> Iterator[tuple[str, tuple[int, int]]]:
    for file in files:
        try:
            state = file.stat()
        except OSError:  # it was removed in the meantime
            continue
        yield str(file), (state.st_mtime_ns, state.st_size)


def _lines(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text("utf-8").splitlines())
    except OSError:
        return frozenset()
