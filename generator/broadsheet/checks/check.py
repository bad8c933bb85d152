"""``broadsheet check``: find all problems of settings, data, hand-written pages and the built site."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from broadsheet.build.mkdocs_settings import all_problems
from broadsheet.build.published_downloads import published_downloads
from broadsheet.build.published_ids import published_ids
from broadsheet.build.sample_notice import published_samples
from broadsheet.checks.day import CheckedDay, read_day, read_dropped
from broadsheet.checks.feeds import NewestPapers
from broadsheet.checks.files import docs_problems, misplaced_files
from broadsheet.checks.papers import ROW_CHECKS, TopicUse
from broadsheet.checks.receipts import RECEIPT_CHECKS
from broadsheet.checks.repository import repository_problems
from broadsheet.checks.samples import SampleUse
from broadsheet.checks.savings import abstract_share, sampled
from broadsheet.checks.site import site_problems
from broadsheet.checks.size import SiteSize, site_size, size_warnings
from broadsheet.checks.topics import shows_everything
from broadsheet.daily.liked import liked_papers
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.publication import Publication, duplicate_ids, parse_stream
from broadsheet.settings.config import Settings, address_problems
from broadsheet.store.files import problem_from, read_regular
from broadsheet.store.store import Store

T = TypeVar("T")
LAST_DATE = "9999-12-31"
# The file of a digest whose site is on a host; its limits are worth a warning.
HOST_FILES = {"GitHub Pages": ".github/workflows/pages.yml", "GitLab Pages": ".gitlab-ci.yml"}


class CheckReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The amount of data that was checked, and its problems in the order of files and lines; `site` if one was."""

    days: int
    papers: int
    publications: int
    problems: tuple[Diagnostic, ...]
    site: SiteSize | None = None

    @property
    def errors(self) -> int:
        """The number of problems that make the site wrong or lose data."""
        return sum(not problem.is_note for problem in self.problems)

    @property
    def warnings(self) -> int:
        """The number of all other problems."""
        return len(self.problems) - self.errors


def check(root: Path, site: Path | None = None, today: str = LAST_DATE) -> CheckReport:
    """Check the digest in `root`, and the built site if there is one. `today` is the last day that can have papers.

    Raises nothing.
    """
    store = Store(root)
    settings, problems = all_problems(root)
    papers = _check_days(root, store, settings, problems)
    problems += _future_days(store, today)
    publications = _check_publications(store, problems)
    problems += _readable(misplaced_files(store), root)
    problems += _readable(repository_problems(root), root)
    if settings:
        problems += address_problems(root, settings.site)
        problems += _list(lambda: list(published_samples(root, settings)), [])
        problems += shows_everything(root, settings)
        for published in (published_ids, published_downloads):
            problems += published(root, root / settings.site.site_dir, settings)
        problems += _readable(_liked_problems(root, settings), root)
        ids = frozenset(publication.id for publication in publications)
        problems += _readable(docs_problems(root, settings, ids), root)
        if site:
            problems += _readable(site_problems(site, settings.site.site_url, os.path.relpath(site, root)), root)
    size = None
    if site:
        size = _site_size(site, settings or Settings())
        hosts = [host for host, file in HOST_FILES.items() if (root / file).is_file()]
        problems += size_warnings(size, os.path.relpath(site, root), hosts)
    return CheckReport(
        days=len(_list(store.dates, [])),
        papers=papers,
        publications=len(publications),
        problems=tuple(sorted(set(problems), key=_by_place)),
        site=size,
    )


def _liked_problems(root: Path, settings: Settings) -> Iterator[Diagnostic]:
    """Yield the warnings of the liked papers. Those of publications have their own check."""
    result = liked_papers(root, settings)
    for problem in (*result.files, *result.entries):
        if not problem.location.startswith("data/publications/"):
            yield problem


