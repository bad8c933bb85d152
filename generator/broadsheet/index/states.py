"""The state of a day: one decision, from its receipt and the number of papers that it shows. Pure."""

import msgspec

from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.model.state import DayState

SCORING = "scoring: "  # prefix of the receipt's errors from which a scorer recovered
UNFINISHED = "run: begun, and not finished"  # among the errors of a receipt while a run is at work
GOOD = frozenset({"ok", "quiet"})  # statuses of a source
TROUBLED = frozenset({"stale", "failed"})


def state_of(receipt: Receipt | None, papers: int) -> DayState:
    """Return the state with which a day of `papers` papers is shown.

    It is that of the receipt, unless the receipt calls a day quiet or complete although papers were scanned without a
    token: such a receipt would publish a failure as a quiet day. A day without a receipt is not known to be complete.
    """
    if receipt is None:
        return DayState.UNKNOWN if papers else DayState.MISSING
    if papers == 0 and receipt.scored_nothing and is_good(receipt):
        return DayState.FAILED
    return receipt.state


def state_when_begun(before: Receipt | None) -> DayState:
    """Return the state of a day while a run is at work, for the case that it is killed."""
    if before is None:
        return DayState.FAILED
    return DayState.PARTIAL if is_repaired(before) else before.state


def state_after_scoring(before: DayState, receipt: Receipt, *, left: bool) -> DayState:
    """Return the state of a day without sources in its receipt, after scoring.

    `before` is its earlier state; `left` is True if papers were unscored until then.
    """
    if receipt.unscored:
        return DayState.PARTIAL if receipt.scored else DayState.FAILED
    if left and not serious_errors(receipt) and before in (DayState.PARTIAL, DayState.FAILED):
        counts = (receipt.announced, receipt.fetched, receipt.scanned)
        return DayState.UNKNOWN if counts == (None, None, None) else DayState.OK
    return DayState.PARTIAL if before is DayState.FAILED and receipt.scored else before


def is_good(receipt: Receipt) -> bool:
    """Return whether nothing went wrong on the day."""
    return receipt.state in (DayState.OK, DayState.QUIET)


def is_repaired(receipt: Receipt) -> bool:
    """Return whether a day needs no repair; it may have an open source."""
    return is_good(receipt) or receipt.state is DayState.UNKNOWN


def is_interrupted(receipt: Receipt) -> bool:
    """Return whether an unfinished run is all that is wrong with a day that needed no repair."""
    errors = tuple(error for error in receipt.errors if error != UNFINISHED)
    before = msgspec.structs.replace(receipt, errors=errors)
    return bool(receipt.sources) and errors != receipt.errors and derive_state(before) in (DayState.OK, DayState.QUIET)


def is_open(stats: SourceStats) -> bool:
    """Return whether a source may bring more papers of the day."""
    return bool(stats.open)


def serious_errors(receipt: Receipt) -> list[str]:
    """Return the errors from which no scorer recovered."""
    return [error for error in receipt.errors if not error.startswith(SCORING)]


def derive_state(receipt: Receipt) -> DayState:
    """Return the state that follows from the counts of a run's receipt.

    It is failed if there is nothing to show and no source answered, and quiet only if nothing was announced.
    """
    statuses = {stats.status for stats in receipt.sources.values()}
    troubled = bool(serious_errors(receipt) or receipt.unscored or statuses & TROUBLED)
    if receipt.unscored and not receipt.scored:
        return DayState.FAILED
    if receipt.scanned:
        return DayState.PARTIAL if troubled else DayState.OK
    if troubled:
        answered = any(stats.fetched is not None and stats.status in GOOD for stats in receipt.sources.values())
        return DayState.PARTIAL if answered else DayState.FAILED
    return DayState.OK if receipt.announced or receipt.fetched else DayState.QUIET
