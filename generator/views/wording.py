"""Dates, counts and states in words: English, the same wherever they stand."""

import calendar
import datetime as dt
from functools import lru_cache

from generator.catalogue.states import is_open
from generator.ground.model import Cost, Receipt, ScorerShare, State

STATE_WORDS = {
    State.OK: ("Complete", "Everything that was announced is accounted for."),
    State.QUIET: ("Quiet", "Nothing was announced on this day."),
    State.PARTIAL: ("Partial", "Part of this day could not be fetched or scored; what is here is right, but not all."),
    State.FAILED: ("Failed", "The run of this day failed: papers were announced, and none of them was scored."),
    State.MISSING: ("Missing", "There is no record of this day: it may have had papers that were never read."),
    State.UNKNOWN: ("No receipt", "No receipt says what was announced on this day: there may have been more papers."),
}
# Of these a list of days shows the number of papers alone, and no remark.
UNREMARKED = frozenset({State.OK, State.UNKNOWN})
_SO_FAR = {
    State.OK: "Everything that was announced so far is accounted for.",
    State.QUIET: "Nothing was announced so far.",
}


@lru_cache(1024)
def day(date: str) -> str:
    """``2025-05-27`` as ``Tuesday, 27 May 2025``."""
    d = dt.date.fromisoformat(date)
    return f"{calendar.day_name[d.weekday()]}, {d.day} {calendar.month_name[d.month]} {d.year}"


@lru_cache(1024)
def day_at_a_glance(date: str, state: State, papers: int) -> str:
    """``Tuesday, 27 May 2025: complete, 84 papers``."""
    return f"{day(date)}: {STATE_WORDS[state][0].lower()}, {count(papers, 'paper')}"


@lru_cache(1024)
def short_day(date: str) -> str:
    """``2025-05-27`` as ``Tue 27 May``."""
    d = dt.date.fromisoformat(date)
    return f"{calendar.day_abbr[d.weekday()]} {d.day} {calendar.month_abbr[d.month]}"


@lru_cache(1024)
def long_date(date: str) -> str:
    """``2025-05-27`` (or a longer ISO 8601 time) as ``27 May 2025``; anything else unchanged."""
    try:
        d = dt.date.fromisoformat(date[:10])
    except ValueError:
        return date
    return f"{d.day} {calendar.month_name[d.month]} {d.year}"


@lru_cache(1024)
def month(name: str) -> str:
    """``2025-05`` as ``May 2025``."""
    year, number = name.split("-")
    return f"{calendar.month_name[int(number)]} {int(year)}"


def week(name: str) -> str:
    """``2025-W22`` as ``Week 22, 2025``."""
    year, number = name.split("-W")
    return f"Week {int(number)}, {int(year)}"


def number(value: float | None) -> str:
    """1691 as ``1,691``, 7.5 as ``7.5``; None as a dash, since unknown is not zero."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def count(value: int, one: str, many: str = "") -> str:
    """``1 paper``, ``1,691 papers``."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def state_of_day(state: State, receipt: Receipt | None) -> str:
    """Return what a state means for a day: of one with sources that may bring more, what holds so far."""
    still_open = receipt is not None and any(map(is_open, receipt.sources.values()))
    return _SO_FAR.get(state, STATE_WORDS[state][1]) if still_open else STATE_WORDS[state][1]


def scorers(receipt: Receipt) -> str:
    """Return the scorers of a day: ``gpt-4o``; of several, ``gpt-4o (78 papers, $0.36) and local (2 papers)``."""
    return " and ".join(_scorer(share) for share in receipt.scorers) or receipt.model or ""


def _scorer(share: ScorerShare) -> str:
    facts = [count(share.scored, "paper"), *([cost(share.cost)] if share.cost else [])]
    return f"{share.model or 'a scorer that is not on record'} ({', '.join(facts)})"


def money(value: float | None, currency: str = "USD") -> str:
    """0.42 as ``$0.42``; None as ``unknown``: never as nothing."""
    if value is None:
        return "unknown"
    digits = 2 if value == 0 or value >= 0.01 else 4
    return f"${value:,.{digits}f}" if currency == "USD" else f"{value:,.{digits}f} {currency}"


def cost(value: Cost | None) -> str:
    """The total of a cost in words."""
    return money(value.total, value.currency) if value else "unknown"
