"""A day of ``data/`` for `broadsheet check`: with the place of every line, and the problems of reading it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.scoring.llm.signers import signers
from broadsheet.store import records
from broadsheet.store.files import read_regular
from broadsheet.store.store import Store


class CheckedRow(NamedTuple):
    """A paper, its place, ``file:line``, and a description of each field over its limit."""

    where: str
    paper: Paper
    excesses: tuple[str, ...] = ()


class CheckedDay(NamedTuple):
    """A day's rows and receipt, as far as they can be read; `receipt_text` is the content of the receipt's file.

    `dropped` are the papers that the day does not show, `signers` the models that sign their scores.
    """

    date: str
    rows: tuple[CheckedRow, ...]
    receipt: Receipt | None
    receipt_file: str
    receipt_text: str = ""
    dropped: tuple[Paper, ...] = ()
    signers: frozenset[str] = frozenset()

    def place(self, key: str) -> str:
        """Return ``file:line`` of a key of the receipt."""
        keys = f"{re.escape(key)}|{records.OLD_RECEIPT_KEYS.get(key, key)}"
        match = re.search(rf'^.*"(?:{keys})"\s*:', self.receipt_text, re.MULTILINE)
        line = self.receipt_text.count("\n", 0, match.start()) + 1 if match else 1
        return f"{self.receipt_file}:{line}"


def read_day(store: Store, date: str) -> tuple[CheckedDay, list[Diagnostic]]:
    """Return the day, and the problems of reading its files."""
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
    text = _bytes(path).decode("utf-8", "replace")
    models = signers(store.replies_path(date))
    rows = tuple(_rows(store, store.papers_path(date)))
    day = CheckedDay(date, rows, receipt, store.label(path), text, dropped, models)
    return day, [*problems, *_cut_in_receipt(day)]


def cut_fields(row: CheckedRow) -> Iterator[Diagnostic]:
    """Report each field that is over its limit."""
    for excess in row.excesses:
        yield _cut(row.where, f"{row.paper.arxiv_id}: {excess}")


def _cut(where: str, what: str) -> Diagnostic:
    return Diagnostic(where, f"{what}, and is cut when it is read", "shorten it", is_note=True)


def read_dropped(store: Store, date: str) -> tuple[tuple[Paper, ...], list[Diagnostic]]:
    """Return the dropped papers of a day, and the problems of reading them."""
    notes = [note for row in _rows(store, store.dropped_path(date)) for note in cut_fields(row)]
    try:
        return store.dropped(date), notes
    except DigestError as error:
        return (), [*error.problems, *notes]


def _cut_in_receipt(day: CheckedDay) -> Iterator[Diagnostic]:
    with suppress(records.RecordError):
        for name in records.cut_in_receipt(day.receipt_text.encode()) if day.receipt else ():
            what = f"{name} has a text of more than {limits.MAX_RECEIPT_CHARS:,} characters, or too many entries"
            yield _cut(day.place(name), what)


def _bytes(path: Path) -> bytes:
    """Return the content of a file; nothing if it cannot be read, which `Store` reports."""
    try:
        return read_regular(path)
    except OSError:
        return b""


def _rows(store: Store, path: Path) -> Iterator[CheckedRow]:
    """Yield the lines that can be read."""
    lines = _bytes(path).split(b"\n")
    for number, line in enumerate(lines, 1):
        with suppress(records.RecordError):
            if line.strip():
                whole = records.decode_whole(line)
                paper, names = limits.capped(whole)
                yield CheckedRow(
                    f"{store.label(path)}:{number}", paper, tuple(limits.excess(whole, name) for name in names)
                )
