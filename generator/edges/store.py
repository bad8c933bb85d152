"""``data/``, the only truth: files on one side, records on the other."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator.edges.atomic import write_atomically, write_together
from generator.ground import limits, records
from generator.ground.errors import DigestError, Problem
from generator.ground.files import printable, problem_from, read_regular
from generator.ground.model import Paper, Receipt

if TYPE_CHECKING:
    from generator.ground.publication import Publication

_YEAR = re.compile(r"[0-9]{4}")
DROPPED = "dropped"  # the key of a paper's line that says why its day does not show it


class Store:
    """The archive in `root`/data. Reads are strict; writes are whole, durable, and skipped when nothing changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self._cut: set[Path] = set()  # files with papers that were cut when they were read

    # -- reading ---------------------------------------------------------------------------------------------------

    def dates(self) -> list[str]:
        """Every day with papers or a receipt, oldest first. Raises DigestError where a folder cannot be listed."""
        try:
            return sorted({*_dates(self.data / "papers", ".jsonl"), *_dates(self.data / "runs", ".json")})
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error

    def dropped_dates(self) -> list[str]:
        """Every day with papers that it does not show. Raises DigestError where a folder cannot be listed."""
        try:
            return sorted(_dates(self.data / "dropped", ".jsonl"))
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error

    def papers(self, date: str) -> tuple[Paper, ...]:
        """The papers of a day, in the file's order. Raises DigestError with every line that cannot be read."""
        return self._papers(self.papers_path(date))

    def dropped(self, date: str) -> tuple[Paper, ...]:
        """The papers of a day that it does not show, each with the reason under `DROPPED`. Raises DigestError."""
        return self._papers(self.dropped_path(date))

    def dropped_between(self, first: str, last: str) -> dict[str, str]:
        """The papers that the days from `first` on and before `last` do not show, each with the latest such day."""
        paths = sorted((self.data / "dropped").glob("*/*.jsonl"))
        days = [path.stem for path in paths if records.is_date(path.stem) and first <= path.stem < last]
        return {paper.arxiv_id: date for date in days for paper in self.dropped(date)}

    def _read(self, path: Path) -> bytes:
        """Return what a file holds, nothing if there is none. Raises DigestError where it cannot be read."""
        try:
            return _bytes(path)
        except NotADirectoryError:  # `dates` tells of it, or else the writing
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
                problems.append(Problem(f"{self.label(path)}:{number}", str(error), "mend or delete the line"))
                continue
            first = lines_of.setdefault((paper.arxiv_id, paper.source), number)
            if first != number:
                what = f"{paper.arxiv_id} of {paper.source} stands on line {first} already"
                problems.append(Problem(f"{self.label(path)}:{number}", what, "delete one of the two lines"))
            papers.append(paper)
            if fields:
                self._cut.add(path)
        if problems:
            raise DigestError(problems)
        return tuple(papers)

    def _date_problems(self, path: Path) -> list[Problem]:
        if records.is_date(path.stem) or not path.exists():
            return []
        return [Problem(self.label(path), f"its name is not {records.A_DATE}", "rename the file, or move it away")]

    def lines(self, date: str) -> list[bytes]:
        """The lines of a day's file, as they are."""
        return [line.strip() for line in self._read(self.papers_path(date)).split(b"\n") if line.strip()]

    def receipt(self, date: str) -> Receipt | None:
        """What happened on a day, if that is known. Raises DigestError if the file cannot be read."""
        path = self.receipt_path(date)
        data = self._read(path)
        if not data:
            return None
        try:
            receipt = records.decode_receipt(data)
        except records.RecordError as error:
            raise DigestError(Problem(self.label(path), str(error), "mend the file")) from error
        if receipt.date != date:
            what = f"the receipt says {receipt.date}, its file {date}"
            raise DigestError(Problem(self.label(path), what, "rename the file or correct its date"))
        return receipt

    def publications(self) -> "list[Publication]":
        """All public records, by file name and place in the file. Raises DigestError with all that cannot be read."""
        from generator.ground import publication  # noqa: PLC0415 - with YAML, which papers need not wait for

        found: list[Publication] = []
        problems: list[Problem] = []
        for path in self.publication_files():
            try:
                text = self._read(path).decode("utf-8")
            except DigestError as error:
                problems += error.problems
                continue
            except UnicodeDecodeError as error:
                problems.append(Problem(self.label(path), f"not UTF-8 at byte {error.start}", "save the file as UTF-8"))
                continue
            good, bad = publication.parse_stream(text, self.label(path))
            found += good
            problems += [problem for problem in bad if not problem.note]
        if problems:
            raise DigestError(problems)
        return found

    def publication_files(self) -> list[Path]:
        """The files of the institution's repository, by name. Raises DigestError where they cannot be listed."""
        folder = self.data / "publications"
        try:
            names = _names(folder)
        except OSError as error:
            raise DigestError(problem_from(error, self.root)) from error
        return [folder / name for name in sorted(names) if name.endswith(".yml") and not name.startswith(".")]

    def fingerprint(self, date: str) -> str:
        """Changes when a file of the day does."""
        return _fingerprint([self.papers_path(date), self.receipt_path(date)])

    def publications_fingerprint(self) -> str:
        """Changes when a publication file does, comes or goes."""
        return _fingerprint(self.publication_files())

    # -- writing ---------------------------------------------------------------------------------------------------

    def write_papers(self, date: str, papers: Iterable[Paper]) -> bool:
        """Make these the papers of the day; False if they were."""
        return write_atomically(self.papers_path(date), self._encoded(self.papers_path(date), papers), durable=True)

    def write_days(self, days: Iterable[tuple[str, Iterable[Paper]]]) -> Iterator[bool | OSError]:
        """Make these the papers of these days; says of each whether it was written, or why it was not."""
        return write_together(
            (self.papers_path(date), self._encoded(self.papers_path(date), papers)) for date, papers in days
        )

    def write_dropped(self, date: str, papers: Iterable[Paper]) -> bool:
        """Make these the papers that the day does not show; False if they were."""
        data = self._encoded(self.dropped_path(date), papers)
        return bool(data or self.dropped_path(date).exists()) and write_atomically(
            self.dropped_path(date), data, durable=True
        )

    def _encoded(self, path: Path, papers: Iterable[Paper]) -> bytes:
        """Return the lines of `papers` for the file at `path`; what was cut when they were read is whole in them."""
        places = {self.papers_path(path.stem), self.dropped_path(path.stem)}  # a paper may go from one to the other
        files = sorted(self._cut & places, key=path.__eq__)
        lines = [line for file in files for line in self._read(file).split(b"\n") if line.strip()]
        wholes = {(whole.arxiv_id, whole.source): whole for whole in map(records.decode_whole, lines)}
        if wholes:
            papers = [limits.restored(it, wholes.get((it.arxiv_id, it.source), it)) for it in papers]
        return records.encode_papers(papers)

    def write_receipt(self, receipt: Receipt) -> bool:
        """Keep what happened on a day; False if it was kept."""
        return write_atomically(self.receipt_path(receipt.date), records.encode_receipt(receipt), durable=True)

    def add_replies(self, date: str, lines: Iterable[bytes]) -> bool:
        """Keep these replies of a language model beside those of the day; False if all of them were kept."""
        path = self.replies_path(date)
        before = [line for line in _bytes(path).split(b"\n") if line.strip()]
        known = set(before)
        new = [line for line in dict.fromkeys(lines) if line not in known]
        return bool(new) and write_atomically(path, b"".join(line + b"\n" for line in [*before, *new]), durable=True)

    def write_publications(self, name: str, text: str) -> bool:
        """Make `text` the publication file `name`; False if it was."""
        return write_atomically(self.data / "publications" / name, text.encode(), durable=True)

    # -- places ----------------------------------------------------------------------------------------------------

    def papers_path(self, date: str) -> Path:
        """Where the papers of a day are kept."""
        return self.data / "papers" / date[:4] / f"{_checked(date)}.jsonl"

    def receipt_path(self, date: str) -> Path:
        """Where the receipt of a day is kept."""
        return self.data / "runs" / date[:4] / f"{_checked(date)}.json"

    def replies_path(self, date: str) -> Path:
        """Where what a language model was paid for on a day is kept."""
        return self.data / "replies" / date[:4] / f"{_checked(date)}.jsonl"

    def dropped_path(self, date: str) -> Path:
        """Where the papers of a day are kept that it does not show: a sum can be counted again, a scorer can learn."""
        return self.data / "dropped" / date[:4] / f"{_checked(date)}.jsonl"

    def label(self, path: Path) -> str:
        """How messages name a file: relative to the root."""
        return printable(path.relative_to(self.root).as_posix())


def _dates(folder: Path, ending: str) -> Iterator[str]:
    """Yield the days whose files are where they belong, ``2025/2025-05-27.jsonl``, also those that no digest can have.

    Reading such a day tells of it.
    """
    for year in filter(_YEAR.fullmatch, _names(folder)):
        for name in _names(folder / year):
            date = name.removesuffix(ending)
            if name == date + ending and date[:4] == year and records.is_calendar_date(date):
                yield date


def _names(folder: Path) -> list[str]:
    """Return the names in a folder, none if it is not there. Raises OSError for a file or a link to nowhere."""
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        if any(path.is_symlink() and not path.exists() for path in (folder, folder.parent)):
            raise
        return []


def _checked(date: str) -> str:
    # Dates become paths: nothing but digits and hyphens may.
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
    import hashlib  # noqa: PLC0415 - loads OpenSSL

    total = hashlib.sha256()
    for path in paths:
        try:
            data = _bytes(path)
        except OSError as error:  # whoever reads it says so
            data = repr(error).encode()
        total.update(f"{path.name}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()[:16]
