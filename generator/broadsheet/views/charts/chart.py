"""A chart before it is drawn: its values and labels, and the table of its figures."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from broadsheet.text import formats
from broadsheet.text.sanitize import escaped
from broadsheet.translations import gettext, gettext_noop

# The fills of a series: a reader need not distinguish colours.
SOLID, HATCHED, DOTTED, HOLLOW = "solid", "hatched", "dotted", "hollow"
# The reasons for a missing bar: nothing was announced, or the number is unknown.
QUIET, GAP = "quiet", "gap"
_DASHED = gettext_noop("Dashed line: another model or rubric from there on.")


class Series(NamedTuple):
    """A value for each label of the axis; None is unknown, which differs from zero. `hue` is a name of the palette."""

    name: str
    values: Sequence[float | None]
    fill: str = SOLID
    hue: str = ""


class Chart(NamedTuple):
    """A chart, in plain text.

    `id` is unique on its page. `axis` is the heading of the labels and `by` the caption of the table, with the title to
    come. `labels` are those of the axis: a long one for the table, a short one below the axis. Bars at `incomplete`
    indices are hatched: their values are too small. `marks` replace missing bars. `format_value` returns a value as
    text. `columns` are further columns of the table: a heading, and a text for each label. `changes` are words on a
    change of the scorer, by the index of a label.
    """

    id: str
    title: str
    about: str
    axis: str
    by: str
    labels: Sequence[tuple[str, str]]
    series: Sequence[Series]
    format_value: Callable[[float | None], str] = formats.number
    incomplete: frozenset[int] = frozenset()
    marks: Sequence[str] = ()
    columns: Sequence[tuple[str, Sequence[str]]] = ()
    changes: Mapping[int, str] = MappingProxyType({})

    @property
    def caption(self) -> str:
        """The contents of the chart, and the meaning of a dashed line."""
        return f"{self.about} {gettext(_DASHED)}" if self.changes else self.about

    @property
    def description(self) -> str:
        """The caption, with the changes of the scorer."""
        words = "; ".join(self.changes[index] for index in sorted(self.changes))
        return f"{self.caption} {words}." if words else self.caption


def top(chart: Chart) -> float:
    """Return the highest value; 0 if all are unknown."""
    return max((value for series in chart.series for value in series.values if value is not None), default=0)


def is_whole(chart: Chart) -> bool:
    """Return whether all values are whole numbers."""
    return all(float(value).is_integer() for series in chart.series for value in series.values if value is not None)


def ticks(highest: float, whole: bool = False) -> list[float]:
    """Return round numbers from 0 to at least `highest`, in at most four steps of 1, 2 or 5 times a power of ten.

    With `whole`, all of them are whole numbers.
    """
    if highest <= 0:
        return [0, 1]
    power = 10.0 ** math.floor(math.log10(highest / 4))
    step = next(factor * power for factor in (1, 2, 5, 10) if 4 * factor * power >= highest)
    step = max(step, 1) if whole else step
    return [step * number for number in range(1 + next(n for n in range(1, 5) if n * step >= highest))]


def short(value: float) -> str:
    """Return a number in a few characters: ``1,200``, ``12k``, ``3.5M``, ``0.05``."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):g}{letter}"
    return f"{value:,g}"


def table(chart: Chart) -> str:
    """Return the figures as a collapsed table, for readers without the drawing; empty rows are omitted."""
    heads = [chart.axis, *(series.name for series in chart.series), *(heading for heading, _ in _columns(chart))]
    columns = "".join([f'<th scope="col">{escaped(head)}</th>' for head in heads])
    title = escaped(chart.title)
    summary = escaped(gettext("%(title)s in figures") % {"title": chart.title})
    return (
        f'<details class="collapsible"><summary>{summary}</summary>\n'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{title}"><table class="figures">'
        f"<caption>{escaped(chart.by % {'title': chart.title})}</caption>\n<thead><tr>{columns}</tr></thead>\n"
        f"<tbody>\n{''.join(_rows(chart))}</tbody></table></div></details>\n"
    )


def _columns(chart: Chart) -> list[tuple[str, Sequence[str]]]:
    """Return the further columns of the table; the last one has the changes of the scorer, if there are any."""
    changes = [chart.changes.get(index, "") for index in range(len(chart.labels))]
    return [*chart.columns, (gettext("Scorer"), changes)] if chart.changes else [*chart.columns]


def _rows(chart: Chart) -> Iterator[str]:
    for index, (name, _) in enumerate(chart.labels):
        values = [series.values[index] for series in chart.series]
        texts = [column[index] for _, column in _columns(chart)]
        if any(value is not None for value in values) or any(texts):
            row = [*map(chart.format_value, values), *(text or "–" for text in texts)]
            cells = "".join([f"<td>{escaped(cell)}</td>" for cell in row])
            yield f'<tr><th scope="row">{escaped(name)}</th>{cells}</tr>\n'
