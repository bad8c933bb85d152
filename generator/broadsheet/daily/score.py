"""The scoring of a day of ``data/``, with any scorer: a function from papers to `Scores`."""

import datetime
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.drop import move_to_dropped
from broadsheet.daily.merge import changed_at
from broadsheet.daily.scorers import logged_requests, spending, with_spending
from broadsheet.http.client import HttpClient
from broadsheet.index.days import merge
from broadsheet.index.states import SCORING, serious_errors, state_after_scoring
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState
from broadsheet.scoring.interests import Interests
from broadsheet.scoring.llm import client as llm
from broadsheet.scoring.llm.batching import Progress
from broadsheet.scoring.llm.estimate import Estimate, estimate
from broadsheet.scoring.llm.reply_log import LoggedRequest, ReplyLog
from broadsheet.scoring.llm.scorer import LanguageModelScorer
from broadsheet.scoring.scores import Scores
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.store import Store

SCORE = ("relevance", "novelty", "comment", "topics", "scorer", "reasons")
EARLIER = "earlier_scores"  # the key of a row for the scores that were replaced, oldest first

PaperScorer = Callable[[Sequence[Paper]], Scores]
Filter = Callable[[Paper], str | None]  # the reason to drop a scored paper, if there is one


class ScoringContext(msgspec.Struct, frozen=True, kw_only=True):
    """A digest, and the services and limits with which its days are scored; without `now`, no time is noted."""

    root: Path
    settings: Settings
    environment: Mapping[str, str]
    web: HttpClient
    clock: Callable[[], float]
    now: Callable[[], datetime.datetime] | None = None
    budget: Decimal | None = None
    progress: Progress = lambda done, total: None

    def time(self) -> str:
        """Return the UTC time, as receipts have it; empty without a clock."""
        return "" if self.now is None else self.now().astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class ScoringResult(msgspec.Struct, frozen=True, kw_only=True):
    """The papers of a day `scored` and `unscored` by a scorer; tokens and cost of this run.

    Papers that had a score, but no local one, may have got that alone.
    """

    date: str
    scored: int
    unscored: dict[str, str]
    model: str
    rubric: str | None
    tokens: Tokens | None
    cost: Cost | None
    errors: tuple[str, ...]
    notes: tuple[str, ...] = ()
    local_scores_added: int = 0


def papers_to_score(papers: Sequence[Paper], *, rescore: bool = False) -> list[Paper]:
    """Return the papers of a day without a score, each merged over its sources; with `rescore` those with one, too.

    A paper of which only the id is known is left out.
    """
    return [paper for paper in merged(papers) if paper.title != paper.arxiv_id and (rescore or paper.score is None)]


