"""The one place where receipts are written: each is counted against the day's papers before it is kept."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from broadsheet.daily.receipts import Given, account, recounted
from broadsheet.index.states import UNFINISHED, is_repaired
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.scoring.llm.signers import signers
from broadsheet.store.store import Store

RUN = "run: "  # begins those of the receipt's errors that are of the run as a whole


def begin(store: Store, before: Receipt | None, date: str, started: str) -> None:
    """Keep the receipt that a killed run leaves: it calls the day unfinished."""
    if before is None:
        write(store, Receipt(date=date, state=DayState.FAILED, errors=(UNFINISHED,), started=started))
        return
    state = DayState.PARTIAL if is_repaired(before) else before.state
    errors = tuple(dict.fromkeys([*before.errors, UNFINISHED]))
    write(store, msgspec.structs.replace(before, state=state, errors=errors))


def finish(
    store: Store,
    date: str,
    before: Receipt | None,
    given: Sequence[Given],
    unscored: Mapping[str, str],
    errors: Sequence[str],
    times: tuple[str, str],
) -> Receipt:
    """Keep the receipt of a run that started and finished at `times`; where nothing changed, `before` stands."""
    receipt = store.receipt(date) or Receipt(date=date, state=DayState.FAILED)
    signing = signers(store.replies_path(date))
    summed = account(receipt, given, store.papers(date), store.dropped(date), unscored, errors, signing)
    done = msgspec.structs.replace(summed, started=times[0], finished=times[1])
    if before and done == msgspec.structs.replace(before, started=times[0], finished=times[1]):
        done = before
    write(store, done)
    return done


def keep(store: Store, receipt: Receipt) -> bool:
    """Keep a receipt with sums that fit the day's papers; False if it was kept."""
    date = receipt.date
    signing = signers(store.replies_path(date))
    return write(store, recounted(receipt, store.papers(date), store.dropped(date), signing))


def recount(store: Store, dates: Iterable[str]) -> list[str]:
    """Count the receipts of days whose papers changed again. Returns the days whose receipt changed."""
    return [date for date in sorted(dates) if (receipt := store.receipt(date)) and keep(store, receipt)]


def write(store: Store, receipt: Receipt) -> bool:
    """Keep a receipt as it is, for a change of the day's papers that is to follow; False if it was kept."""
    try:
        return store.write_receipt(receipt)
    except OSError as error:
        where = store.label(store.receipt_path(receipt.date))
        do = "check permissions and free space, then run again"
        raise DigestError(Diagnostic(where, f"cannot be written: {error.strerror}", do)) from error
