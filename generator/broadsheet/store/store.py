"""The archive in ``data/``: files on one side, records on the other."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.store import records
from broadsheet.store.atomic import write_atomically, write_together
from broadsheet.store.files import printable, problem_from, read_regular

if TYPE_CHECKING:
    from broadsheet.model.publication import Publication

_YEAR = re.compile(r"[0-9]{4}")
DROPPED = "dropped"  # the key of the reason why a day does not show a paper


class Store:
    """The archive in `root`/data. Reads are strict; writes are atomic, durable, and skipped if nothing changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self._cut: set[Path] = set()  # files with papers that were cut when they were read

    # -- reading ---------------------------------------------------------------------------------------------------

    def dates(self) -> list[str]:
        """Return the days with papers or a receipt, oldest first. Raises DigestError if a folder cannot be read."""
        try:
            return sorted({*_dates(self.data / "papers", ".jsonl"), *_dates(self.data / "runs", ".json")})
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error

    def dropped_dates(self) -> list[str]:
        """Return the days with dropped papers, oldest first. Raises DigestError if a folder cannot be read."""
        try:
            return sorted(_dates(self.data / "dropped", ".jsonl"))
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error

    def papers(self, date: str) -> tuple[Paper, ...]:
        """Return the papers of a day, in the file's order. Raises DigestError with every line that cannot be read."""
        return self._papers(self.papers_path(date))

    def dropped(self, date: str) -> tuple[Paper, ...]:
        """Return the papers that a day does not show, each with the reason under `DROPPED`. Raises DigestError."""
        return self._papers(self.dropped_path(date))

    def dropped_between(self, first: str, last: str) -> dict[str, str]:
        """Return the papers that days from `first` to before `last` do not show, each with the latest such day."""
        paths = sorted((self.data / "dropped").glob("*/*.jsonl"))
        days = [path.stem for path in paths if records.is_date(path.stem) and first <= path.stem < last]
        return {paper.arxiv_id: date for date in days for paper in self.dropped(date)}

    def _read(self, path: Path) -> bytes:
        """Return the content of a file, empty if there is none. Raises DigestError if it cannot be read."""
        try:
            return _bytes(path)
        except NotADirectoryError:  # `dates` reports it, or else the write
            raise
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error

    def _papers(self, path: Path) -> tuple[Paper, ...]:
        papers, problems = [], self._date_problems(path)
        lines_of: dict[tuple[str, str], int] = {}
        for number, line in enumerate(self._read(path).split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                paper, fields = limits.capped(records.decode_whole(line))
            except records.RecordError as error:
                problems.append(Diagnostic(f"{self.label(path)}:{number}", str(error), "correct or delete the line"))
                continue
            first = lines_of.setdefault((paper.arxiv_id, paper.source), number)
            if first != number:
                what = f"{paper.arxiv_id} of {paper.source} is on line {first} already"
                problems.append(Diagnostic(f"{self.label(path)}:{number}", what, "delete one of the two lines"))
            papers.append(paper)
            if fields:
                self._cut.add(path)
        if problems:
            raise DigestError(problems)
        return tuple(papers)

    def _date_problems(self, path: Path) -> list[Diagnostic]:
        if records.is_date(path.stem) or not path.exists():
            return []
        return [Diagnostic(self.label(path), f"its name is not {records.A_DATE}", "rename the file, or move it away")]

    def lines(self, date: str) -> list[bytes]:
        """Return the lines of a day's file, unparsed."""
        return [line.strip() for line in self._read(self.papers_path(date)).split(b"\n") if line.strip()]

    def receipt(self, date: str) -> Receipt | None:
        """Return the receipt of a day, if there is one. Raises DigestError if the file cannot be read."""
        path = self.receipt_path(date)
        data = self._read(path)
        if not data:
            return None
        try:
            receipt = records.decode_receipt(data)
        except records.RecordError as error:
            raise DigestError(Diagnostic(self.label(path), str(error), "correct the file")) from error
        if receipt.date != date:
            what = f"the receipt has the date {receipt.date}, its file {date}"
            raise DigestError(Diagnostic(self.label(path), what, "rename the file or correct its date"))
        return receipt

    def publications(self) -> "list[Publication]":
        """Return all public records, by file name and place in the file. Raises DigestError with all problems."""
        from broadsheet.model import publication  # noqa: PLC0415 - 12 ms of an import, for YAML

        publications: list[Publication] = []
        problems: list[Diagnostic] = []
        for path in self.publication_files():
            try:
                text = self._read(path).decode("utf-8")
            except DigestError as error:
                problems += error.problems
                continue
            except UnicodeDecodeError as error:
                problems.append(
                    Diagnostic(self.label(path), f"not UTF-8 at byte {error.start}", "save the file as UTF-8")
                )
                continue
            good, bad = publication.parse_stream(text, self.label(path))
            publications += good
            problems += [problem for problem in bad if not problem.is_note]
        if problems:
            raise DigestError(problems)
        return publications

    def publication_files(self) -> list[Path]:
        """Return the publication files, by name. Raises DigestError if the folder cannot be read."""
        folder = self.data / "publications"
        try:
            names = _names(folder)
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error
        return [folder / name for name in sorted(names) if name.endswith(".yml") and not name.startswith(".")]

    def fingerprint(self, date: str) -> str:
        """Return a hash of the files of a day."""
        return _fingerprint([self.papers_path(date), self.receipt_path(date), self.dropped_path(date)])

    def stamps(self, settled_ns: int) -> dict[str, str]:
        """Return for each day a token that changes with the status of its files: their sizes, times and inodes.

        Days are left out of which a file changed later than `settled_ns`: it may change again within the same tick of
        the clock of its file system.
        """
        stamps: dict[str, str] = {}
        unsettled = set()
        for kind, ending in (("papers", ".jsonl"), ("runs", ".json"), ("dropped", ".jsonl")):
            for name, info in _statuses(self.data / kind):
                date = name.removesuffix(ending)
                if info is None or max(info.st_mtime_ns, info.st_ctime_ns) > settled_ns:
                    unsettled.add(date)
                else:
                    times = f"{info.st_mtime_ns} {info.st_ctime_ns}"
                    stamps[date] = f"{stamps.get(date, '')}{kind} {info.st_size} {times} {info.st_ino} "
        return {date: stamp for date, stamp in stamps.items() if date not in unsettled}

    def publications_fingerprint(self) -> str:
        """Return a hash of the names and contents of all publication files."""
        return _fingerprint(self.publication_files())

    # -- writing ---------------------------------------------------------------------------------------------------

    def write_papers(self, date: str, papers: Iterable[Paper]) -> bool:
        """Write the papers of a day; return False if nothing changed."""
        path = self.papers_path(date)
        return write_atomically(path, self._encoded(path, papers), durable=True)

    def write_days(self, days: Iterable[tuple[str, Iterable[Paper]]]) -> Iterator[bool | OSError]:
        """Write the papers of several days; yield for each whether it was written, or the error."""
        files = ((self.papers_path(date), papers) for date, papers in days)
        return write_together((path, self._encoded(path, papers)) for path, papers in files)

    def write_dropped(self, date: str, papers: Iterable[Paper]) -> bool:
        """Write the papers that a day does not show; return False if nothing changed."""
        data = self._encoded(self.dropped_path(date), papers)
        return bool(data or self.dropped_path(date).exists()) and write_atomically(
            self.dropped_path(date), data, durable=True
        )

    def _encoded(self, path: Path, papers: Iterable[Paper]) -> bytes:
        """Return the lines of `papers` for the file at `path`; what was cut when they were read is whole in them."""
        # A paper may go from one file of the day to the other.
        files = sorted((file for file in self._cut if file.stem == path.stem), key=path.__eq__)
        lines = [line for file in files for line in self._read(file).split(b"\n") if line.strip()]
        wholes = {(whole.arxiv_id, whole.source): whole for whole in map(records.decode_whole, lines)}
        if wholes:
            papers = [limits.restored(paper, wholes.get((paper.arxiv_id, paper.source), paper)) for paper in papers]
        return records.encode_papers(papers)

    def write_receipt(self, receipt: Receipt) -> bool:
        """Write the receipt of a day; return False if nothing changed."""
        return write_atomically(self.receipt_path(receipt.date), records.encode_receipt(receipt), durable=True)

    def add_replies(self, date: str, lines: Iterable[bytes]) -> bool:
        """Add replies of a language model to those of a day; return False if all of them are there."""
        path = self.replies_path(date)
        before = [line for line in _bytes(path).split(b"\n") if line.strip()]
        present = set(before)
        new = [line for line in dict.fromkeys(lines) if line not in present]
        return bool(new) and write_atomically(path, b"".join(line + b"\n" for line in [*before, *new]), durable=True)

    def write_publications(self, name: str, text: str) -> bool:
        """Write the publication file `name`; return False if nothing changed."""
        return write_atomically(self.data / "publications" / name, text.encode(), durable=True)

    # -- places ----------------------------------------------------------------------------------------------------

    def papers_path(self, date: str) -> Path:
        """Return the path of the papers of a day."""
        return self.data / f"papers/{date[:4]}/{_checked(date)}.jsonl"

    def receipt_path(self, date: str) -> Path:
        """Return the path of the receipt of a day."""
        return self.data / f"runs/{date[:4]}/{_checked(date)}.json"

    def replies_path(self, date: str) -> Path:
        """Return the path of the replies that a language model was paid for on a day."""
        return self.data / f"replies/{date[:4]}/{_checked(date)}.jsonl"

    def dropped_path(self, date: str) -> Path:
        """Return the path of the papers that a day does not show. Checks of sums and scorers use them."""
        return self.data / f"dropped/{date[:4]}/{_checked(date)}.jsonl"

    def label(self, path: Path) -> str:
        """Return the name of a file in messages: relative to the root."""
        return printable(path.relative_to(self.root).as_posix())


def _dates(folder: Path, ending: str) -> Iterator[str]:
    """Yield the dates of files in their place, ``2025/2025-05-27.jsonl``, of any year.

    Reading a day of a year that no digest can have is an error.
    """
    for year in filter(_YEAR.fullmatch, _names(folder)):
        for name in _names(folder / year):
            date = name.removesuffix(ending)
            if name == date + ending and date[:4] == year and records.is_calendar_date(date):
                yield date


def _statuses(folder: Path) -> Iterator[tuple[str, os.stat_result | None]]:
    """Yield the name of each file in its place, with the status of what it or its link leads to, if there is any."""
    for year in _names(folder):
        with suppress(OSError), os.scandir(folder / year) as entries:  # reading the days reports the error
            for entry in entries:
                yield entry.name, _status(entry)


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None


def _names(folder: Path) -> list[str]:
    """Return the names in a folder, none if it is not there. Raises OSError for a file or a link to nowhere."""
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        if any(path.is_symlink() and not path.exists() for path in (folder, folder.parent)):
            raise
        return []


def _checked(date: str) -> str:
    # Dates become paths: only digits and hyphens may.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date):
        raise ValueError(f"not a date: {date!r}")
    return date


def _bytes(path: Path) -> bytes:
    try:
        return read_regular(path)
    except FileNotFoundError:
        if path.is_symlink():
            raise
        return b""


def _fingerprint(paths: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        try:
            data = _bytes(path)
        except OSError as error:  # reading the file reports it
            data = repr(error).encode()
        total.update(f"{path.name}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()[:16]
