"""The catalogue of a digest, as every verb opens it, and what tells one version of the program from another."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

from generator.catalogue.index import Catalogue
from generator.catalogue.rows import DayRows
from generator.edges.store import Store
from generator.ground.config import Settings

PROGRAM = Path(__file__).resolve().parent.parent
CACHE = ".digest"
MANY = 60
PORTION = 256

# How to come by an Executor for so many processes; what it is given must be fit for another process.
Executors = Callable[[int], Executor]


def open_catalogue(root: Path, settings: Settings, executors: Executors = ProcessPoolExecutor) -> Catalogue:
    """The catalogue of the digest in `root`, in step with its data. Raises DigestError where data cannot be read."""
    catalogue = catalogue_of(root, settings)
    try:
        catalogue.refresh(Store(root), partial(_spread, executors))
    except BaseException:
        catalogue.close()
        raise
    return catalogue


def _spread(executors: Executors, read: Callable[[str], DayRows], dates: list[str]) -> Iterable[DayRows]:
    """`read` applied to all `dates`, by as many processes as there are cores where that is worth it."""
    if len(dates) < MANY:
        return map(read, dates)
    return _by_processes(executors, read, dates)


def _by_processes(executors: Executors, read: Callable[[str], DayRows], dates: list[str]) -> Iterator[DayRows]:
    with executors(os.cpu_count() or 1) as executor:
        # In portions, since what is read waits here until the index has taken it.
        for start in range(0, len(dates), PORTION):
            yield from executor.map(read, dates[start : start + PORTION], chunksize=8)


def catalogue_of(root: Path, settings: Settings) -> Catalogue:
    """The catalogue of the digest in `root` as the last refresh left it."""
    return Catalogue(root / CACHE / "catalogue.sqlite", settings, version=program_fingerprint())


@cache
def program_fingerprint() -> str:
    """Changes when the program does: what another version derived is not trusted."""
    digest = hashlib.sha256()
    for file in sorted(PROGRAM.rglob("*")):
        if file.suffix in {".py", ".j2", ".css", ".html", ".xml", ".js", ".json"}:
            digest.update(file.relative_to(PROGRAM).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
