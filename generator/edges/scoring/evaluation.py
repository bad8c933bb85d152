"""How well a model's order agrees with the ratings: the figures that `digest train` reports."""

import msgspec
import numpy as np
from scipy.stats import rankdata

from generator.edges.scoring.calibration import Numbers
from generator.edges.scoring.trained import Ratings

GOOD = 7  # a relevance from here on is what the prefilter must not lose
SHARES = (0.3, 0.5)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Spearman's rank correlation of expected and given ratings, and the recall of the good papers.

    `recall` is by the share of papers kept (``"30 %"``): how many of the `good` ones, rated 7 or more, are among the
    most promising. None where it cannot be said, e.g. if no paper is good.
    """

    papers: int
    good: int
    relevance: float | None
    novelty: float | None
    recall: dict[str, float | None]


def figures(relevance: Numbers, novelty: Numbers, rated: Ratings) -> Figures:
    """Compare the given ratings with what a model expected of papers that it had not been shown."""
    good = relevance >= GOOD
    return Figures(
        papers=len(relevance),
        good=int(good.sum()),
        relevance=spearman(relevance, rated.relevance),
        novelty=spearman(novelty, rated.novelty),
        recall={f"{share:.0%}".replace("%", " %"): recall(good, rated.promise, share) for share in SHARES},
    )


def spearman(one: Numbers, other: Numbers) -> float | None:
    """Spearman's rank correlation, ties at their mean rank; None where one of the two does not vary."""
    ranks = np.array([rankdata(one), rankdata(other)])
    return float(np.corrcoef(ranks)[0, 1]) if (ranks.std(axis=1) > 0).all() else None


def recall(good: Numbers, promise: Numbers, share: float) -> float | None:
    """The share of the `good` that is among the most promising `share` of all (rounded up)."""
    if not good.any():
        return None
    kept = np.argsort(-promise, kind="stable")[: int(np.ceil(len(promise) * share))]
    return float(good[kept].sum() / good.sum())
