"""The similarity of papers: shared terms, weighted by their rarity (TF-IDF). Pure.

A paper is compared with the papers before it, so that later ones do not change the result. Weights are integers: sums
are exact, and the same on every machine.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.periods import year_before
from broadsheet.index.term_counts import TERMS
from broadsheet.index.term_vectors import DayVectors

MAX_SIMILAR = 5
MIN_DAYS = 3  # the first 3 similar papers are of 3 different days
MIN_SIMILARITY = 0.06  # of a paper's similarity to itself; less is chance
SAME_WORK = 0.8  # of that similarity, or of the words of both: the same work again
CANDIDATES = 64

_UNIT = 256  # of a squared logarithm
_COMMON = 8  # in a large archive a term of more than one paper in 8 means little, and costs most
_LARGE = 1000

Integers = NDArray[np.int64]


class SimilarPaper(NamedTuple):
    """A paper similar to another: its day, its id, and their similarity in thousandths."""

    date: str
    arxiv_id: str
    similarity: int


def similar_papers(
    days: dict[str, DayVectors], papers: dict[str, Sequence[str]]
) -> dict[str, dict[str, list[SimilarPaper]]]:
    """Return the papers similar to `papers` (ids by date), by date and id, the most similar first.

    `days`, oldest first, are those of `papers` and all in the year before them, each without the papers that an
    earlier day has shown.
    """
    library = _Library(days)
    return {
        date: {name: library.similar(date, paper) for name, paper in numbers}
        for date, numbers in library.prepare(papers).items()
    }


class _Work(NamedTuple):
    """The title and the terms of a paper."""

    title: int
    terms: frozenset[int]

    def is_same_as(self, other: "_Work") -> bool:
        """Return whether two papers are one work: the same title, or nearly the same words."""
        if self.title == other.title:
            return True
        sizes = len(self.terms), len(other.terms)
        limit = SAME_WORK * max(sizes)
        return min(sizes) >= limit and len(self.terms & other.terms) >= limit


class _Library:
    """The papers of some days, numbered in order, and an inverted index of the terms of some of them."""

    def __init__(self, days: dict[str, DayVectors]) -> None:
        self._dates = [date for date, day in days.items() for _ in day.ids]
        self._ids = [name for day in days.values() for name in day.ids]
        self._titles = [title for day in days.values() for title in day.titles]
        counts = np.array([end - start for day in days.values() for start, end in pairwise((0, *day.ends))], np.int64)
        self._ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._terms = np.frombuffer(b"".join(day.terms for day in days.values()), "<u4")
        self._weights = np.frombuffer(b"".join(day.weights for day in days.values()), np.uint8)
        bounds = np.cumsum([0, *(len(day.ids) for day in days.values())])
        self._spans = {date: (int(a), int(b)) for date, (a, b) in zip(days, pairwise(bounds), strict=True)}
        dates = list(days)
        self._starts = {date: self._spans[dates[bisect_left(dates, year_before(date))]][0] for date in days}

    def prepare(self, papers: dict[str, Sequence[str]]) -> dict[str, list[tuple[str, int]]]:
        """Index the terms of `papers`, all at once; return their ids and numbers by date."""
        numbers: dict[str, list[tuple[str, int]]] = {}
        for date, names in papers.items():
            start, end = self._spans[date]
            ids = set(names)
            numbers[date] = [(self._ids[paper], paper) for paper in range(start, end) if self._ids[paper] in ids]
        self._index_terms([paper for pairs in numbers.values() for _, paper in pairs])
        return numbers

    def _index_terms(self, papers: list[int]) -> None:
        """Sort the uses of the terms of `papers` by term, then paper; a key contains both."""
        terms = [self._terms[self._ends[paper] : self._ends[paper + 1]] for paper in papers]
        used = np.unique(np.concatenate([np.empty(0, "<u4"), *terms]))
        columns = np.zeros(TERMS, np.min_scalar_type(len(used)))  # 0 for terms of no paper in `papers`
        columns[used] = np.arange(1, len(used) + 1)
        column = columns[self._terms]
        uses = np.flatnonzero(column)
        uses = uses[np.argsort(column[uses], kind="stable")]  # sorts numbers of two bytes in linear time
        self._users = np.repeat(np.arange(len(self._ids)), np.diff(self._ends))[uses]
        self._keys = column[uses] * np.int64(len(self._ids)) + self._users
        self._columns, self._used_weights = columns, self._weights[uses].astype(np.float64)

    def similar(self, date: str, paper: int) -> list[SimilarPaper]:
        """Return the papers similar to one of `date`."""
        first, end = self._starts[date], self._spans[date][1]
        similarity, own = self._similarity(paper, first, end)
        if own == 0:
            return []
        chosen: list[int] = []
        deferred: list[int] = []
        works = [self._work(paper)]
        for index in _best(similarity):
            score = int(similarity[index])
            if score < MIN_SIMILARITY * own or len(chosen) == MAX_SIMILAR:
                break
            other = first + index
            if other == paper or score >= SAME_WORK * own:
                continue
            work = self._work(other)
            if any(map(work.is_same_as, works)):
                continue
            works.append(work)
            same_day = len(chosen) < MIN_DAYS and self._dates[other] in {self._dates[choice] for choice in chosen}
            (deferred if same_day else chosen).append(other)
        if len(chosen) >= MIN_DAYS:
            rest = sorted(chosen[MIN_DAYS:] + deferred, key=lambda other: (-similarity[other - first], -other))
            chosen = chosen[:MIN_DAYS] + rest
        return [
            SimilarPaper(self._dates[other], self._ids[other], int(1000 * similarity[other - first] // own))
            for other in chosen[:MAX_SIMILAR]
        ]

    def _similarity(self, paper: int, first: int, end: int) -> tuple[Integers, int]:
        """Return the similarity of a paper to those from `first` to before `end`, and to itself."""
        own_terms = slice(self._ends[paper], self._ends[paper + 1])
        column = self._columns[self._terms[own_terms]] * np.int64(len(self._ids))
        starts, stops = np.searchsorted(self._keys, column + first), np.searchsorted(self._keys, column + end)
        total = end - first
        users = stops - starts
        rarities = np.array([round(_UNIT * math.log(total / count) ** 2) for count in users.tolist()], np.int64)
        if total > _LARGE:
            rarities[users * _COMMON > total] = 0
        weights = self._weights[own_terms]
        factors = weights * rarities
        own = int(weights @ factors)
        shared = np.flatnonzero((users > 1) & (rarities > 0))
        if not len(shared):
            return np.zeros(total, np.int64), own
        spans = list(map(slice, starts[shared].tolist(), stops[shared].tolist()))
        users_of = np.concatenate([self._users[span] for span in spans])
        users_of -= first
        products = np.concatenate([self._used_weights[span] for span in spans])
        products *= np.repeat(factors[shared], users[shared])
        # Integers far below 2**53: floats add them exactly.
        return np.bincount(users_of, products, minlength=total).astype(np.int64), own

    def _work(self, paper: int) -> _Work:
        return _Work(self._titles[paper], frozenset(self._terms[self._ends[paper] : self._ends[paper + 1]].tolist()))


def _best(similarity: Integers) -> list[int]:
    """Return the indexes of the highest, the highest first; of equals the later one, which is the newer paper."""
    lowest = 1
    if len(similarity) > CANDIDATES:
        lowest = max(int(np.partition(similarity, -CANDIDATES)[-CANDIDATES]), 1)
    newest_first = np.flatnonzero(similarity >= lowest)[::-1]
    order = np.argsort(-similarity[newest_first], kind="stable")
    indexes: list[int] = newest_first[order].tolist()
    return indexes
