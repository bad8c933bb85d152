"""Which papers of a day are worth a language model's time. Pure."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple, Protocol

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import NearMiss
from broadsheet.scoring.interests import Interests
from broadsheet.scoring.local.model import Ratings
from broadsheet.settings.config import Settings
from broadsheet.settings.interests import Prefilter


class Predictor(Protocol):
    """A model that expects ratings of papers. `thresholds`: see `Trained`; empty where nothing was learned."""

    @property
    def thresholds(self) -> Sequence[float]: ...

    def rate(self, papers: Sequence[Paper]) -> Ratings: ...


class Selection(NamedTuple):
    """The papers to read closely, and those left out, each the most promising first.

    `near_misses` are the first of those left out, for the receipt. `note` says what is worth saying of the line.
    """

    selected: tuple[Paper, ...]
    left_out: tuple[Paper, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    note: str = ""


def prefilter(papers: Sequence[Paper], model: Predictor, settings: Settings) -> Selection:
    """Divide the papers of a day by what `model` expects of them.

    Followed papers are always kept, beside the share that is asked for. Those with a negative keyword come after all
    others. Equal papers stay in the order given.
    """
    asked = settings.prefilter
    if not papers or (asked.keep is None and asked.recall is None):
        return Selection(tuple(papers))
    ratings = model.rate(papers)
    wishes = Interests(settings)
    met = [wishes.match(paper) for paper in papers]
    order = sorted(range(len(papers)), key=lambda at: (bool(met[at].negative), -ratings.promise[at]))
    line, note = _line(asked, model, len(papers))
    above = [at for place, at in enumerate(order) if place < line.places and ratings.promise[at] >= line.promise]
    kept = {*above, *(at for at in order if met[at].followed)}
    left_out = [at for at in order if at not in kept]
    return Selection(
        selected=tuple(papers[at] for at in order if at in kept),
        left_out=tuple(papers[at] for at in left_out),
        near_misses=tuple(_near_miss(papers[at], ratings.relevance[at]) for at in left_out[: asked.near_misses]),
        note=note,
    )


class _Line(NamedTuple):
    """A paper stays above it with one of the first `places` and at least this `promise`."""

    places: int
    promise: float = 0.0


def _line(asked: Prefilter, model: Predictor, papers: int) -> tuple[_Line, str]:
    if asked.keep is not None:
        return _Line(ceil(asked.keep * papers)), ""
    assert asked.recall is not None
    promise = threshold(model.thresholds, asked.recall)
    if promise is None:
        least = ceil(round(1 / (1 - asked.recall), 9)) - 1
        return _Line(
            papers
        ), f"prefilter: all kept, since recall {asked.recall:g} takes {least} good papers to learn from"
    return _Line(papers, promise), ""


def threshold(good: Sequence[float], recall: float) -> float | None:
    """The promise that a good paper reaches with probability `recall` or more; None if `good` are too few to tell.

    `good` are the promises, ascending, that good papers had when the model had not been shown them. Of n such papers a
    further one lies below the k-th lowest with probability k / (n + 1) at most (split conformal prediction).
    """
    allowed = int((1 - recall) * (len(good) + 1) + 1e-9)
    return float(good[allowed - 1]) if allowed >= 1 else None


def _near_miss(paper: Paper, relevance: float) -> NearMiss:
    return NearMiss(arxiv_id=paper.arxiv_id, title=paper.title, score=round(float(relevance), 1))
