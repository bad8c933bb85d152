"""Days, weeks and months as a reader moves between them: neighbours, calendars, addresses. Pure."""

import bisect
import calendar
import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from generator.catalogue.days import DayHead, span, week_of

LEVELS = 4


class Cell(NamedTuple):
    """A date in a calendar: its day of the month, the day if there is one, a shade from 0 to 4."""

    number: int
    head: DayHead | None
    level: int


class Calendar(NamedTuple):
    """A month, Monday first; None pads the first and the last week."""

    name: str
    weeks: list[list[Cell | None]]


def week_address(week: str) -> str:
    """The address of a week's page, relative to the site's root."""
    return f"weekly/{week}/"


def month_address(month: str) -> str:
    """The address of a month's page, relative to the site's root."""
    return f"monthly/{month}/"


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


def month_calendar(heads: dict[str, DayHead], month: str) -> Calendar:
    """The month as weeks, each day shaded by its number of papers against the fullest day of the month."""
    first, last = month_span(month)
    days = span(heads, first, last)
    most = max((head.papers for head in days if head), default=0)
    cells: list[Cell | None] = [None] * dt.date.fromisoformat(first).weekday()
    cells += [Cell(number, head, shade(head.papers if head else 0, most)) for number, head in enumerate(days, 1)]
    cells += [None] * (-len(cells) % 7)
    return Calendar(month, [cells[at : at + 7] for at in range(0, len(cells), 7)])


def shade(value: int, most: int) -> int:
    """0 for none, else 1 to 4 in equal steps up to `most`."""
    return -(-value * LEVELS // most) if value and most else 0