def _readable(problems: Iterator[Diagnostic], root: Path) -> Iterator[Diagnostic]:
    """Yield `problems`, and the error of the file system that ends them."""
    try:
        yield from problems
    except OSError as error:
        yield problem_from(error, root)


def _future_days(store: Store, today: str) -> Iterator[Diagnostic]:
    """Yield each day after `today`: it would be the newest, and the home page."""
    for date in _list(store.dates, []):
        if date > today:
            path = next(path for path in (store.papers_path(date), store.receipt_path(date)) if path.exists())
            what = f"is in the future, and becomes the home page (today is {today})"
            yield Diagnostic(store.label(path), what, "rename it to the day of its papers")


def _list(list_names: Callable[[], list[T]], problems: list[Diagnostic]) -> list[T]:
    """Return the names that `list_names` returns; if it fails, add its problems and return nothing."""
    try:
        return list_names()
    except DigestError as error:
        problems += error.problems
        return []


def _check_days(root: Path, store: Store, settings: Settings | None, problems: list[Diagnostic]) -> int:
    """Add the problems of all days to `problems`; return the number of different papers."""
    topics, samples, newest = TopicUse(settings), SampleUse(), NewestPapers()
    papers: set[str] = set()
    dates = _list(store.dates, problems)
    for date in set(_list(store.dropped_dates, problems)).difference(dates):
        problems += read_dropped(store, date)[1]
    for date in dates:
        day, unreadable = read_day(store, date)
        problems += unreadable
        problems += _day_problems(day, topics)
        newest.add(day, papers)
        for row in day.rows:
            papers.add(row.paper.arxiv_id)
            samples.add(row)
    problems += topics.problems(root)
    problems += samples.problems(root, settings)
    problems += newest.problems(root, settings)
    return len(papers)


def _day_problems(day: CheckedDay, topics: TopicUse) -> Iterator[Diagnostic]:
    """Yield the problems of a day's rows and receipt; add the rows to `topics`."""
    for row in day.rows:
        topics.add(row)
        for row_check in ROW_CHECKS:
            yield from row_check(row)
    for receipt_check in RECEIPT_CHECKS:
        yield from receipt_check(day)


def _check_publications(store: Store, problems: list[Diagnostic]) -> list[Publication]:
    """Add the problems of all publications to `problems`; return the publications that can be read."""
    publications: list[Publication] = []
    for path in _list(store.publication_files, problems):
        try:
            text = read_regular(path).decode("utf-8")
        except OSError as error:
            problems.append(problem_from(error, store.root))
            continue
        except UnicodeDecodeError as error:
            problems.append(Diagnostic(store.label(path), f"not UTF-8 at byte {error.start}", "save the file as UTF-8"))
            continue
        records, faults = parse_stream(text, store.label(path))
        publications += records
        problems += faults
    problems += duplicate_ids(publications)
    return publications


def _site_size(site: Path, settings: Settings) -> SiteSize:
    """Return the size of a site, with what some pages of days say about abstracts."""
    files = list(_files(site))
    pages = _read_all(site / path for path in sampled(path for path, _ in files))
    return site_size(files, settings=settings, abstracts=abstract_share(pages))


def _read_all(files: Iterable[Path]) -> Iterator[bytes]:
    """Yield the contents of files, but for those that cannot be read: `site_problems` names them."""
    for file in files:
        with suppress(OSError):
            yield read_regular(file)


def _files(site: Path) -> Iterator[tuple[str, int]]:
    """Yield every file of the site with its size. A link to a file counts as a file; links to folders are skipped."""
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(site / folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{entry.name}/")
                elif entry.is_file():
                    yield f"{folder}{entry.name}", entry.stat().st_size


def _by_place(problem: Diagnostic) -> tuple[str, int, str]:
    file, _, line = problem.location.rpartition(":")
    return (file, int(line), problem.message) if re.fullmatch(r"\d+", line) else (problem.location, 0, problem.message)
