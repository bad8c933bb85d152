"""``broadsheet fetch``: services are asked, each paper is announced once, and what came is kept in ``data/``."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.daily import import_ as importing
from broadsheet.daily import ledger
from broadsheet.daily.absence import settle_absence
from broadsheet.daily.dedupe import NewAndKnown, require_archive, split_new, stale_categories
from broadsheet.daily.drop import move_to_dropped
from broadsheet.daily.first_versions import split_unproven
from broadsheet.daily.receipts import RENEWED, SIGHTED, WITHDRAWN
from broadsheet.http.client import Web
from broadsheet.index.open import open_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.providers import fetchers
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.fetch_result import FetchResult, FetchTask, SourceStatus, failed_result, mark_incomplete
from broadsheet.providers.parse_result import Fix, PaperRow, ParseResult
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.store.store import Store

JUDGED_FOR = 90  # days after which a paper that was not shown is looked at again, if it is listed again


class SourceReport(msgspec.Struct, frozen=True):
    """What a source gave, in numbers; None is unknown."""

    source: str
    status: SourceStatus
    announced: int | None
    papers: int
    replaced: int
    withdrawn: tuple[str, ...]


class DayReport(msgspec.Struct):
    """What became of a day. `changed` are the days of the archive that are different now."""

    date: str
    sources: list[SourceReport] = []
    new: int = 0
    duplicates: dict[str, str] = {}
    updated: int = 0
    changed: list[str] = []
    publications: dict[str, int] = {}
    repairs: list[Fix] = []
    problems: list[Diagnostic] = []

    @property
    def faults(self) -> list[Diagnostic]:
        """The problems that are more than notes."""
        return [problem for problem in self.problems if not problem.is_note]


def fetch_days(
    root: Path,
    settings: Settings,
    dates: Sequence[str],
    web: Web,
    today: str,
    tell: Callable[[DayReport], None] = lambda report: None,
    *,
    asked_at: str = "",
) -> list[DayReport]:
    """Fetch `dates`, oldest first; `today` is the newest day there can be. What is not dated is asked once, at the end.

    `asked_at` is the UTC time of the requests; the beginning of `today` if left out.

    A source that fails is in the reports, the others go on. Raises DigestError where nothing can be done at all:
    settings that name no source, data that cannot be read, an archive that is lost.
    """
    asks = fetchers.tasks(settings.fetch)
    if not asks:
        do = "set fetch.arxiv.categories, fetch.huggingface or fetch.librecat (docs/settings.md)"
        raise DigestError(Diagnostic(SETTINGS_FILE, "nothing to fetch", do))
    store, asked_at = Store(root), asked_at or f"{today}T00:00:00Z"
    reports = []
    for date in sorted(dates):
        require_archive(store, date)
        now = [ask for ask in asks if ask.dated or date == max(dates)]
        found = fetch_sources(root, settings, now, web, date, today, asked_at)
        reports.append(store_results(root, settings, date, found, asked_at[:10]))
        ledger.recount(store, [date])
        tell(reports[-1])
    return reports


def fetch_sources(
    root: Path, settings: Settings, asks: Iterable[FetchTask], web: Web, date: str, today: str, asked_at: str
) -> list[FetchResult]:
    """Return what every source gives for `date`; one that fails says so, and the others are asked all the same."""
    store, calendar, found = Store(root), Calendar(settings.fetch.arxiv.holidays), []
    for ask in asks:
        found.append(_answer(ask, web, date, today, _reason(store, ask, date)))
        settle_absence(store, calendar, found[-1], asked_at)
    return found


def _reason(store: Store, ask: FetchTask, date: str) -> str:
    """Return why a source is open, if it is."""
    receipt = store.receipt(date) if ask.resume else None
    tally = receipt.sources.get(ask.source) if receipt else None
    return tally.open if tally else ""


def _answer(ask: FetchTask, web: Web, date: str, today: str, reason: str) -> FetchResult:
    """Return what one source gives in the time that it has."""
    limited = web.within(ask.longest_s)
    try:
        resumed = reason and ask.resume
        found = resumed(limited, date, today, reason) if resumed else ask.fetch(limited, date, today)
    except DigestError as error:
        return failed_result(ask.source, date, error.problems)
    if limited.ran_out:
        mark_incomplete(found, ask)
    return found


def store_results(root: Path, settings: Settings, date: str, found: Sequence[FetchResult], asked_on: str) -> DayReport:
    """Put what was found for `date` into the archive: new papers there, sightings of known ones on their own days.

    `asked_on` is the UTC day of the requests. The receipts of those other days are counted again, changed or not: an
    earlier run may have ended before it counted them.
    """
    store = Store(root)
    announced = split_results(root, settings, date, found)
    withdrawn = {paper.arxiv_id for paper in announced.new if paper.extra.get("withdrawn")}
    withdrawn -= {paper.arxiv_id for paper in store.papers(date)}
    if withdrawn:
        rows = [paper for paper in announced.new if paper.arxiv_id in withdrawn]
        move_to_dropped(store, date, [*store.papers(date), *rows], dict.fromkeys(withdrawn, WITHDRAWN))
        new = tuple(paper for paper in announced.new if paper.arxiv_id not in withdrawn)
        announced = msgspec.structs.replace(announced, new=new)
    written = importing.import_results(store, _harvests(store, date, found, announced, asked_on))
    ledger.recount(store, {*written.days, *announced.updates} - {date})
    return DayReport(
        date=date,
        sources=[_report(fetched) for fetched in found],
        new=len({paper.arxiv_id for paper in announced.new}),
        duplicates=announced.duplicates,
        updated=len({paper.arxiv_id for sightings in announced.updates.values() for paper in sightings}),
        changed=written.days,
        publications=written.publications,
        repairs=[fix for fetched in found for fix in fetched.fixes],
        problems=[*(problem for fetched in found for problem in fetched.problems), *written.problems],
    )


def split_results(root: Path, settings: Settings, date: str, found: Sequence[FetchResult]) -> NewAndKnown:
    """What of `found` is new, and what the archive has; a source whose papers are all old is marked as stale.

    The archive's other days are looked at, later ones too: a list that is asked again late has papers that were
    announced on a later day since.
    """
    store = Store(root)
    papers = _papers(found)
    here = {paper.arxiv_id for paper in store.papers(date)} | {paper.arxiv_id for paper in store.dropped(date)}
    known = _known(root, settings, date, papers)
    strange = {paper.arxiv_id for paper in papers} - here - known.keys()
    judged = {i: day for i, day in (_judged(store, date) if strange else {}).items() if i in strange}
    elsewhere = judged | known
    earlier = {arxiv_id: day for arxiv_id, day in elsewhere.items() if day < date}
    again = [
        paper for fetched in found for paper in split_unproven(store, settings.fetch.arxiv, fetched, elsewhere, here)
    ]
    for fetched in found:
        _mark_stale(fetched, earlier)
    announced = split_new([*_papers(found), *again], known, judged)
    dropped = {paper.arxiv_id for paper in store.dropped(date)}
    new = tuple(paper for paper in announced.new if paper.arxiv_id not in dropped)
    twice = {paper.arxiv_id: date for paper in announced.new if paper.arxiv_id in dropped}
    return msgspec.structs.replace(announced, new=new, duplicates=announced.duplicates | twice)


def _papers(found: Sequence[FetchResult]) -> list[Paper]:
    return [paper for fetched in found for paper in (*fetched.papers, *fetched.replaced)]


def _judged(store: Store, date: str) -> dict[str, str]:
    """Return the papers that other days around `date` looked at, and do not show, each with that day."""
    day, span = datetime.date.fromisoformat(date), datetime.timedelta(days=JUDGED_FOR)
    return store.dropped_between((day - span).isoformat(), (day + span).isoformat())


def _known(root: Path, settings: Settings, date: str, papers: Iterable[Paper]) -> dict[str, str]:
    """Return the papers whose first day is another one, with that day."""
    catalogue = open_index(root, settings)
    try:
        days = catalogue.first_days({paper.arxiv_id for paper in papers})
    finally:
        catalogue.close()
    return {arxiv_id: day for arxiv_id, day in days.items() if day != date}


def _mark_stale(fetched: FetchResult, known: dict[str, str]) -> None:
    if stale := stale_categories(fetched.papers, known):
        fetched.status = SourceStatus.STALE
        what = f"all papers of {', '.join(stale)} were announced before {fetched.date}: the feed is an old one"
        fetched.problems.append(Diagnostic(fetched.source, what, "try again later"))


def _harvests(
    store: Store, date: str, found: Sequence[FetchResult], announced: NewAndKnown, asked_on: str
) -> Iterator[tuple[str, ParseResult]]:
    for day, papers in {date: announced.new, **announced.updates}.items():
        rows = {(row.arxiv_id, row.source): row for row in store.papers(day)}
        yield day, _rows([_dated(paper, rows, day, date, asked_on) for paper in papers], day)
    yield from ((fetched.file, fetched.publications) for fetched in found if fetched.publications is not None)


def _dated(paper: Paper, rows: Mapping[tuple[str, str], Paper], day: str, date: str, asked_on: str) -> Paper:
    """Return the paper with `renewed` and `sighted` set.

    If the source now lists it on the row's own day, that day replaces the earlier `sighted`.
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


def _report(fetched: FetchResult) -> SourceReport:
    counts = (fetched.announced, len(fetched.papers), len(fetched.replaced))
    return SourceReport(fetched.source, fetched.status, *counts, fetched.withdrawn)
