"""Nothing at all on a working day: a holiday, or a service that is behind. The archive and a second look decide."""

import datetime
from collections.abc import Iterator
from statistics import median

from generator.catalogue.states import GOOD
from generator.edges.fetching.outcome import Condition, Fetched
from generator.edges.store import Store
from generator.ground.arxiv_calendar import Calendar
from generator.ground.errors import Problem
from generator.ground.model import Tally

_LAST_DAYS = 28
_FEWEST = 3  # working days on record, without which nothing is known to be usual


def weigh(store: Store, calendar: Calendar, found: Fetched, today: str, asked_on: str) -> None:
    """Make a source that had nothing quiet where that can be believed; `asked_on` is the UTC day of this request.

    It can where the source usually has nothing, and for an earlier day where a request on another UTC day had nothing
    either. Else the source stays stale, and is asked again.
    """
    if not found.absent:
        return
    receipt = store.receipt(found.date)
    before = receipt.sources.get(found.source) if receipt else None
    found.empty_on = before.empty_on if before and before.empty_on else asked_on
    agreed = found.date < today and found.empty_on != asked_on
    if agreed or _was_settled(before) or usual(store, calendar, found) == 0:
        found.condition, found.absent = Condition.QUIET, False
        note = Problem(found.problems[-1].where, f"nothing was announced for {found.date}", "nothing to do", note=True)
        found.problems[-1] = note


def usual(store: Store, calendar: Calendar, found: Fetched) -> float | None:
    """Return the median of what a source had on the working days of the weeks before; None if they are too few."""
    counts = list(_counts(store, calendar, found))
    return median(counts) if len(counts) >= _FEWEST else None


def _was_settled(before: Tally | None) -> bool:
    return before is not None and before.condition == "quiet" and not before.open


def _counts(store: Store, calendar: Calendar, found: Fetched) -> Iterator[int]:
    last = datetime.date.fromisoformat(found.date)
    for back in range(1, _LAST_DAYS + 1):
        date = (last - datetime.timedelta(days=back)).isoformat()
        count = _count(store, date, found.source) if calendar.announces(date) else None
        if count is not None:
            yield count


def _count(store: Store, date: str, source: str) -> int | None:
    """Return how many papers a source had for a day; None if that is not on record."""
    receipt = store.receipt(date)
    tally = receipt.sources.get(source) if receipt else None
    if tally:
        return tally.announced if tally.condition in GOOD else None
    return sum(paper.source == source for paper in store.papers(date)) or None
