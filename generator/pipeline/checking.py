"""``digest check``: every problem of settings, data, hand-written pages and the built site, all of them at once."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from generator.edges.store import Store
from generator.ground import config
from generator.ground.config import Settings
from generator.ground.errors import DigestError, Problem
from generator.ground.files import problem_from, read_regular
from generator.ground.publication import Publication, parse_stream, repeated
from generator.pipeline.checks_day import read_day, read_dropped
from generator.pipeline.checks_files import docs_problems, misplaced_files
from generator.pipeline.checks_papers import ROW_CHECKS, TopicUse
from generator.pipeline.checks_receipts import RECEIPT_CHECKS
from generator.pipeline.checks_site import site_problems
from generator.pipeline.checks_size import SiteSize, site_size

T = TypeVar("T")


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much was looked at and what there is to say of it, in the order of files and lines; `site` where one was."""

    days: int
    papers: int
    publications: int
    problems: tuple[Problem, ...]
    site: SiteSize | None = None

    @property
    def faults(self) -> int:
        """How many of the problems are not just notes."""
        return sum(not problem.note for problem in self.problems)


def check(root: Path, site: Path | None = None) -> Report:
    """Look at the whole digest in `root`, and at the built site where one is given. Raises nothing: reports."""
    store = Store(root)
    settings, found = _settings(root)
    papers = _check_days(root, store, settings, found)
    publications = _check_publications(store, found)
    found += misplaced_files(store)
    if settings:
        found += docs_problems(root, settings, frozenset(publication.id for publication in publications))
        if site:
            found += site_problems(site, settings.site.site_url, os.path.relpath(site, root))
    return Report(
        days=len(_listed(store.dates, [])),
        papers=papers,
        publications=len(publications),
        problems=tuple(sorted(found, key=_by_place)),
        site=site_size(_files(site)) if site else None,
    )


def _settings(root: Path) -> tuple[Settings | None, list[Problem]]:
    try:
        return config.load(root), []
    except DigestError as error:
        return None, list(error.problems)


def _listed(names: Callable[[], list[T]], found: list[Problem]) -> list[T]:
    """Return what `names` lists; nothing where it cannot, and then add to `found` why."""
    try:
        return names()
    except DigestError as error:
        found += error.problems
        return []


def _check_days(root: Path, store: Store, settings: Settings | None, found: list[Problem]) -> int:
    """Add the problems of all days to `found`; how many different papers there are."""
    topics = TopicUse(settings) if settings else None
    papers: set[str] = set()
    days = _listed(store.dates, found)
    for date in set(_listed(store.dropped_dates, found)).difference(days):
        found += read_dropped(store, date)[1]
    for date in days:
        day, unreadable = read_day(store, date)
        found += unreadable
        for row in day.rows:
            papers.add(row.paper.arxiv_id)
            found += (problem for row_check in ROW_CHECKS for problem in row_check(row))
            if topics:
                topics.add(row)
        found += (problem for receipt_check in RECEIPT_CHECKS for problem in receipt_check(day))
    if topics:
        found += topics.problems(root)
    return len(papers)


def _check_publications(store: Store, found: list[Problem]) -> list[Publication]:
    """Add the problems of all publications to `found`; the publications that can be read."""
    publications: list[Publication] = []
    for path in _listed(store.publication_files, found):
        try:
            text = read_regular(path).decode("utf-8")
        except OSError as error:
            found.append(problem_from(error, store.root))
            continue
        except UnicodeDecodeError as error:
            found.append(Problem(store.label(path), f"not UTF-8 at byte {error.start}", "save the file as UTF-8"))
            continue
        good, bad = parse_stream(text, store.label(path))
        publications += good
        found += bad
    found += repeated(publications)
    return publications


def _files(site: Path) -> Iterator[tuple[str, int]]:
    """Every file of the site with its size. A link to a file counts as the file; one to a folder is not followed."""
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(site / folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{entry.name}/")
                elif entry.is_file():
                    yield f"{folder}{entry.name}", entry.stat().st_size


def _by_place(problem: Problem) -> tuple[str, int, str]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line), problem.what) if re.fullmatch(r"\d+", line) else (problem.where, 0, problem.what)
