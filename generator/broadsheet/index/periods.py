"""Dates, weeks and months: their names, spans and neighbours, and the days a span has. Pure."""

import bisect
import calendar
import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from broadsheet.index.days import DayHead
from broadsheet.model.state import DayState


def year_before(date: str) -> str:
    """The date 365 days before."""
    return (dt.date.fromisoformat(date) - dt.timedelta(days=365)).isoformat()


def week_of(date: str) -> str:
    """The ISO 8601 week of a date, ``2025-W22``."""
    year, week, _ = dt.date.fromisoformat(date).isocalendar()
    return f"{year:04}-W{week:02}"


def month_span(month: str) -> tuple[str, str]:
    """First and last date of ``2025-05``."""
    year, number = map(int, month.split("-"))
    return f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02}"


def week_span(week: str) -> tuple[str, str]:
    """Monday and Sunday of ``2025-W22``."""
    year, number = map(int, week.split("-W"))
    return dt.date.fromisocalendar(year, number, 1).isoformat(), dt.date.fromisocalendar(year, number, 7).isoformat()


def months(heads: Iterable[str]) -> list[str]:
    """The months of some dates, each once, in order."""
    return [month for month, _ in groupby(sorted(heads), key=lambda date: date[:7])]


def weeks(heads: Iterable[str]) -> list[str]:
    """The ISO weeks of some dates, each once, in order."""
    return [week for week, _ in groupby(sorted(heads), key=week_of)]


def neighbours(names: list[str], name: str) -> tuple[str | None, str | None]:
    """What stands before and after `name` in a sorted list."""
    at = bisect.bisect_left(names, name)
    after = at + 1 if at < len(names) and names[at] == name else at
    return (names[at - 1] if at else None), (names[after] if after < len(names) else None)


def span(heads: dict[str, DayHead], first: str, last: str) -> list[DayHead | None]:
    """Every date from `first` to `last`: its day; a missing one for a weekday inside the archive; else None.

    `heads` are all days on record, oldest first.

    arXiv announces Sunday to Thursday evenings, so digest days are Monday to Friday: a weekend is no gap.
    """
    oldest, newest = next(iter(heads), ""), next(reversed(heads), "")
    days: list[DayHead | None] = []
    for ordinal in range(dt.date.fromisoformat(first).toordinal(), dt.date.fromisoformat(last).toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        date = day.isoformat()
        gap = oldest < date < newest and day.weekday() < 5
        days.append(heads.get(date) or (_missing(date) if gap else None))
    return days


def _missing(date: str) -> DayHead:
    return DayHead(date=date, state=DayState.MISSING, papers=0, has_page=False)
