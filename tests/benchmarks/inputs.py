"""Everything that is built, made beforehand: the archives, and the same papers as projects of other generators.

It runs in a process of its own, for the papers take memory, and a process starts with what the one before it had.
"""

import os
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path

from broadsheet.daily import import_ as importing
from broadsheet.index.days import TopicMatcher
from broadsheet.settings import config
from tests.benchmarks import archives, other_generators
from tests.benchmarks.bench import HUGO, HUGO_LEAN, MKDOCS, MKDOCS_PLAIN

REAL = "real"
BYTES_A_PAPER = 20_000  # of free disk: data, pages, two sites and what is being written
MARK = ".complete"


class Made:
    """Where things are in the folder `work`."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.later = work / "later"
        self.pool = work / "pool"
        self.real = work / REAL

    def archive(self, name: str) -> Path:
        """The folder of an archive."""
        return self.work / name

    def project(self, archive: str, other: str) -> Path:
        """The folder of an archive as a project of another generator."""
        return self.work / f"{archive} {other}".replace(" ", "-").replace(",", "").lower()


def make(work: Path, corpus: Path, names: list[str], later: int) -> None:
    """Make the archives `names` of the scored files of `corpus`, and `later` days to add to them."""
    _apart(lambda: _make(work, corpus, names, later))


def make_projects(work: Path, archive: str, others: list[str]) -> dict[str, Path]:
    """Make the projects of `others` out of an archive that was made."""
    _apart(lambda: _make_projects(work, archive, others))
    return {other: Made(work).project(archive, other) for other in others}


def room_for(work: Path, name: str) -> bool:
    """Whether the disk has room for an archive and its site."""
    papers = archives.DAYS.get(name, 0) * archives.PAPERS
    return shutil.disk_usage(work).free > papers * BYTES_A_PAPER


def _apart(work: Callable[[], None]) -> None:
    """Do `work` in a copy of this process."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the archives could not be made")


def _make(work: Path, corpus: Path, names: list[str], later: int) -> None:
    made = Made(work)
    scored = corpus / "scored"
    _imported(made.pool, [scored / "daizedong", scored / "cgarling"])
    if REAL in names:
        _imported(made.real, [scored / "daizedong"])
    papers = archives.pool(made.pool)
    for name in names:
        if name != REAL:
            archives.make(made.archive(name), papers, archives.DAYS[name])
    archives.write(made.later, papers, archives.later(later))


def _imported(root: Path, paths: list[Path]) -> None:
    if not (root / MARK).is_file():
        shutil.rmtree(root, ignore_errors=True)
        archives.settle(root)
        importing.run(root, [str(path) for path in paths])
        (root / MARK).touch()


def _make_projects(work: Path, archive: str, others: list[str]) -> None:
    made = Made(work)
    settings = config.load(archives.settle(made.archive(archive)))
    match = TopicMatcher(settings)
    papers = archives.pool(made.pool)
    dates = archives.dates(archives.DAYS[archive])
    days = [other_generators.day(found, receipt, settings, match) for found, receipt in archives.days(papers, dates)]
    for other in others:
        root = made.project(archive, other)
        if other in (HUGO, HUGO_LEAN):
            other_generators.write_hugo(root, days, lean=other == HUGO_LEAN)
        elif other in (MKDOCS, MKDOCS_PLAIN):
            other_generators.write_mkdocs(root, days, search=other == MKDOCS)
