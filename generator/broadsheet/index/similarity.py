"""Which papers are about the same: words in common, weighted by how rare they are. Pure.

TF-IDF. A paper is compared with what was there when it came, so that what it is like does not change when others
follow. Weights are whole numbers: sums are exact, and the same on every machine.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.periods import year_before
from broadsheet.index.term_vectors import TERMS, DayVectors

MAX_SIMILAR = 5
MIN_DAYS = 3  # the first so many are of as many different days
LEAST = 0.06  # of a paper's likeness to itself; what is less alike has little to do with it
SAME = 0.8  # as much of it, or as much of their words in common: the same work once more
CANDIDATES = 64

_UNIT = 256  # of a squared logarithm
_COMMON = 8  # in a large archive a word of more than every so many-th paper says nothing, and costs most
_LARGE = 1000

Integers = NDArray[np.int64]


class SimilarPaper(NamedTuple):
    """A paper like another: where it is, and how much it is so, of 1000."""

    date: str
    arxiv_id: str
    likeness: int


def similar_papers(days: dict[str, DayVectors], asked: dict[str, Sequence[str]]) -> dict[str, dict[str, list[SimilarPaper]]]:
    """What the papers `asked` for (ids by date) are like, by date and id, the most alike first.

    `days`, oldest first, are those asked for and all in the year before them, each without the papers that an
    earlier day has shown.
    """
    library = _Library(days)
    return {
        date: {name: library.similar_papers(date, at) for name, at in found}
        for date, found in library.prepared(asked).items()
    }


class _Library:
    """The papers of some days, in order, and which of them use the terms that are asked for."""

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
        listed = list(days)
        self._starts = {date: self._spans[listed[bisect_left(listed, year_before(date))]][0] for date in days}

    def prepared(self, asked: dict[str, Sequence[str]]) -> dict[str, list[tuple[str, int]]]:
        """Where those asked for stand; what they say is looked up for all of them at once."""
        found: dict[str, list[tuple[str, int]]] = {}
        for date, names in asked.items():
            start, end = self._spans[date]
            wanted = set(names)
            found[date] = [(self._ids[at], at) for at in range(start, end) if self._ids[at] in wanted]
        self._look_up([at for pairs in found.values() for _, at in pairs])
        return found

    def _look_up(self, asked: list[int]) -> None:
        """Sort who uses the terms of the papers `asked` by term, then paper: a number that says both."""
        terms = [self._terms[self._ends[at] : self._ends[at + 1]] for at in asked]
        used = np.unique(np.concatenate([np.empty(0, "<u4"), *terms]))
        columns = np.zeros(TERMS, np.min_scalar_type(len(used)))  # 0 for what nobody asks for
        columns[used] = np.arange(1, len(used) + 1)
        column = columns[self._terms]
        kept = np.flatnonzero(column)
        kept = kept[np.argsort(column[kept], kind="stable")]  # sorts numbers of two bytes in linear time
        owner = np.repeat(np.arange(len(self._ids), dtype=np.int32), np.diff(self._ends))[kept]
        self._keys = column[kept] * np.int64(len(self._ids)) + owner
        self._columns, self._used = columns, self._weights[kept].astype(np.int64)

    def similar_papers(self, date: str, at: int) -> list[SimilarPaper]:
        """What the paper at `at` is like."""
        first, end = self._starts[date], self._spans[date][1]
        likeness, own = self._likeness(at, first, end)
        if own == 0:
            return []
        chosen: list[int] = []
        waiting: list[int] = []
        for other in _best(likeness):
            score = int(likeness[other])
            if score < LEAST * own or len(chosen) == MAX_SIMILAR:
                break
            place = first + other
            if place == at or score >= SAME * own or any(self._same(place, known) for known in (at, *chosen, *waiting)):
                continue
            near = len(chosen) < MIN_DAYS and self._dates[place] in {self._dates[known] for known in chosen}
            (waiting if near else chosen).append(place)
        if len(chosen) >= MIN_DAYS:
            chosen = chosen[:MIN_DAYS] + sorted(chosen[MIN_DAYS:] + waiting, key=lambda p: (-likeness[p - first], -p))
        return [
            SimilarPaper(self._dates[place], self._ids[place], int(1000 * likeness[place - first] // own))
            for place in chosen[:MAX_SIMILAR]
        ]

    def _likeness(self, at: int, first: int, end: int) -> tuple[Integers, int]:
        """How much those from `first` to before `end` are like the paper at `at`, and how much it is like itself."""
        mine = slice(self._ends[at], self._ends[at + 1])
        column = self._columns[self._terms[mine]] * np.int64(len(self._ids))
        starts, stops = np.searchsorted(self._keys, column + first), np.searchsorted(self._keys, column + end)
        total = end - first
        pieces, factors, own = [], [], 0
        for start, stop, weight in zip(starts.tolist(), stops.tolist(), self._weights[mine].tolist(), strict=True):
            users = stop - start
            if users * _COMMON > total > _LARGE:
                continue
            rarity = _rarity(total, users)
            own += weight * weight * rarity
            if users > 1 and rarity:
                pieces.append((start, stop))
                factors.append(weight * rarity)
        if not pieces:
            return np.zeros(total, np.int64), own
        users_of = np.concatenate([self._keys[start:stop] for start, stop in pieces]) % len(self._ids) - first
        said = np.concatenate(
            [self._used[start:stop] * factor for (start, stop), factor in zip(pieces, factors, strict=True)]
        )
        # Whole numbers far below 2**53: floats add them exactly.
        return np.bincount(users_of, said, minlength=total).astype(np.int64), own

    def _same(self, one: int, other: int) -> bool:
        """Whether two papers are one work: the same title, or nearly the same words."""
        if self._titles[one] == self._titles[other]:
            return True
        these, those = (self._terms[self._ends[at] : self._ends[at + 1]] for at in (one, other))
        shared = len(np.intersect1d(these, those, assume_unique=True))
        return shared >= SAME * max(len(these), len(those))


def _best(likeness: Integers) -> list[int]:
    """The places of the highest, the highest first; of equals the later, which is the newer paper."""
    least = int(np.partition(likeness, -CANDIDATES)[-CANDIDATES]) if len(likeness) > CANDIDATES else 1
    places = np.nonzero(likeness >= max(least, 1))[0].tolist()
    return sorted(places, key=lambda place: (-likeness[place], -place))


@lru_cache(1 << 16)
def _rarity(papers: int, users: int) -> int:
    return round(_UNIT * math.log(papers / users) ** 2)
