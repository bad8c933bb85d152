"""Dates, weeks and months: names, spans, neighbours, and the days of a span. Pure."""

import bisect
import calendar
import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from broadsheet.index.days import DayHead
from broadsheet.model.state import DayState

REGULAR_DAYS = 28


def year_before(date: str) -> str:
    """Return the date 365 days before."""
    return (dt.date.fromisoformat(date) - dt.timedelta(days=365)).isoformat()


def first_of(days: int, last: str) -> str:
    """Return the first of the `days` days that end with `last`."""
    return (dt.date.fromisoformat(last) - dt.timedelta(days=days - 1)).isoformat()


def week_of(date: str) -> str:
    """Return the ISO 8601 week of a date, ``2025-W22``."""
    year, week, _ = dt.date.fromisoformat(date).isocalendar()
    return f"{year:04}-W{week:02}"


def quarter_of(date: str) -> str:
    """Return the quarter of a date, ``2025-Q2``."""
    return f"{date[:4]}-Q{(int(date[5:7]) + 2) // 3}"


def month_span(month: str) -> tuple[str, str]:
    """Return the first and last date of ``2025-05``."""
    year, number = map(int, month.split("-"))
    return f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02}"


def week_span(week: str) -> tuple[str, str]:
    """Return the Monday and Sunday of ``2025-W22``."""
    year, number = map(int, week.split("-W"))
    return dt.date.fromisocalendar(year, number, 1).isoformat(), dt.date.fromisocalendar(year, number, 7).isoformat()


def months(dates: Iterable[str]) -> list[str]:
    """Return the months of some dates, each once, in order."""
    return [month for month, _ in groupby(sorted(dates), key=lambda date: date[:7])]


def weeks(dates: Iterable[str]) -> list[str]:
    """Return the ISO weeks of some dates, each once, in order."""
    return [week for week, _ in groupby(sorted(dates), key=week_of)]


def neighbours(names: list[str], name: str) -> tuple[str | None, str | None]:
    """Return the names before and after `name` in a sorted list."""
    before = bisect.bisect_left(names, name)
    after = before + 1 if before < len(names) and names[before] == name else before
    return (names[before - 1] if before else None), (names[after] if after < len(names) else None)


def span(heads: dict[str, DayHead], first: str, last: str) -> list[DayHead | None]:
    """Return for each date from `first` to `last` its day, a missing one for a weekday without, or None.

    `heads` are all days on record, oldest first. Only weekdays from the first regular day to the newest are missing.
    arXiv announces Sunday to Thursday evenings, so digest days are Monday to Friday: a weekend is no gap.
    """
    regular, newest = first_regular(heads), next(reversed(heads), "")
    days: list[DayHead | None] = []
    for ordinal in range(dt.date.fromisoformat(first).toordinal(), dt.date.fromisoformat(last).toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        date = day.isoformat()
        gap = regular < date < newest and day.weekday() < 5
        days.append(heads.get(date) or (_missing(date) if gap else None))
    return days


def first_regular(heads: dict[str, Any]) -> str:
    """Return the first day on record that begins four weeks with a third of their weekdays on record.

    Days before it are trials: the weekdays between them are no gaps.
    """
    newest = dt.date.fromisoformat(next(reversed(heads), "0001-01-01"))
    return next((date for date in heads if _is_regular(heads, dt.date.fromisoformat(date), newest)), "")


def _is_regular(heads: dict[str, Any], first: dt.date, newest: dt.date) -> bool:
    days = (first + dt.timedelta(days=number) for number in range(min((newest - first).days + 1, REGULAR_DAYS)))
    on_record = [day.isoformat() in heads for day in days if day.weekday() < 5]
    return 3 * sum(on_record) >= len(on_record)


def _missing(date: str) -> DayHead:
    return DayHead(date=date, state=DayState.MISSING, papers=0, has_page=False)
