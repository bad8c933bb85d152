"""A day of ``data/`` as `digest check` sees it: with the place of every line, and with what could not be read."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from generator.edges.scoring.signers import signers
from generator.edges.store import Store
from generator.ground import records
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper, Receipt


class Row(NamedTuple):
    """A paper and its place, ``file:line``."""

    where: str
    paper: Paper


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
    problems: list[Problem] = []
    receipt = None
    dropped: tuple[Paper, ...] = ()
    try:
        dropped = store.dropped(date)
    except DigestError as error:
        problems += error.problems
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
    return Day(date, tuple(_rows(store, date)), receipt, store.label(path), text, dropped, signing), problems


def _rows(store: Store, date: str) -> Iterator[Row]:
    """The lines that can be read, whatever is wrong with the others."""
    path = store.papers_path(date)
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    for number, line in enumerate(lines, 1):
        with suppress(records.RecordError):
            if line.strip():
                yield Row(f"{store.label(path)}:{number}", records.decode_paper(line))
