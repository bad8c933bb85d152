"""The choice of a day's scorer: the LLM if one is configured, else the local scorer; with a prefilter both."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.drop import move_to_dropped
from broadsheet.daily.receipts import NOT_TRIED, PREFILTER
from broadsheet.daily.score import (
    Filter,
    ScoringContext,
    ScoringResult,
    merged,
    papers_to_score,
    score_with,
    score_with_llm,
)
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.scoring.interests import Interests
from broadsheet.scoring.llm import client as llm
from broadsheet.scoring.local import extra
from broadsheet.scoring.local.ratings import MIN_PAPERS, teaches
from broadsheet.scoring.local_scores import predict_local_scores, tie_error, with_local_scores
from broadsheet.settings.config import Settings
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.store import Store

if TYPE_CHECKING:
    from broadsheet.scoring.local.scorer import LocalScorer

PASSED = "passed the prefilter, not scored yet"
LEFT_OUT = "left out by the prefilter"


def score_day(
    context: ScoringContext, date: str, *, rescore: bool = False, drop_reason: Filter = lambda paper: None
) -> ScoringResult:
    """Score the papers of a day, and break the ties of imported scores.

    Raises DigestError before any request if that is impossible.
    """
    result = _score(context, date, rescore, drop_reason)
    added, error = _add_local_scores(context, date)
    errors = tuple(dict.fromkeys((*result.errors, *error)))
    return msgspec.structs.replace(result, local_scores_added=added, errors=errors)


def _score(context: ScoringContext, date: str, rescore: bool, drop_reason: Filter) -> ScoringResult:
    settings = context.settings
    if not llm.is_configured(settings.llm, context.environment):
        return _score_locally(context, date, rescore, drop_reason)
    llm.from_environment(settings.llm, context.environment)
    if is_prefiltered(settings) and not rescore:
        with exclusive_lock(context.root, Lock.SCORING):
            prefilter_day(context, date)
    refine = partial(with_local_scores, predictor=partial(_local_scorer, context))
    return score_with_llm(context, date, rescore=rescore, drop_reason=drop_reason, refine=refine)


def _score_locally(context: ScoringContext, date: str, rescore: bool, drop_reason: Filter) -> ScoringResult:
    with exclusive_lock(context.root, Lock.SCORING):
        warnings: list[str] = []
        scorer = Interests(context.settings).wrap(_local_scorer(context, warnings.append).score)
        result = score_with(
            Store(context.root), date, scorer, rescore=rescore, drop_reason=drop_reason, now=context.time()
        )
        return msgspec.structs.replace(result, notes=(*warnings, *_notes(context.root)))


def _add_local_scores(context: ScoringContext, date: str) -> tuple[int, tuple[str, ...]]:
    """Add local scores to the scored papers that have none, such as imported ones; return their number and errors."""
    with exclusive_lock(context.root, Lock.SCORING):
        store = Store(context.root)
        rows = store.papers(date)
        lacking = {row.arxiv_id for row in rows if row.score is not None and row.local_score is None}
        papers = [paper for paper in merged(rows) if paper.arxiv_id in lacking]
        try:
            local_scores = predict_local_scores(papers, partial(_local_scorer, context))
        except DigestError as error:
            return 0, (tie_error(error),)
        by_id = {paper.arxiv_id: value for paper, value in zip(papers, local_scores, strict=True)}
        if by_id:
            store.write_papers(date, [_with_local_score(row, by_id.get(row.arxiv_id)) for row in rows])
        return len(by_id), ()


def _with_local_score(row: Paper, local_score: float | None) -> Paper:
    is_lacking = row.score is not None and row.local_score is None
    return msgspec.structs.replace(row, local_score=local_score) if is_lacking else row


def _local_scorer(context: ScoringContext, warn: Callable[[str], None] = lambda text: None) -> "LocalScorer":
    if extra.is_installed():
        from broadsheet.daily.train import trained_scorer  # noqa: PLC0415 - NumPy and SciPy take half a second to load

        return trained_scorer(context.root, context.settings, context.clock, warn)
    from broadsheet.scoring.local.scorer import LocalScorer  # noqa: PLC0415 - 0.2 s, for NumPy

    return LocalScorer(context.settings, None)


def _notes(root: Path) -> Iterator[str]:
    """Yield a note if the words of the topics scored, though there are ratings to learn from."""
    if not extra.is_installed() and _has_ratings(Store(root)):
        yield f"scored by the words of the topics; to learn from the ratings in data/, run {extra.INSTALL}"


def _has_ratings(store: Store) -> bool:
    ids: set[str] = set()
    for date in reversed(store.dates()):
        ids |= {paper.arxiv_id for paper in store.papers(date) if teaches(paper)}
        if len(ids) >= MIN_PAPERS:
            return True
    return False


def min_relevance_filter(settings: Settings) -> Filter:
    """Return the filter that drops papers of too little relevance, unless their author is followed."""
    minimum, interests = settings.run.min_relevance, Interests(settings)

    def drop_reason(paper: Paper) -> str | None:
        is_low = paper.relevance is not None and paper.relevance < minimum
        return f"below {minimum:g}" if is_low and not interests.match(paper).followed else None

    return drop_reason


# -- the prefilter -------------------------------------------------------------------------------------------------


def is_prefiltered(settings: Settings) -> bool:
    """Return whether only a part of a day's papers is sent to the LLM."""
    return settings.prefilter.keep is not None or settings.prefilter.recall is not None


