"""The place of a score among all papers that were scanned: on its day, and in the ninety days that end with it. Pure.

A place depends on the day and the score alone. It says nothing that the receipts cannot prove.
"""

import datetime as dt
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from broadsheet.index.day_stats import DayStats
from broadsheet.model.paper import total_score
from broadsheet.model.receipt import Receipt

WEEK_DAYS = 7
WINDOW_DAYS = 90  # the day itself included


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The place of a score (relevance plus novelty) on a day.

    `rank` counts from 1; equal scores have the same. `ties` counts the listed papers of the day with this score. Of the
    papers `scanned` that day, and of `window_scanned` in ninety days, None is unknown. `best_days` is 7 or 90 if no
    other paper of so many days has as high a score, else 0.
    """

    score: float
    rank: int
    ties: int = 1
    scanned: int | None = None
    window_rank: int | None = None
    window_scanned: int | None = None
    best_days: int = 0


# The places of a day, best first.
Places = tuple[Place, ...]


class ScoredDay(NamedTuple):
    """A day with papers or a receipt, as the next ones are compared with it.

    `scanned` is None if no receipt accounts for all papers.
    """

    date: str
    listed_scores: Counter[float]
    scores: Counter[float]  # those of listed and dropped papers
    scanned: int | None
    has_new_scorer: bool = False

    @classmethod
    def of(cls, date: str, stats: DayStats, receipt: Receipt | None, has_new_scorer: bool = False) -> "ScoredDay":
        """Return the scores and counts of a day."""
        listed_scores: Counter[float] = Counter()
        for relevance, novelty, number in stats.scores:
            listed_scores[total_score(relevance, novelty)] += number
        scores = listed_scores + Counter(dict(stats.dropped))
        return cls(
            date, listed_scores, scores, _scanned(receipt, listed_scores.total(), stats.unscored), has_new_scorer
        )

    @property
    def ordinal(self) -> int:
        """The number of the date."""
        return dt.date.fromisoformat(self.date).toordinal()


def _scanned(receipt: Receipt | None, scored: int, unscored: int) -> int | None:
    """Return the number of papers scanned; None if some are neither listed nor dropped.

    Some of the papers that are listed without a score may have been scanned: a receipt does not say which.
    """
    if receipt is None or receipt.scanned is None or receipt.unscored or receipt.scored_nothing:
        return None
    undropped = receipt.scanned - sum(receipt.dropped.values())
    is_complete = (receipt.shown or 0) <= scored or undropped <= scored + unscored
    return receipt.scanned if is_complete and scored <= receipt.scanned else None


class Window:
    """The days before a date, at most so many, whose scores are added up."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._inside: deque[ScoredDay] = deque()
        self._scores: Counter[float] = Counter()

    def add(self, day: ScoredDay) -> None:
        """Add a day, and remove those that are too old."""
        while self._inside and self._inside[0].ordinal <= day.ordinal - self._days:
            self._scores.subtract(self._inside.popleft().scores)
        self._inside.append(day)
        self._scores.update(day.scores)

    @property
    def scanned(self) -> int | None:
        """The number of papers scanned; None for a single day, and if a day's is unknown or the scorer changed."""
        rated = [day for day in self._inside if day.scores]
        counts = [day.scanned for day in self._inside if day.scores or day.scanned is not None]
        if len(rated) < 2 or None in counts or any(day.has_new_scorer for day in rated[1:]):
            return None
        return sum(count for count in counts if count is not None)

    def ranks(self) -> dict[float, tuple[int, int]]:
        """Return for each score its rank and the number of papers that have it."""
        return _ranks(self._scores)


def places(days: Iterable[ScoredDay], first_day: str) -> Iterator[tuple[str, Places]]:
    """Yield the places of each of some days, oldest first; `first_day` is the first of the archive.

    Those of the first days are right only if `days` begin with that or with the windows of these days.
    """
    windows = {length: Window(length) for length in (WEEK_DAYS, WINDOW_DAYS)}
    first = dt.date.fromisoformat(first_day).toordinal() if first_day else 0
    for day in days:
        for window in windows.values():
            window.add(day)
        covered = {length: window for length, window in windows.items() if first <= day.ordinal - length + 1}
        yield day.date, tuple(_places(day, covered))


def _places(day: ScoredDay, windows: dict[int, Window]) -> Iterator[Place]:
    """Yield the places of a day. `windows` are those that the archive fills."""
    scanned = {length: count for length, window in windows.items() if (count := window.scanned) is not None}
    ranks = {length: windows[length].ranks() for length in scanned}
    ranks_of_day = _ranks(day.scores)
    for score in sorted(day.listed_scores, reverse=True):
        longest = ranks.get(WINDOW_DAYS)
        yield Place(
            score=score,
            rank=ranks_of_day[score][0],
            ties=day.listed_scores[score],
            scanned=day.scanned,
            window_rank=longest[score][0] if longest else None,
            window_scanned=scanned.get(WINDOW_DAYS),
            best_days=max((length for length in ranks if ranks[length][score] == (1, 1)), default=0),
        )


def _ranks(scores: Counter[float]) -> dict[float, tuple[int, int]]:
    ranks, before = {}, 0
    for score in sorted((score for score, number in scores.items() if number), reverse=True):
        ranks[score] = (before + 1, scores[score])
        before += scores[score]
    return ranks


def place_of(places_of_day: Sequence[Place], score: float | None) -> Place | None:
    """Return the place of a score on a day."""
    return None if score is None else next((place for place in places_of_day if place.score == round(score, 6)), None)
