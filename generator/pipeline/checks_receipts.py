"""What `digest check` asks of a receipt: that its sums add up, and that its state is the day's."""

from collections.abc import Callable, Iterator

from generator.ground.errors import Problem
from generator.ground.model import State
from generator.pipeline.checks_day import Day


def negative_numbers(day: Day) -> Iterator[Problem]:
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
            yield Problem(day.place(key), f"{name} is {value}", "correct it; remove it where it is not known")


def dropped_papers_add_up(day: Day) -> Iterator[Problem]:
    """Scanned = relevant + dropped, or listed + dropped where some relevant ones were dropped too (for want of room).

    Which of the unscored papers that are listed were among the scanned is not known.
    """
    receipt = day.receipt
    if receipt is None or receipt.scanned is None or receipt.relevant is None:
        return
    scanned, relevant, dropped = receipt.scanned, receipt.relevant, sum(receipt.dropped.values())
    if relevant > scanned:
        yield Problem(day.place("relevant"), f"{relevant} relevant of {scanned} scanned", "correct the counts")
    elif dropped and scanned != relevant + dropped and not _scored(day) <= scanned - dropped <= _listed(day):
        what = f"{scanned} scanned, yet {relevant} relevant and {dropped} dropped make {relevant + dropped}"
        yield Problem(day.place("scanned"), what, "correct the counts; remove one that is not known")


def scanned_were_fetched(day: Day) -> Iterator[Problem]:
    """Never more scanned than fetched without duplicates."""
    receipt = day.receipt
    if receipt is None or receipt.scanned is None or receipt.fetched is None:
        return
    duplicates = receipt.duplicates or 0
    if receipt.scanned > receipt.fetched - duplicates:
        what = f"{receipt.scanned} scanned, yet {receipt.fetched} fetched with {duplicates} duplicates"
        yield Problem(day.place("scanned"), what, "correct the counts; remove one that is not known")


def relevant_covers_papers(day: Day) -> Iterator[Problem]:
    """At least as many relevant papers as scored ones are listed (other sources add papers that nobody scored)."""
    scored = _scored(day)
    if day.receipt and day.receipt.relevant is not None and day.receipt.relevant < scored:
        what = f"{day.receipt.relevant} relevant, yet {scored} scored papers are listed"
        yield Problem(day.place("relevant"), what, "correct the count, or look for rows that belong to another day")


def tokens_add_up(day: Day) -> Iterator[Problem]:
    """Total = prompt + completion, unless only the total is known."""
    tokens = day.receipt.tokens if day.receipt else None
    if tokens is None:
        return
    spent = tokens.prompt + tokens.completion
    if spent and tokens.total != spent:
        parts = f"{tokens.prompt} prompt and {tokens.completion} completion"
        yield Problem(day.place("tokens"), f"{tokens.total} tokens, yet {parts} make {spent}", "correct the numbers")
    if tokens.cached > tokens.prompt > 0:
        what = f"{tokens.cached} cached tokens of {tokens.prompt} prompt tokens"
        yield Problem(day.place("tokens"), what, "correct the numbers: cached tokens are part of the prompt")


def near_misses_were_left_out(day: Day) -> Iterator[Problem]:
    """Near misses are papers that the day does not list, with a score from 1 to 10."""
    misses = day.receipt.near_misses if day.receipt else ()
    listed = {row.paper.arxiv_id for row in day.rows}
    for miss in misses:
        if miss.arxiv_id in listed:
            what = f"{miss.arxiv_id} is called a near miss, yet it is listed"
            yield Problem(day.place("near_misses"), what, "remove it from near_misses")
        if not 1 <= miss.score <= 10:
            what = f"near miss {miss.arxiv_id} has the score {miss.score}"
            yield Problem(day.place("near_misses"), what, "correct it: 1 to 10")


def scored_nothing(day: Day) -> Iterator[Problem]:
    """A failure that calls itself a quiet or a complete day."""
    receipt = day.receipt
    if receipt and receipt.scored_nothing and receipt.state in (State.OK, State.QUIET):
        what = f"{receipt.scanned} papers scanned without spending a token, yet the day is called {receipt.state}"
        yield Problem(day.place("state"), what, "score the day again, or set its state to failed")


def state_fits(day: Day) -> Iterator[Problem]:
    """A state that the papers of the day contradict."""
    receipt, papers = day.receipt, _listed(day)
    if receipt is None:
        return
    if papers and receipt.state in (State.QUIET, State.MISSING):
        what = f"the day is called {receipt.state}, yet {papers} papers are listed"
        yield Problem(day.place("state"), what, "set the state to ok, partial or failed")
    lost = receipt.state == State.OK and not papers and receipt.announced and receipt.relevant != 0
    if lost:
        what = f"the day is called ok, yet none of its {receipt.announced} announced papers is listed"
        yield Problem(day.place("state"), what, "import the papers, set relevant to 0, or set the state to failed")


RECEIPT_CHECKS: tuple[Callable[[Day], Iterator[Problem]], ...] = (
    negative_numbers,
    dropped_papers_add_up,
    scanned_were_fetched,
    relevant_covers_papers,
    tokens_add_up,
    near_misses_were_left_out,
    scored_nothing,
    state_fits,
)


def _scored(day: Day) -> int:
    return len({row.paper.arxiv_id for row in day.rows if row.paper.score is not None})


def _listed(day: Day) -> int:
    return len({row.paper.arxiv_id for row in day.rows})
