"""Calibration of a model's raw estimates: a rising line through the ratings of papers with similar estimates."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

BINS = 20
_RISE = 1e-3  # minimum between neighbouring knots, so that different estimates get different ratings


class Calibration(NamedTuple):
    """A line from knot to knot: ratings `after` over estimates `before`. It rises strictly, which keeps the order."""

    before: Numbers
    after: Numbers

    def __call__(self, estimates: Any) -> Numbers:
        """Return the ratings for `estimates`, unrounded."""
        return np.interp(np.asarray(estimates, np.float64), self.before, self.after)


def calibrate(estimates: Any, ratings: Any, lowest: float, highest: float) -> Calibration:
    """Return the calibration from out-of-fold `estimates` to `ratings`.

    The knots are the mean ratings of up to twenty groups of neighbouring estimates, pooled where they do not rise (pool
    adjacent violators). Beyond them the line goes on to `lowest` and `highest`.
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
    """Return the means of the groups, pooled with the previous group where they fall."""
    pools: list[tuple[float, int, int]] = []
    for mean, size in groups:
        pool = (mean, size, 1)
        while pools and pools[-1][0] > pool[0]:
            other = pools.pop()
            total = other[1] + pool[1]
            pool = ((other[0] * other[1] + pool[0] * pool[1]) / total, total, other[2] + pool[2])
        pools.append(pool)
    return [mean for mean, _, groups_in in pools for _ in range(groups_in)]
