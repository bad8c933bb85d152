"""From a model's raw estimate to a rating: a rising line through what papers with such an estimate were rated."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

BINS = 20
_RISE = 1e-3  # between neighbouring knots at least, so that no two estimates become one rating


class Calibration(NamedTuple):
    """A line that rises from knot to knot: ratings `after` over estimates `before`. Strict: the order stays."""

    before: Numbers
    after: Numbers

    def __call__(self, estimates: Any) -> Numbers:
        """The ratings that belong to `estimates`, unrounded."""
        return np.interp(np.asarray(estimates, np.float64), self.before, self.after)


def calibrate(estimates: Any, ratings: Any, lowest: float, highest: float) -> Calibration:
    """The calibration that `ratings` of papers with these (out-of-fold) `estimates` ask for.

    Papers are put into up to twenty groups of neighbouring estimates; their mean ratings, made rising where they are
    not (pool adjacent violators), are the knots. Beyond them the line runs on to `lowest` and `highest`.
    """
    order = np.argsort(estimates, kind="stable")
    before, after = np.asarray(estimates, np.float64)[order], np.asarray(ratings, np.float64)[order]
    groups = np.array_split(np.arange(len(order)), min(BINS, len(order)))
    levels = _rising([(float(after[group].mean()), len(group)) for group in groups])
    middles = [float(before[group].mean()) for group in groups]
    width = middles[-1] - middles[0] + 1
    knots = np.maximum.accumulate([middles[0] - width, *middles, middles[-1] + width])
    inside = np.clip(levels, lowest, highest)
    heights = np.array([lowest, *inside, highest]) + _RISE * (np.arange(len(knots)) - len(knots) + 1)
    heights = np.clip(heights, lowest, None) + 1e-9 * np.arange(len(knots))
    return Calibration(knots + 1e-9 * np.arange(len(knots)), np.minimum(heights, highest))


def _rising(groups: list[tuple[float, int]]) -> list[float]:
    """The groups' means, pooled with the one before where they fall."""
    pools: list[tuple[float, int, int]] = []
    for mean, size in groups:
        pool = (mean, size, 1)
        while pools and pools[-1][0] > pool[0]:
            other = pools.pop()
            total = other[1] + pool[1]
            pool = ((other[0] * other[1] + pool[0] * pool[1]) / total, total, other[2] + pool[2])
        pools.append(pool)
    return [mean for mean, _, groups_in in pools for _ in range(groups_in)]
