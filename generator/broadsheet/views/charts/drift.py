"""The chart of drift: the mean scores over time, apart for each model and rubric."""

from collections.abc import Iterator, Sequence

from broadsheet.index.day_stats import ScorerStats
from broadsheet.model.scorer import ScorerName
from broadsheet.views import formatting
from broadsheet.views.charts.chart import Chart, Series
from broadsheet.views.charts.drawing import rows
from broadsheet.views.charts.spans import Axis, Span

MAX_SCORERS = 6
SCALES = ("relevance", "novelty")


def drift(axis: Axis) -> Iterator[str]:
    """Yield the chart of mean scores; a scorer with most papers is first."""
    counts: dict[ScorerName, int] = {}
    for scorer in (scorer for span in axis.spans for scorer in _scorers(span)):
        counts[scorer.name] = counts.get(scorer.name, 0) + scorer.papers
    names = sorted(counts, key=lambda name: (-counts[name], name))[:MAX_SCORERS]
    if not names:
        return
    more = f" The {MAX_SCORERS} scorers with most papers of {len(counts)}." if len(counts) > MAX_SCORERS else ""
    chart = Chart(
        id="chart-drift",
        title="Drift of scores",
        about="The mean relevance and novelty of the papers shown, for each model and rubric. All rows have one scale."
        f" Beside each name is the mean over all its papers.{more}",
        axis=axis.unit,
        labels=axis.labels,
        series=[
            Series(f"{scale.capitalize()}: {formatting.scorer_name(name)}", _means(axis, name, scale))
            for name in names
            for scale in SCALES
        ],
        format_value=_decimal,
        changes=axis.changes,
    )
    yield rows(chart, [_decimal(_mean(axis.spans, name, scale)) for name in names for scale in SCALES])


def _scorers(span: Span) -> Iterator[ScorerStats]:
    return (scorer for stats in span.stats for scorer in stats.scorers)


def _means(axis: Axis, name: ScorerName, scale: str) -> list[float | None]:
    return [_mean([span], name, scale) for span in axis.spans]


def _mean(spans: Sequence[Span], name: ScorerName, scale: str) -> float | None:
    parts = [scorer for span in spans for scorer in _scorers(span) if scorer.name == name]
    papers = sum(part.papers for part in parts)
    return round(sum(getattr(part, scale) for part in parts) / papers, 6) if papers else None


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
