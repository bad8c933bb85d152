"""``broadsheet import``: parse files, merge their records into ``data/``, and report on each row."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from broadsheet.daily import ledger
from broadsheet.daily.import_checks import RelevanceScale
from broadsheet.daily.import_files import STDIN, InputFile, files_in, read
from broadsheet.daily.merge import DayMerge, PublicationMerge, RowOutcome, in_order, merge_receipts, receipt_conflicts
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.providers import parsers
from broadsheet.providers.fields import NO_MAPPING, FieldMap
from broadsheet.providers.librecat.parser import to_yaml
from broadsheet.providers.parse_result import Fix, PaperRow, ParseResult, PublicationRecord, UnscoredRows
from broadsheet.store.atomic import CONCURRENT_WRITES
from broadsheet.store.store import Store
from broadsheet.text.formats import count

# Papers in memory, some 70 MB at most: a day that several files have is then read and written once.
_MAX_BUFFERED = 20_000


class Conflict(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fields in which a record of ``data/`` differs from an imported one, and stays.

    Of a paper, the record has a day and an id; of a receipt, a day; of a publication, its id alone.
    """

    date: str
    arxiv_id: str
    fields: tuple[str, ...]
    publication: str = ""

    def __str__(self) -> str:
        if self.publication:
            return f"publication {self.publication} ({', '.join(self.fields)})"
        return f"{self.arxiv_id or 'the receipt'} of {self.date} ({', '.join(self.fields)})"


class ImportReport(msgspec.Struct):
    """The result of an import. Each imported row is counted once: ``read = sum(outcomes) + rejected``."""

    files: int = 0
    kinds: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    rejected: int = 0
    days: list[str] = []
    receipts: int = 0
    publications: dict[str, int] = {}
    fixes: list[Fix] = []
    unscored: list[UnscoredRows] = []
    conflicts: list[Conflict] = []
    problems: list[Diagnostic] = []

    @property
    def read(self) -> int:
        """The number of paper rows."""
        return sum(self.outcomes.values()) + self.rejected

    @property
    def faults(self) -> list[Diagnostic]:
        """The problems that are more than notes."""
        return [problem for problem in self.problems if not problem.is_note]


def run(
    root: Path,
    paths: Sequence[str],
    *,
    date: str | None = None,
    replace: bool = False,
    fields: FieldMap = NO_MAPPING,
    stdin: BinaryIO | None = None,
    now: str = "",
) -> ImportReport:
    """Import `paths` (files, folders, ``-`` for `stdin`) into the digest in `root`.

    `date` is the day of files and rows without one, `fields` the keys and scales of foreign rows. A row fills the gaps
    of one in ``data/``; with `replace` it overwrites it. A row that overwrites one, or joins a day of an earlier import
    or run, gets the UTC time `now`. The report has the problems of files; none is raised.
    """
    job = _Import(Store(root), replace, fields=fields, now=now)
    files = list(files_in(paths, date))
    job.remaining_files.update(file.day for file in files if isinstance(file, InputFile))
    for file in files:
        if isinstance(file, Diagnostic):
            job.report.problems.append(file)
        else:
            job.add_file(file, stdin if file.path == STDIN else None)
    job.finish()
    return job.report


def import_results(store: Store, results: Iterable[tuple[str, ParseResult]]) -> ImportReport:
    """Import fetched `results`, each with a label for messages, as later sightings of the rows in ``data/``."""
    job = _Import(store, replace=False, is_later=True)
    for label, result in results:
        job.add_result(label, result)
    job.finish()
    return job.report


