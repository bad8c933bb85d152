"""Which charts there are of some days, and what they count. Pure.

A mean is over days with papers; a sum is over days that say; and what no day says is unknown. Amounts in several
currencies are never added: each has a chart of its own.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from markupsafe import Markup

from broadsheet.index.days import DayHead
from broadsheet.model.receipt import Cost
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.views import formatting
from broadsheet.views.charts.chart import DOTTED, GAP, HATCHED, HOLLOW, QUIET, SOLID, Chart, Series
from broadsheet.views.charts.drawing import bars, nested, rows, stacked
from broadsheet.views.charts.spans import Axis, Span, days_in

TOPICS = 12  # rows of a chart
UNKNOWN = (DayState.FAILED, DayState.MISSING, DayState.PARTIAL)
FILLS = {DayState.QUIET: HOLLOW, DayState.PARTIAL: DOTTED, DayState.FAILED: SOLID, DayState.MISSING: HATCHED}


def charts(axis: Axis, settings: Settings) -> Markup:
    """Every chart that there are figures for."""
    if not any(span.heads for span in axis.spans):
        return Markup("")
    drawn = [*papers(axis), *scores(axis), *topics(axis, settings), *coverage(axis), *states(axis), *spending(axis)]
    return Markup(f'<div class="charts">\n{"".join(drawn)}</div>')


def papers(axis: Axis) -> Iterator[str]:
    """Papers a day."""
    by_day = axis.unit == "Day"
    shown = [sum(head.papers > 0 for head in span.heads) for span in axis.spans]
    means = [_mean(span, days) for span, days in zip(axis.spans, shown, strict=True)]
    partial = [at for at, span in enumerate(axis.spans) if by_day and days_in(span.heads, DayState.PARTIAL)]
    words = "Papers shown each day" if by_day else f"Mean over the days with papers of each {axis.unit.lower()}"
    marks = [_mark(span) for span in axis.spans]
    keys = {QUIET: "ring: nothing was announced", GAP: "cross: failed, missing or unread"}
    about = [words, *(said for mark, said in keys.items() if mark in marks), *(["hatched: partial"] if partial else [])]
    states = ["".join(formatting.STATE_WORDS[head.state][0] for head in span.heads) for span in axis.spans]
    counts = ("Papers in all", [_figure(span.papers, span) for span in axis.spans])
    days = ("Days with papers", [_figure(number, span) for number, span in zip(shown, axis.spans, strict=True)])
    yield bars(
        Chart(
            id="chart-papers",
            title="Papers a day",
            about="; ".join(about) + ".",
            axis=axis.unit,
            places=axis.places,
            series=[Series("Papers a day", means)],
            doubtful=frozenset(partial),
            marks=marks,
            notes=[("State", states)] if by_day else [counts, days],
        )
    )


def _mean(span: Span, days: int) -> float | None:
    if days:
        return span.papers / days
    return 0 if _mark(span) == QUIET else None


def _mark(span: Span) -> str:
    """Why a span has no papers, where that is to be said."""
    if not span.heads or span.papers:
        return ""
    return GAP if any(head.state in UNKNOWN for head in span.heads) else QUIET


def _figure(number: int, span: Span) -> str:
    return formats.number(number) if span.heads else ""


def topics(axis: Axis, settings: Settings) -> Iterator[str]:
    """The share of papers that each topic has, which may be more than one."""
    counts = [sum((Counter(tally.topics) for tally in span.tallies), Counter[str]()) for span in axis.spans]
    total, whole = sum(counts, Counter[str]()), sum(span.papers for span in axis.spans)
    listed = sorted((topic for topic in settings.topics if total[topic.id]), key=lambda topic: -total[topic.id])
    if not listed:
        return
    shares = [
        Series(
            topic.label, [_share(count[topic.id], span.papers) for count, span in zip(counts, axis.spans, strict=True)]
        )
        for topic in listed[:TOPICS]
    ]
    more = f" The {TOPICS} most frequent of {len(listed)} topics." if len(listed) > TOPICS else ""
    chart = Chart(
        id="chart-topics",
        title="Share of topics",
        about="Of the papers shown, how many have a topic; a paper may have several. All rows are on one scale, beside"
        f" each name its share in all.{more}",
        axis=axis.unit,
        places=axis.places,
        series=shares,
        said=_percent,
    )
    yield rows(chart, [_percent(_share(total[topic.id], whole)) for topic in listed[:TOPICS]])


def _share(number: int, whole: int) -> float | None:
    return 100 * number / whole if whole else None


def _percent(value: float | None) -> str:
    return formats.number(value) + ("" if value is None else " %")


def scores(axis: Axis) -> Iterator[str]:
    """How often each score was given, on both scales."""
    given = [score for span in axis.spans for tally in span.tallies for score in tally.scores]
    if not given:
        return
    unscored = sum(span.papers for span in axis.spans) - sum(number for _, _, number in given)
    without = f" {formats.count(unscored, 'paper')} without scores." if unscored else ""
    for place, name in enumerate(("Relevance", "Novelty")):
        counts: Counter[int] = Counter()
        rounded = "" if all(float(score[place]).is_integer() for score in given) else ", rounded"
        for score in given:
            counts[round(score[place])] += score[2]
        chart = Chart(
            id=f"chart-{name.lower()}",
            title=name,
            about=f"Papers that were given each score{rounded}.{without}",
            axis="Score",
            places=[(str(score), str(score)) for score in range(1, 11)],
            series=[Series("Papers", [counts[score] for score in range(1, 11)])],
        )
        yield bars(chart)


def coverage(axis: Axis) -> Iterator[str]:
    """What was announced, what of it was scanned, and what of that was shown."""
    told = [[head for head in span.heads if head.receipt and head.receipt.scanned is not None] for span in axis.spans]
    if not any(told):
        return
    silent = sum(head.papers > 0 for span in axis.spans for head in span.heads) - sum(
        head.papers > 0 for heads in told for head in heads
    )
    without = f" {formats.count(silent, 'day')} with papers that have no such figures are left out." if silent else ""
    yield nested(
        Chart(
            id="chart-coverage",
            title="Coverage",
            about=f"Papers announced, of these scanned, of these shown.{without}",
            axis=axis.unit,
            places=axis.places,
            series=[
                Series("Announced", [_all(heads, _announced) for heads in told], HOLLOW),
                Series("Scanned", [_all(heads, _scanned) for heads in told], HATCHED),
                Series("Shown", [_all(heads, lambda head: head.papers) for heads in told]),
            ],
        )
    )


def _announced(head: DayHead) -> int | None:
    return head.receipt.announced if head.receipt else None


def _scanned(head: DayHead) -> int | None:
    return head.receipt.scanned if head.receipt else None


def _all(heads: Sequence[DayHead], ask: Callable[[DayHead], int | None]) -> int | None:
    """The sum, if every day has its part."""
    found = [ask(head) for head in heads]
    return None if not found or None in found else sum(value for value in found if value is not None)


def states(axis: Axis) -> Iterator[str]:
    """Days that were not complete, by what became of them; by the day, the first chart and the calendar say it."""
    found = [state for state in FILLS if any(days_in(span.heads, state) for span in axis.spans)]
    if axis.unit == "Day" or not found:
        return
    yield stacked(
        Chart(
            id="chart-states",
            title="Days that were not complete",
            about=" ".join(
                f"{formatting.STATE_WORDS[state][0]}: {formatting.STATE_WORDS[state][1]}" for state in found
            ),
            axis=axis.unit,
            places=axis.places,
            series=[
                Series(
                    formatting.STATE_WORDS[state][0],
                    [days_in(span.heads, state) if span.heads else None for span in axis.spans],
                    FILLS[state],
                )
                for state in found
            ],
        )
    )


def spending(axis: Axis) -> Iterator[str]:
    """Tokens, and costs in each currency."""
    yield from _spent(axis, "chart-tokens", "Tokens", _tokens, _tokens, formats.number)
    heads = [head for span in axis.spans for head in span.heads]
    currencies = sorted({cost.currency for head in heads if (cost := _cost(head)) and cost.total is not None})
    for number, currency in enumerate(currencies):

        def amount(head: DayHead, currency: str = currency) -> float | None:
            cost = _cost(head)
            return cost.total if cost and cost.currency == currency else None

        def money(value: float | None, currency: str = currency) -> str:
            return "–" if value is None else formats.money(value, currency)

        yield from _spent(axis, f"chart-cost-{number}", f"Cost in {currency}", amount, _total, money)


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
    known: Callable[[DayHead], float | None],
    said: Callable[[float | None], str],
) -> Iterator[str]:
    """Sums of what days say; where a day with papers says nothing, the sum is a part of what it was."""
    sums = [_sum(map(amount, span.heads)) for span in axis.spans]
    if not any(sums):
        return
    unknown = [sum(head.papers > 0 and known(head) is None for head in span.heads) for span in axis.spans]
    doubtful = frozenset(at for at, number in enumerate(unknown) if number)
    part = "; hatched: part of it, since some days do not say" if any(sums[at] is not None for at in doubtful) else ""
    lost = "; cross: no day says" if any(sums[at] is None for at in doubtful) else ""
    yield bars(
        Chart(
            id=name,
            title=title,
            about=f"What the receipts of each {axis.unit.lower()} say{part}{lost}.",
            axis=axis.unit,
            places=axis.places,
            series=[Series(title, sums)],
            said=said,
            doubtful=doubtful,
            marks=[GAP if at in doubtful and value is None else "" for at, value in enumerate(sums)],
            notes=[("Days that do not say", [str(number or "") for number in unknown])] if doubtful else [],
        )
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 6) if known else None
