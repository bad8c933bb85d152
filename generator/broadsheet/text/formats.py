"""Dates, numbers and amounts of money as English text."""

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from broadsheet.translations import ngettext

_TENTH = Decimal("0.1")
# Tuples, since the names in `calendar` are formatted anew each time they are read.
_DAYS, _DAY_ABBREVIATIONS = tuple(calendar.day_name), tuple(calendar.day_abbr)
_MONTHS, _MONTH_ABBREVIATIONS = tuple(calendar.month_name), tuple(calendar.month_abbr)


def day(date: str) -> str:
    """Return ``2025-05-27`` as ``Tuesday, 27 May 2025``."""
    parsed = dt.date.fromisoformat(date)
    return f"{_DAYS[parsed.weekday()]}, {parsed.day} {_MONTHS[parsed.month]} {parsed.year}"


def short_day(date: str) -> str:
    """Return ``2025-05-27`` as ``Tue 27 May``."""
    parsed = dt.date.fromisoformat(date)
    return f"{_DAY_ABBREVIATIONS[parsed.weekday()]} {parsed.day} {short_month(date)}"


def long_date(date: str) -> str:
    """Return ``2025-05-27`` (or a longer ISO 8601 time) as ``27 May 2025``; anything else unchanged."""
    try:
        parsed = dt.date.fromisoformat(date[:10])
    except ValueError:
        return date
    return f"{parsed.day} {_MONTHS[parsed.month]} {parsed.year}"


def month(name: str) -> str:
    """Return ``2025-05`` as ``May 2025``."""
    year, number = name.split("-")
    return f"{_MONTHS[int(number)]} {int(year)}"


def short_month(name: str) -> str:
    """Return ``2025-05``, or a day of it, as ``May``."""
    return _MONTH_ABBREVIATIONS[int(name[5:7])]


def week(name: str) -> str:
    """Return ``2025-W22`` as ``Week 22, 2025``."""
    year, number = name.split("-W")
    return f"Week {int(number)}, {int(year)}"


def number(value: float | None) -> str:
    """Return 1691 as ``1,691``, 7.5 as ``7.5``, and None as a dash, since unknown is not zero."""
    if value is None:
        return "–"
    if value == int(value):
        return f"{value:,.0f}"
    return f"{Decimal(value).quantize(_TENTH, ROUND_HALF_UP):,}"  # as a browser rounds


def ordinal(value: int) -> str:
    """Return 1 as ``1st``, 1012 as ``1,012th``."""
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value:,}{ending}"


def count(value: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 paper``, ``1,691 papers``."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def quantity(value: int, singular: str, plural: str) -> str:
    """Return a number of things, from messages with ``%(number)s``: ``1 paper``, ``1,691 papers``."""
    return ngettext(singular, plural, value) % {"number": f"{value:,}"}


def money(value: float | None, currency: str = "USD") -> str:
    """Return 0.42 as ``$0.42``, and None as ``unknown``, since unknown is not zero."""
    if value is None:
        return "unknown"
    digits = 2 if value == 0 or value >= 0.01 else 4
    return f"${value:,.{digits}f}" if currency == "USD" else f"{value:,.{digits}f} {currency}"
