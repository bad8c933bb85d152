"""Month calendars, and the addresses of weeks and months."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from broadsheet.index.days import DayHead
from broadsheet.index.periods import month_span

LEVELS = 4


class CalendarCell(NamedTuple):
    """A date in a calendar: its day of the month, the day if it is on record, a shade from 0 to 4."""

    number: int
    head: DayHead | None
    level: int


class MonthCalendar(NamedTuple):
    """A month in weeks, Monday first; None pads the first and the last week."""

    name: str
    weeks: list[list[CalendarCell | None]]


def week_address(week: str) -> str:
    """Return the address of a week's page, relative to the site's root."""
    return f"weekly/{week}/"


def month_address(month: str) -> str:
    """Return the address of a month's page, relative to the site's root."""
    return f"monthly/{month}/"


def month_calendar(month: str, days: Sequence[DayHead | None]) -> MonthCalendar:
    """Return the month as weeks, each day shaded by its share of the largest number of papers a day.

    `days` are the dates from the first on; if they end early, the other dates are numbers only.
    """
    first, last = month_span(month)
    days = [*days, *[None] * (int(last[-2:]) - len(days))]
    largest = max((head.papers for head in days if head), default=0)
    cells: list[CalendarCell | None] = [None] * dt.date.fromisoformat(first).weekday()
    cells += [
        CalendarCell(number, head, shade(head.papers if head else 0, largest)) for number, head in enumerate(days, 1)
    ]
    cells += [None] * (-len(cells) % 7)
    return MonthCalendar(month, [cells[start : start + 7] for start in range(0, len(cells), 7)])


def shade(value: int, largest: int) -> int:
    """Return 0 for 0, else 1 to 4 in equal steps up to `largest`."""
    return -(-value * LEVELS // largest) if value and largest else 0
