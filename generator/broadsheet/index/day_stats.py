"""What there is to count on a day, and where a score stands among those of the days before it.

A day's tally is a few hundred bytes, kept beside it: so counting through ten years reads no paper.
"""

import datetime as dt
import sqlite3
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from broadsheet.index.days import Entry

# A score is held against those of so many days, its own included.
WINDOW_DAYS = 90
# Among fewer scores a place says nothing.
MIN_SAMPLE = 20

# (relevance plus novelty, how often it was given), best first.
ScoreDistribution = tuple[tuple[float, int], ...]


class DayStats(msgspec.Struct, frozen=True, array_like=True):
    """How many papers of a day were given what (relevance, novelty, papers), and how many each topic has."""

    scores: tuple[tuple[float, float, int], ...] = ()
    topics: dict[str, int] = {}


def day_stats(entries: Sequence[Entry]) -> DayStats:
    """Count a day's papers."""
    papers = (entry.paper for entry in entries)
    sample_size = Counter((p.relevance, p.novelty) for p in papers if p.relevance is not None and p.novelty is not None)
    topics = Counter(topic for entry in entries for topic in entry.topics)
    return DayStats(tuple((*pair, number) for pair, number in sorted(sample_size.items())), dict(sorted(topics.items())))


def score_distributions(tallies: Iterable[tuple[str, DayStats]]) -> Iterator[tuple[str, ScoreDistribution]]:
    """For each day, oldest first, the scores given in the ninety days that end with it."""
    window: deque[tuple[int, Counter[float]]] = deque()
    counts: Counter[float] = Counter()
    for date, one in tallies:
        now = dt.date.fromisoformat(date).toordinal()
        while window and window[0][0] <= now - WINDOW_DAYS:
            counts.subtract(window.popleft()[1])
        today: Counter[float] = Counter()
        for relevance, novelty, number in one.scores:
            today[relevance + novelty] += number
        window.append((now, today))
        counts.update(today)
        yield date, tuple(sorted(((score, number) for score, number in counts.items() if number), reverse=True))


def sample_size(standing: ScoreDistribution) -> int:
    """How many scores there are."""
    return sum([number for _, number in standing])


def top_percent(standing: ScoreDistribution, score: float) -> int | None:
    """4 if a score this high or higher was given in 4 % of all cases, rounded up; None among too few to say."""
    among = sample_size(standing)
    if among < MIN_SAMPLE:
        return None
    return max(1, -(-100 * sum([number for other, number in standing if other >= score]) // among))


class StatsQueries:
    """What views ask of a catalogue about numbers."""

    _db: sqlite3.Connection

    @cached_property
    def _tallies(self) -> dict[str, bytes]:
        return dict(self._db.execute("SELECT date, tally FROM day ORDER BY date"))

    @cached_property
    def _standings(self) -> dict[str, bytes]:
        return {date: msgspec.json.encode(standing) for date, standing in score_distributions(self._read_tallies())}

    def _read_tallies(self, first: str = "", last: str = "9999") -> Iterator[tuple[str, DayStats]]:
        decode = msgspec.json.Decoder(DayStats).decode
        return ((date, decode(day_stats)) for date, day_stats in self._tallies.items() if first <= date <= last)

    def day_stats(self, first: str = "", last: str = "9999") -> dict[str, DayStats]:
        """What there is to count on each day from `first` to `last`, oldest first."""
        return dict(self._read_tallies(first, last))

    def score_distribution(self, date: str) -> ScoreDistribution:
        """The scores of the ninety days up to and with `date`, against which those of that day are held."""
        return msgspec.json.decode(self._standings.get(date, b"[]"), type=ScoreDistribution)