class _Import:
    """An import that buffers papers by day, and ratings to the end; everything else is written file by file.

    A day is written when no remaining file is named after it, or when more than `_MAX_BUFFERED` papers are buffered,
    the least recently updated day first.
    """

    def __init__(
        self, store: Store, replace: bool, is_later: bool = False, fields: FieldMap = NO_MAPPING, now: str = ""
    ) -> None:
        self.store, self.replace, self.is_later, self.fields, self.now = store, replace, is_later, fields, now
        self.report = ImportReport()
        self.kinds: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.publications: Counter[str] = Counter()
        self.changed: set[str] = set()
        self.new_days: set[str] = set()  # days without papers or receipt before this import
        self.touched: set[str] = set()  # days with imported rows or replies, changed or not
        self.receipts: dict[str, Receipt] = {}
        self.ratings: dict[str, list[PaperRow]] = {}
        self.days: dict[str, DayMerge] = {}
        self.latest_file: dict[str, str] = {}  # by day
        self.buffered = 0
        self.remaining_files: Counter[str | None] = Counter()  # by the day in their name
        self.ready: list[str] = []
        self.empty: list[tuple[str, Diagnostic]] = []  # days of files without papers, and the note on each
        self.relevances = RelevanceScale()

    def add_file(self, file: InputFile, stdin: BinaryIO | None) -> None:
        self.report.files += 1
        try:
            data = read(file.path, file.label, stdin)
            kind, result = parsers.parse(data, file.label, file.day, self.fields)
        except parsers.UnknownFormat as error:
            self.kinds["not recognised"] += 1
            note = not file.is_data
            self.report.problems += [msgspec.structs.replace(problem, is_note=note) for problem in error.problems]
        except DigestError as error:
            self.kinds["rejected"] += 1
            self.report.problems += error.problems
        else:
            self.kinds[kind] += 1
            self.add_result(file.label, result)
        self._end_file(file.day)

    def _end_file(self, day: str | None) -> None:
        """Note that a file named after `day` was read; write complete days, several at once."""
        self.remaining_files[day] -= 1
        if day in self.days and not self.remaining_files[day]:
            self.ready.append(day)
        if len(self.ready) == CONCURRENT_WRITES:
            self._write_days([date for date in self.ready if date in self.days])
            self.ready.clear()

    def add_result(self, label: str, result: ParseResult) -> None:
        try:
            self._add_result(label, result)
        except OSError as error:
            self._add_write_error(label, error)

    def _add_write_error(self, label: str, error: OSError) -> None:
        what = f"{error.filename} cannot be written: {error.strerror}"
        self.report.problems.append(Diagnostic(label, what, "check permissions and free space, then try again"))

    def _add_problems(self, error: DigestError) -> None:
        reported = set(self.report.problems)
        self.report.problems += [problem for problem in error.problems if problem not in reported]

    def _add_result(self, path: str, result: ParseResult) -> None:
        self.report.fixes += result.fixes
        self.report.unscored += result.unscored
        self.report.rejected += result.rejected
        self.publications["rejected"] += result.rejected_publications
        if day := result.empty_day:
            self.empty += [(day, problem) for problem in result.problems]
        else:
            self.report.problems += result.problems
        if result.publications or result.withdrawn:
            self._add_publications(path, result)
        days: dict[str, list[PaperRow]] = {}
        for row in result.rows:
            (self.ratings if row.is_rating else days).setdefault(row.date, []).append(row)
        for date, rows in days.items():
            self._add_day(date, rows, path, is_in_order=result.is_in_order)
        self.relevances.add(result.rows)
        self._add_other_records(result)

    def _add_other_records(self, result: ParseResult) -> None:
        """Store dropped papers, replies and receipts."""
        dropped: dict[str, list[PaperRow]] = {}
        for row in result.dropped:
            dropped.setdefault(row.date, []).append(row)
        for date, rows in dropped.items():
            self._add_dropped(date, rows)
        self.touched |= dropped.keys() | result.replies.keys()
        for date, lines in result.replies.items():
            if self.store.add_replies(date, lines):
                self.changed.add(date)
        for receipt in result.receipts:
            try:
                self._add_receipt(receipt)
            except DigestError as error:
                self.report.problems += error.problems

    def _add_receipt(self, receipt: Receipt) -> None:
        old = self.receipts.get(receipt.date) or self.store.receipt(receipt.date)
        merged = self.receipts[receipt.date] = merge_receipts(old, receipt, replace=self.replace)
        if fields := receipt_conflicts(merged, receipt):
            self.report.conflicts.append(Conflict(receipt.date, "", fields))

    def _add_dropped(self, date: str, rows: list[PaperRow]) -> None:
        """Add dropped papers to those of their day; stored ones stay."""
        try:
            stored = self.store.dropped(date)
        except DigestError as error:
            self._reject_day(date, rows, error)
            return
        keys = {(paper.arxiv_id, paper.source) for paper in stored}
        new = [row.paper for row in rows if (row.paper.arxiv_id, row.paper.source) not in keys]
        self.outcomes[RowOutcome.ADDED] += len(new)
        self.outcomes[RowOutcome.UNCHANGED] += len(rows) - len(new)
        if new and self.store.write_dropped(date, in_order([*stored, *new]) if stored else new):
            self.changed.add(date)

    def _add_day(self, date: str, rows: list[PaperRow], path: str, is_in_order: bool = False) -> None:
        try:
            day = self._day(date)
        except DigestError as error:
            self._reject_day(date, rows, error)
            return
        self.latest_file[date] = path
        self.touched.add(date)
        before = len(day.papers)
        ambiguous = day.add(rows)
        if new := len(rows) - len(ambiguous):
            self.outcomes[RowOutcome.ADDED] += new
        for row in ambiguous:
            outcome, fields = day.merge_row(row)
            self.outcomes[outcome] += 1
            if fields:
                self.report.conflicts.append(Conflict(date, row.paper.arxiv_id, fields))
            if row.is_rating and outcome is RowOutcome.ADDED:
                what = f"rates {row.paper.arxiv_id}, which is not among the papers of {date}; kept with its id as title"
                self.report.problems.append(Diagnostic(row.location, what, "import the day's papers too", is_note=True))
        if is_in_order and not before:
            day.is_changed = False
        self.buffered += len(day.papers) - before
        while self.buffered > _MAX_BUFFERED:
            self._write_days(list(islice(self.days, CONCURRENT_WRITES)))

    def _day(self, date: str) -> DayMerge:
        day = self.days.pop(date, None)
        if day is None:
            papers = {(paper.arxiv_id, paper.source): paper for paper in self.store.papers(date)}
            if not papers and not self.store.receipt_path(date).exists():
                self.new_days.add(date)
            day = DayMerge(papers, self.replace, self.is_later, now=self.now, is_seen=date not in self.new_days)
            self.buffered += len(papers)
        self.days[date] = day  # as the most recently updated one
        return day

    def _write_days(self, dates: list[str]) -> None:
        for date, written in zip(dates, self.store.write_days(map(self._pop_day, dates)), strict=True):
            if isinstance(written, OSError):
                self._add_write_error(self.latest_file[date], written)
            elif written:
                self.changed.add(date)

    def _pop_day(self, date: str) -> tuple[str, Iterable[Paper]]:
        day = self.days.pop(date)
        self.buffered -= len(day.papers)
        return date, day.rows()

    def _reject_day(self, date: str, rows: list[PaperRow], error: DigestError) -> None:
        # Writing the rest would delete the lines that cannot be read.
        self.report.rejected += len(rows)
        self._add_problems(error)
        what = f"{count(len(rows), 'row')} of {date} not imported, since the file of that day is broken"
        self.report.problems.append(Diagnostic(rows[0].location, what, "correct the file, then import again"))

    def _add_publications(self, path: str, result: ParseResult) -> None:
        name = publication_file_name(path)
        publications, problems = _publication_merge(self.store)
        if problems:
            number = count(len(result.publications), "publication")
            what = f"{number} not imported, since data/publications cannot be read"
            self.report.problems += [*problems, Diagnostic(path, what, "correct the files, then import again")]
            return
        before = {file: list(records) for file, records in publications.files.items()}
        self._merge_publications(publications, path, result)
        for file, records in publications.files.items():
            if records != before.get(file):
                untouched = result.stream if file == name and records == result.publications else None
                documents = (to_yaml(record.data) for record in records)
                self.store.write_publications(file, untouched or "".join(documents))

    def _merge_publications(self, publications: PublicationMerge, path: str, result: ParseResult) -> None:
        name = publication_file_name(path)
        outcomes = publications.merge_records(name, result.publications, replace=self.replace)
        self.publications.update(outcome for outcome, _ in outcomes)
        for record, (_, fields) in zip(result.publications, outcomes, strict=True):
            if fields:
                self.report.conflicts.append(Conflict("", "", fields, publication=record.id))
        for number in publications.remove(result.withdrawn):
            self.publications[RowOutcome.REMOVED] += 1
            what = f"publication {number} is no longer public"
            self.report.problems.append(Diagnostic(path, what, "removed from data/publications", is_note=True))

    def finish(self) -> None:
        for date, rows in sorted(self.ratings.items()):
            self._add_day(date, rows, rows[0].location)
        self._write_days(list(self.days))
        self._write_receipts()
        self.report.days = sorted(self.changed)
        self.report.problems += [problem for day, problem in self.empty if not self._is_explained(day)]
        if "relevance" not in self.fields.scales:
            self.report.problems += self.relevances.warnings()
        self.report.kinds, self.report.outcomes = dict(self.kinds), dict(self.outcomes)
        self.report.publications = dict(+self.publications)

    def _write_receipts(self) -> None:
        """Write the imported receipts, and recount those of all days of the input.

        An earlier import may have changed a day, and ended before it wrote the receipt.
        """
        touched = set() if self.is_later else self.touched
        for date in sorted(self.receipts.keys() | touched):
            try:
                if receipt := self.receipts.get(date) or self.store.receipt(date):
                    self.report.receipts += ledger.write_recounted(self.store, receipt) and date in self.receipts
            except DigestError as error:
                self._add_problems(error)

    def _is_explained(self, day: str) -> bool:
        """Return whether a day without papers has a receipt."""
        try:
            return self.store.receipt(day) is not None
        except DigestError:
            return False


def publication_file_name(path: str) -> str:
    """Return the file name for publications from `path`: letters, digits, ``.``, ``_`` and ``-``."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", "publications" if path == STDIN else Path(path).stem)
    return f"{stem.strip('.-') or 'publications'}.yml"


def _publication_merge(store: Store) -> tuple[PublicationMerge, list[Diagnostic]]:
    files: dict[str, list[PublicationRecord]] = {}
    problems: list[Diagnostic] = []
    for path in store.publication_files():
        label = store.label(path)
        try:
            data = read(str(path), label, None)
            # A file is empty when all its records were removed.
            result = parsers.parse(data, label, None)[1] if data.strip() else ParseResult()
        except DigestError as error:
            problems += error.problems
            continue
        problems += result.problems
        files[path.name] = result.publications
    return PublicationMerge(files), problems
