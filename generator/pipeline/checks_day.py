"""A day of ``data/`` as `digest check` sees it: with the place of every line, and with what could not be read."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from generator.edges.scoring.signers import signers
from generator.edges.store import Store
from generator.ground import limits, records
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper, Receipt


class Row(NamedTuple):
    """A paper, its place, ``file:line``, and in words what is too long to be read whole."""

    where: str
    paper: Paper
    excesses: tuple[str, ...] = ()


class Day(NamedTuple):
    """A day's rows and receipt, as far as they can be read; `receipt_text` is the file the receipt comes from.

    `dropped` are the papers that the day does not show; `signers` the models whose scores name them.
    """

    date: str
    rows: tuple[Row, ...]
    receipt: Receipt | None
    receipt_file: str
    receipt_text: str = ""
    dropped: tuple[Paper, ...] = ()
    signers: frozenset[str] = frozenset()

    def place(self, key: str) -> str:
        """``file:line`` of a key of the receipt."""
        found = re.search(rf'^.*"{re.escape(key)}"\s*:', self.receipt_text, re.MULTILINE)
        line = self.receipt_text.count("\n", 0, found.start()) + 1 if found else 1
        return f"{self.receipt_file}:{line}"


def read_day(store: Store, date: str) -> tuple[Day, list[Problem]]:
    """The day, and everything about its files that keeps the rest of the program from reading them."""
    receipt = None
    dropped, problems = read_dropped(store, date)
    try:
        store.papers(date)
    except DigestError as error:
        problems += error.problems
    try:
        receipt = store.receipt(date)
    except DigestError as error:
        problems += error.problems
    path = store.receipt_path(date)
    text = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
    signing = signers(store.replies_path(date))
    rows = tuple(_rows(store, store.papers_path(date)))
    day = Day(date, rows, receipt, store.label(path), text, dropped, signing)
    return day, [*problems, *_cut_in_receipt(day)]


def cut_fields(row: Row) -> Iterator[Problem]:
    """Report each field that is over its limit."""
    for excess in row.excesses:
        yield _cut(row.where, f"{row.paper.arxiv_id}: {excess}")


def _cut(where: str, what: str) -> Problem:
    return Problem(where, f"{what}, and is cut where it is read", "shorten it", note=True)


def read_dropped(store: Store, date: str) -> tuple[tuple[Paper, ...], list[Problem]]:
    """Return the dropped papers of a day, and what keeps them from being read or is cut."""
    notes = [note for row in _rows(store, store.dropped_path(date)) for note in cut_fields(row)]
    try:
        return store.dropped(date), notes
    except DigestError as error:
        return (), [*error.problems, *notes]


def _cut_in_receipt(day: Day) -> Iterator[Problem]:
    with suppress(records.RecordError):
        for name in records.cut_in_receipt(day.receipt_text.encode()) if day.receipt else ():
            what = f"{name} has a text of more than {limits.LONGEST_IN_RECEIPT:,} characters, or too many entries"
            yield _cut(day.place(name), what)


def _rows(store: Store, path: Path) -> Iterator[Row]:
    """Yield the lines that can be read, whatever is wrong with the others."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    for number, line in enumerate(lines, 1):
        with suppress(records.RecordError):
            if line.strip():
                whole = records.decode_whole(line)
                paper, names = limits.capped(whole)
                yield Row(f"{store.label(path)}:{number}", paper, tuple(limits.excess(whole, name) for name in names))
