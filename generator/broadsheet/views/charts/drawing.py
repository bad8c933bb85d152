"""Charts as SVG: bars from zero, side by side, nested, stacked, or a row for each series.

Positions are in per cent of the width and heights in pixels, so a drawing fills its column and its text keeps its size.
The labels of the axis are in the margin left of it, which the style sheet keeps free; colours come from it too.
"""

import math
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
    """Return a figure of one series as bars."""
    (series,) = chart.series
    scale = _Scale(chart)
    complete = [None if index in chart.incomplete else value for index, value in enumerate(series.values)]
    incomplete = [value if index in chart.incomplete else None for index, value in enumerate(series.values)]
    drawn = scale.bars(series._replace(values=complete))
    if any(incomplete):
        drawn += scale.bars(series._replace(values=incomplete, fill=HATCHED))
    return scale.figure(drawn + scale.marks())


def nested(chart: Chart) -> str:
    """Return a figure with each series as a part of the one before: its bars are inside it and narrower."""
    scale = _Scale(chart, legend=True)
    steps = max(len(chart.series) - 1, 1)
    widths = [BAR - index * (BAR - 0.3) / steps for index in range(len(chart.series))]
    return scale.figure("".join(map(scale.bars, chart.series, widths)) + scale.marks())


def stacked(chart: Chart) -> str:
    """Return a figure with each series on top of the ones before it."""
    feet = [0.0] * len(chart.labels)
    sums = [sum(series.values[index] or 0 for series in chart.series) for index in range(len(chart.labels))]
    scale = _Scale(chart, legend=True, highest=max(sums, default=0))
    drawn = ""
    for series in chart.series:
        drawn += scale.bars(series, feet=feet)
        feet = [foot + (value or 0) for foot, value in zip(feet, series.values, strict=True)]
    return scale.figure(drawn)


def rows(chart: Chart, notes: Sequence[str]) -> str:
    """Return a figure with a row of bars for each series, all on one scale, with its name and note."""
    highest = ticks(top(chart))[-1]
    height = ROW * len(chart.series)
    drawn = "".join([_row(chart, index, highest, escaped(note)) for index, note in enumerate(notes)])
    stretches = [(ROW * index + ROW_LABEL, ROW * index + ROW - 8) for index in range(len(chart.series))]
    return _figure(chart, height + BELOW, drawn + _changes(chart, stretches) + _below(chart, height), "rows")


def ranges(chart: Chart) -> str:
    """Return a figure of ranges on a scale of whole numbers: the series are the lower end, a mark, the upper end."""
    values = [value for series in chart.series for value in series.values if value is not None]
    lowest = math.floor(min(values))
    scale = _Scale(chart, limits=(lowest, max(math.ceil(max(values)), lowest + 1)))
    return scale.figure(scale.ranges())


def _row(chart: Chart, index: int, highest: float, note: str) -> str:
    """Return one path for all bars, in a drawing stretched to the width; the base line marks known values."""
    name, values, _, hue = chart.series[index]
    full, y = ROW - ROW_LABEL - 8, ROW * index
    bars = [(x, value) for x, value in enumerate(values) if value is not None]
    path = "".join([f"M{x} {full}v{-value * full / highest:.4g}h{BAR}V{full}z" for x, value in bars if value])
    fill = f' class="hue-{hue}"' if hue else ""
    base = "".join([f"M{x} {full}h{BAR}" for x, _ in bars])
    cut = name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
    return (
        f'<text y="{y + 12}">{escaped(cut)}</text><text x="100%" y="{y + 12}" text-anchor="end">{note}</text>'
        f'<svg y="{y + ROW_LABEL}" width="100%" height="{full + 1}" viewBox="0 0 {len(values)} {full + 1}"'
        f' preserveAspectRatio="none"><path{fill} d="{path}"/><path class="baseline" d="{base}"/></svg>\n'
    )


