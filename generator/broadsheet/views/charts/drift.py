"""The charts of drift: the range and the mean of each scale over time; and the means by month and scorer."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from broadsheet.index.day_stats import DayStats, ScorerStats
from broadsheet.model.scorer import ScorerName
from broadsheet.text import formats
from broadsheet.translations import gettext, gettext_noop
from broadsheet.views.charts.chart import Chart, Series
from broadsheet.views.charts.drawing import ranges
from broadsheet.views.charts.spans import Axis

# Of each scale: the end of an id, and the title.
_SCALES = (("relevance", gettext_noop("Relevance over time")), ("novelty", gettext_noop("Novelty over time")))


class MonthlyMeans(NamedTuple):
    """The mean scores of one scorer in a month, over the papers that the days show."""

    month: str
    scorer: ScorerName
    papers: int
    relevance: float
    novelty: float


def drift(axis: Axis) -> Iterator[str]:
    """Yield a chart of the scores over time for each scale; nothing for a single span."""
    for scale, (name, title) in enumerate(_SCALES):
        counts = [_counts(span.stats, scale) for span in axis.spans]
        if sum(map(bool, counts)) < 2:
            return
        yield ranges(
            Chart(
                id=f"chart-drift-{name}",
                title=gettext(title),
                about=gettext("Line: the mean of the papers shown. Bar: from the lowest tenth to the highest."),
                axis=gettext(axis.unit.name),
                by=gettext(axis.unit.caption),
                labels=axis.labels,
                series=[
                    Series(gettext("Lowest tenth"), [_quantile(count, 0.1) for count in counts]),
                    Series(gettext("Mean"), [_mean(count) for count in counts]),
                    Series(gettext("Highest tenth"), [_quantile(count, 0.9) for count in counts]),
                ],
                format_value=decimal,
                columns=[(gettext("Papers"), [formats.number(count.total()) if count else "" for count in counts])],
                changes=axis.changes,
            )
        )


def decimal(value: float | None) -> str:
    """Return 8.333 as ``8.33``, and None as a dash."""
    return "–" if value is None else formats.separated(f"{value:.2f}")


def _counts(days: Iterable[DayStats], scale: int) -> Counter[float]:
    counts: Counter[float] = Counter()
    for stats in days:
        for score in stats.scores:
            counts[score[scale]] += score[2]
    return counts


def _mean(counts: Mapping[float, int]) -> float | None:
    total = sum(counts.values())
    return sum(score * number for score, number in counts.items()) / total if total else None


def _quantile(counts: Mapping[float, int], share: float) -> float | None:
    """Return the lowest score that at least this share of the papers does not exceed."""
    total, below = sum(counts.values()), 0
    for score in sorted(counts):
        below += counts[score]
        if below >= share * total:
            return score
    return None


def monthly_means(days: Mapping[str, DayStats]) -> list[MonthlyMeans]:
    """Return the means by month and scorer: the newest month first, in it the scorer with most papers."""
    groups: dict[tuple[str, ScorerName], list[ScorerStats]] = {}
    for date, stats in days.items():
        for scorer in stats.scorers:
            groups.setdefault((date[:7], scorer.name), []).append(scorer)
    means = [_means(month, name, parts) for (month, name), parts in groups.items()]
    by_papers = sorted(means, key=lambda row: (-row.papers, row.scorer))
    return sorted(by_papers, key=lambda row: row.month, reverse=True)


def _means(month: str, name: ScorerName, parts: Sequence[ScorerStats]) -> MonthlyMeans:
    papers = sum(part.papers for part in parts)
    return MonthlyMeans(
        month,
        name,
        papers,
        sum(part.relevance for part in parts) / papers,
        sum(part.novelty for part in parts) / papers,
    )
