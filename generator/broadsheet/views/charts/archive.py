"""The charts of a span of days, and their figures.

A mean is over days with papers. A sum is over days with a known value; it is unknown if there are none. Amounts in
different currencies are never added: each currency has a chart.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from markupsafe import Markup

from broadsheet.index.days import DayHead
from broadsheet.model.receipt import Cost
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.translations import gettext
from broadsheet.views import formatting
from broadsheet.views.charts.chart import DOTTED, GAP, HATCHED, HOLLOW, QUIET, SOLID, Chart, Series
from broadsheet.views.charts.drawing import bars, nested, rows, stacked
from broadsheet.views.charts.drift import drift
from broadsheet.views.charts.spans import DAY, Axis, Span, days_in
from broadsheet.views.topic_colours import topic_hues

MAX_TOPICS = 12
UNKNOWN = (DayState.FAILED, DayState.MISSING, DayState.PARTIAL)
FILLS = {DayState.QUIET: HOLLOW, DayState.PARTIAL: DOTTED, DayState.FAILED: SOLID, DayState.MISSING: HATCHED}


def charts(axis: Axis, settings: Settings) -> Markup:
    """Return every chart that has figures."""
    if not any(span.heads for span in axis.spans):
        return Markup("")
    drawn = [
        *papers(axis),
        *score_counts(axis),
        *drift(axis),
        *topic_shares(axis, settings),
        *coverage(axis),
        *incomplete_days(axis),
        *spending(axis),
    ]
    return Markup(f'<div class="charts">\n{"".join(drawn)}</div>')


def papers(axis: Axis) -> Iterator[str]:
    """Yield the chart of papers a day."""
    by_day = axis.unit is DAY
    days_with_papers = [sum(head.papers > 0 for head in span.heads) for span in axis.spans]
    means = [_mean(span, days) for span, days in zip(axis.spans, days_with_papers, strict=True)]
    partial = [index for index, span in enumerate(axis.spans) if by_day and days_in(span.heads, DayState.PARTIAL)]
    marks = [_mark(span) for span in axis.spans]
    keys = {QUIET: gettext("ring: nothing was announced"), GAP: gettext("cross: failed, missing or unread")}
    about = [gettext(axis.unit.mean), *(key for mark, key in keys.items() if mark in marks)]
    about += [gettext("hatched: partial")] if partial else []
    states = ["".join(formatting.state_label(head.state).word for head in span.heads) for span in axis.spans]
    counts = (gettext("Papers in all"), [_figure(span.papers, span) for span in axis.spans])
    days = (
        gettext("Days with papers"),
        [_figure(number, span) for number, span in zip(days_with_papers, axis.spans, strict=True)],
    )
    yield bars(
        Chart(
            id="chart-papers",
            title=gettext("Papers a day"),
            about="; ".join(about) + ".",
            axis=gettext(axis.unit.name),
            by=gettext(axis.unit.caption),
            labels=axis.labels,
            changes=axis.changes,
            series=[Series(gettext("Papers a day"), means)],
            incomplete=frozenset(partial),
            marks=marks,
            columns=[(gettext("State"), states)] if by_day else [counts, days],
        )
    )


def _mean(span: Span, days: int) -> float | None:
    if days:
        return span.papers / days
    return 0 if _mark(span) == QUIET else None


def _mark(span: Span) -> str:
    """Return the reason why a span has no papers; empty if it has papers or no days."""
    if not span.heads or span.papers:
        return ""
    return GAP if any(head.state in UNKNOWN for head in span.heads) else QUIET


def _figure(number: int, span: Span) -> str:
    return formats.number(number) if span.heads else ""


def topic_shares(axis: Axis, settings: Settings) -> Iterator[str]:
    """Yield the chart of the topics' shares of papers; a paper may have several topics."""
    counts = [sum((Counter(stats.topics) for stats in span.stats), Counter[str]()) for span in axis.spans]
    total, whole = sum(counts, Counter[str]()), sum(span.papers for span in axis.spans)
    topics = sorted((topic for topic in settings.topics if total[topic.id]), key=lambda topic: -total[topic.id])
    if not topics:
        return
    hues = topic_hues(settings.topics)
    shares = [
        Series(
            topic.label,
            [_share(count[topic.id], span.papers) for count, span in zip(counts, axis.spans, strict=True)],
            hue=hues[topic.id],
        )
        for topic in topics[:MAX_TOPICS]
    ]
    chart = Chart(
        id="chart-topics",
        title=gettext("Share of topics"),
        about=_about_shares(len(topics)),
        axis=gettext(axis.unit.name),
        by=gettext(axis.unit.caption),
        labels=axis.labels,
        changes=axis.changes,
        series=shares,
        format_value=_percent,
    )
    yield rows(chart, [_percent(_share(total[topic.id], whole)) for topic in topics[:MAX_TOPICS]])


