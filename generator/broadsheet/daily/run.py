"""``broadsheet run``: a day is fetched, scored and written down, and whatever goes wrong is in its receipt.

The receipt says that a run is at work before anything else is written. So a run that is killed leaves a day that calls
itself unfinished, and the next run does again what is missing: replies that were paid for are kept, papers are kept,
and all sums are counted anew.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.choose_scorer import below, is_prefiltered, judge_day, to_sift
from broadsheet.daily.dedupe import require_archive
from broadsheet.daily.fetch import gather, keep, sort
from broadsheet.daily.ledger import RUN
from broadsheet.daily.receipts import NOT_TRIED, Given, stays
from broadsheet.daily.score import forecast_papers, wanting
from broadsheet.http.client import Web
from broadsheet.index.states import TROUBLED, is_interrupted, is_open, is_repaired
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.providers import fetchers
from broadsheet.providers.fetch_result import FetchTask, SourceStatus, FetchResult
from broadsheet.scoring.llm import client as endpoint
from broadsheet.scoring.llm.batching import Progress
from broadsheet.scoring.llm.estimate import Estimate
from broadsheet.settings import config
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.store.store import Store

OPEN_DAYS = 30  # days after which a source that could not be asked again is given up


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What every day of one run is done with. `now` is UTC; `today` the newest day there can be."""

    root: Path
    environment: Mapping[str, str]
    web: Web
    today: str
    now: Callable[[], datetime.datetime]
    clock: Callable[[], float]
    budget: Decimal | None = None
    progress: Progress = lambda done, total: None

    def time(self) -> str:
        """As receipts write it."""
        return self.now().astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Ran(msgspec.Struct, frozen=True):
    """What became of a day: its receipt as it is kept, what is worth saying beside it, and whether it changed."""

    receipt: Receipt
    notes: tuple[str, ...] = ()
    changed: bool = True


# -- which days ----------------------------------------------------------------------------------------------------


def days_to_run(root: Path, today: str) -> list[str]:
    """Return `today`, and before it the days that still want something.

    Those are the last days (``run.backfill_days``) that an earlier run left out, partial or failed; and days with a source
    that may bring more, or whose votes are renewed. A digest that has never run owes nothing. Raises DigestError where
    settings or receipts cannot be read.
    """
    settings, store = config.load(root), Store(root)
    asks = fetchers.tasks(settings.fetch)
    first = next((date for date in store.dates() if date < today and _has_run(store.receipt(date))), today)
    farthest = max(settings.run.backfill_days, OPEN_DAYS, *(ask.renewed_days for ask in asks), 0)
    days = ((back, _before(today, back)) for back in range(farthest, 0, -1))
    wanted = [
        date
        for back, date in days
        if date >= first
        and (
            (back <= settings.run.backfill_days and _owes(store, date))
            or _due(store, asks, date, today)
            or _is_interrupted(store, date)
        )
    ]
    return [*wanted, today]


def _before(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) - datetime.timedelta(days=days)).isoformat()


