"""Charts as SVG: bars from zero, side by side, inside one another, stacked, or a row for each series. Pure.

Places are in per cent of the width and heights in pixels: a drawing is as wide as its column, and its text keeps its
size. The labels of the axis stand left of it, in a margin that the style sheet keeps free; colours are the sheet's too.
"""

from collections.abc import Iterator, Sequence

from broadsheet.text.sanitize import escaped
from broadsheet.views.charts.chart import DOTTED, HATCHED, QUIET, Chart, Series, is_whole, short, table, ticks, top

HEIGHT = 130  # of the plot, in pixels
ABOVE = 8
LEGEND = 22
BELOW = 20
LABELS, WIDE_LABELS = 5, 3  # below the axis, at most
ROW, ROW_LABEL = 44, 16
NAME = 36  # characters of a row's name
BAR = 0.76  # of the width there is for it
PATTERNS = {HATCHED: "M-1 1L1-1M0 4L4 0M3 5L5 3", DOTTED: "M1 1h1v1h-1zM3 3h1v1h-1z"}


def bars(chart: Chart) -> str:
    """One series as bars."""
    (series,) = chart.series
    scale = _Scale(chart)
    sure = [None if at in chart.doubtful else value for at, value in enumerate(series.values)]
    doubtful = [value if at in chart.doubtful else None for at, value in enumerate(series.values)]
    drawn = scale.bars(series._replace(values=sure))
    if any(doubtful):
        drawn += scale.bars(series._replace(values=doubtful, fill=HATCHED))
    return scale.figure(drawn + scale.marks())


def nested(chart: Chart) -> str:
    """Each series inside the one before it, as parts of it: each bar narrower than the last."""
    scale = _Scale(chart, legend=True)
    steps = max(len(chart.series) - 1, 1)
    widths = [BAR - at * (BAR - 0.3) / steps for at in range(len(chart.series))]
    return scale.figure("".join(map(scale.bars, chart.series, widths)) + scale.marks())


def stacked(chart: Chart) -> str:
    """Each series on top of the ones before it."""
    feet = [0.0] * len(chart.places)
    sums = [sum(one.values[at] or 0 for one in chart.series) for at in range(len(chart.places))]
    scale = _Scale(chart, legend=True, highest=max(sums, default=0))
    drawn = ""
    for one in chart.series:
        drawn += scale.bars(one, feet=feet)
        feet = [foot + (value or 0) for foot, value in zip(feet, one.values, strict=True)]
    return scale.figure(drawn)


def rows(chart: Chart, said: Sequence[str]) -> str:
    """A row of bars for each series, all on one scale, with its name and what is `said` of it."""
    highest = ticks(top(chart))[-1]
    height = ROW * len(chart.series)
    drawn = "".join([_row(chart, at, highest, escaped(words)) for at, words in enumerate(said)])
    return _figure(chart, height + BELOW, drawn + _below(chart, height), "rows")


def _row(chart: Chart, at: int, highest: float, words: str) -> str:
    """One path for all bars, in a drawing of its own that is stretched to the width; the line below is the data's."""
    name, values = chart.series[at].name, chart.series[at].values
    full, y = ROW - ROW_LABEL - 8, ROW * at
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    path = "".join([f"M{place} {full}v{-value * full / highest:.4g}h{BAR}V{full}z" for place, value in known if value])
    base = "".join([f"M{place} {full}h{BAR}" for place, _ in known])
    cut = name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
    return (
        f'<text y="{y + 12}">{escaped(cut)}</text><text x="100%" y="{y + 12}" text-anchor="end">{words}</text>'
        f'<svg y="{y + ROW_LABEL}" width="100%" height="{full + 1}" viewBox="0 0 {len(values)} {full + 1}"'
        f' preserveAspectRatio="none"><path d="{path}"/><path class="baseline" d="{base}"/></svg>\n'
    )


