"""``digest fetch``: services are asked, each paper is announced once, and what came is kept in ``data/``."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from generator.edges import fetching
from generator.edges.fetching.outcome import Ask, Condition, Fetched, cut_short, failed
from generator.edges.sources.harvest import Harvest, Repair, Row
from generator.edges.store import Store
from generator.ground.arxiv_calendar import Calendar
from generator.ground.config import SETTINGS_FILE, Settings
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper
from generator.pipeline import importing, ledger
from generator.pipeline.absence import weigh
from generator.pipeline.announcing import Announced, announce, require_archive, stale_categories
from generator.pipeline.dropping import put
from generator.pipeline.first_versions import sift
from generator.pipeline.opening import open_catalogue
from generator.pipeline.receipts import RENEWED, SIGHTED, WITHDRAWN
from generator.web.door import Web

JUDGED_FOR = 90  # days after which a paper that was not shown is looked at again, if it is listed again


class SourceReport(msgspec.Struct, frozen=True):
    """What a source gave, in numbers; None is unknown."""

    source: str
    condition: Condition
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
    repairs: list[Repair] = []
    problems: list[Problem] = []

    @property
    def faults(self) -> list[Problem]:
        """The problems that are more than notes."""
        return [problem for problem in self.problems if not problem.note]


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
    asks = fetching.asks(settings.fetch)
    if not asks:
        do = "set fetch.arxiv.categories, fetch.huggingface or fetch.librecat (docs/settings.md)"
        raise DigestError(Problem(SETTINGS_FILE, "nothing to fetch", do))
    store, asked_at = Store(root), asked_at or f"{today}T00:00:00Z"
    reports = []
    for date in sorted(dates):
        require_archive(store, date)
        now = [ask for ask in asks if ask.dated or date == max(dates)]
        found = gather(root, settings, now, web, date, today, asked_at)
        reports.append(keep(root, settings, date, found, asked_at[:10]))
        ledger.recount(store, [date])
        tell(reports[-1])
    return reports


def gather(
    root: Path, settings: Settings, asks: Iterable[Ask], web: Web, date: str, today: str, asked_at: str
) -> list[Fetched]:
    """Return what every source gives for `date`; one that fails says so, and the others are asked all the same."""
    store, calendar, found = Store(root), Calendar(settings.fetch.arxiv.holidays), []
    for ask in asks:
        found.append(_answer(ask, web, date, today, _reason(store, ask, date)))
        weigh(store, calendar, found[-1], asked_at)
    return found


def _reason(store: Store, ask: Ask, date: str) -> str:
    """Return why a source is open, if it is."""
    receipt = store.receipt(date) if ask.resume else None
    tally = receipt.sources.get(ask.source) if receipt else None
    return tally.open if tally else ""


def _answer(ask: Ask, web: Web, date: str, today: str, reason: str) -> Fetched:
    """Return what one source gives in the time that it has."""
    limited = web.within(ask.longest_s)
    try:
        resumed = reason and ask.resume
        found = resumed(limited, date, today, reason) if resumed else ask.fetch(limited, date, today)
    except DigestError as error:
        return failed(ask.source, date, error.problems)
    if limited.ran_out:
        cut_short(found, ask)
    return found


def keep(root: Path, settings: Settings, date: str, found: Sequence[Fetched], asked_on: str) -> DayReport:
    """Put what was found for `date` into the archive: new papers there, sightings of known ones on their own days.

    `asked_on` is the UTC day of the requests. The receipts of those other days are counted again, changed or not: an
    earlier run may have ended before it counted them.
    """
    store = Store(root)
    announced = sort(root, settings, date, found)
    withdrawn = {paper.arxiv_id for paper in announced.new if paper.extra.get("withdrawn")}
    withdrawn -= {paper.arxiv_id for paper in store.papers(date)}
    if withdrawn:
        rows = [paper for paper in announced.new if paper.arxiv_id in withdrawn]
        put(store, date, [*store.papers(date), *rows], dict.fromkeys(withdrawn, WITHDRAWN))
        new = tuple(paper for paper in announced.new if paper.arxiv_id not in withdrawn)
        announced = msgspec.structs.replace(announced, new=new)
    written = importing.keep(store, _harvests(store, date, found, announced, asked_on))
    ledger.recount(store, {*written.days, *announced.updates} - {date})
    return DayReport(
        date=date,
        sources=[_report(fetched) for fetched in found],
        new=len({paper.arxiv_id for paper in announced.new}),
        duplicates=announced.duplicates,
        updated=len({paper.arxiv_id for sightings in announced.updates.values() for paper in sightings}),
        changed=written.days,
        publications=written.publications,
        repairs=[repair for fetched in found for repair in fetched.repairs],
        problems=[*(problem for fetched in found for problem in fetched.problems), *written.problems],
    )


def sort(root: Path, settings: Settings, date: str, found: Sequence[Fetched]) -> Announced:
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
    again = [paper for fetched in found for paper in sift(store, settings.fetch.arxiv, fetched, elsewhere, here)]
    for fetched in found:
        _mark_stale(fetched, earlier)
    announced = announce([*_papers(found), *again], known, judged)
    dropped = {paper.arxiv_id for paper in store.dropped(date)}
    new = tuple(paper for paper in announced.new if paper.arxiv_id not in dropped)
    twice = {paper.arxiv_id: date for paper in announced.new if paper.arxiv_id in dropped}
    return msgspec.structs.replace(announced, new=new, duplicates=announced.duplicates | twice)


def _papers(found: Sequence[Fetched]) -> list[Paper]:
    return [paper for fetched in found for paper in (*fetched.papers, *fetched.replaced)]


def _judged(store: Store, date: str) -> dict[str, str]:
    """Return the papers that other days around `date` looked at, and do not show, each with that day."""
    day, span = datetime.date.fromisoformat(date), datetime.timedelta(days=JUDGED_FOR)
    return store.dropped_between((day - span).isoformat(), (day + span).isoformat())


def _known(root: Path, settings: Settings, date: str, papers: Iterable[Paper]) -> dict[str, str]:
    """Return the papers whose first day is another one, with that day."""
    catalogue = open_catalogue(root, settings)
    try:
        days = catalogue.first_days({paper.arxiv_id for paper in papers})
    finally:
        catalogue.close()
    return {arxiv_id: day for arxiv_id, day in days.items() if day != date}


def _mark_stale(fetched: Fetched, known: dict[str, str]) -> None:
    if stale := stale_categories(fetched.papers, known):
        fetched.condition = Condition.STALE
        what = f"all papers of {', '.join(stale)} were announced before {fetched.date}: the feed is an old one"
        fetched.problems.append(Problem(fetched.source, what, "try again later"))


def _harvests(
    store: Store, date: str, found: Sequence[Fetched], announced: Announced, asked_on: str
) -> Iterator[tuple[str, Harvest]]:
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


def _rows(papers: Iterable[Paper], date: str) -> Harvest:
    return Harvest(rows=[Row(paper, date, f"{paper.source} {paper.arxiv_id}") for paper in papers])


def _report(fetched: Fetched) -> SourceReport:
    counts = (fetched.announced, len(fetched.papers), len(fetched.replaced))
    return SourceReport(fetched.source, fetched.condition, *counts, fetched.withdrawn)
