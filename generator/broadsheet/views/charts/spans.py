"""The axis of a chart over time: spans of days, so coarse that there are never many. Pure."""

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from broadsheet.index.day_stats import DayStats
from broadsheet.index.days import DayHead
from broadsheet.index.periods import week_of
from broadsheet.model.state import DayState
from broadsheet.text import formats

MOST = 40  # spans on an axis


def _month(date: str) -> str:
    return calendar.month_abbr[int(date[5:7])]


def _quarter(date: str) -> str:
    return f"Q{(int(date[5:7]) + 2) // 3} {date[:4]}"


# What a span is called, of which days it consists (by a key of their date), and its names by its first day.
_UNITS: tuple[tuple[str, Callable[[str], str], Callable[[str], tuple[str, str]]], ...] = (
    ("Day", str, lambda date: (formats.long_date(date), f"{int(date[8:])} {_month(date)}")),
    ("Week", week_of, lambda date: (formats.week(week_of(date)), f"{int(date[8:])} {_month(date)}")),
    ("Month", lambda date: date[:7], lambda date: (formats.month(date[:7]), f"{_month(date)} {date[:4]}")),
    ("Quarter", _quarter, lambda date: (_quarter(date), _quarter(date))),
    ("Year", lambda date: date[:4], lambda date: (date[:4], date[:4])),
)


class Span(NamedTuple):
    """Some days in a row: their name in full and in short, those on record, and what was counted on them."""

    name: str
    label: str
    heads: Sequence[DayHead]
    tallies: Sequence[DayStats]

    @property
    def papers(self) -> int:
        """How many papers these days show, each as often as it is shown."""
        return sum(head.papers for head in self.heads)


class Axis(NamedTuple):
    """What one place on the axis is called, and the places."""

    unit: str
    spans: Sequence[Span]

    @property
    def places(self) -> list[tuple[str, str]]:
        """The names of the spans, in full and in short."""
        return [(span.name, span.label) for span in self.spans]


def axis(days: Sequence[DayHead | None], first: str, tallies: dict[str, DayStats]) -> Axis:
    """The finest axis with at most `MOST` places for `days`, of which the first is `first` and each the next date.

    None stands for a date that is no day of the digest at all.
    """
    start = dt.date.fromisoformat(first).toordinal()
    dated = [(dt.date.fromordinal(start + at).isoformat(), head) for at, head in enumerate(days)]
    for unit, key, names in _UNITS:
        groups = [list(group) for _, group in groupby(dated, key=lambda pair: key(pair[0]))]
        if len(groups) <= MOST or unit == "Year":
            return Axis(unit, [_span(group, names, tallies) for group in groups])
    raise AssertionError("unreachable")


def _span(
    group: Sequence[tuple[str, DayHead | None]], names: Callable[[str], tuple[str, str]], tallies: dict[str, DayStats]
) -> Span:
    heads = [head for _, head in group if head]
    return Span(*names(group[0][0]), heads, [tallies[head.date] for head in heads if head.date in tallies])


def days_in(heads: Iterable[DayHead], state: DayState) -> int:
    """How many of some days are in a state."""
    return sum(head.state == state for head in heads)
