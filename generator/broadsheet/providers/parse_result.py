"""The result of parsing one file: records, fixes, and a problem for each rejected row."""

from collections.abc import Callable
from typing import Any

import msgspec

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt

NO_PAPERS = "holds no papers"


class Fix(msgspec.Struct, frozen=True, gc=False):
    """A correction of a row. `kind` is a fixed phrase for counts; `detail` is mostly the text before and after."""

    location: str
    kind: str
    detail: str = ""


class PaperRow(msgspec.Struct, frozen=True, gc=False):
    """A paper and its day. A rating of a paper from elsewhere has the paper's id as title."""

    paper: Paper
    date: str
    location: str

    @property
    def is_rating(self) -> bool:
        """True if the row has a score and, apart from the id, nothing that identifies the paper."""
        return self.paper.title == self.paper.arxiv_id


class PublicationRecord(msgspec.Struct, frozen=True):
    """A publication as the repository wrote it. `updated` decides which of two records is newer."""

    id: str
    updated: str
    data: Any


class UnscoredRows(msgspec.Struct, frozen=True):
    """The rows of a file without a score for the same reason: `location` is the first, `reason` a fixed phrase."""

    location: str
    reason: str
    hint: str
    rows: int


class ParseResult(msgspec.Struct):
    """The content of one file. Everything else in the file is counted as rejected, with a problem for each.

    `stream` is the file's text if it has no more than the records in `publications`; `withdrawn` has those that are
    not public, or not any more. `replies` maps a day to lines of ``data/replies``. `empty_day` is the day of a file
    without papers. `is_in_order` marks rows of a day's own file.
    """

    rows: list[PaperRow] = []
    dropped: list[PaperRow] = []
    receipts: list[Receipt] = []
    replies: dict[str, list[bytes]] = {}
    empty_day: str | None = None
    is_in_order: bool = False
    publications: list[PublicationRecord] = []
    withdrawn: list[PublicationRecord] = []
    stream: str | None = None
    fixes: list[Fix] = []
    unscored: list[UnscoredRows] = []
    problems: list[Diagnostic] = []
    rejected: int = 0
    rejected_publications: int = 0


class ParseLog:
    """The fixes and rejected rows of one file. Line numbers are computed only for messages, since that takes time."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.fixes: list[Fix] = []
        self.problems: list[Diagnostic] = []
        self.rejected = 0
        self._unscored: dict[tuple[str, str], UnscoredRows] = {}
        self._line: Callable[[], int] | int = 0

    def start(self, line: Callable[[], int] | int) -> None:
        """Start the row on `line`, which later entries refer to; 0 stands for the whole file."""
        self._line = line

    @property
    def location(self) -> str:
        """The row's ``file:line``."""
        if not isinstance(self._line, int):
            self._line = self._line()
        return f"{self.label}:{self._line}" if self._line else self.label

    def row(self, paper: Paper, date: str) -> PaperRow:
        """Return the paper as a row; only a rating gets its line, since only its message shows one."""
        return PaperRow(paper, date, self.location if paper.title == paper.arxiv_id else self.label)

    def record_fix(self, kind: str, detail: str = "") -> None:
        """Record a correction of the row."""
        self.fixes.append(Fix(self.location, kind, detail))

    def unscored(self, reason: str, hint: str) -> None:
        """Count a row without a score."""
        first = self._unscored.get((reason, hint))
        location, rows = (first.location, first.rows) if first else (self.location, 0)
        self._unscored[reason, hint] = UnscoredRows(location, reason, hint, rows + 1)

    def reject(self, message: str, hint: str, kind: str = "") -> None:
        """Reject the row."""
        self.rejected += 1
        self.problems.append(Diagnostic(self.location, message, hint, kind=kind))

    def skip(self, message: str) -> None:
        """Reject the row without calling it an error."""
        self.rejected += 1
        self.problems.append(Diagnostic(self.location, message, "nothing to do", is_note=True))

    def result(self, rows: list[PaperRow]) -> ParseResult:
        """Return the rows, with long values cut, and all entries of the log."""
        return ParseResult(
            rows=[self._within_limits(row) for row in rows],
            fixes=self.fixes,
            unscored=list(self._unscored.values()),
            problems=self.problems,
            rejected=self.rejected,
        )

    def _within_limits(self, row: PaperRow) -> PaperRow:
        paper, fields = limits.capped(row.paper)
        for field in fields:
            self.fixes.append(Fix(row.location, "a value that is too long was cut", f"{field} of {paper.arxiv_id}"))
        return msgspec.structs.replace(row, paper=paper) if fields else row


def rejected(location: str, message: str, hint: str, kind: str = "") -> DigestError:
    """Return the error that rejects a whole file."""
    return DigestError(Diagnostic(location, message, hint, kind=kind))
