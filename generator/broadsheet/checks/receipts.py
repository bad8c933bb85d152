"""What `broadsheet check` asks of a receipt: that its sums add up, and that its state is the day's."""

from collections import Counter
from collections.abc import Callable, Iterator

from broadsheet.checks.day import Day
from broadsheet.daily.scorers import credited, total_cost, total_tokens
from broadsheet.index.states import state_by_counts
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.state import DayState
from broadsheet.store.store import DROPPED

_ROUNDING = 1e-9


def negative_numbers(day: Day) -> Iterator[Diagnostic]:
    """Tokens, money and dropped papers below zero (counts below zero cannot be read at all)."""
    receipt = day.receipt
    if receipt is None:
        return
    groups = {"tokens": receipt.tokens, "cost": receipt.cost}
    named = [
        (group, f"{group}.{field}", getattr(record, field))
        for group, record in groups.items()
        if record
        for field in record.__struct_fields__
        if field != "currency"
    ]
    named += [("dropped", f"dropped.{reason}", count) for reason, count in receipt.dropped.items()]
    for key, name, value in named:
        if value is not None and value < 0:
            yield Diagnostic(day.place(key), f"{name} is {value}", "correct it; remove it where it is not known")


def dropped_papers_add_up(day: Day) -> Iterator[Diagnostic]:
    """Scanned = relevant + dropped, or listed + dropped where some relevant ones were dropped too (for want of room).

    Which of the unscored papers that are listed were among the scanned is not known.
    """
    receipt = day.receipt
    if receipt is None or receipt.scanned is None or receipt.relevant is None:
        return
    scanned, relevant, dropped = receipt.scanned, receipt.relevant, sum(receipt.dropped.values())
    if relevant > scanned:
        yield Diagnostic(day.place("relevant"), f"{relevant} relevant of {scanned} scanned", "correct the counts")
    elif dropped and scanned != relevant + dropped and not _scored(day) <= scanned - dropped <= _listed(day):
        what = f"{scanned} scanned, yet {relevant} relevant and {dropped} dropped make {relevant + dropped}"
        yield Diagnostic(day.place("scanned"), what, "correct the counts; remove one that is not known")


def scanned_were_fetched(day: Day) -> Iterator[Diagnostic]:
    """Never more scanned than fetched without duplicates."""
    receipt = day.receipt
    if receipt is None or receipt.scanned is None or receipt.fetched is None:
        return
    duplicates = receipt.duplicates or 0
    if receipt.scanned > receipt.fetched - duplicates:
        what = f"{receipt.scanned} scanned, yet {receipt.fetched} fetched with {duplicates} duplicates"
        yield Diagnostic(day.place("scanned"), what, "correct the counts; remove one that is not known")


def relevant_covers_papers(day: Day) -> Iterator[Diagnostic]:
    """At least as many relevant papers as scored ones are listed (other sources add papers that nobody scored)."""
    scored = _scored(day)
    if day.receipt and day.receipt.relevant is not None and day.receipt.relevant < scored:
        what = f"{day.receipt.relevant} relevant, yet {scored} scored papers are listed"
        yield Diagnostic(day.place("relevant"), what, "correct the count, or look for rows that belong to another day")


def tokens_add_up(day: Day) -> Iterator[Diagnostic]:
    """Total = prompt + completion, unless only the total is known."""
    tokens = day.receipt.tokens if day.receipt else None
    if tokens is None:
        return
    spent = tokens.prompt + tokens.completion
    if spent and tokens.total != spent:
        parts = f"{tokens.prompt} prompt and {tokens.completion} completion"
        yield Diagnostic(day.place("tokens"), f"{tokens.total} tokens, yet {parts} make {spent}", "correct the numbers")
    if tokens.cached > tokens.prompt > 0:
        what = f"{tokens.cached} cached tokens of {tokens.prompt} prompt tokens"
        yield Diagnostic(day.place("tokens"), what, "correct the numbers: cached tokens are part of the prompt")


