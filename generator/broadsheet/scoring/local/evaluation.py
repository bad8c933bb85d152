"""How well a model's order agrees with the ratings: the figures that `broadsheet train` reports."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from broadsheet.scoring.local.calibration import Numbers
from broadsheet.scoring.local.model import Ratings

GOOD = 7  # a relevance from here on is what the prefilter must not lose
SHARES = (0.3, 0.5)


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the `papers` whose relevance is rated `least` or more are among the most promising `share` of all."""

    least: int
    papers: int
    share: float
    recall: float | None  # None where there is no such paper


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Spearman's rank correlation of expected and given ratings (None where one of them does not vary), and recalls."""

    papers: int
    relevance: float | None
    novelty: float | None
    recalls: tuple[Recall, ...]


def figures(relevance: Numbers, novelty: Numbers, rated: Ratings) -> Figures:
    """Compare the given ratings with what a model expected of papers that it had not been shown."""
    recalls = []
    for least in (GOOD, GOOD + 1):
        good = relevance >= least
        for share in SHARES:
            found = recall(good, rated.promise, share)
            recalls.append(Recall(least=least, papers=int(good.sum()), share=share, recall=found))
    return Figures(
        papers=len(relevance),
        relevance=spearman(relevance, rated.relevance),
        novelty=spearman(novelty, rated.novelty),
        recalls=tuple(recalls),
    )


def spearman(one: Numbers, other: Numbers) -> float | None:
    """Spearman's rank correlation, ties at their mean rank; None where one of the two does not vary."""
    ranks = np.array([rankdata(one), rankdata(other)])
    return float(np.corrcoef(ranks)[0, 1]) if (ranks.std(axis=1) > 0).all() else None


def recall(good: NDArray[np.bool_], promise: Numbers, share: float) -> float | None:
    """The share of the `good` that is among the most promising `share` of all (rounded up)."""
    if not good.any():
        return None
    kept = np.argsort(-promise, kind="stable")[: int(np.ceil(len(promise) * share))]
    return float(good[kept].sum() / good.sum())
