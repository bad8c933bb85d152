"""What a source gives: records, what was mended on the way, and what was refused."""

from collections.abc import Callable
from typing import Any

import msgspec

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt

NO_PAPERS = "holds no papers"


class Fix(msgspec.Struct, frozen=True, gc=False):
    """Something in a row was put right: `what` (a fixed phrase, to count by) and how, e.g. before and after."""

    where: str
    what: str
    how: str = ""


class PaperRow(msgspec.Struct, frozen=True, gc=False):
    """A paper on its day. Without a title of its own (its id stands there) it rates a paper from elsewhere."""

    paper: Paper
    date: str
    where: str

    @property
    def is_rating(self) -> bool:
        """Whether there is a score and nothing that says which paper it is for but the id."""
        return self.paper.title == self.paper.arxiv_id


class PublicationRecord(msgspec.Struct, frozen=True):
    """A publication as the repository wrote it (all its data), and what decides which of two is newer."""

    id: str
    updated: str
    data: Any


class UnscoredRows(msgspec.Struct, frozen=True):
    """Rows of a file that have no score: the first of them, why (a fixed phrase, to count by), and what to do."""

    where: str
    what: str
    do: str
    rows: int


class ParseResult(msgspec.Struct):
    """All that came out of one file: what is not in here is counted as refused, with a problem that says why.

    `stream` is the text that may be kept as it is: one with nothing but the records in `publications`. `replies` are
    lines of ``data/replies`` by day. `empty_day` is the day of a file that holds nothing. Rows that are
    `is_in_order` are a day's file as it was.
    """

    rows: list[PaperRow] = []
    dropped: list[PaperRow] = []
    receipts: list[Receipt] = []
    replies: dict[str, list[bytes]] = {}
    empty_day: str | None = None
    is_in_order: bool = False
    publications: list[PublicationRecord] = []
    stream: str | None = None
    repairs: list[Fix] = []
    unscored: list[UnscoredRows] = []
    problems: list[Diagnostic] = []
    refused: int = 0
    refused_publications: int = 0


class ParseLog:
    """Collects repairs and refusals of one file. The line is found only when there is something to say about it."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.repairs: list[Fix] = []
        self.problems: list[Diagnostic] = []
        self.refused = 0
        self._unscored: dict[tuple[str, str], UnscoredRows] = {}
        self._line: Callable[[], int] | int = 0

    def at(self, line: Callable[[], int] | int) -> None:
        """From here on it is about the row on `line`; 0 is the file as a whole."""
        self._line = line

    @property
    def where(self) -> str:
        """The row's ``file:line``."""
        if not isinstance(self._line, int):
            self._line = self._line()
        return f"{self.label}:{self._line}" if self._line else self.label

    def row(self, paper: Paper, date: str) -> PaperRow:
        """The row on its day; the line is only looked up where a message will need it."""
        return PaperRow(paper, date, self.where if paper.title == paper.arxiv_id else self.label)

    def repair(self, what: str, how: str = "") -> None:
        """Say that something was put right."""
        self.repairs.append(Fix(self.where, what, how))

    def unscored(self, what: str, do: str) -> None:
        """Count a row that comes in without a score."""
        first = self._unscored.get((what, do))
        where, rows = (first.where, first.rows) if first else (self.where, 0)
        self._unscored[what, do] = UnscoredRows(where, what, do, rows + 1)

    def refuse(self, what: str, do: str, kind: str = "") -> None:
        """Say that the row does not come in."""
        self.refused += 1
        self.problems.append(Diagnostic(self.where, what, do, kind=kind))

    def pass_over(self, what: str) -> None:
        """Say that the row does not come in, and that nothing is wrong with it."""
        self.refused += 1
        self.problems.append(Diagnostic(self.where, what, "nothing to do", is_note=True))

    def harvest(self, rows: list[PaperRow]) -> ParseResult:
        """Return the file's rows, cut to the limits, with everything said about them."""
        if not limits.are_within([row.paper for row in rows]):
            rows = [self._within_limits(row) for row in rows]
        unscored = list(self._unscored.values())
        return ParseResult(rows=rows, repairs=self.repairs, unscored=unscored, problems=self.problems, refused=self.refused)

    def _within_limits(self, row: PaperRow) -> PaperRow:
        paper, fields = limits.capped(row.paper)
        for field in fields:
            self.repairs.append(Fix(row.where, "a value that is too long was cut", f"{field} of {paper.arxiv_id}"))
        return msgspec.structs.replace(row, paper=paper) if fields else row


def rejected(where: str, what: str, do: str, kind: str = "") -> DigestError:
    """The whole file does not come in."""
    return DigestError(Diagnostic(where, what, do, kind=kind))