def near_misses_were_left_out(day: Day) -> Iterator[Diagnostic]:
    """Near misses are papers that the day does not list, with a score from 1 to 10."""
    misses = day.receipt.near_misses if day.receipt else ()
    listed = {row.paper.arxiv_id for row in day.rows}
    for miss in misses:
        if miss.arxiv_id in listed:
            what = f"{miss.arxiv_id} is called a near miss, yet it is listed"
            yield Diagnostic(day.place("near_misses"), what, "remove it from near_misses")
        if not 1 <= miss.score <= 10:
            what = f"near miss {miss.arxiv_id} has the score {miss.score}"
            yield Diagnostic(day.place("near_misses"), what, "correct it: 1 to 10")


def sources_add_up(day: Day) -> Iterator[Diagnostic]:
    """Of a run's receipt: fetched = the sum over its sources = duplicates + scanned; announced is a sum, too."""
    receipt = day.receipt
    if receipt is None or not receipt.sources:
        return
    for key in ("announced", "fetched", "replaced"):
        total = sum(getattr(tally, key) or 0 for tally in receipt.sources.values())
        if total != (getattr(receipt, key) or 0):
            yield _wrong(day, key, f"{getattr(receipt, key)} {key}, yet the sources make {total}")
    fetched, scanned, duplicates = receipt.fetched or 0, receipt.scanned or 0, receipt.duplicates or 0
    if fetched != duplicates + scanned:
        what = f"{fetched} fetched, yet {duplicates} duplicates and {scanned} scanned make {duplicates + scanned}"
        yield _wrong(day, "fetched", what)


def scanned_papers_are_somewhere(day: Day) -> Iterator[Diagnostic]:
    """Of a run's receipt: scanned = relevant + dropped + unscored, and so many papers are listed and dropped."""
    receipt = day.receipt
    if receipt is None or not receipt.sources:
        return
    relevant, dropped, unscored = receipt.relevant or 0, sum(receipt.dropped.values()), len(receipt.unscored)
    if receipt.scanned != relevant + dropped + unscored:
        parts = f"{relevant} relevant, {dropped} dropped and {unscored} unscored"
        what = f"{receipt.scanned} scanned, yet {parts} make {relevant + dropped + unscored}"
        yield _wrong(day, "scanned", what)
    listed = {row.paper.arxiv_id: row.paper for row in day.rows}
    if relevant != _scored(day) or unscored != len(listed) - _scored(day):
        what = f"{relevant} relevant and {unscored} unscored, yet {_scored(day)} scored papers are listed, and"
        yield _wrong(day, "relevant", f"{what} {len(listed) - _scored(day)} without a score")
    kept = {paper.arxiv_id: str(paper.extra.get(DROPPED)) for paper in day.dropped if paper.arxiv_id not in listed}
    if dict(Counter(kept.values())) != receipt.dropped:
        told = ", ".join(f"{number} {reason}" for reason, number in sorted(Counter(kept.values()).items())) or "none"
        yield _wrong(day, "dropped", f"{dropped} papers are said to be dropped, yet data/dropped has: {told}")


def scored_add_up(day: Day) -> Iterator[Diagnostic]:
    """Of a run's receipt: scored = relevant + those that were dropped with a score."""
    receipt = day.receipt
    if receipt is None or not receipt.sources:
        return
    listed = {row.paper.arxiv_id for row in day.rows}
    gone = len({paper.arxiv_id for paper in day.dropped if paper.score is not None} - listed)
    if receipt.scored != (receipt.relevant or 0) + gone:
        what = f"{receipt.scored} scored, yet {receipt.relevant} are relevant, and {gone} were dropped with a score"
        yield _wrong(day, "scored", what)


