"""Gaussian kernel ridge regression on landmarks: it learns from all rows, and remembers some of them.

The kernel of all pairs of rows would need memory and time with the square and the cube of their number. Here each row
is seen by its similarity to the landmarks only (the Nyström method: Williams and Seeger 2001). With no more rows than
landmarks that is the whole kernel.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

from broadsheet.scoring.local.features import Floats
from broadsheet.scoring.local.model import gaussian_kernel, squared_distances

JITTER = 1e-3  # two papers with equal texts would make the kernel of the landmarks singular

Folds = Sequence[tuple[Any, Any]]


class LandmarkFit(NamedTuple):
    """A regression: the indices of its landmarks, a row of coefficients for each, and the constants.

    `held_out` has a prediction of each row by a regression without the rows of its fold.
    """

    landmarks: Any
    coef: Floats
    offset: Floats
    held_out: Floats


class _Sums(NamedTuple):
    """The sums of some rows and their targets. Those of several folds add up, so no fold is multiplied twice."""

    size: Any
    rows: Any
    targets: Any
    gram: Any
    products: Any


class Regression(NamedTuple):
    """The constants of a regression: width of the kernel, ridge, and the most landmarks."""

    width: float
    ridge: float
    landmarks: int

    def fit(self, points: Floats, targets: Floats, folds: Folds) -> LandmarkFit:
        """Fit `targets` to `points`."""
        landmarks = spread_indices(len(points), self.landmarks)
        factor = self._factor(points[landmarks])
        rows = self._whitened(points, points[landmarks], factor)
        sums = [_sums(rows[test], targets[test]) for _, test in folds]
        held_out = np.empty(targets.shape, np.float32)
        for number, (_, test) in enumerate(folds):
            coef, offset = self._solved(sums[:number] + sums[number + 1 :])
            held_out[test] = rows[test] @ coef + offset
        coef, offset = self._solved(sums)
        coef = solve_triangular(factor, coef, lower=True, trans="T", check_finite=False)
        return LandmarkFit(landmarks, np.asarray(coef, np.float32), offset, held_out)

    def _factor(self, landmarks: Floats) -> Floats:
        """Return the Cholesky factor of the landmarks' kernel."""
        kernel = self._kernel(landmarks, landmarks).astype(np.float64)
        kernel.flat[:: len(kernel) + 1] += JITTER
        return np.asarray(cholesky(kernel, lower=True, overwrite_a=True, check_finite=False), np.float32)

    def _whitened(self, points: Floats, landmarks: Floats, factor: Floats) -> Floats:
        """Return rows whose products are the kernel of the points, as far as the landmarks tell."""
        kernel = self._kernel(points, landmarks).T
        rows = solve_triangular(factor, kernel, lower=True, overwrite_b=True, check_finite=False)
        return np.ascontiguousarray(rows.T)

    def _kernel(self, points: Floats, other: Floats) -> Floats:
        return gaussian_kernel(squared_distances(points, other), self.width)

    def _solved(self, parts: Sequence[_Sums]) -> tuple[Floats, Floats]:
        """Return the coefficients and constants of a ridge regression, from sums of its rows."""
        total = _Sums(*(sum(values) for values in zip(*parts, strict=True)))
        mean, level = total.rows / total.size, total.targets / total.size
        gram = total.gram - np.outer(total.rows, mean)
        gram.flat[:: len(gram) + 1] += self.ridge
        products = total.products - np.outer(total.rows, level)
        factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        coef = np.asarray(cho_solve(factor, products, check_finite=False), np.float32)
        return coef, np.asarray(level - mean @ coef, np.float32)


def spread_indices(number: int, most: int) -> Any:
    """Return at most `most` of `number` indices, at equal distances: papers of all times and days."""
    return np.unique(np.linspace(0, number - 1, min(number, most)).astype(np.int64))


def _sums(rows: Floats, targets: Floats) -> _Sums:
    return _Sums(len(rows), rows.sum(axis=0), targets.sum(axis=0), rows.T @ rows, rows.T @ targets)
