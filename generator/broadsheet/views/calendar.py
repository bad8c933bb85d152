"""Calendars, and the addresses of weeks and months. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from broadsheet.index.days import DayHead
from broadsheet.index.periods import month_span

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


def month_calendar(month: str, days: Sequence[DayHead | None]) -> Calendar:
    """The month as weeks, each day shaded by its number of papers against the fullest of them.

    `days` are the dates from the first on; where they end early, the rest of the month is numbers only.
    """
    first, last = month_span(month)
    days = [*days, *[None] * (int(last[-2:]) - len(days))]
    most = max((head.papers for head in days if head), default=0)
    cells: list[Cell | None] = [None] * dt.date.fromisoformat(first).weekday()
    cells += [Cell(number, head, shade(head.papers if head else 0, most)) for number, head in enumerate(days, 1)]
    cells += [None] * (-len(cells) % 7)
    return Calendar(month, [cells[at : at + 7] for at in range(0, len(cells), 7)])


def shade(value: int, most: int) -> int:
    """0 for none, else 1 to 4 in equal steps up to `most`."""
    return -(-value * LEVELS // most) if value and most else 0
