"""A chart before it is drawn: what is told of each span of time, and the table of the same figures. Pure."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from broadsheet.text import formats
from broadsheet.text.sanitize import escaped

# How a series is filled, so that nobody has to tell colours apart.
SOLID, HATCHED, DOTTED, HOLLOW = "solid", "hatched", "dotted", "hollow"
# Why there is no bar: nothing was announced, or nobody knows.
QUIET, GAP = "quiet", "gap"


class Series(NamedTuple):
    """One value for each place on the axis; None is unknown, which is not zero."""

    name: str
    values: Sequence[float | None]
    fill: str = SOLID


class Chart(NamedTuple):
    """What a chart shows, in plain text.

    `id` is unique on its page; `places` are the axis: each in full, for the table, and in short, for below the axis;
    `doubtful` places hold less than there was, so their bars are hatched; `marks` stand where there is no bar; `said`
    writes a value; `notes` are further columns of the table: a heading, and a text for each place.
    """

    id: str
    title: str
    about: str
    axis: str
    places: Sequence[tuple[str, str]]
    series: Sequence[Series]
    said: Callable[[float | None], str] = formats.number
    doubtful: frozenset[int] = frozenset()
    marks: Sequence[str] = ()
    notes: Sequence[tuple[str, Sequence[str]]] = ()


def top(chart: Chart) -> float:
    """The highest of all values; 0 if none is known."""
    return max((value for one in chart.series for value in one.values if value is not None), default=0)


def is_whole(chart: Chart) -> bool:
    """Whether all values are whole numbers."""
    return all(float(value).is_integer() for one in chart.series for value in one.values if value is not None)


def ticks(highest: float, whole: bool = False) -> list[float]:
    """Round numbers from 0 to at least `highest`, in at most four steps of 1, 2 or 5 times a power of ten.

    Of what comes in `whole` pieces there are no halves.
    """
    if highest <= 0:
        return [0, 1]
    power = 10.0 ** math.floor(math.log10(highest / 4))
    step = next(factor * power for factor in (1, 2, 5, 10) if 4 * factor * power >= highest)
    step = max(step, 1) if whole else step
    return [step * at for at in range(1 + next(n for n in range(1, 5) if n * step >= highest))]


def short(value: float) -> str:
    """A number in a few characters: ``1,200``, ``12k``, ``3.5M``, ``0.05``."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):g}{letter}"
    return f"{value:,g}"


def table(chart: Chart) -> str:
    """The figures, folded: what a reader has who does not see the drawing. Places without any are left out."""
    heads = [chart.axis, *(one.name for one in chart.series), *(heading for heading, _ in chart.notes)]
    columns = "".join([f'<th scope="col">{escaped(head)}</th>' for head in heads])
    title, axis = escaped(chart.title), escaped(chart.axis.lower())
    return (
        f'<details class="collapsible"><summary>{title} in figures</summary>\n'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{title}"><table class="figures">'
        f"<caption>{title}, by {axis}</caption>\n<thead><tr>{columns}</tr></thead>\n"
        f"<tbody>\n{''.join(_rows(chart))}</tbody></table></div></details>\n"
    )


def _rows(chart: Chart) -> Iterator[str]:
    for at, (name, _) in enumerate(chart.places):
        values = [one.values[at] for one in chart.series]
        notes = [texts[at] for _, texts in chart.notes]
        if any(value is not None for value in values) or any(notes):
            said = [*map(chart.said, values), *(note or "–" for note in notes)]
            cells = "".join([f"<td>{escaped(cell)}</td>" for cell in said])
            yield f'<tr><th scope="row">{escaped(name)}</th>{cells}</tr>\n'
