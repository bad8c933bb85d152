"""Who scores a day: the language model where one is set, else the local scorer; with a prefilter both."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.drop import put
from broadsheet.daily.receipts import NOT_TRIED, PREFILTER
from broadsheet.daily.score import Cut, Scored, score_day, score_day_with_model, wanting
from broadsheet.http.client import Web
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.scoring.interests import Interests
from broadsheet.scoring.llm import client as endpoint
from broadsheet.scoring.llm.batching import Progress
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.store import Store

if TYPE_CHECKING:
    from broadsheet.scoring.local.scorer import LocalScorer

Clock = Callable[[], float]
PASSED = "passed the prefilter, not asked about yet"
LEFT_OUT = "left out by the prefilter"


def judge_day(
    root: Path,
    date: str,
    environment: Mapping[str, str],
    web: Web,
    clock: Clock,
    *,
    budget: Decimal | None = None,
    again: bool = False,
    cut: Cut = lambda paper: None,
    progress: Progress = lambda done, total: None,
) -> Scored:
    """Score what wants it on a day. Raises DigestError where it cannot be, with nothing spent."""
    settings = config.load(root)
    if not endpoint.is_configured(settings.llm, environment):
        return _judge_locally(root, settings, date, clock, again, cut)
    endpoint.from_environment(settings.llm, environment)
    if is_prefiltered(settings) and not again:
        with exclusive_lock(root, Lock.SCORING):
            sift(root, settings, date, clock)
    return score_day_with_model(root, date, environment, web, budget=budget, again=again, cut=cut, progress=progress)


def _judge_locally(root: Path, settings: Settings, date: str, clock: Clock, again: bool, cut: Cut) -> Scored:
    with exclusive_lock(root, Lock.SCORING):
        scorer = _ready(root, settings, clock)
        return score_day(Store(root), date, Interests(settings).wrap(scorer.score), again=again, cut=cut)


def _ready(root: Path, settings: Settings, clock: Clock) -> "LocalScorer":
    from broadsheet.daily.train import ready  # noqa: PLC0415 - NumPy and SciPy take half a second to load

    return ready(root, settings, clock)


def below(settings: Settings) -> Cut:
    """Return the filter of papers that a run drops: of too little relevance, unless their author is followed."""
    least, wishes = settings.run.min_relevance, Interests(settings)

    def cut(paper: Paper) -> str | None:
        low = paper.relevance is not None and paper.relevance < least
        return f"below {least:g}" if low and not wishes.match(paper).followed else None

    return cut


# -- the prefilter -------------------------------------------------------------------------------------------------


def is_prefiltered(settings: Settings) -> bool:
    """Whether the language model is to get a part of the day only."""
    return settings.prefilter.keep is not None or settings.prefilter.recall is not None


def to_sift(papers: tuple[Paper, ...], receipt: Receipt | None) -> list[Paper]:
    """The papers that no prefilter has seen: those that are unscored for any other reason have passed it."""
    reasons = receipt.unscored if receipt else {}
    seen = {arxiv_id for arxiv_id, reason in reasons.items() if not reason.startswith(NOT_TRIED)}
    return [paper for paper in wanting(papers) if paper.arxiv_id not in seen]


def sift(root: Path, settings: Settings, date: str, clock: Clock) -> None:
    """Leave out of a day what the local scorer expects least of, and write down how much, and what came near.

    The receipt has the decision before the papers follow it: a run that was killed in between is not to sift what is
    left once more.
    """
    store = Store(root)
    receipt = store.receipt(date) or Receipt(date=date, state=DayState.UNKNOWN)
    if papers := to_sift(store.papers(date), receipt):
        receipt = _decided(receipt, papers, settings, lambda: _ready(root, settings, clock))
        ledger.write(store, receipt)
    out = {arxiv_id for arxiv_id, reason in receipt.unscored.items() if reason == LEFT_OUT}
    if out:
        put(store, date, store.papers(date), dict.fromkeys(out, PREFILTER))
        ledger.keep(store, receipt if receipt.sources else _without(receipt, out))


def _decided(
    receipt: Receipt, papers: Sequence[Paper], settings: Settings, scorer: Callable[[], "LocalScorer"]
) -> Receipt:
    from broadsheet.scoring.prefilter import prefilter  # noqa: PLC0415 - NumPy takes its time to load

    selection = prefilter(papers, scorer(), settings)
    unscored = {paper.arxiv_id: PASSED for paper in selection.selected}
    unscored |= {paper.arxiv_id: LEFT_OUT for paper in selection.left_out}
    near = sorted((*receipt.near_misses, *selection.near_misses), key=lambda miss: -miss.score)
    return msgspec.structs.replace(
        receipt,
        unscored=receipt.unscored | unscored,
        near_misses=tuple(near[: settings.prefilter.near_misses]),
        note=selection.note or receipt.note,
    )


def _without(receipt: Receipt, out: set[str]) -> Receipt:
    """Return the receipt of a day that others made, with what was left out of it now."""
    return msgspec.structs.replace(
        receipt,
        dropped=receipt.dropped | {PREFILTER: receipt.dropped.get(PREFILTER, 0) + len(out)},
        unscored={arxiv_id: reason for arxiv_id, reason in receipt.unscored.items() if arxiv_id not in out},
    )