def _about_shares(topics: int) -> str:
    about = gettext(
        "The share of the papers shown that have a topic; a paper may have several. All rows have one scale."
        " Beside each name is its share of all papers."
    )
    if topics <= MAX_TOPICS:
        return about
    more = gettext("The %(shown)s most frequent of %(all)s topics.") % {"shown": MAX_TOPICS, "all": topics}
    return f"{about} {more}"


def _share(number: int, whole: int) -> float | None:
    return 100 * number / whole if whole else None


def _percent(value: float | None) -> str:
    # Translators: 12.5 per cent.
    return formats.number(value) if value is None else gettext("%(number)s %%") % {"number": formats.number(value)}


def score_counts(axis: Axis) -> Iterator[str]:
    """Yield a chart for each scale: the number of papers with each score."""
    papers: Counter[tuple[float, float]] = Counter()
    for relevance, novelty, number in (score for span in axis.spans for stats in span.stats for score in stats.scores):
        papers[relevance, novelty] += number
    if not papers:
        return
    unscored = sum(span.papers for span in axis.spans) - papers.total()
    without = formats.quantity(unscored, "%(number)s paper without scores.", "%(number)s papers without scores.")
    scales = (("relevance", gettext("Relevance")), ("novelty", gettext("Novelty")))
    for scale, (name, title) in enumerate(scales):
        counts: Counter[int] = Counter()
        is_whole = all(float(scores[scale]).is_integer() for scores in papers)
        for scores, number in papers.items():
            counts[round(scores[scale])] += number
        chart = Chart(
            id=f"chart-{name}",
            title=title,
            about=" ".join(filter(None, [_about_counts(is_whole), without if unscored else "", _scorers(axis)])),
            axis=gettext("Score"),
            by=gettext("%(title)s, by score"),
            labels=[(str(score), str(score)) for score in range(1, 11)],
            series=[Series(gettext("Papers"), [counts[score] for score in range(1, 11)])],
        )
        yield bars(chart)


def _about_counts(is_whole: bool) -> str:
    if is_whole:
        return gettext("The number of papers with each score.")
    return gettext("The number of papers with each score, rounded.")


def _scorers(axis: Axis) -> str:
    """Return a sentence on the changes of the scorer, for a chart without a time axis."""
    changes = "; ".join(axis.changes[index] for index in sorted(axis.changes))
    return gettext("Scores of several models or rubrics: %(changes)s.") % {"changes": changes} if changes else ""


def coverage(axis: Axis) -> Iterator[str]:
    """Yield the chart of papers announced, scanned and shown."""
    counted = [
        [head for head in span.heads if head.receipt and head.receipt.scanned is not None] for span in axis.spans
    ]
    if not any(counted):
        return
    uncounted = sum(head.papers > 0 for span in axis.spans for head in span.heads) - sum(
        head.papers > 0 for heads in counted for head in heads
    )
    about = [gettext("Papers announced, of these scanned, of these shown.")]
    about += [_left_out(uncounted)] if uncounted else []
    yield nested(
        Chart(
            id="chart-coverage",
            title=gettext("Coverage"),
            about=" ".join(about),
            axis=gettext(axis.unit.name),
            by=gettext(axis.unit.caption),
            labels=axis.labels,
            changes=axis.changes,
            series=[
                Series(gettext("Announced"), [_total_of(heads, _announced) for heads in counted], HOLLOW),
                Series(gettext("Scanned"), [_total_of(heads, _scanned) for heads in counted], HATCHED),
                Series(gettext("Shown"), [_total_of(heads, lambda head: head.papers) for heads in counted]),
            ],
        )
    )


