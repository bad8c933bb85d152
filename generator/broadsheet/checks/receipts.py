"""Checks of a receipt: its sums add up, and its state follows from them."""

from collections import Counter
from collections.abc import Callable, Iterator

from broadsheet.checks.day import CheckedDay
from broadsheet.daily.scorers import total_cost, total_tokens, with_scorers
from broadsheet.index.states import derive_state
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.state import DayState
from broadsheet.store.store import DROPPED
from broadsheet.text.formats import count

_ROUNDING = 1e-9


def negative_numbers(day: CheckedDay) -> Iterator[Diagnostic]:
    """Report tokens, costs and dropped papers below zero; other counts below zero cannot be read at all."""
    receipt = day.receipt
    if receipt is None:
        return
    groups = {"tokens": receipt.tokens, "cost": receipt.cost}
    values = [
        (group, f"{group}.{field}", getattr(record, field))
        for group, record in groups.items()
        if record
        for field in record.__struct_fields__
        if field != "currency"
    ]
    values += [("dropped", f"dropped.{reason}", count) for reason, count in receipt.dropped.items()]
    for key, name, value in values:
        if value is not None and value < 0:
            yield Diagnostic(day.place(key), f"{name} is {value}", "correct it, or delete it")


def dropped_papers_add_up(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check scanned = shown + dropped, or listed + dropped if an imported receipt counts dropped papers as shown.

    The receipt does not record which of the listed papers without a score were scanned.
    """
    receipt = day.receipt
    if receipt is None or receipt.scanned is None or receipt.shown is None:
        return
    scanned, shown_count, dropped = receipt.scanned, receipt.shown, sum(receipt.dropped.values())
    if shown_count > scanned:
        yield Diagnostic(day.place("shown"), f"{shown_count} shown of {scanned} scanned", "correct the counts")
    elif dropped and scanned != shown_count + dropped and not _scored(day) <= scanned - dropped <= _listed(day):
        what = f"{scanned} scanned, yet {shown_count} shown and {dropped} dropped make {shown_count + dropped}"
        yield Diagnostic(day.place("scanned"), what, "correct the counts, or delete the one that you are unsure of")


def scanned_were_fetched(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check that no more papers are scanned than fetched without duplicates."""
    receipt = day.receipt
    if receipt is None or receipt.scanned is None or receipt.fetched is None:
        return
    duplicates = receipt.duplicates or 0
    if receipt.scanned > receipt.fetched - duplicates:
        what = f"{receipt.scanned} scanned, yet {receipt.fetched} fetched with {duplicates} duplicates"
        yield Diagnostic(day.place("scanned"), what, "correct the counts, or delete the one that you are unsure of")


def shown_covers_papers(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check that no more listed papers have a score than are shown."""
    scored = _scored(day)
    if day.receipt and day.receipt.shown is not None and day.receipt.shown < scored:
        what = f"{day.receipt.shown} shown, yet {scored} scored papers are listed"
        yield Diagnostic(day.place("shown"), what, "correct the count, or look for rows that belong to another day")


def tokens_add_up(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check total = prompt + completion, unless only the total is known."""
    tokens = day.receipt.tokens if day.receipt else None
    if tokens is None:
        return
    total = tokens.prompt + tokens.completion
    if total and tokens.total != total:
        parts = f"{tokens.prompt} prompt and {tokens.completion} completion"
        yield Diagnostic(day.place("tokens"), f"{tokens.total} tokens, yet {parts} make {total}", "correct the numbers")
    if tokens.cached > tokens.prompt > 0:
        what = f"{tokens.cached} cached tokens of {tokens.prompt} prompt tokens"
        yield Diagnostic(day.place("tokens"), what, "correct the numbers: cached tokens are part of the prompt")


def near_misses_were_left_out(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check that near misses are not listed, and have a score from 1 to 10."""
    misses = day.receipt.near_misses if day.receipt else ()
    listed_ids = {row.paper.arxiv_id for row in day.rows}
    for miss in misses:
        if miss.arxiv_id in listed_ids:
            what = f"{miss.arxiv_id} is a near miss, but also listed"
            yield Diagnostic(day.place("near_misses"), what, "remove it from near_misses")
        if not 1 <= miss.score <= 10:
            what = f"near miss {miss.arxiv_id} has the score {miss.score}"
            yield Diagnostic(day.place("near_misses"), what, "correct it: 1 to 10")


def sources_add_up(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check a run's receipt: counts are sums over its sources, and fetched = duplicates + scanned."""
    receipt = day.receipt
    if receipt is None or not receipt.sources:
        return
    for key in ("announced", "fetched", "replaced"):
        total = sum(getattr(stats, key) or 0 for stats in receipt.sources.values())
        if total != (getattr(receipt, key) or 0):
            yield _recount_problem(day, key, f"{getattr(receipt, key)} {key}, yet the sources make {total}")
    fetched, scanned, duplicates = receipt.fetched or 0, receipt.scanned or 0, receipt.duplicates or 0
    if fetched != duplicates + scanned:
        what = f"{fetched} fetched, yet {duplicates} duplicates and {scanned} scanned make {duplicates + scanned}"
        yield _recount_problem(day, "fetched", what)


def scanned_papers_are_somewhere(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check a run's receipt: scanned = shown + dropped + unscored, as in the day's files."""
    receipt = day.receipt
    if receipt is None or not receipt.sources:
        return
    shown_count, dropped, unscored = receipt.shown or 0, sum(receipt.dropped.values()), len(receipt.unscored)
    if receipt.scanned != shown_count + dropped + unscored:
        parts = f"{shown_count} shown, {dropped} dropped and {unscored} unscored"
        what = f"{receipt.scanned} scanned, yet {parts} make {shown_count + dropped + unscored}"
        yield _recount_problem(day, "scanned", what)
    listed_ids = {row.paper.arxiv_id for row in day.rows}
    if shown_count != _scored(day) or unscored != len(listed_ids) - _scored(day):
        counted = f"{shown_count} shown with a score and {unscored} unscored"
        in_files = f"{_scored(day)} scored papers are listed, and {len(listed_ids) - _scored(day)} without a score"
        yield _recount_problem(day, "shown", f"{counted}, yet {in_files}")
    reasons = {
        paper.arxiv_id: str(paper.extra.get(DROPPED)) for paper in day.dropped if paper.arxiv_id not in listed_ids
    }
    counts = Counter(reasons.values())
    if dict(counts) != receipt.dropped:
        numbers = ", ".join(f"{number} {reason}" for reason, number in sorted(counts.items())) or "none"
        yield _recount_problem(
            day, "dropped", f"the receipt has {count(dropped, 'dropped paper')}, yet data/dropped has: {numbers}"
        )


def scored_add_up(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check a run's receipt: scored = shown + those that were dropped with a score."""
    receipt = day.receipt
    if receipt is None or not receipt.sources:
        return
    listed_ids = {row.paper.arxiv_id for row in day.rows}
    dropped = len({paper.arxiv_id for paper in day.dropped if paper.score is not None} - listed_ids)
    if receipt.scored != (receipt.shown or 0) + dropped:
        what = f"{receipt.scored} scored, yet {receipt.shown} are shown, and {dropped} were dropped with a score"
        yield _recount_problem(day, "scored", what)


def scorers_add_up(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check that the papers, tokens and costs of several scorers make those of the day."""
    receipt = day.receipt
    if receipt is None or not receipt.scorers:
        return
    scored_ids = {
        paper.arxiv_id for paper in (*(row.paper for row in day.rows), *day.dropped) if paper.score is not None
    }
    scored = sum(share.scored for share in receipt.scorers)
    if scored != len(scored_ids):
        yield _recount_problem(
            day, "scorers", f"the scorers make {scored} scored papers, yet {len(scored_ids)} have a score"
        )
    tokens = total_tokens(share.tokens for share in receipt.scorers)
    cost = total_cost(share.cost for share in receipt.scorers)
    if tokens != receipt.tokens:
        yield _recount_problem(day, "scorers", "the tokens of the scorers do not make those of the day")
    if (cost is None) != (receipt.cost is None) or (cost and receipt.cost and _differ(cost.total, receipt.cost.total)):
        yield _recount_problem(day, "scorers", "the costs of the scorers do not make that of the day")


def scorers_are_those_of_the_rows(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check the number of papers of each scorer against the rows, for a run's receipt or several scorers."""
    receipt = day.receipt
    if receipt is None or not (receipt.scorers or receipt.sources):
        return
    corrected = with_scorers(receipt, [*(row.paper for row in day.rows), *day.dropped], day.signers)
    counts, expected = (
        {(share.model, share.rubric): share.scored for share in candidate.scorers} for candidate in (receipt, corrected)
    )
    if counts != expected:
        yield _recount_problem(day, "scorers", "the papers of each scorer are not those of the rows")


def _differ(first: float | None, second: float | None) -> bool:
    return first != second if first is None or second is None else abs(first - second) > _ROUNDING


def state_follows_from_counts(day: CheckedDay) -> Iterator[Diagnostic]:
    """Check a run's receipt: its state is the one that follows from its counts."""
    receipt = day.receipt
    if receipt and receipt.sources and receipt.state != (expected := derive_state(receipt)):
        yield _recount_problem(day, "state", f"the state is {receipt.state}, but by the counts it is {expected}")


def _recount_problem(day: CheckedDay, key: str, what: str) -> Diagnostic:
    return Diagnostic(day.place(key), what, f"count again: broadsheet run --date {day.date}")


def scored_nothing(day: CheckedDay) -> Iterator[Diagnostic]:
    """Report a failed scoring whose state is ok or quiet."""
    receipt = day.receipt
    if receipt and receipt.scored_nothing and receipt.state in (DayState.OK, DayState.QUIET):
        what = f"{receipt.scanned} papers scanned without spending a token, but the state is {receipt.state}"
        yield Diagnostic(day.place("state"), what, "score the day again, or set its state to failed")


def state_fits(day: CheckedDay) -> Iterator[Diagnostic]:
    """Report a state that the papers of the day contradict."""
    receipt, papers = day.receipt, _listed(day)
    if receipt is None:
        return
    if papers and receipt.state in (DayState.QUIET, DayState.MISSING):
        what = f"the state is {receipt.state}, but the day has {count(papers, 'paper')}"
        yield Diagnostic(day.place("state"), what, "set the state to ok, partial or failed")
    lost = receipt.state == DayState.OK and not papers and receipt.announced and receipt.shown != 0
    if lost:
        what = f"the state is ok, but none of its {receipt.announced} announced papers is listed"
        yield Diagnostic(day.place("state"), what, "import the papers, set shown to 0, or set the state to failed")


RECEIPT_CHECKS: tuple[Callable[[CheckedDay], Iterator[Diagnostic]], ...] = (
    negative_numbers,
    dropped_papers_add_up,
    scanned_were_fetched,
    shown_covers_papers,
    tokens_add_up,
    near_misses_were_left_out,
    sources_add_up,
    scanned_papers_are_somewhere,
    scored_add_up,
    scorers_add_up,
    scorers_are_those_of_the_rows,
    state_follows_from_counts,
    scored_nothing,
    state_fits,
)


def _scored(day: CheckedDay) -> int:
    return len({row.paper.arxiv_id for row in day.rows if row.paper.score is not None})


def _listed(day: CheckedDay) -> int:
    return len({row.paper.arxiv_id for row in day.rows})
