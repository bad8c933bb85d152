"""Counts of a day's scores and topics, and the place of a score among those of the days before it.

The counts of a day are a few hundred bytes in its row, so that counting through ten years reads no paper.
"""

import datetime as dt
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from broadsheet.index.days import Entry
from broadsheet.index.queries import Queries, query

# A score is compared with those of so many days, its own included.
WINDOW_DAYS = 90
# Among fewer scores a percentage means nothing.
MIN_SAMPLE = 20

# (relevance plus novelty, number of papers with it), best first.
ScoreDistribution = tuple[tuple[float, int], ...]


class DayStats(msgspec.Struct, frozen=True, array_like=True):
    """The scores of a day (relevance, novelty, number of papers), and the number of papers of each topic."""

    scores: tuple[tuple[float, float, int], ...] = ()
    topics: dict[str, int] = {}


def day_stats(entries: Sequence[Entry]) -> DayStats:
    """Count the scores and topics of a day."""
    papers = (entry.paper for entry in entries)
    scores = Counter((p.relevance, p.novelty) for p in papers if p.relevance is not None and p.novelty is not None)
    topics = Counter(topic for entry in entries for topic in entry.topics)
    return DayStats(tuple((*pair, number) for pair, number in sorted(scores.items())), dict(sorted(topics.items())))


def score_distributions(days: Iterable[tuple[str, DayStats]]) -> Iterator[tuple[str, ScoreDistribution]]:
    """Yield for each day, oldest first, the scores of the ninety days that end with it."""
    window: deque[tuple[int, Counter[float]]] = deque()
    counts: Counter[float] = Counter()
    for date, stats in days:
        ordinal = dt.date.fromisoformat(date).toordinal()
        while window and window[0][0] <= ordinal - WINDOW_DAYS:
            counts.subtract(window.popleft()[1])
        totals: Counter[float] = Counter()
        for relevance, novelty, number in stats.scores:
            totals[relevance + novelty] += number
        window.append((ordinal, totals))
        counts.update(totals)
        yield date, tuple(sorted(((score, number) for score, number in counts.items() if number), reverse=True))


def sample_size(distribution: ScoreDistribution) -> int:
    """Return the number of scores."""
    return sum([number for _, number in distribution])


def top_percent(distribution: ScoreDistribution, score: float) -> int | None:
    """Return 4 if 4 % of all scores, rounded up, are this high or higher; None if there are too few."""
    total = sample_size(distribution)
    if total < MIN_SAMPLE:
        return None
    return max(1, -(-100 * sum([number for other, number in distribution if other >= score]) // total))


class StatsQueries(Queries):
    """Queries about numbers of scores and topics."""

    @cached_property  # two fifths of a cold build: each day's page compares its scores with those before
    def _distributions(self) -> dict[str, bytes]:
        return {date: msgspec.json.encode(distribution) for date, distribution in score_distributions(self._decoded())}

    def _decoded(self, first: str = "", last: str = "9999") -> Iterator[tuple[str, DayStats]]:
        decode = msgspec.json.Decoder(DayStats).decode
        rows = self._db.execute("SELECT date, stats FROM day WHERE date BETWEEN ? AND ? ORDER BY date", (first, last))
        return ((date, decode(stats)) for date, stats in rows)

    @query
    def day_stats(self, first: str = "", last: str = "9999") -> dict[str, DayStats]:
        """Return the counts of each day from `first` to `last`, oldest first."""
        return dict(self._decoded(first, last))

    @query
    def score_distribution(self, date: str) -> ScoreDistribution:
        """Return the scores of the ninety days up to and with `date`."""
        return msgspec.json.decode(self._distributions.get(date, b"[]"), type=ScoreDistribution)
