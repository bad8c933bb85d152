"""Scores for a day of ``data/``: which papers want one, what a scorer makes of them, and what is written down of it.

A scorer is anything that makes `Scores` of papers, so this serves every one of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.drop import put
from broadsheet.daily.scorers import paid, requests_of, spending
from broadsheet.http.client import Web
from broadsheet.index.days import merge
from broadsheet.index.states import SCORING, serious_errors, state_after_scoring
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState
from broadsheet.scoring.interests import Interests
from broadsheet.scoring.llm import client as endpoint
from broadsheet.scoring.llm.batching import Progress
from broadsheet.scoring.llm.estimate import Estimate, estimate
from broadsheet.scoring.llm.reply_log import LoggedRequest, ReplyLog
from broadsheet.scoring.llm.scorer import LanguageModelScorer
from broadsheet.scoring.scores import Scores
from broadsheet.settings import config
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.store import Store

SCORE = ("relevance", "novelty", "comment", "topics", "scorer", "reasons")
EARLIER = "earlier_scores"  # the key of a paper's line under which scores stand that were replaced, oldest first

Cut = Callable[[Paper], str | None]  # why a scored paper is not shown, if it is not


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """What scoring a day came to: `scored` and `unscored` of the papers that wanted a score; what this run spent."""

    date: str
    scored: int
    unscored: dict[str, str]
    model: str
    rubric: str | None
    tokens: Tokens | None
    cost: Cost | None
    errors: tuple[str, ...]


def wanting(papers: Sequence[Paper], *, again: bool = False) -> list[Paper]:
    """The papers of a day without a score from any source, each once, as its sources together describe it.

    With `again` all that are described at all.
    """
    rows: dict[str, list[Paper]] = {}
    for paper in papers:
        rows.setdefault(paper.arxiv_id, []).append(paper)
    whole = [merge(group) for group in rows.values()]
    return [paper for paper in whole if paper.title != paper.arxiv_id and (again or paper.score is None)]


def score_day(
    store: Store,
    date: str,
    scorer: Callable[[Sequence[Paper]], Scores],
    *,
    kept: ReplyLog | None = None,
    again: bool = False,
    cut: Cut = lambda paper: None,
) -> Scored:
    """Score what wants it on a day; write papers and receipt. Raises DigestError where they cannot be read.

    `kept` is what a scorer that is paid was paid for: the receipt's tokens and cost are all that stands there.
    """
    papers, receipt = store.papers(date), store.receipt(date) or Receipt(date=date, state=DayState.UNKNOWN)
    if not papers and not store.dropped(date):
        do = f"import or fetch the papers of {date} first"
        raise DigestError(Diagnostic(store.label(store.papers_path(date)), "no papers to score", do))
    wanted = wanting(papers, again=again)
    if kept and wanted and not kept.requests:
        for request in requests_of(receipt):
            kept.add(request)
    scores = scorer(wanted)
    written = with_scores(papers, scores.papers)
    going = {paper.arxiv_id: reason for paper in scores.papers if (reason := cut(paper))}
    if written != list(papers) or going:
        put(store, date, written, going)
    requests = kept.requests if kept else []
    if wanted or requests:  # a crash may have come between papers and receipt
        rows = [*store.papers(date), *store.dropped(date)]
        ledger.keep(store, with_outcome(receipt, rows, scores, requests))
    return Scored(
        date=date,
        scored=len(scores.papers),
        unscored=scores.unscored,
        model=scores.model,
        rubric=scores.rubric,
        tokens=scores.tokens,
        cost=scores.cost,
        errors=scores.errors,
    )


def score_day_with_model(
    root: Path,
    date: str,
    environment: Mapping[str, str],
    web: Web,
    *,
    budget: Decimal | None = None,
    again: bool = False,
    cut: Cut = lambda paper: None,
    progress: Progress = lambda done, total: None,
) -> Scored:
    """Score a day with the language model that settings and environment name. Raises DigestError if they name none.

    A second run of the same digest waits for the first, and finds what that one was told.
    """
    settings, store = config.load(root), Store(root)
    model, url, key = endpoint.from_environment(settings.llm, environment)
    with exclusive_lock(root, Lock.SCORING):
        kept = _kept(store, date)
        asked = endpoint.LlmClient(url, key, model, web)
        scorer = LanguageModelScorer(settings, asked, kept, budget=budget, again=again, progress=progress)
        try:
            store.replies_path(date).parent.mkdir(parents=True, exist_ok=True)  # where it fails, nothing is paid yet
            wished = Interests(settings).wrap(scorer)
            return score_day(store, date, wished, kept=kept, again=again, cut=cut)
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            do = "check permissions and free space, then score again: what was kept is not paid for twice"
            raise DigestError(Diagnostic(str(error.filename), what, do)) from error


def forecast_day(root: Path, date: str, environment: Mapping[str, str], *, again: bool = False) -> Estimate:
    """What `score_day_with_model` would take. Asks nobody, writes nothing, needs neither endpoint nor key."""
    return forecast_papers(root, date, wanting(Store(root).papers(date), again=again), environment)


def forecast_papers(root: Path, date: str, papers: Sequence[Paper], environment: Mapping[str, str]) -> Estimate:
    """The same of some papers of a day, whether they are in ``data/`` or not yet."""
    settings = config.load(root)
    model = environment.get(endpoint.MODEL, "").strip() or settings.llm.model
    return estimate(papers, settings, model, _kept(Store(root), date))


def _kept(store: Store, date: str) -> ReplyLog:
    path = store.replies_path(date)
    return ReplyLog(path, store.label(path))


# -- papers --------------------------------------------------------------------------------------------------------


def with_scores(rows: Sequence[Paper], scored: Sequence[Paper]) -> list[Paper]:
    """The day's rows with the new scores, each in one row: the one that had the score, else the paper's first."""
    new = {paper.arxiv_id: paper for paper in scored}
    places: dict[str, int] = {}
    for place, row in enumerate(rows):
        first = places.setdefault(row.arxiv_id, place)
        if row.score is not None and rows[first].score is None:
            places[row.arxiv_id] = place
    return [
        with_score(row, new[row.arxiv_id]) if row.arxiv_id in new and places[row.arxiv_id] == place else row
        for place, row in enumerate(rows)
    ]


def with_score(row: Paper, scored: Paper) -> Paper:
    """The row with the score of `scored`; another score that it had goes to its earlier ones."""
    changes: dict[str, Any] = {name: getattr(scored, name) for name in SCORE}
    if row.score is not None and changes != (before := {name: getattr(row, name) for name in SCORE}):
        earlier = row.extra.get(EARLIER, [])
        kept = {name: msgspec.to_builtins(value) for name, value in before.items() if value}
        changes["extra"] = row.extra | {EARLIER: [*(earlier if isinstance(earlier, list) else [earlier]), kept]}
    return msgspec.structs.replace(row, **changes)


# -- receipt -------------------------------------------------------------------------------------------------------


def with_outcome(receipt: Receipt, rows: Sequence[Paper], scores: Scores, requests: Sequence[LoggedRequest]) -> Receipt:
    """Return the receipt with what scoring came to; `rows` are the day's papers now, listed and dropped.

    The state is partial or failed while papers are left unscored. It is as before again when none is, unless there are
    errors that no scorer made.
    """
    have = _scored(rows)
    unscored = {arxiv_id: reason for arxiv_id, reason in scores.unscored.items() if arxiv_id not in have}
    nameless = receipt.model is None and not spending(receipt)
    changed = msgspec.structs.replace(
        receipt,
        model=scores.model if nameless else receipt.model,
        rubric=scores.rubric if nameless else receipt.rubric,
        scored=len(have) if receipt.scored is None and receipt.relevant is None else receipt.scored,
        unscored=unscored,
        errors=(*serious_errors(receipt), *(SCORING + error for error in scores.errors)),
    )
    scored = msgspec.structs.replace(changed, scored=len(have))
    state = state_after_scoring(receipt.state, scored, left=bool(receipt.unscored))
    changed = msgspec.structs.replace(changed, state=state)
    return paid(changed, requests) if requests else changed


def _scored(papers: Iterable[Paper]) -> set[str]:
    return {paper.arxiv_id for paper in papers if paper.score is not None}
