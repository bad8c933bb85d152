"""``broadsheet fetch``: fetch papers from services, announce each once, and store them in ``data/``."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.absence import settle_absence
from broadsheet.daily.dedupe import NewAndKnown, require_archive, split_new, stale_categories
from broadsheet.daily.drop import move_to_dropped
from broadsheet.daily.first_versions import split_unproven
from broadsheet.daily.import_ import import_results
from broadsheet.daily.receipts import RENEWED, SIGHTED, WITHDRAWN
from broadsheet.http.client import HttpClient
from broadsheet.index.open import open_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.providers import fetchers
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.fetch_result import FetchResult, FetchTask, SourceStatus, failed_result, mark_incomplete
from broadsheet.providers.parse_result import Fix, PaperRow, ParseResult
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.store.store import Store

DROPPED_FOR_DAYS = 90  # after which a dropped paper that is listed again is new


class SourceReport(msgspec.Struct, frozen=True):
    """The counts of one source; None is unknown."""

    source: str
    status: SourceStatus
    announced: int | None
    papers: int
    replaced: int
    withdrawn: tuple[str, ...]


class DayReport(msgspec.Struct):
    """The result of fetching a day. `changed` are the days of the archive that are different now."""

    date: str
    sources: list[SourceReport] = []
    new: int = 0
    duplicates: dict[str, str] = {}
    updated: int = 0
    changed: list[str] = []
    publications: dict[str, int] = {}
    fixes: list[Fix] = []
    problems: list[Diagnostic] = []

    @property
    def faults(self) -> list[Diagnostic]:
        """The problems that are more than notes."""
        return [problem for problem in self.problems if not problem.is_note]


NOTHING_TO_FETCH = Diagnostic(
    SETTINGS_FILE,
    "nothing to fetch",
    "set fetch.arxiv.categories, fetch.huggingface or fetch.librecat (see 'broadsheet docs settings')",
)


def require_tasks(settings: Settings) -> list[FetchTask]:
    """Return the fetch tasks. Raises DigestError if settings name no source."""
    if tasks := fetchers.tasks(settings.fetch):
        return tasks
    raise DigestError(NOTHING_TO_FETCH)


def fetch_days(
    root: Path,
    settings: Settings,
    dates: Sequence[str],
    web: HttpClient,
    today: str,
    on_report: Callable[[DayReport], None] = lambda report: None,
    *,
    asked_at: str = "",
) -> list[DayReport]:
    """Fetch `dates`, oldest first; sources without days are fetched once, with the newest date.

    `today` is the newest day there can be. `asked_at` is the UTC time of the requests; by default the beginning of
    `today`. The reports have the sources that fail. Raises DigestError if settings name no source, data cannot be
    read, or the archive is lost.
    """
    tasks = require_tasks(settings)
    store, asked_at = Store(root), asked_at or f"{today}T00:00:00Z"
    reports = []
    for date in sorted(dates):
        require_archive(store, date)
        day_tasks = [task for task in tasks if task.dated or date == max(dates)]
        results = fetch_sources(root, settings, day_tasks, web, date, today, asked_at)
        reports.append(store_results(root, settings, date, results, asked_at[:10]))
        ledger.recount(store, [date])
        on_report(reports[-1])
    return reports


def fetch_sources(
    root: Path, settings: Settings, tasks: Iterable[FetchTask], web: HttpClient, date: str, today: str, asked_at: str
) -> list[FetchResult]:
    """Return the result of every source for `date`; a failure does not stop the other sources."""
    store, calendar, results = Store(root), Calendar(settings.fetch.arxiv.holidays), []
    for task in tasks:
        results.append(_fetch_source(task, web, date, today, _open_reason(store, task, date)))
        settle_absence(store, calendar, results[-1], asked_at)
    return results


def _open_reason(store: Store, task: FetchTask, date: str) -> str:
    """Return the reason why a source is open, if it is."""
    receipt = store.receipt(date) if task.resume else None
    stats = receipt.sources.get(task.source) if receipt else None
    return stats.open if stats else ""


def _fetch_source(task: FetchTask, web: HttpClient, date: str, today: str, open_reason: str) -> FetchResult:
    """Return the result of one source within its time limit."""
    limited = web.within(task.longest_s)
    try:
        if open_reason and task.resume:
            result = task.resume(limited, date, today, open_reason)
        else:
            result = task.fetch(limited, date, today)
    except DigestError as error:
        return failed_result(task.source, date, error.problems)
    if limited.ran_out:
        mark_incomplete(result, task)
    return result


def store_results(
    root: Path, settings: Settings, date: str, results: Sequence[FetchResult], asked_on: str
) -> DayReport:
    """Store the results for `date`: new papers on it, sightings of other papers on their own days.

    `asked_on` is the UTC day of the requests. The receipts of those other days are recounted even without a change:
    an earlier run may have been killed before it did so.
    """
    store = Store(root)
    announced = split_results(root, settings, date, results)
    withdrawn = {paper.arxiv_id for paper in announced.new if paper.extra.get("withdrawn")}
    withdrawn -= {paper.arxiv_id for paper in store.papers(date)}
    if withdrawn:
        rows = [paper for paper in announced.new if paper.arxiv_id in withdrawn]
        move_to_dropped(store, date, [*store.papers(date), *rows], dict.fromkeys(withdrawn, WITHDRAWN))
        new = tuple(paper for paper in announced.new if paper.arxiv_id not in withdrawn)
        announced = msgspec.structs.replace(announced, new=new)
    written = import_results(store, _parse_results(store, date, results, announced, asked_on))
    ledger.recount(store, {*written.days, *announced.updates} - {date})
    return DayReport(
        date=date,
        sources=[_report(result) for result in results],
        new=len({paper.arxiv_id for paper in announced.new}),
        duplicates=announced.duplicates,
        updated=len({paper.arxiv_id for sightings in announced.updates.values() for paper in sightings}),
        changed=written.days,
        publications=written.publications,
        fixes=[fix for result in results for fix in result.fixes],
        problems=[*(problem for result in results for problem in result.problems), *written.problems],
    )


def split_results(root: Path, settings: Settings, date: str, results: Sequence[FetchResult]) -> NewAndKnown:
    """Split `results` into new papers and those of the archive; mark a source with only old papers as stale.

    Later days of the archive count, too: a list that is fetched late has papers that a later day announced.
    """
    store = Store(root)
    papers = _papers(results)
    day_ids = {paper.arxiv_id for paper in store.papers(date)} | {paper.arxiv_id for paper in store.dropped(date)}
    first_days = _other_first_days(root, settings, date, papers)
    unseen = {paper.arxiv_id for paper in papers} - day_ids - first_days.keys()
    dropped_around = _dropped_around(store, date) if unseen else {}
    previously_dropped = {i: day for i, day in dropped_around.items() if i in unseen}
    elsewhere = previously_dropped | first_days
    earlier = {arxiv_id: day for arxiv_id, day in elsewhere.items() if day < date}
    arxiv = settings.fetch.arxiv
    sightings = [paper for result in results for paper in split_unproven(store, arxiv, result, elsewhere, day_ids)]
    for result in results:
        _mark_stale(result, earlier)
    announced = split_new([*_papers(results), *sightings], first_days, previously_dropped)
    dropped = {paper.arxiv_id for paper in store.dropped(date)}
    new = tuple(paper for paper in announced.new if paper.arxiv_id not in dropped)
    repeats = {paper.arxiv_id: date for paper in announced.new if paper.arxiv_id in dropped}
    return msgspec.structs.replace(announced, new=new, duplicates=announced.duplicates | repeats)


def _papers(results: Sequence[FetchResult]) -> list[Paper]:
    return [paper for result in results for paper in (*result.papers, *result.replaced)]


def _dropped_around(store: Store, date: str) -> dict[str, str]:
    """Return the papers that other days around `date` dropped, each with that day."""
    day, span = datetime.date.fromisoformat(date), datetime.timedelta(days=DROPPED_FOR_DAYS)
    return store.dropped_between((day - span).isoformat(), (day + span).isoformat())


def _other_first_days(root: Path, settings: Settings, date: str, papers: Iterable[Paper]) -> dict[str, str]:
    """Return the first day of each paper whose first day is not `date`."""
    index = open_index(root, settings)
    try:
        days = index.first_days({paper.arxiv_id for paper in papers})
    finally:
        index.close()
    return {arxiv_id: day for arxiv_id, day in days.items() if day != date}


def _mark_stale(result: FetchResult, first_days: dict[str, str]) -> None:
    if stale := stale_categories(result.papers, first_days):
        result.status = SourceStatus.STALE
        what = f"all papers of {', '.join(stale)} were announced before {result.date}: the feed is an old one"
        result.problems.append(Diagnostic(result.source, what, "try again later"))


def _parse_results(
    store: Store, date: str, results: Sequence[FetchResult], announced: NewAndKnown, asked_on: str
) -> Iterator[tuple[str, ParseResult]]:
    for day, papers in {date: announced.new, **announced.updates}.items():
        rows = {(row.arxiv_id, row.source): row for row in store.papers(day)}
        yield day, _rows([_dated(paper, rows, day, date, asked_on) for paper in papers], day)
    yield from ((result.file, result.publications) for result in results if result.publications is not None)


def _dated(paper: Paper, rows: Mapping[tuple[str, str], Paper], day: str, date: str, asked_on: str) -> Paper:
    """Return the paper with `renewed` and `sighted` set.

    `sighted` becomes the row's own day if the source now lists the paper on it.
    """
    row = rows.get((paper.arxiv_id, paper.source))
    extra: dict[str, Any] = {}
    if (day != date) if row is None else (day == date and SIGHTED in row.extra):
        extra[SIGHTED] = date
    if row is not None and _has_new_votes(paper, row):
        extra[RENEWED] = asked_on
    return msgspec.structs.replace(paper, extra={**paper.extra, **extra}) if extra else paper


def _has_new_votes(paper: Paper, row: Paper) -> bool:
    counts = ((paper.upvotes, row.upvotes), (paper.comments, row.comments))
    return any(new is not None and new != old for new, old in counts)


def _rows(papers: Iterable[Paper], date: str) -> ParseResult:
    return ParseResult(rows=[PaperRow(paper, date, f"{paper.source} {paper.arxiv_id}") for paper in papers])


def _report(result: FetchResult) -> SourceReport:
    counts = (result.announced, len(result.papers), len(result.replaced))
    return SourceReport(result.source, result.status, *counts, result.withdrawn)
