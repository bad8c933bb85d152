"""The prefilter: it selects the papers of a day that an LLM scores. Pure."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple, Protocol

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import NearMiss
from broadsheet.scoring.interests import Interests
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.settings.config import Settings
from broadsheet.settings.interests import Prefilter


class Predictor(Protocol):
    """A model that predicts ratings. `thresholds` are those of `LocalModel`; empty without training."""

    @property
    def thresholds(self) -> Sequence[float]: ...

    def predict(self, papers: Sequence[Paper]) -> Predictions: ...


class Selection(NamedTuple):
    """The selected papers and those left out, each sorted by p_relevant.

    `near_misses` are the first of those left out, for the receipt. `note` is a remark on the selection.
    """

    selected: tuple[Paper, ...]
    left_out: tuple[Paper, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    note: str = ""


def prefilter(papers: Sequence[Paper], model: Predictor, settings: Settings) -> Selection:
    """Select papers of a day by the predictions of `model`.

    Followed papers are always selected, in addition to the share of the settings. Papers with a negative keyword come
    last. Equal papers keep their order.
    """
    limits = settings.prefilter
    if not papers or (limits.keep is None and limits.recall is None):
        return Selection(tuple(papers))
    predictions = model.predict(papers)
    interests = Interests(settings)
    matches = [interests.match(paper) for paper in papers]
    p_relevant = predictions.p_relevant
    order = sorted(range(len(papers)), key=lambda index: (bool(matches[index].negative), -p_relevant[index]))
    cutoff, note = _cutoff(limits, model, len(papers))
    first = [index for index in order[: cutoff.papers] if p_relevant[index] >= cutoff.p_relevant]
    selected = {*first, *(index for index in order if matches[index].followed)}
    left_out = [index for index in order if index not in selected]
    near_misses = left_out[: limits.near_misses]
    return Selection(
        selected=tuple(papers[index] for index in order if index in selected),
        left_out=tuple(papers[index] for index in left_out),
        near_misses=tuple(_near_miss(papers[index], predictions.relevance[index]) for index in near_misses),
        note=note,
    )


class _Cutoff(NamedTuple):
    """The limits of a selection: the first `papers` with at least this `p_relevant`."""

    papers: int
    p_relevant: float = 0.0


def _cutoff(limits: Prefilter, model: Predictor, papers: int) -> tuple[_Cutoff, str]:
    if limits.keep is not None:
        return _Cutoff(ceil(limits.keep * papers)), ""
    assert limits.recall is not None
    p_relevant = threshold(model.thresholds, limits.recall)
    if p_relevant is None:
        good = ceil(round(1 / (1 - limits.recall), 9)) - 1
        note = f"prefilter: all kept, since recall {limits.recall:g} takes {good} good papers to learn from"
        return _Cutoff(papers), note
    return _Cutoff(papers, p_relevant), ""


def threshold(good: Sequence[float], recall: float) -> float | None:
    """Return the p_relevant that a good paper reaches with probability `recall`; None if `good` are too few.

    `good` are the out-of-fold p_relevant of good papers, ascending. Given n of them, another good paper is below the
    k-th lowest with probability k / (n + 1) at most (split conformal prediction).
    """
    rank = int((1 - recall) * (len(good) + 1) + 1e-9)
    return float(good[rank - 1]) if rank >= 1 else None


def _near_miss(paper: Paper, relevance: float) -> NearMiss:
    return NearMiss(arxiv_id=paper.arxiv_id, title=paper.title, score=round(float(relevance), 1))
