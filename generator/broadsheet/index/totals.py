"""Sums over days: papers, tokens, costs, and days without figures. Pure."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from broadsheet.index.days import DayHead
from broadsheet.model.scorer import LOCAL_MODEL
from broadsheet.model.state import DayState


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over some days. `costs` is by currency; `unpriced` counts days with papers whose receipt names no cost.

    The local scorer costs nothing.
    """

    days: int
    papers: int
    states: dict[DayState, int]
    announced: int
    scanned: int
    tokens: int
    costs: dict[str, float]
    unpriced: int
    models: dict[str, int]


def totals(days: Iterable[DayHead | None]) -> Totals:
    """Add up `days`; None is a date without a day."""
    heads = [head for head in days if head]
    receipts = [head.receipt for head in heads if head.receipt]
    costs: Counter[str] = Counter()
    for receipt in receipts:
        if receipt.cost and receipt.cost.total is not None:
            costs[receipt.cost.currency] += receipt.cost.total  # type: ignore[assignment]  # Counter adds floats too
    priced = sum(1 for r in receipts if r.model == LOCAL_MODEL or (r.cost and r.cost.total is not None))
    return Totals(
        days=sum(head.papers > 0 for head in heads),
        papers=sum(head.papers for head in heads),
        states={state: sum(head.state == state for head in heads) for state in DayState},
        announced=sum(r.announced or 0 for r in receipts),
        scanned=sum(r.scanned or 0 for r in receipts),
        tokens=sum(r.tokens.total for r in receipts if r.tokens),
        costs={currency: round(value, 6) for currency, value in sorted(costs.items())},
        unpriced=max(sum(head.papers > 0 for head in heads) - priced, 0),
        models=dict(Counter(r.model for r in receipts if r.model).most_common()),
    )