def unfiltered(papers: tuple[Paper, ...], receipt: Receipt | None) -> list[Paper]:
    """Return the papers to score that no prefilter has rated; any other reason in the receipt means that it has."""
    reasons = receipt.unscored if receipt else {}
    filtered = {arxiv_id for arxiv_id, reason in reasons.items() if not reason.startswith(NOT_TRIED)}
    return [paper for paper in papers_to_score(papers) if paper.arxiv_id not in filtered]


def prefilter_day(context: ScoringContext, date: str) -> None:
    """Drop the papers with the lowest expected relevance; note their number and the near misses in the receipt.

    The receipt is written first: after a kill in between, the remaining papers must not be filtered again.
    """
    store = Store(context.root)
    receipt = store.receipt(date) or Receipt(date=date, state=DayState.UNKNOWN)
    if papers := unfiltered(store.papers(date), receipt):
        receipt = _with_selection(receipt, papers, context)
        ledger.write(store, receipt)
    left_out = {arxiv_id for arxiv_id, reason in receipt.unscored.items() if reason == LEFT_OUT}
    if left_out:
        move_to_dropped(store, date, store.papers(date), dict.fromkeys(left_out, PREFILTER))
        ledger.write_recounted(store, receipt if receipt.sources else _without(receipt, left_out))


def _with_selection(receipt: Receipt, papers: Sequence[Paper], context: ScoringContext) -> Receipt:
    from broadsheet.scoring.prefilter import prefilter  # noqa: PLC0415 - 0.13 s: loads NumPy

    selection = prefilter(papers, _local_scorer(context), context.settings)
    unscored = {paper.arxiv_id: PASSED for paper in selection.selected}
    unscored |= {paper.arxiv_id: LEFT_OUT for paper in selection.left_out}
    near = sorted((*receipt.near_misses, *selection.near_misses), key=lambda miss: -miss.score)
    return msgspec.structs.replace(
        receipt,
        unscored=receipt.unscored | unscored,
        near_misses=tuple(near[: context.settings.prefilter.near_misses]),
        note=selection.note or receipt.note,
    )


def _without(receipt: Receipt, left_out: set[str]) -> Receipt:
    """Return an imported receipt with the papers `left_out` counted as dropped."""
    return msgspec.structs.replace(
        receipt,
        dropped=receipt.dropped | {PREFILTER: receipt.dropped.get(PREFILTER, 0) + len(left_out)},
        unscored={arxiv_id: reason for arxiv_id, reason in receipt.unscored.items() if arxiv_id not in left_out},
    )