class _Scale:
    """The plot of a chart: from values to pixels."""

    def __init__(self, chart: Chart, legend: bool = False, highest: float | None = None) -> None:
        self._chart, self._legend = chart, legend
        self._ticks = ticks(top(chart) if highest is None else highest, is_whole(chart))
        self._foot = HEIGHT + (LEGEND if legend else ABOVE)
        self._step = 100 / max(len(chart.places), 1)

    def _height(self, value: float) -> float:
        return HEIGHT * value / self._ticks[-1]

    def bars(self, one: Series, width: float = BAR, feet: Sequence[float] = ()) -> str:
        """The bars of one series; a lone one's say their value where they are pointed at."""
        drawn = [self._bar(at, value, width, feet[at] if feet else 0) for at, value in enumerate(one.values) if value]
        return f'<g class="{one.fill}"{_fill(self._chart, one)}>{"".join(drawn)}</g>\n'

    def _bar(self, at: int, value: float, width: float, foot: float) -> str:
        x, high = self._step * (at + (1 - width) / 2), self._height(value)
        y = self._foot - self._height(foot) - high
        drawn = f'<rect x="{x:.2f}%" y="{round(y, 1):g}" width="{self._step * width:.2f}%" height="{round(high, 1):g}"'
        if len(self._chart.series) > 1:
            return drawn + "/>"
        said = f"{self._chart.places[at][0]}: {self._chart.said(value)}"
        return f"{drawn}><title>{escaped(said)}</title></rect>"

    def marks(self) -> str:
        """A ring where nothing was announced, a cross where nobody knows."""
        drawn = ""
        for at, mark in enumerate(self._chart.marks):
            x = f"{self._step * (at + 0.5):.2f}%"
            if mark == QUIET:
                drawn += f'<circle cx="{x}" cy="{self._foot - 5}" r="3"/>'
            elif mark:
                drawn += f'<text x="{x}" y="{self._foot - 2}">×</text>'
        return f'<g class="day-marks" text-anchor="middle">{drawn}</g>\n' if drawn else ""

    def figure(self, drawn: str) -> str:
        """The whole figure around what is drawn."""
        said = [(round(self._foot - self._height(value), 1), short(value)) for value in self._ticks]
        lines = "".join([f'<line x2="100%" y1="{y:g}" y2="{y:g}"/>' for y, _ in said])
        labels = "".join([f'<text x="-6" y="{y + 4:g}">{label}</text>' for y, label in said])
        axis = f'<g class="axis">{lines}</g><g text-anchor="end">{labels}</g>\n'
        legend = "".join(self._legend_of()) if self._legend else ""
        return _figure(self._chart, self._foot + BELOW, legend + axis + drawn + _below(self._chart, self._foot), "plot")

    def _legend_of(self) -> Iterator[str]:
        for at, one in enumerate(self._chart.series):
            x = f"{100 * at / len(self._chart.series):.2f}%"
            key = f'<g class="{one.fill}"{_fill(self._chart, one)}><rect x="{x}" width="11" height="11"/></g>'
            yield f'{key}<text x="{x}" dx="16" y="10">{escaped(one.name)}</text>\n'


def _fill(chart: Chart, one: Series) -> str:
    return f' fill="url(#{chart.id}-{one.fill})"' if one.fill in PATTERNS else ""


def _below(chart: Chart, foot: float) -> str:
    """Some of the places by their short names; none stands out of the drawing at its sides."""
    named = [(at, label) for at, (_, label) in enumerate(chart.places) if label]
    most = WIDE_LABELS if any(len(label) > 6 for _, label in named) else LABELS
    every = -(-len(named) // most) or 1
    step = 100 / max(len(chart.places), 1)
    drawn = ""
    for at, label in named[::every]:
        x = step * (at + 0.5)
        wide = len(label) > 3
        before = 'x="0" text-anchor="start"' if wide and x < 10 else f'x="{x:.2f}%"'
        place = 'x="100%" text-anchor="end"' if wide and x > 90 else before
        drawn += f'<text {place} y="{foot + 15}">{escaped(label)}</text>'
    return f'<g text-anchor="middle">{drawn}</g>\n'


def _figure(chart: Chart, height: float, drawn: str, kind: str) -> str:
    name, title, about = chart.id, escaped(chart.title), escaped(chart.about)
    return (
        f'<figure class="chart {kind}">\n<figcaption><b>{title}</b> <span class="muted">{about}</span></figcaption>\n'
        f'<svg height="{height}" role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{about}</desc>\n'
        f"{_patterns(chart)}{drawn}</svg>\n{table(chart)}</figure>\n"
    )


def _patterns(chart: Chart) -> str:
    used = {one.fill for one in chart.series}
    if any(one.values[at] for one in chart.series for at in chart.doubtful):
        used.add(HATCHED)
    size = 'width="4" height="4" patternUnits="userSpaceOnUse"'
    made = [
        f'<pattern id="{chart.id}-{fill}" {size}><path d="{path}"/></pattern>'
        for fill, path in PATTERNS.items()
        if fill in used
    ]
    return f"<defs>{''.join(made)}</defs>" if made else ""
