"""The evaluation of a model: the agreement of its predictions with the ratings, which `broadsheet train` reports."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from broadsheet.scoring.local.calibration import Numbers
from broadsheet.scoring.local.predictions import Predictions

GOOD = 7  # the least relevance of papers that the prefilter must not lose
SHARES = (0.3, 0.5)


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """The share of the `papers` with a relevance of `least` or more among the top `share` of all predictions."""

    least: int
    papers: int
    share: float
    recall: float | None  # None without such papers


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Spearman's rank correlations of predictions and ratings (None if one of them is constant), and recalls."""

    papers: int
    relevance: float | None
    novelty: float | None
    recalls: tuple[Recall, ...]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement of two ratings of the same paper, for the `papers` rated on several days: first and last rating.

    The correlations are Spearman's. `good` papers had a relevance of `GOOD` or more at least once, `good_twice` both
    times.
    """

    papers: int
    relevance: float | None
    novelty: float | None
    good: int
    good_twice: int


def agreement(first: Numbers, last: Numbers) -> Agreement | None:
    """Compare two ratings (papers × relevance and novelty); return None without papers."""
    if not len(first):
        return None
    good = np.column_stack([first[:, 0], last[:, 0]]) >= GOOD
    return Agreement(
        papers=len(first),
        relevance=spearman(first[:, 0], last[:, 0]),
        novelty=spearman(first[:, 1], last[:, 1]),
        good=int(good.any(axis=1).sum()),
        good_twice=int(good.all(axis=1).sum()),
    )


def measure(relevance: Numbers, novelty: Numbers, predictions: Predictions) -> Evaluation:
    """Compare ratings with the predictions for papers that were not in the training data."""
    recalls = []
    for least in (GOOD, GOOD + 1):
        good = relevance >= least
        for share in SHARES:
            good_share = recall(good, predictions.p_relevant, share)
            recalls.append(Recall(least=least, papers=int(good.sum()), share=share, recall=good_share))
    return Evaluation(
        papers=len(relevance),
        relevance=spearman(relevance, predictions.relevance),
        novelty=spearman(novelty, predictions.novelty),
        recalls=tuple(recalls),
    )


def spearman(values: Numbers, other: Numbers) -> float | None:
    """Return Spearman's rank correlation, with ties at their mean rank; None if one of the two is constant."""
    ranks = np.array([rankdata(values), rankdata(other)])
    return float(np.corrcoef(ranks)[0, 1]) if (ranks.std(axis=1) > 0).all() else None


def recall(good: NDArray[np.bool_], p_relevant: Numbers, share: float) -> float | None:
    """Return the share of the `good` among the top `share` of all, rounded up."""
    if not good.any():
        return None
    top = np.argsort(-p_relevant, kind="stable")[: int(np.ceil(len(p_relevant) * share))]
    return float(good[top].sum() / good.sum())
