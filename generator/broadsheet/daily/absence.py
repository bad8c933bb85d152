"""No papers on a working day: a holiday, or a late service. The archive and a second request decide."""

import datetime
from collections.abc import Iterator
from statistics import median

from broadsheet.index.states import GOOD
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.fetch_result import FetchResult, SourceStatus
from broadsheet.store.store import Store

_MIN_GAP_H = 12  # between two empty responses that settle a day
_NEAR_DAYS = 28
_MIN_SAMPLE = 3  # working days on record, below which no count is usual


def settle_absence(store: Store, calendar: Calendar, result: FetchResult, asked_at: str) -> None:
    """Mark a source without papers as quiet if that is plausible; `asked_at` is the UTC time of this request.

    An empty response is plausible on a holiday, and from a source that usually has no papers. Otherwise two things are
    needed: a second empty response at least 12 hours later, and papers of a later working day, which show that the
    source works again. Until then the source stays stale.
    """
    if not result.absent:
        return
    receipt = store.receipt(result.date)
    before = receipt.sources.get(result.source) if receipt else None
    result.empty_since = before.empty_since if before and before.empty_since else asked_at
    confirmed = _hours_between(result.empty_since, asked_at) >= _MIN_GAP_H and _is_working(store, calendar, result)
    expected = not calendar.announces(result.date) or usual_count(store, calendar, result) == 0
    if confirmed or expected or _was_quiet(before):
        result.status, result.absent = SourceStatus.QUIET, False
        note = Diagnostic(
            result.problems[-1].location, f"nothing was announced for {result.date}", "nothing to do", is_note=True
        )
        result.problems[-1] = note


def _hours_between(first: str, second: str) -> float:
    """Return the hours from one UTC time to another; -1 if a receipt has something else in place of a time."""
    try:
        times = [datetime.datetime.fromisoformat(time).replace(tzinfo=datetime.UTC) for time in (first, second)]
    except ValueError:
        return -1
    return (times[1] - times[0]) / datetime.timedelta(hours=1)


def _is_working(store: Store, calendar: Calendar, result: FetchResult) -> bool:
    """Return whether the source gave papers for a later working day after its first empty response."""
    later = [date for date in store.dates() if date > result.date and calendar.announces(date)]
    return any(_gave_papers(store.receipt(date), result) for date in later[-_NEAR_DAYS:])


def _gave_papers(receipt: Receipt | None, result: FetchResult) -> bool:
    stats = receipt.sources.get(result.source) if receipt else None
    if receipt is None or stats is None or stats.status not in GOOD or not stats.announced:
        return False
    return _hours_between(result.empty_since or "", receipt.finished or "") >= 0


def _shifted(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()


def usual_count(store: Store, calendar: Calendar, result: FetchResult) -> float | None:
    """Return the median number of a source's papers on the working days of four weeks; None if they are too few."""
    counts = list(_counts(store, calendar, result))
    return median(counts) if len(counts) >= _MIN_SAMPLE else None


def _was_quiet(before: SourceStats | None) -> bool:
    return before is not None and before.status == "quiet" and not before.open


def _counts(store: Store, calendar: Calendar, result: FetchResult) -> Iterator[int]:
    for back in range(1, _NEAR_DAYS + 1):
        date = _shifted(result.date, -back)
        count = _count(store, date, result.source) if calendar.announces(date) else None
        if count is not None:
            yield count


def _count(store: Store, date: str, source: str) -> int | None:
    """Return the number of a source's papers for a day; None if it is not on record."""
    receipt = store.receipt(date)
    stats = receipt.sources.get(source) if receipt else None
    if stats:
        return stats.announced if stats.status in GOOD else None
    return sum(paper.source == source for paper in store.papers(date)) or None
