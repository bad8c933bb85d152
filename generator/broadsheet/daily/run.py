"""``broadsheet run``: fetch and score a day, and record in its receipt what goes wrong.

The receipt calls the day unfinished before anything else is written. So after a kill the next run does what is
missing: papers and paid replies are kept, and all sums are counted anew.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.choose_scorer import is_prefiltered, min_relevance_filter, score_day, unfiltered
from broadsheet.daily.dedupe import require_archive
from broadsheet.daily.fetch import fetch_sources, require_tasks, split_results, store_results
from broadsheet.daily.ledger import RUN
from broadsheet.daily.liked import liked_interest
from broadsheet.daily.receipts import NOT_TRIED, SourceRun, keeps_previous
from broadsheet.daily.score import ScoringContext, estimate_papers, papers_to_score
from broadsheet.index.states import TROUBLED, is_interrupted, is_open, is_repaired
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.providers import fetchers
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.fetch_result import FetchResult, FetchTask, SourceStatus
from broadsheet.scoring.llm import client as llm
from broadsheet.scoring.llm.estimate import Estimate
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store

FIRST_RUN_DAYS = 3  # earlier days that a first run without papers tries
MAX_OPEN_DAYS = 30  # after which an open source counts as settled


class RunContext(ScoringContext, frozen=True, kw_only=True):
    """A digest, and the services and limits of a run. `today` is the newest day there can be."""

    today: str
    now: Callable[[], datetime.datetime]


class DayResult(msgspec.Struct, frozen=True):
    """The result of a day: its receipt, notes for the terminal alone, and whether the day changed."""

    receipt: Receipt
    notes: tuple[str, ...] = ()
    changed: bool = True


# -- which days ----------------------------------------------------------------------------------------------------


def days_to_run(root: Path, settings: Settings, today: str) -> list[str]:
    """Return the earlier days that need a run, and `today`.

    These are recent days (``run.backfill_days``) that are missing, partial or failed, and days with a source that is
    open or renews votes. Before its first run a digest needs none. Raises DigestError if receipts cannot be read.
    """
    store, backfill_days = Store(root), settings.run.backfill_days
    tasks = fetchers.tasks(settings.fetch)
    first = next((date for date in store.dates() if date < today and _has_run(store.receipt(date))), today)
    farthest = max(backfill_days, MAX_OPEN_DAYS, *(task.renewed_days for task in tasks), 0)
    days = ((back, _before(today, back)) for back in range(farthest, 0, -1))
    earlier = [
        date
        for back, date in days
        if date >= first
        and (
            (back <= backfill_days and _needs_repair(store, date))
            or _due(store, tasks, date, today)
            or _is_interrupted(store, date)
        )
    ]
    return [*earlier, today]


def run_unfinished(context: RunContext, on_day: Callable[[str], None] = lambda date: None) -> list[DayResult]:
    """Run all days that need it, oldest first; call `on_day` with each before.

    If the first run of a digest gets no papers for today, it also runs the last days before on which arXiv announced
    papers, until there are some: a weekend has none. Raises DigestError.
    """
    is_first = not Store(context.root).dates()
    dates, results = days_to_run(context.root, context.settings, context.today), []
    for date in dates:
        on_day(date)
        results.append(run_day(context, date, newest=date == dates[-1]))
    while is_first and len(results) <= FIRST_RUN_DAYS and _has_nothing(context, results[0]):
        earlier = Calendar(context.settings.fetch.arxiv.holidays).last_before(results[0].receipt.date)
        on_day(earlier)
        results.insert(0, run_day(context, earlier, newest=False))
    return results


def _has_nothing(context: RunContext, result: DayResult) -> bool:
    """Return whether a day has no papers, shown or dropped, although a source answered."""
    answers = [stats.status != SourceStatus.FAILED for stats in result.receipt.sources.values()]
    return any(answers) and not any(_rows(Store(context.root), result.receipt.date))


def _before(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) - datetime.timedelta(days=days)).isoformat()


def _has_run(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.started is not None


def _needs_repair(store: Store, date: str) -> bool:
    receipt = store.receipt(date)
    return not is_repaired(receipt) if receipt else not store.papers_path(date).exists()


def _is_interrupted(store: Store, date: str) -> bool:
    receipt = store.receipt(date)
    return receipt is not None and is_interrupted(receipt)


def _due(store: Store, tasks: Sequence[FetchTask], date: str, today: str) -> list[FetchTask]:
    """Return the tasks to repeat for a day: open sources and, if it needs no repair, lists whose votes change."""
    receipt = store.receipt(date)
    if receipt is None:
        return []
    needs_no_repair = is_repaired(receipt) or is_interrupted(receipt)
    return [
        task
        for task in tasks
        if (stats := receipt.sources.get(task.source))
        and (is_open(stats) or (needs_no_repair and stats.fetched and date >= _before(today, task.renewed_days)))
    ]


def _tasks(context: RunContext, store: Store, date: str, newest: bool, whole: bool) -> list[FetchTask]:
    """Return the fetch tasks for a day: all of them, unless only some sources of an earlier day may have changed.

    If a later run of the day was killed, there may be no task left, only sums to recount.
    """
    before, tasks = store.receipt(date), fetchers.tasks(context.settings.fetch)
    is_past_repair = date < _before(context.today, context.settings.run.backfill_days)
    if before and date < context.today and not whole:
        due = _due(store, tasks, date, context.today)
        if is_interrupted(before) or (due and (is_repaired(before) or is_past_repair)):
            return due
    failed = {name for name, stats in before.sources.items() if stats.status in TROUBLED} if before else set()
    return [task for task in tasks if task.dated or newest or task.source in failed]


# -- one day -------------------------------------------------------------------------------------------------------


def run_day(context: RunContext, date: str, *, newest: bool = True, whole: bool = False) -> DayResult:
    """Fetch and score a day. The receipt has what goes wrong.

    `newest` includes sources without days. `whole` includes every source of an earlier day, not only those that may
    have changed. Raises DigestError if the day's own files cannot be read, or the receipt cannot be written.
    """
    store = Store(context.root)
    tasks = _tasks(context, store, date, newest, whole)
    require_tasks(context.settings)
    before = store.receipt(date)
    rows = _rows(store, date)  # an unreadable file must not be overwritten
    day = _DayRun(context, date, before)
    ledger.begin(store, before, date, context.time())
    try:
        day.fetch(tasks)
        day.score()
    except DigestError as error:
        day.errors += [f"{RUN}{problem.published}" for problem in error.problems]
    except BaseException as error:  # a fault of the program, or an interruption: the receipt has it, too
        day.errors.append(f"{RUN}stopped by {type(error).__name__}")
        day.finish()
        raise
    receipt = day.finish()
    return DayResult(receipt, tuple(day.notes), changed=receipt != before or _rows(store, date) != rows)


def _rows(store: Store, date: str) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
    return store.papers(date), store.dropped(date)


class _DayRun:
    """One day of a run."""

    def __init__(self, context: RunContext, date: str, before: Receipt | None) -> None:
        self.context, self.store, self.date, self.before = context, Store(context.root), date, before
        self.source_runs: list[SourceRun] = []
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.started = context.time()

    def fetch(self, tasks: Sequence[FetchTask]) -> None:
        """Fetch from the sources, and store their papers."""
        require_archive(self.store, self.date)
        context, asked_at = self.context, self.context.time()
        results = fetch_sources(context.root, context.settings, tasks, context.web, self.date, context.today, asked_at)
        dated = {task.source for task in tasks if task.dated}
        report = store_results(context.root, context.settings, self.date, results, asked_at[:10])
        self.source_runs = [_source_run(result, report.duplicates, result.source in dated) for result in results]
        origins = {id(problem): result for result in results for problem in result.problems}
        for problem in report.problems:
            self._add_problem(problem, origins.get(id(problem)))
        self.notes += [note for result in results if (note := self._settled_note(result))]

    def _settled_note(self, result: FetchResult) -> str:
        """Return a note on a source that was open, and is settled now without its better response."""
        stats = self.before.sources.get(result.source) if self.before else None
        settled = stats and stats.open and result.lacks and not result.open and not keeps_previous(stats, result.status)
        return f"{result.source}: settled without {result.lacks}" if settled else ""

    def _add_problem(self, problem: Diagnostic, origin: FetchResult | None) -> None:
        stats = self.before.sources.get(origin.source) if self.before and origin else None
        if problem.is_note or (origin and keeps_previous(stats, origin.status)):
            self.notes.append(str(problem))
        else:
            self.errors.append(problem.published)
            if problem.kind:
                self.notes.append(str(problem))

    def score(self) -> None:
        """Score the papers, and drop those that the day will not show. Count the cost of a killed run, too."""
        if papers_to_score(self.store.papers(self.date)) or self.store.replies_path(self.date).exists():
            result = score_day(self.context, self.date, drop_reason=min_relevance_filter(self.context.settings))
            self.notes += result.notes
            rows, dropped = _rows(self.store, self.date)
            if not rows and any(paper.score for paper in dropped):
                least = f"run.min_relevance {self.context.settings.run.min_relevance:g}"
                self.notes.append(f"no paper reached {least}: widen the topics, or lower it in digest.yml")

    def finish(self) -> Receipt:
        """Write the final receipt; the earlier one if nothing changed."""
        receipt = self.store.receipt(self.date)
        rows = self.store.papers(self.date)
        run_error = next((error for error in self.errors if error.startswith(RUN)), "").removeprefix(RUN)
        reasons = receipt.unscored if receipt else {}
        tried = {i: reason for i, reason in reasons.items() if not reason.startswith(NOT_TRIED)}
        unscored = {row.arxiv_id: _reason(row.title == row.arxiv_id, run_error) for row in rows} | tried
        times = (self.started, self.context.time())
        return ledger.finish(self.store, self.date, self.before, self.source_runs, unscored, self.errors, times)


def _source_run(result: FetchResult, duplicates: Mapping[str, str], dated: bool) -> SourceRun:
    ids = frozenset(paper.arxiv_id for paper in result.papers)
    has_counts = result.status is not SourceStatus.FAILED and dated
    return SourceRun(
        source=result.source,
        status=str(result.status),
        ids=ids,
        announced=result.announced if has_counts else None,
        replaced=len(result.replaced) if has_counts else None,
        duplicates={arxiv_id: day for arxiv_id, day in duplicates.items() if arxiv_id in ids},
        dated=dated,
        open=result.open,
        empty_since=result.empty_since,
    )


def _reason(has_only_id: bool, run_error: str) -> str:
    if has_only_id:
        return "only its id is known"
    return f"{NOT_TRIED}{run_error}" if run_error else f"{NOT_TRIED}no scorer has run"


# -- before anything is spent --------------------------------------------------------------------------------------


class DayPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The papers and the cost of a run that is not done. `estimate` is None if the local scorer would score all."""

    date: str
    sources: dict[str, str]
    new: int
    duplicates: int
    left_out: int
    estimate: Estimate | None
    problems: tuple[Diagnostic, ...]