class _Scale:
    """The scale of a chart, from values to pixels."""

    def __init__(
        self,
        chart: Chart,
        legend: bool = False,
        highest: float | None = None,
        limits: tuple[int, int] | None = None,
    ) -> None:
        self._chart, self._legend = chart, legend
        from_zero = ticks(top(chart) if highest is None else highest, is_whole(chart))
        self._ticks = list(range(limits[0], limits[1] + 1)) if limits else from_zero
        self._foot = HEIGHT + (LEGEND if legend else ABOVE)
        self._step = 100 / max(len(chart.labels), 1)

    def _height(self, value: float) -> float:
        """Return the height of a value above the lowest tick."""
        lowest, highest = self._ticks[0], self._ticks[-1]
        return HEIGHT * (value - lowest) / (highest - lowest)

    def bars(self, series: Series, width: float = BAR, feet: Sequence[float] = ()) -> str:
        """Return the bars of a series; the bars of a single series have their values as tooltips."""
        drawn = [
            self._bar(index, value, width, feet[index] if feet else 0)
            for index, value in enumerate(series.values)
            if value
        ]
        return f'<g class="{series.fill}"{_fill(self._chart, series)}>{"".join(drawn)}</g>\n'

    def _bar(self, index: int, value: float, width: float, foot: float) -> str:
        x, high = self._step * (index + (1 - width) / 2), self._height(value)
        y = self._foot - self._height(foot) - high
        drawn = f'<rect x="{x:.2f}%" y="{round(y, 1):g}" width="{self._step * width:.2f}%" height="{round(high, 1):g}"'
        if len(self._chart.series) > 1:
            return drawn + "/>"
        tooltip = f"{self._chart.labels[index][0]}: {self._chart.format_value(value)}"
        return f"{drawn}><title>{escaped(tooltip)}</title></rect>"

    def ranges(self) -> str:
        """Return a bar from the lower to the upper end of each span, with a line at its mark."""
        ends = zip(*(series.values for series in self._chart.series), strict=True)
        drawn = [self._range(index, low, mark, high) for index, (low, mark, high) in enumerate(ends)]
        return f'<g class="ranges">{"".join(drawn)}</g>\n'

    def _range(self, index: int, low: float | None, mark: float | None, high: float | None) -> str:
        if low is None or mark is None or high is None:
            return ""
        x, width = self._step * (index + (1 - BAR) / 2), self._step * BAR
        top_y, foot_y, mark_y = (round(self._foot - self._height(value), 1) for value in (high, low, mark))
        tooltip = escaped(f"{self._chart.labels[index][0]}: {self._chart.format_value(mark)}")
        return (
            f'<g><title>{tooltip}</title><rect x="{x:.2f}%" y="{top_y:g}" width="{width:.2f}%"'
            f' height="{max(round(foot_y - top_y, 1), 1):g}"/>'
            f'<line x1="{x:.2f}%" x2="{x + width:.2f}%" y1="{mark_y:g}" y2="{mark_y:g}"/></g>'
        )

    def marks(self) -> str:
        """Return a ring for each quiet span, a cross for each span without a known number."""
        drawn = ""
        for index, mark in enumerate(self._chart.marks):
            x = f"{self._step * (index + 0.5):.2f}%"
            if mark == QUIET:
                drawn += f'<circle cx="{x}" cy="{self._foot - 5}" r="3"/>'
            elif mark:
                drawn += f'<text x="{x}" y="{self._foot - 2}">×</text>'
        return f'<g class="day-marks" text-anchor="middle">{drawn}</g>\n' if drawn else ""

    def figure(self, drawn: str) -> str:
        """Return the whole figure around the drawing."""
        tick_labels = [(round(self._foot - self._height(value), 1), short(value)) for value in self._ticks]
        lines = "".join([f'<line x2="100%" y1="{y:g}" y2="{y:g}"/>' for y, _ in tick_labels])
        labels = "".join([f'<text x="-6" y="{y + 4:g}">{label}</text>' for y, label in tick_labels])
        axis = f'<g class="axis">{lines}</g><g text-anchor="end">{labels}</g>\n'
        legend = "".join(self._legend_keys()) if self._legend else ""
        drawn += _changes(self._chart, [(self._foot - HEIGHT, self._foot)]) + _below(self._chart, self._foot)
        return _figure(self._chart, self._foot + BELOW, legend + axis + drawn, "plot")

    def _legend_keys(self) -> Iterator[str]:
        for index, series in enumerate(self._chart.series):
            x = f"{100 * index / len(self._chart.series):.2f}%"
            key = f'<g class="{series.fill}"{_fill(self._chart, series)}><rect x="{x}" width="11" height="11"/></g>'
            yield f'{key}<text x="{x}" dx="16" y="10">{escaped(series.name)}</text>\n'


def _fill(chart: Chart, series: Series) -> str:
    return f' fill="url(#{chart.id}-{series.fill})"' if series.fill in PATTERNS else ""


def _below(chart: Chart, foot: float) -> str:
    """Return some of the short labels; none crosses the sides of the drawing."""
    labels = [(index, label) for index, (_, label) in enumerate(chart.labels) if label]
    most = WIDE_LABELS if any(len(label) > 6 for _, label in labels) else LABELS
    every = -(-len(labels) // most) or 1
    step = 100 / max(len(chart.labels), 1)
    drawn = ""
    for index, label in labels[::every]:
        x = step * (index + 0.5)
        is_wide = len(label) > 3
        position = 'x="0" text-anchor="start"' if is_wide and x < 10 else f'x="{x:.2f}%"'
        position = 'x="100%" text-anchor="end"' if is_wide and x > 90 else position
        drawn += f'<text {position} y="{foot + 15}">{escaped(label)}</text>'
    return f'<g text-anchor="middle">{drawn}</g>\n'


def _figure(chart: Chart, height: float, drawn: str, kind: str) -> str:
    name, title = chart.id, escaped(chart.title)
    caption, about = escaped(chart.caption), escaped(chart.description)
    return (
        f'<figure class="chart {kind}">\n<figcaption><b>{title}</b> <span class="muted">{caption}</span></figcaption>\n'
        f'<svg height="{height}" role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{about}</desc>\n'
        f"{_patterns(chart)}{drawn}</svg>\n{table(chart)}</figure>\n"
    )


def _changes(chart: Chart, stretches: Sequence[tuple[float, float]]) -> str:
    """Return lines at the start of each span in which the scorer changed, along `stretches` from top to bottom."""
    step = 100 / max(len(chart.labels), 1)
    lines = [
        f'<line x1="{step * index:.2f}%" x2="{step * index:.2f}%" y1="{start:g}" y2="{end:g}">'
        f"<title>{escaped(words)}</title></line>"
        for index, words in sorted(chart.changes.items())
        for start, end in stretches
    ]
    return f'<g class="scorer-changes">{"".join(lines)}</g>\n' if lines else ""


def _patterns(chart: Chart) -> str:
    used = {series.fill for series in chart.series}
    if any(series.values[index] for series in chart.series for index in chart.incomplete):
        used.add(HATCHED)
    size = 'width="4" height="4" patternUnits="userSpaceOnUse"'
    patterns = [
        f'<pattern id="{chart.id}-{fill}" {size}><path d="{path}"/></pattern>'
        for fill, path in PATTERNS.items()
        if fill in used
    ]
    return f"<defs>{''.join(patterns)}</defs>" if patterns else ""