def _left_out(days: int) -> str:
    return formats.quantity(
        days,
        "%(number)s day with papers and without these figures is left out.",
        "%(number)s days with papers and without these figures are left out.",
    )


def _announced(head: DayHead) -> int | None:
    return head.receipt.announced if head.receipt else None


def _scanned(head: DayHead) -> int | None:
    return head.receipt.scanned if head.receipt else None


def _total_of(heads: Sequence[DayHead], value_of: Callable[[DayHead], int | None]) -> int | None:
    """Return the sum, or None if a day has no value."""
    values = [value_of(head) for head in heads]
    return None if not values or None in values else sum(value for value in values if value is not None)


def incomplete_days(axis: Axis) -> Iterator[str]:
    """Yield the chart of incomplete days by state; with a bar a day, the first chart shows the states."""
    states = [state for state in FILLS if any(days_in(span.heads, state) for span in axis.spans)]
    if axis.unit is DAY or not states:
        return
    yield stacked(
        Chart(
            id="chart-states",
            title=gettext("Days that were not complete"),
            about=" ".join(f"{label.word}: {label.text}" for label in map(formatting.state_label, states)),
            axis=gettext(axis.unit.name),
            by=gettext(axis.unit.caption),
            labels=axis.labels,
            changes=axis.changes,
            series=[
                Series(
                    formatting.state_label(state).word,
                    [days_in(span.heads, state) if span.heads else None for span in axis.spans],
                    FILLS[state],
                )
                for state in states
            ],
        )
    )


def spending(axis: Axis) -> Iterator[str]:
    """Yield the charts of tokens and of costs in each currency."""
    yield from _spent(axis, "chart-tokens", gettext("Tokens"), _tokens, _tokens, formats.number)
    heads = [head for span in axis.spans for head in span.heads]
    currencies = sorted({cost.currency for head in heads if (cost := _cost(head)) and cost.total is not None})
    for number, currency in enumerate(currencies):

        def amount(head: DayHead, currency: str = currency) -> float | None:
            cost = _cost(head)
            return cost.total if cost and cost.currency == currency else None

        def money(value: float | None, currency: str = currency) -> str:
            return "–" if value is None else formats.money(value, currency)

        yield from _spent(
            axis,
            f"chart-cost-{number}",
            gettext("Cost in %(currency)s") % {"currency": currency},
            amount,
            _total,
            money,
        )


def _tokens(head: DayHead) -> int | None:
    return head.receipt.tokens.total if head.receipt and head.receipt.tokens else None


def _cost(head: DayHead) -> Cost | None:
    return head.receipt.cost if head.receipt else None


def _total(head: DayHead) -> float | None:
    return cost.total if (cost := _cost(head)) else None


def _spent(
    axis: Axis,
    name: str,
    title: str,
    amount: Callable[[DayHead], float | None],
    reported: Callable[[DayHead], float | None],
    format_value: Callable[[float | None], str],
) -> Iterator[str]:
    """Yield a chart of sums; a sum is incomplete if a day with papers has no value."""
    sums = [_sum(map(amount, span.heads)) for span in axis.spans]
    if not any(sums):
        return
    unknown = [sum(head.papers > 0 and reported(head) is None for head in span.heads) for span in axis.spans]
    incomplete = frozenset(index for index, number in enumerate(unknown) if number)
    about = [gettext(axis.unit.total)]
    if any(sums[index] is not None for index in incomplete):
        about.append(gettext("hatched: without the days that have no figure"))
    if any(sums[index] is None for index in incomplete):
        about.append(gettext("cross: unknown"))
    yield bars(
        Chart(
            id=name,
            title=title,
            about="; ".join(about) + ".",
            axis=gettext(axis.unit.name),
            by=gettext(axis.unit.caption),
            labels=axis.labels,
            changes=axis.changes,
            series=[Series(title, sums)],
            format_value=format_value,
            incomplete=incomplete,
            marks=[GAP if index in incomplete and value is None else "" for index, value in enumerate(sums)],
            columns=[(gettext("Days without a figure"), [str(number or "") for number in unknown])]
            if incomplete
            else [],
        )
    )


def _sum(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return round(sum(numbers), 6) if numbers else None