def merged(papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers of a day, each merged over its sources."""
    rows: dict[str, list[Paper]] = {}
    for paper in papers:
        rows.setdefault(paper.arxiv_id, []).append(paper)
    return [merge(group) for group in rows.values()]


def score_with(
    store: Store,
    date: str,
    scorer: PaperScorer,
    *,
    replies: ReplyLog | None = None,
    rescore: bool = False,
    drop_reason: Filter = lambda paper: None,
    now: str = "",
) -> ScoringResult:
    """Score a day's papers; write papers and receipt. Raises DigestError if they cannot be read.

    Rows whose score is replaced get the UTC time `now`, and so do those that the day had without a score.
    The receipt's tokens and cost are those of `replies`, the log of a paid scorer.
    """
    papers, receipt = store.papers(date), store.receipt(date) or Receipt(date=date, state=DayState.UNKNOWN)
    if not papers and not store.dropped(date):
        hint = f"import or fetch the papers of {date} first"
        raise DigestError(Diagnostic(store.label(store.papers_path(date)), "no papers to score", hint))
    unscored = papers_to_score(papers, rescore=rescore)
    if replies and unscored and not replies.requests:
        for request in logged_requests(receipt):
            replies.add(request)
    scores = scorer(unscored)
    rows = with_scores(papers, scores.papers, now, receipt.unscored)
    reasons = {paper.arxiv_id: reason for paper in scores.papers if (reason := drop_reason(paper))}
    if rows != list(papers) or reasons:
        move_to_dropped(store, date, rows, reasons)
    requests = replies.requests if replies else []
    if unscored or requests:  # an earlier run may have crashed between papers and receipt
        all_rows = [*store.papers(date), *store.dropped(date)]
        ledger.write_recounted(store, with_outcome(receipt, all_rows, scores, requests))
    return ScoringResult(
        date=date,
        scored=len(scores.papers),
        unscored=scores.unscored,
        model=scores.model,
        rubric=scores.rubric,
        tokens=scores.tokens,
        cost=scores.cost,
        errors=scores.errors,
    )


def score_with_llm(
    context: ScoringContext,
    date: str,
    *,
    rescore: bool = False,
    drop_reason: Filter = lambda paper: None,
    refine: Callable[[PaperScorer], PaperScorer] = lambda scorer: scorer,
) -> ScoringResult:
    """Score a day with the LLM that settings and environment name. Raises DigestError if they name none.

    `refine` adds to the scores what the LLM does not give. A second run of the same digest waits for the first, and
    uses its replies.
    """
    settings, store, budget = context.settings, Store(context.root), context.budget
    model, url, key = llm.from_environment(settings.llm, context.environment)
    with exclusive_lock(context.root, Lock.SCORING):
        replies = _replies(store, date)
        client = llm.LlmClient(url, key, model, context.web)
        llm_scorer = LanguageModelScorer(
            settings, client, replies, budget=budget, rescore=rescore, progress=context.progress
        )
        try:
            store.replies_path(date).parent.mkdir(parents=True, exist_ok=True)  # an error here costs nothing yet
            scorer = Interests(settings).wrap(refine(llm_scorer))
            return score_with(
                store, date, scorer, replies=replies, rescore=rescore, drop_reason=drop_reason, now=context.time()
            )
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            hint = "check permissions and free space, then score again: logged replies are not paid for twice"
            raise DigestError(Diagnostic(str(error.filename), what, hint)) from error


def estimate_day(root: Path, date: str, environment: Mapping[str, str], *, rescore: bool = False) -> Estimate:
    """Estimate the cost of `score_with_llm`. Sends and writes nothing, needs neither endpoint nor key."""
    papers = papers_to_score(Store(root).papers(date), rescore=rescore)
    return estimate_papers(root, config.load(root), date, papers, environment)


def estimate_papers(
    root: Path, settings: Settings, date: str, papers: Sequence[Paper], environment: Mapping[str, str]
) -> Estimate:
    """Estimate the cost of scoring `papers` of a day, in ``data/`` or not."""
    model = environment.get(llm.MODEL, "").strip() or settings.llm.model
    return estimate(papers, settings, model, _replies(Store(root), date))


def _replies(store: Store, date: str) -> ReplyLog:
    path = store.replies_path(date)
    return ReplyLog(path, store.label(path))


# -- papers --------------------------------------------------------------------------------------------------------


def with_scores(
    rows: Sequence[Paper], scored: Sequence[Paper], now: str = "", seen: Container[str] = ()
) -> list[Paper]:
    """Return the day's rows with new scores: in the paper's row that has a score, else in its first row.

    Readers have seen the papers with a score, and those in `seen`: a change of these gets the time `now`.
    """
    new = {paper.arxiv_id: paper for paper in scored}
    indexes: dict[str, int] = {}
    for index, row in enumerate(rows):
        first = indexes.setdefault(row.arxiv_id, index)
        if row.score is not None and rows[first].score is None:
            indexes[row.arxiv_id] = index
    return [
        with_score(row, new[row.arxiv_id], now, row.arxiv_id in seen)
        if row.arxiv_id in new and indexes[row.arxiv_id] == index
        else row
        for index, row in enumerate(rows)
    ]


def with_score(row: Paper, scored: Paper, now: str = "", is_seen: bool = False) -> Paper:
    """Return the row with the score of `scored`; a different score of its own joins its earlier ones.

    A new local score alone is no change that readers see.
    """
    if scored.local_score is not None:
        row = msgspec.structs.replace(row, local_score=scored.local_score)
    changes: dict[str, Any] = {name: getattr(scored, name) for name in SCORE}
    before = {name: getattr(row, name) for name in SCORE}
    if changes == before:
        return row
    if row.score is not None:
        earlier = row.extra.get(EARLIER, [])
        replaced = {name: msgspec.to_builtins(value) for name, value in before.items() if value}
        changes["extra"] = row.extra | {EARLIER: [*(earlier if isinstance(earlier, list) else [earlier]), replaced]}
    changed = msgspec.structs.replace(row, **changes)
    return changed_at(changed, now) if is_seen or row.score is not None else changed


# -- receipt -------------------------------------------------------------------------------------------------------


def with_outcome(receipt: Receipt, rows: Sequence[Paper], scores: Scores, requests: Sequence[LoggedRequest]) -> Receipt:
    """Return the receipt with the outcome of scoring; `rows` are the day's papers now, listed and dropped."""
    scored_ids = _scored(rows)
    unscored = {arxiv_id: reason for arxiv_id, reason in scores.unscored.items() if arxiv_id not in scored_ids}
    unsigned = receipt.model is None and not spending(receipt)
    changed = msgspec.structs.replace(
        receipt,
        model=scores.model if unsigned else receipt.model,
        rubric=scores.rubric if unsigned else receipt.rubric,
        scored=len(scored_ids) if receipt.scored is None and receipt.shown is None else receipt.scored,
        unscored=unscored,
        errors=(*serious_errors(receipt), *(SCORING + error for error in scores.errors)),
    )
    counted = msgspec.structs.replace(changed, scored=len(scored_ids))
    state = state_after_scoring(receipt.state, counted, left=bool(receipt.unscored))
    changed = msgspec.structs.replace(changed, state=state)
    return with_spending(changed, requests) if requests else changed


def _scored(papers: Iterable[Paper]) -> set[str]:
    return {paper.arxiv_id for paper in papers if paper.score is not None}