def scorers_add_up(day: Day) -> Iterator[Diagnostic]:
    """Of a day with several scorers: their papers, tokens and costs are those of the day."""
    receipt = day.receipt
    if receipt is None or not receipt.scorers:
        return
    rated = {paper.arxiv_id for paper in (*(row.paper for row in day.rows), *day.dropped) if paper.score is not None}
    scored = sum(share.scored for share in receipt.scorers)
    if scored != len(rated):
        yield _wrong(day, "scorers", f"the scorers make {scored} scored papers, yet {len(rated)} have a score")
    tokens = total_tokens(share.tokens for share in receipt.scorers)
    cost = total_cost(share.cost for share in receipt.scorers)
    if tokens != receipt.tokens:
        yield _wrong(day, "scorers", "the tokens of the scorers do not make those of the day")
    if (cost is None) != (receipt.cost is None) or (cost and receipt.cost and _differ(cost.total, receipt.cost.total)):
        yield _wrong(day, "scorers", "the costs of the scorers do not make that of the day")


def scorers_are_those_of_the_rows(day: Day) -> Iterator[Diagnostic]:
    """Each scorer of a run's receipt, or of one with several, has the papers that its rows say it scored."""
    receipt = day.receipt
    if receipt is None or not (receipt.scorers or receipt.sources):
        return
    right = credited(receipt, [*(row.paper for row in day.rows), *day.dropped], day.signers)
    counts, expected = ({(it.model, it.rubric): it.scored for it in made.scorers} for made in (receipt, right))
    if counts != expected:
        yield _wrong(day, "scorers", "the scorers are credited with other papers than the rows say")


def _differ(one: float | None, other: float | None) -> bool:
    return one != other if one is None or other is None else abs(one - other) > _ROUNDING


def state_is_that_of_the_counts(day: Day) -> Iterator[Diagnostic]:
    """Of a run's receipt: partial or failed where something fell short, ok or quiet only where nothing did."""
    receipt = day.receipt
    if receipt and receipt.sources and receipt.state != (right := state_by_counts(receipt)):
        yield _wrong(day, "state", f"the day is called {receipt.state}, yet by its counts it is {right}")


def _wrong(day: Day, key: str, what: str) -> Diagnostic:
    return Diagnostic(day.place(key), what, f"count again: broadsheet run --date {day.date}")


def scored_nothing(day: Day) -> Iterator[Diagnostic]:
    """A failure that calls itself a quiet or a complete day."""
    receipt = day.receipt
    if receipt and receipt.scored_nothing and receipt.state in (DayState.OK, DayState.QUIET):
        what = f"{receipt.scanned} papers scanned without spending a token, yet the day is called {receipt.state}"
        yield Diagnostic(day.place("state"), what, "score the day again, or set its state to failed")


def state_fits(day: Day) -> Iterator[Diagnostic]:
    """A state that the papers of the day contradict."""
    receipt, papers = day.receipt, _listed(day)
    if receipt is None:
        return
    if papers and receipt.state in (DayState.QUIET, DayState.MISSING):
        what = f"the day is called {receipt.state}, yet {papers} papers are listed"
        yield Diagnostic(day.place("state"), what, "set the state to ok, partial or failed")
    lost = receipt.state == DayState.OK and not papers and receipt.announced and receipt.relevant != 0
    if lost:
        what = f"the day is called ok, yet none of its {receipt.announced} announced papers is listed"
        yield Diagnostic(day.place("state"), what, "import the papers, set relevant to 0, or set the state to failed")


RECEIPT_CHECKS: tuple[Callable[[Day], Iterator[Diagnostic]], ...] = (
    negative_numbers,
    dropped_papers_add_up,
    scanned_were_fetched,
    relevant_covers_papers,
    tokens_add_up,
    near_misses_were_left_out,
    sources_add_up,
    scanned_papers_are_somewhere,
    scored_add_up,
    scorers_add_up,
    scorers_are_those_of_the_rows,
    state_is_that_of_the_counts,
    scored_nothing,
    state_fits,
)


def _scored(day: Day) -> int:
    return len({row.paper.arxiv_id for row in day.rows if row.paper.score is not None})


def _listed(day: Day) -> int:
    return len({row.paper.arxiv_id for row in day.rows})
