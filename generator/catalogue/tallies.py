"""What there is to count on a day, and where a score stands among those of the days before it. Pure.

A day's tally is a few hundred bytes, kept beside it: so counting through ten years reads no paper.
"""

import datetime as dt
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from generator.catalogue.days import Entry

# A score is held against those of so many days, its own included.
DAYS = 90
# Among fewer scores a place says nothing.
ENOUGH = 20

# (relevance plus novelty, how often it was given), best first.
Standing = tuple[tuple[float, int], ...]


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """How many papers of a day were given what (relevance, novelty, papers), and how many each topic has."""

    scores: tuple[tuple[float, float, int], ...] = ()
    topics: dict[str, int] = {}


def tally(entries: Sequence[Entry]) -> Tally:
    """Count a day's papers."""
    papers = (entry.paper for entry in entries)
    given = Counter((p.relevance, p.novelty) for p in papers if p.relevance is not None and p.novelty is not None)
    topics = Counter(topic for entry in entries for topic in entry.topics)
    return Tally(tuple((*pair, number) for pair, number in sorted(given.items())), dict(sorted(topics.items())))


def standings(tallies: Iterable[tuple[str, Tally]]) -> Iterator[tuple[str, Standing]]:
    """For each day, oldest first, the scores given in the ninety days that end with it."""
    window: deque[tuple[int, Counter[float]]] = deque()
    counts: Counter[float] = Counter()
    for date, one in tallies:
        now = dt.date.fromisoformat(date).toordinal()
        while window and window[0][0] <= now - DAYS:
            counts.subtract(window.popleft()[1])
        today: Counter[float] = Counter()
        for relevance, novelty, number in one.scores:
            today[relevance + novelty] += number
        window.append((now, today))
        counts.update(today)
        yield date, tuple(sorted(((score, number) for score, number in counts.items() if number), reverse=True))


def given(standing: Standing) -> int:
    """How many scores there are."""
    return sum(number for _, number in standing)


def top_percent(standing: Standing, score: float) -> int | None:
    """4 if a score this high or higher was given in 4 % of all cases, rounded up; None among too few to say."""
    among = given(standing)
    if among < ENOUGH:
        return None
    return max(1, -(-100 * sum(number for other, number in standing if other >= score) // among))
