"""Who scores a day: the language model where one is set, else the local scorer; with a prefilter both."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from generator.edges.scoring import endpoint
from generator.edges.scoring.following import Wishes
from generator.edges.scoring.rounds import Progress
from generator.edges.site import only_one
from generator.edges.store import Store
from generator.ground import config
from generator.ground.config import Settings
from generator.ground.model import NearMiss, Paper, Receipt, State
from generator.pipeline.dropping import put
from generator.pipeline.receipts import NOT_TRIED, PREFILTER
from generator.pipeline.scoring import Cut, Scored, recounted, score_day, score_day_with_model, wanting
from generator.web.door import Web

Clock = Callable[[], float]


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
    if not endpoint.is_set(settings.scorer, environment):
        return _judge_locally(root, settings, date, clock, again, cut)
    endpoint.from_environment(settings.scorer, environment)
    if is_prefiltered(settings) and not again:
        with only_one(root, "scoring"):
            sift(root, settings, date, clock)
    return score_day_with_model(root, date, environment, web, budget=budget, again=again, cut=cut, progress=progress)


def _judge_locally(root: Path, settings: Settings, date: str, clock: Clock, again: bool, cut: Cut) -> Scored:
    from generator.pipeline.training import ready  # noqa: PLC0415 - NumPy and SciPy take half a second to load

    with only_one(root, "scoring"):
        scorer = ready(root, settings, clock)
        return score_day(Store(root), date, Wishes(settings).wished(scorer.score), again=again, cut=cut)


def below(settings: Settings) -> Cut:
    """What `digest run` does not show: papers of less relevance than the settings want, unless somebody is followed."""
    least, wishes = settings.run.least, Wishes(settings)

    def cut(paper: Paper) -> str | None:
        low = paper.relevance is not None and paper.relevance < least
        return f"below {least:g}" if low and not wishes.met(paper).followed else None

    return cut


# -- the prefilter -------------------------------------------------------------------------------------------------


def is_prefiltered(settings: Settings) -> bool:
    """Whether the language model is to get a part of the day only."""
    return settings.prefilter.share is not None or settings.prefilter.recall is not None


def to_sift(papers: tuple[Paper, ...], receipt: Receipt | None) -> list[Paper]:
    """The papers that no prefilter has seen: those that are unscored since a reply failed have passed it."""
    reasons = receipt.unscored if receipt else {}
    passed = {arxiv_id for arxiv_id, reason in reasons.items() if not reason.startswith(NOT_TRIED)}
    return [paper for paper in wanting(papers) if paper.arxiv_id not in passed]


def sift(root: Path, settings: Settings, date: str, clock: Clock) -> None:
    """Leave out of a day what the local scorer expects least of, and write down how much, and what came near."""
    store = Store(root)
    receipt = store.receipt(date) or Receipt(date=date, state=State.OK)
    papers = to_sift(store.papers(date), receipt)
    if not papers:
        return
    from generator.edges.scoring.prefilter import prefilter  # noqa: PLC0415 - as above
    from generator.pipeline.training import ready  # noqa: PLC0415

    selection = prefilter(papers, ready(root, settings, clock), settings)
    put(store, date, store.papers(date), {paper.arxiv_id: PREFILTER for paper in selection.left_out})
    receipt = _with_left_out(receipt, len(selection.left_out), selection.near_misses, settings)
    receipt = msgspec.structs.replace(receipt, note=selection.note or receipt.note)
    store.write_receipt(recounted(store, receipt) if receipt.sources else receipt)


def _with_left_out(receipt: Receipt, left_out: int, misses: tuple[NearMiss, ...], settings: Settings) -> Receipt:
    if not left_out:
        return receipt
    near = sorted((*receipt.near_misses, *misses), key=lambda miss: -miss.score)[: settings.prefilter.near_misses]
    dropped = receipt.dropped | {PREFILTER: receipt.dropped.get(PREFILTER, 0) + left_out}
    scanned = None if receipt.scanned is None else receipt.scanned + left_out
    return msgspec.structs.replace(receipt, near_misses=tuple(near), dropped=dropped, scanned=scanned)
