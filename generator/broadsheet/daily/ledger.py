"""The only writer of receipts: each is counted from the day's papers first."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from broadsheet.daily.receipts import SourceRun, reconcile, refit_counts
from broadsheet.index.states import UNFINISHED, state_when_begun
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.scoring.llm.signers import signers
from broadsheet.store.store import Store

RUN = "run: "  # prefix of the receipt's errors that concern the run as a whole


def begin(store: Store, before: Receipt | None, date: str, started: str) -> None:
    """Write the receipt that a killed run leaves: it calls the day unfinished."""
    receipt = before or Receipt(date=date, state=DayState.UNKNOWN, started=started)
    errors = tuple(dict.fromkeys([*receipt.errors, UNFINISHED]))
    write(store, msgspec.structs.replace(receipt, state=state_when_begun(before), errors=errors))


def finish(
    store: Store,
    date: str,
    before: Receipt | None,
    runs: Sequence[SourceRun],
    unscored: Mapping[str, str],
    errors: Sequence[str],
    times: tuple[str, str],
) -> Receipt:
    """Write the receipt of a run that started and finished at `times`, or `before` if nothing changed."""
    receipt = store.receipt(date) or Receipt(date=date, state=DayState.UNKNOWN)
    models = signers(store.replies_path(date))
    counted = reconcile(receipt, runs, store.papers(date), store.dropped(date), unscored, errors, models)
    final = msgspec.structs.replace(counted, started=times[0], finished=times[1])
    if before and final == msgspec.structs.replace(before, started=times[0], finished=times[1]):
        final = before
    write(store, final)
    return final


def write_recounted(store: Store, receipt: Receipt) -> bool:
    """Write a receipt with sums that fit the day's papers; return False if the file has them already."""
    date = receipt.date
    models = signers(store.replies_path(date))
    return write(store, refit_counts(receipt, store.papers(date), store.dropped(date), models))


def recount(store: Store, dates: Iterable[str]) -> list[str]:
    """Recount the receipts of `dates`, whose papers changed. Return the days whose receipt changed."""
    return [date for date in sorted(dates) if (receipt := store.receipt(date)) and write_recounted(store, receipt)]


def write(store: Store, receipt: Receipt) -> bool:
    """Write a receipt as it is, before the day's papers change; return False if the file is the same already."""
    try:
        return store.write_receipt(receipt)
    except OSError as error:
        where = store.label(store.receipt_path(receipt.date))
        hint = "check permissions and free space, then run again"
        raise DigestError(Diagnostic(where, f"cannot be written: {error.strerror}", hint)) from error