def _has_run(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.started is not None


def _owes(store: Store, date: str) -> bool:
    receipt = store.receipt(date)
    return not is_repaired(receipt) if receipt else not store.papers_path(date).exists()


def _is_interrupted(store: Store, date: str) -> bool:
    receipt = store.receipt(date)
    return receipt is not None and is_interrupted(receipt)


def _due(store: Store, asks: Sequence[FetchTask], date: str, today: str) -> list[FetchTask]:
    """Return what is to be asked again for a day: what is open and, if it needs no repair, lists whose votes change."""
    receipt = store.receipt(date)
    if receipt is None:
        return []
    needs_no_repair = is_repaired(receipt) or is_interrupted(receipt)
    return [
        ask
        for ask in asks
        if (tally := receipt.sources.get(ask.source))
        and (is_open(tally) or (needs_no_repair and tally.fetched and date >= _before(today, ask.renewed_days)))
    ]


def _asks(store: Store, settings: Settings, date: str, work: Work, newest: bool, whole: bool) -> list[FetchTask]:
    """Return what a run asks for a day: everything, unless it is an earlier one of which only some may have changed.

    A day on which a later run was killed may be left with nothing but its sums to be made again.
    """
    before, asks = store.receipt(date), fetchers.tasks(settings.fetch)
    is_past_repair = date < _before(work.today, settings.run.backfill_days)
    if before and date < work.today and not whole:
        due = _due(store, asks, date, work.today)
        if is_interrupted(before) or (due and (is_repaired(before) or is_past_repair)):
            return due
    failed = {name for name, tally in before.sources.items() if tally.condition in TROUBLED} if before else set()
    return [ask for ask in asks if ask.dated or newest or ask.source in failed]


# -- one day -------------------------------------------------------------------------------------------------------


def run_day(work: Work, date: str, *, newest: bool = True, whole: bool = False) -> Ran:
    """Fetch, score and write down a day. What goes wrong is in the receipt.

    With `newest` sources are asked, too, that answer the same whatever the day; with `whole` every source of an earlier
    day, not only those that may have changed. Raises DigestError where settings or the day's own files cannot be read,
    or the receipt cannot be written.
    """
    settings, store = config.load(work.root), Store(work.root)
    asks = _asks(store, settings, date, work, newest, whole)
    if not fetchers.tasks(settings.fetch):
        do = "set fetch.arxiv.categories, fetch.huggingface or fetch.librecat (docs/settings.md)"
        raise DigestError(Diagnostic(SETTINGS_FILE, "nothing to fetch", do))
    before = store.receipt(date)
    rows = _rows(store, date)  # what cannot be read is not written over
    day = _Day(work, settings, store, date, before)
    ledger.begin(store, before, date, work.time())
    try:
        day.fetch(asks)
        day.score()
    except DigestError as error:
        day.errors += [f"{RUN}{problem.published}" for problem in error.problems]
    except BaseException as error:  # a fault of the program, or an interruption: the receipt tells of it all the same
        day.errors.append(f"{RUN}stopped by {type(error).__name__}")
        day.finish()
        raise
    receipt = day.finish()
    return Ran(receipt, tuple(day.notes), changed=receipt != before or _rows(store, date) != rows)


def _rows(store: Store, date: str) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
    return store.papers(date), store.dropped(date)


class _Day:
    """A day in the making."""

    def __init__(self, work: Work, settings: Settings, store: Store, date: str, before: Receipt | None) -> None:
        self.work, self.settings, self.store, self.date, self.before = work, settings, store, date, before
        self.given: list[Given] = []
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.started = work.time()

    def fetch(self, asks: Sequence[FetchTask]) -> None:
        """Ask the sources, and keep what they gave."""
        require_archive(self.store, self.date)
        work, asked_at = self.work, self.work.time()
        found = gather(work.root, self.settings, asks, work.web, self.date, work.today, asked_at)
        dated = {ask.source for ask in asks if ask.dated}
        report = keep(work.root, self.settings, self.date, found, asked_at[:10])
        self.given = [_given(one, report.duplicates, one.source in dated) for one in found]
        told = {id(problem): one for one in found for problem in one.problems}
        for problem in report.problems:
            self._tell(problem, told.get(id(problem)))
        self.notes += [note for one in found if (note := self._lacking(one))]

    def _lacking(self, found: FetchResult) -> str:
        """Return what is said of a source that was open, and is settled now without its better answer."""
        tally = self.before.sources.get(found.source) if self.before else None
        settled = tally and tally.open and found.lacks and not found.open and not stays(tally, found.condition)
        return f"{found.source}: settled without {found.lacks}" if settled else ""

    def _tell(self, problem: Diagnostic, of: FetchResult | None) -> None:
        tally = self.before.sources.get(of.source) if self.before and of else None
        if problem.is_note or (of and stays(tally, of.condition)):
            self.notes.append(str(problem))
        else:
            self.errors.append(problem.published)
            if problem.kind:
                self.notes.append(str(problem))

    def score(self) -> None:
        """Score what came, and leave out what is not to be shown; count what a killed run spent."""
        if wanting(self.store.papers(self.date)) or self.store.replies_path(self.date).exists():
            work = self.work
            judge_day(
                work.root,
                self.date,
                work.environment,
                work.web,
                work.clock,
                budget=work.budget,
                cut=below(self.settings),
                progress=work.progress,
            )

    def finish(self) -> Receipt:
        """Count everything, and write it down; where nothing changed, the earlier receipt stands."""
        receipt = self.store.receipt(self.date)
        listed = self.store.papers(self.date)
        why = next((error for error in self.errors if error.startswith(RUN)), "").removeprefix(RUN)
        reasons = receipt.unscored if receipt else {}
        tried = {i: reason for i, reason in reasons.items() if not reason.startswith(NOT_TRIED)}
        unscored = {row.arxiv_id: _reason(row.title == row.arxiv_id, why) for row in listed} | tried
        times = (self.started, self.work.time())
        return ledger.finish(self.store, self.date, self.before, self.given, unscored, self.errors, times)


def _given(found: FetchResult, duplicates: Mapping[str, str], dated: bool) -> Given:
    ids = frozenset(paper.arxiv_id for paper in found.papers)
    told = found.condition is not SourceStatus.FAILED and dated
    return Given(
        source=found.source,
        condition=str(found.condition),
        ids=ids,
        announced=found.announced if told else None,
        replaced=len(found.replaced) if told else None,
        duplicates={arxiv_id: day for arxiv_id, day in duplicates.items() if arxiv_id in ids},
        dated=dated,
        open=found.open,
        empty_since=found.empty_since,
    )


def _reason(nameless: bool, why: str) -> str:
    if nameless:
        return "nothing is known of it but its id"
    return f"{NOT_TRIED}{why}" if why else f"{NOT_TRIED}no scorer was asked"


# -- before anything is spent --------------------------------------------------------------------------------------


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would find and spend. `forecast` is None where the local scorer would do it all."""

    date: str
    sources: dict[str, str]
    new: int
    duplicates: int
    left_out: int
    forecast: Estimate | None
    problems: tuple[Diagnostic, ...]


def preview_day(work: Work, date: str) -> Preview:
    """Ask the sources, and price what they give. Writes nothing into ``data/``, asks no model. Raises DigestError."""
    settings, store = config.load(work.root), Store(work.root)
    require_archive(store, date)
    asks = [ask for ask in fetchers.tasks(settings.fetch) if ask.dated]
    found = gather(work.root, settings, asks, work.web, date, work.today, work.time())
    announced = sort(work.root, settings, date, found)
    listed = store.papers(date)
    known = {(row.arxiv_id, row.source) for row in listed}
    fresh = [row for row in announced.new if not row.extra.get("withdrawn")]
    rows = (*listed, *(row for row in fresh if (row.arxiv_id, row.source) not in known))
    papers, left_out = wanting(rows), 0
    by_model = endpoint.is_configured(settings.llm, work.environment)
    if by_model and is_prefiltered(settings) and papers:
        from broadsheet.scoring.local.scorer import LocalScorer, open_model  # noqa: PLC0415 - NumPy takes its time
        from broadsheet.scoring.prefilter import prefilter  # noqa: PLC0415

        scorer = LocalScorer(settings, open_model(work.root))
        gone = {p.arxiv_id for p in prefilter(to_sift(rows, store.receipt(date)), scorer, settings).left_out}
        papers, left_out = [paper for paper in papers if paper.arxiv_id not in gone], len(gone)
    return Preview(
        date=date,
        sources={one.source: str(one.condition) for one in found},
        new=len({row.arxiv_id for row in fresh} - {arxiv_id for arxiv_id, _ in known}),
        duplicates=len(announced.duplicates),
        left_out=left_out,
        forecast=forecast_papers(work.root, date, papers, work.environment) if by_model else None,
        problems=tuple(problem for one in found for problem in one.problems if not problem.is_note),
    )