def preview_day(context: RunContext, date: str) -> DayPreview:
    """Fetch from the sources, and estimate the cost. Writes nothing into ``data/``, calls no LLM."""
    settings, store = context.settings, Store(context.root)
    require_archive(store, date)
    tasks = [task for task in require_tasks(settings) if task.dated]
    results = fetch_sources(context.root, settings, tasks, context.web, date, context.today, context.time())
    split = split_results(context.root, settings, date, results)
    rows = store.papers(date)
    keys = {(row.arxiv_id, row.source) for row in rows}
    new = [row for row in split.new if not row.extra.get("withdrawn")]
    rows = (*rows, *(row for row in new if (row.arxiv_id, row.source) not in keys))
    papers, left_out = papers_to_score(rows), 0
    has_llm = llm.is_configured(settings.llm, context.environment)
    if has_llm and is_prefiltered(settings) and papers:
        from broadsheet.scoring.local.scorer import LocalScorer, open_model  # noqa: PLC0415 - 0.13 s, for NumPy
        from broadsheet.scoring.prefilter import prefilter  # noqa: PLC0415 - the same

        scorer = LocalScorer(settings, open_model(context.root), liked_interest(context.root, settings))
        ids = {p.arxiv_id for p in prefilter(unfiltered(rows, store.receipt(date)), scorer, settings).left_out}
        papers, left_out = [paper for paper in papers if paper.arxiv_id not in ids], len(ids)
    return DayPreview(
        date=date,
        sources={result.source: str(result.status) for result in results},
        new=len({row.arxiv_id for row in new} - {arxiv_id for arxiv_id, _ in keys}),
        duplicates=len(split.duplicates),
        left_out=left_out,
        estimate=estimate_papers(context.root, settings, date, papers, context.environment) if has_llm else None,
        problems=tuple(problem for result in results for problem in result.problems if not problem.is_note),
    )
