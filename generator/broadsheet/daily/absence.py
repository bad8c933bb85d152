"""Nothing at all on a working day: a holiday, or a service that is behind. The archive and a second look decide."""

import datetime
from collections.abc import Iterator
from statistics import median

from broadsheet.index.states import GOOD
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.fetch_result import SourceStatus, FetchResult
from broadsheet.store.store import Store

_APART_H = 12  # the least between two empty answers that settle a day
_NEAR_DAYS = 28
_FEWEST = 3  # working days on record, without which nothing is known to be usual


def weigh(store: Store, calendar: Calendar, found: FetchResult, asked_at: str) -> None:
    """Make a source that had nothing quiet where that can be believed; `asked_at` is the UTC time of this request.

    An empty answer is believed where the source usually has nothing, and on a holiday. Else a second one is needed, at
    least 12 hours after the first, and papers of a later working day: they show that the source is well again. Without
    them the source stays stale, however often it is asked.
    """
    if not found.absent:
        return
    receipt = store.receipt(found.date)
    before = receipt.sources.get(found.source) if receipt else None
    found.empty_since = before.empty_since if before and before.empty_since else asked_at
    agreed = _hours_between(found.empty_since, asked_at) >= _APART_H and _is_well(store, calendar, found)
    expected = not calendar.announces(found.date) or usual(store, calendar, found) == 0
    if agreed or expected or _was_settled(before):
        found.condition, found.absent = SourceStatus.QUIET, False
        note = Diagnostic(found.problems[-1].location, f"nothing was announced for {found.date}", "nothing to do", is_note=True)
        found.problems[-1] = note


def _hours_between(first: str, second: str) -> float:
    """Return the hours from one UTC time to another; -1 if one of them is not a time, as may be in a receipt."""
    try:
        times = [datetime.datetime.fromisoformat(time).replace(tzinfo=datetime.UTC) for time in (first, second)]
    except ValueError:
        return -1
    return (times[1] - times[0]) / datetime.timedelta(hours=1)


def _is_well(store: Store, calendar: Calendar, found: FetchResult) -> bool:
    """Return whether the source has given papers for a later working day since its first empty answer."""
    later = [date for date in store.dates() if date > found.date and calendar.announces(date)]
    return any(_gave(store.receipt(date), found) for date in later[-_NEAR_DAYS:])


def _gave(receipt: Receipt | None, found: FetchResult) -> bool:
    tally = receipt.sources.get(found.source) if receipt else None
    if receipt is None or tally is None or tally.condition not in GOOD or not tally.announced:
        return False
    return _hours_between(found.empty_since or "", receipt.finished or "") >= 0


def _shifted(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()


def usual(store: Store, calendar: Calendar, found: FetchResult) -> float | None:
    """Return the median of what a source had on the working days of the weeks before; None if they are too few."""
    counts = list(_counts(store, calendar, found))
    return median(counts) if len(counts) >= _FEWEST else None


def _was_settled(before: SourceStats | None) -> bool:
    return before is not None and before.condition == "quiet" and not before.open


def _counts(store: Store, calendar: Calendar, found: FetchResult) -> Iterator[int]:
    for back in range(1, _NEAR_DAYS + 1):
        date = _shifted(found.date, -back)
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
