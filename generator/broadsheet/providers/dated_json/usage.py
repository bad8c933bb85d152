"""Receipts from a paper assistant's figures of a day."""

from typing import NamedTuple

from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState


class Usage(NamedTuple):
    """The figures of a day; None is unknown."""

    model: str | None = None
    tokens: Tokens | None = None
    cost: Cost | None = None
    announced: int | None = None
    scanned: int | None = None
    shown: int | None = None


def receipt(date: str, usage: Usage) -> Receipt:
    """Return the receipt of a day."""
    return Receipt(date=date, state=_state(usage), **usage._asdict())


def _state(usage: Usage) -> DayState:
    # Papers "scanned" without a token were not scored: the scorer failed.
    spent = usage.tokens.total if usage.tokens else None
    if usage.scanned and spent == 0:
        return DayState.FAILED
    return DayState.QUIET if usage.announced == 0 or (usage.shown == 0 and spent) else DayState.OK
