"""The axis of a chart over time: spans of days, coarse enough to be few."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from broadsheet.index.day_stats import DayStats
from broadsheet.index.days import DayHead
from broadsheet.index.periods import week_of
from broadsheet.index.scorer_changes import ScorerChange
from broadsheet.model.state import DayState
from broadsheet.text import formats
from broadsheet.translations import gettext, gettext_noop
from broadsheet.views import formatting

MAX_SPANS = 40


def _quarter(date: str) -> str:
    # Translators: a quarter of a year: Q2 2025.
    return gettext("Q%(number)s %(year)s") % {"number": (int(date[5:7]) + 2) // 3, "year": date[:4]}


class Unit(NamedTuple):
    """A unit of an axis of time: messages with its name and on it, and its spans.

    `key` groups dates into spans. `names` returns the long and the short name of a span by its first day.
    """

    name: str
    caption: str
    mean: str
    total: str
    key: Callable[[str], str]
    names: Callable[[str], tuple[str, str]]


DAY = Unit(
    gettext_noop("Day"),
    gettext_noop("%(title)s, by day"),
    gettext_noop("Papers shown each day"),
    gettext_noop("The sum of the receipts of each day"),
    str,
    lambda date: (formats.long_date(date), formats.day_and_month(date)),
)
WEEK = Unit(
    gettext_noop("Week"),
    gettext_noop("%(title)s, by week"),
    gettext_noop("Mean over the days with papers of each week"),
    gettext_noop("The sum of the receipts of each week"),
    week_of,
    lambda date: (formats.week(week_of(date)), formats.day_and_month(date)),
)
MONTH = Unit(
    gettext_noop("Month"),
    gettext_noop("%(title)s, by month"),
    gettext_noop("Mean over the days with papers of each month"),
    gettext_noop("The sum of the receipts of each month"),
    lambda date: date[:7],
    lambda date: (formats.month(date[:7]), formats.short_month_and_year(date)),
)
QUARTER = Unit(
    gettext_noop("Quarter"),
    gettext_noop("%(title)s, by quarter"),
    gettext_noop("Mean over the days with papers of each quarter"),
    gettext_noop("The sum of the receipts of each quarter"),
    lambda date: f"{date[:4]}-Q{(int(date[5:7]) + 2) // 3}",
    lambda date: (_quarter(date), _quarter(date)),
)
YEAR = Unit(
    gettext_noop("Year"),
    gettext_noop("%(title)s, by year"),
    gettext_noop("Mean over the days with papers of each year"),
    gettext_noop("The sum of the receipts of each year"),
    lambda date: date[:4],
    lambda date: (date[:4], date[:4]),
)
_UNITS = (DAY, WEEK, MONTH, QUARTER, YEAR)  # the finest first


class Span(NamedTuple):
    """Consecutive days: their long and short name, those on record, and their statistics."""

    name: str
    label: str
    heads: Sequence[DayHead]
    stats: Sequence[DayStats]

    @property
    def papers(self) -> int:
        """The number of papers of these days; a paper counts on each day that shows it."""
        return sum(head.papers for head in self.heads)


class Axis(NamedTuple):
    """The unit of an axis and its spans; `changes` are sentences on a change of the scorer, by the span's index."""

    unit: Unit
    spans: Sequence[Span]
    changes: Mapping[int, str] = MappingProxyType({})

    @property
    def labels(self) -> list[tuple[str, str]]:
        """The long and short names of the spans."""
        return [(span.name, span.label) for span in self.spans]


def axis(
    days: Sequence[DayHead | None], first: str, stats: dict[str, DayStats], changes: Sequence[ScorerChange] = ()
) -> Axis:
    """Return the finest axis with at most `MAX_SPANS` spans for `days`, consecutive dates from `first` on.

    None stands for a date without a record.
    """
    start = dt.date.fromisoformat(first).toordinal()
    dated = [(dt.date.fromordinal(start + offset).isoformat(), head) for offset, head in enumerate(days)]
    for unit in _UNITS:
        groups = [list(group) for _, group in groupby(dated, key=lambda pair: unit.key(pair[0]))]
        if len(groups) <= MAX_SPANS or unit is YEAR:
            return Axis(unit, [_span(group, unit.names, stats) for group in groups], _changes(groups, changes))
    raise AssertionError("unreachable")


def _changes(groups: Sequence[Sequence[tuple[str, DayHead | None]]], changes: Sequence[ScorerChange]) -> dict[int, str]:
    sentences: dict[int, list[str]] = {}
    for change in changes:
        index = next(index for index, group in enumerate(groups) if change.date <= group[-1][0])
        sentences.setdefault(index, []).append(formatting.scorer_change_in_brief(change))
    return {index: "; ".join(parts) for index, parts in sentences.items()}


def _span(
    group: Sequence[tuple[str, DayHead | None]], names: Callable[[str], tuple[str, str]], stats: dict[str, DayStats]
) -> Span:
    heads = [head for _, head in group if head]
    return Span(*names(group[0][0]), heads, [stats[head.date] for head in heads if head.date in stats])


def days_in(heads: Iterable[DayHead], state: DayState) -> int:
    """Return the number of days that are in a state."""
    return sum(head.state == state for head in heads)
