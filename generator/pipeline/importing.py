"""``digest import``: foreign files become records, records meet ``data/``, a report says what became of each row."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from generator.edges import sources
from generator.edges.atomic import TOGETHER
from generator.edges.sources.fields import AS_THEY_ARE, FieldMap
from generator.edges.sources.harvest import Harvest, Record, Repair, Row, Unscored
from generator.edges.store import Store
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper, Receipt
from generator.pipeline import ledger
from generator.pipeline.import_checks import Relevances
from generator.pipeline.import_files import STDIN, File, files_in, read
from generator.pipeline.merging import Day, Outcome, Shelf, in_order, merge_receipts, receipt_conflicts
from generator.views.wording import count

# So many papers wait for another file that tells of their day, which is then read and written once: at most some 70 MB.
_MOST_WAITING = 20_000


class Kept(msgspec.Struct, frozen=True):
    """Fields of a row in ``data/`` that differ from the one that came in, and stayed; without an id, of a receipt."""

    date: str
    arxiv_id: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.arxiv_id or 'the receipt'} of {self.date} ({', '.join(self.fields)})"


class Report(msgspec.Struct):
    """What an import did. Rows that came in are counted once each: ``read = sum(outcomes) + refused``."""

    files: int = 0
    kinds: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    refused: int = 0
    days: list[str] = []
    receipts: int = 0
    publications: dict[str, int] = {}
    repairs: list[Repair] = []
    unscored: list[Unscored] = []
    kept: list[Kept] = []
    problems: list[Problem] = []

    @property
    def read(self) -> int:
        """Rows of papers that were looked at."""
        return sum(self.outcomes.values()) + self.refused

    @property
    def faults(self) -> list[Problem]:
        """The problems that are more than notes."""
        return [problem for problem in self.problems if not problem.note]


def run(
    root: Path,
    paths: Sequence[str],
    *,
    date: str | None = None,
    replace: bool = False,
    fields: FieldMap = AS_THEY_ARE,
    stdin: BinaryIO | None = None,
) -> Report:
    """Import `paths` (files, folders, ``-`` for `stdin`) into the digest in `root`.

    `date` is the day of files and rows without one, `fields` the keys and scales of rows that are not ours. A row that
    differs from one in ``data/`` fills its gaps; with `replace` it wins. Nothing is raised for what a file holds: see
    the report's problems.
    """
    work = _Import(Store(root), replace, fields=fields)
    found = list(files_in(paths, date))
    work.to_come.update(file.day for file in found if isinstance(file, File))
    for file in found:
        if isinstance(file, Problem):
            work.report.problems.append(file)
        else:
            work.file(file, stdin if file.path == STDIN else None)
    work.finish()
    return work.report


def keep(store: Store, harvests: Iterable[tuple[str, Harvest]]) -> Report:
    """Take in what was fetched, each harvest under its label: a later sighting of what is there."""
    work = _Import(store, replace=False, later=True)
    for label, harvest in harvests:
        work.keep(label, harvest)
    work.finish()
    return work.report


class _Import:
    """One run: papers are kept day by day, once no file to come is named after the day, or as many wait as may, the day
    that was told of longest ago first; ratings wait for the papers they rate, everything else is kept file by file."""

    def __init__(self, store: Store, replace: bool, later: bool = False, fields: FieldMap = AS_THEY_ARE) -> None:
        self.store, self.replace, self.later, self.fields = store, replace, later, fields
        self.report = Report()
        self.kinds: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.publications: Counter[str] = Counter()
        self.changed: set[str] = set()
        self.touched: set[str] = set()  # days of which rows or replies came in, changed or not
        self.receipts: dict[str, Receipt] = {}
        self.ratings: dict[str, list[Row]] = {}
        self.days: dict[str, Day] = {}
        self.told: dict[str, str] = {}  # the file that told of a day last
        self.waiting = 0
        self.to_come: Counter[str | None] = Counter()  # files, by the day they are named after
        self.ready: list[str] = []
        self.empty: list[tuple[str, Problem]] = []  # days of files that hold nothing, and the note on each
        self.relevances = Relevances()

    def file(self, file: File, stdin: BinaryIO | None) -> None:
        self.report.files += 1
        try:
            data = read(file.path, file.label, stdin)
            kind, harvest = sources.harvest(data, file.label, file.day, self.fields)
        except sources.Unrecognised as error:
            self.kinds["not recognised"] += 1
            note = not file.is_data
            self.report.problems += [msgspec.structs.replace(problem, note=note) for problem in error.problems]
        except DigestError as error:
            self.kinds["refused"] += 1
            self.report.problems += error.problems
        else:
            self.kinds[kind] += 1
            self.keep(file.label, harvest)
        self._passed(file.day)

    def _passed(self, day: str | None) -> None:
        """One file less that is named after `day`; several days are written at a time."""
        self.to_come[day] -= 1
        if day in self.days and not self.to_come[day]:
            self.ready.append(day)
        if len(self.ready) == TOGETHER:
            self._write_days([date for date in self.ready if date in self.days])
            self.ready.clear()

    def keep(self, label: str, harvest: Harvest) -> None:
        try:
            self._keep(label, harvest)
        except OSError as error:
            self._unwritten(label, error)

    def _unwritten(self, label: str, error: OSError) -> None:
        what = f"{error.filename} cannot be written: {error.strerror}"
        self.report.problems.append(Problem(label, what, "check permissions and free space, then try again"))

    def _keep(self, path: str, harvest: Harvest) -> None:
        self.report.repairs += harvest.repairs
        self.report.unscored += harvest.unscored
        self.report.refused += harvest.refused
        self.publications["refused"] += harvest.refused_publications
        if day := harvest.empty_day:
            self.empty += [(day, problem) for problem in harvest.problems]
        else:
            self.report.problems += harvest.problems
        if harvest.publications:
            self._keep_publications(path, harvest)
        days: dict[str, list[Row]] = {}
        for row in harvest.rows:
            (self.ratings if row.is_rating else days).setdefault(row.date, []).append(row)
        for date, rows in days.items():
            self._keep_day(date, rows, path, as_it_was=harvest.is_in_order)
        self.relevances.look_at(harvest.rows)
        self._keep_beside(harvest)

    def _keep_beside(self, harvest: Harvest) -> None:
        """Keep what stands in ``data/`` beside the papers."""
        dropped: dict[str, list[Row]] = {}
        for row in harvest.dropped:
            dropped.setdefault(row.date, []).append(row)
        for date, rows in dropped.items():
            self._keep_dropped(date, rows)
        self.touched |= dropped.keys() | harvest.replies.keys()
        for date, lines in harvest.replies.items():
            if self.store.add_replies(date, lines):
                self.changed.add(date)
        for receipt in harvest.receipts:
            try:
                self._keep_receipt(receipt)
            except DigestError as error:
                self.report.problems += error.problems

    def _keep_receipt(self, receipt: Receipt) -> None:
        old = self.receipts.get(receipt.date) or self.store.receipt(receipt.date)
        merged = self.receipts[receipt.date] = merge_receipts(old, receipt, replace=self.replace)
        if fields := receipt_conflicts(merged, receipt):
            self.report.kept.append(Kept(receipt.date, "", fields))

    def _keep_dropped(self, date: str, rows: list[Row]) -> None:
        """Add dropped papers to those of their day; one that is there stays."""
        try:
            before = self.store.dropped(date)
        except DigestError as error:
            self._refuse_day(date, rows, error)
            return
        known = {(paper.arxiv_id, paper.source) for paper in before}
        new = [row.paper for row in rows if (row.paper.arxiv_id, row.paper.source) not in known]
        self.outcomes[Outcome.ADDED] += len(new)
        self.outcomes[Outcome.UNCHANGED] += len(rows) - len(new)
        if new and self.store.write_dropped(date, in_order([*before, *new]) if before else new):
            self.changed.add(date)

    def _keep_day(self, date: str, rows: list[Row], path: str, as_it_was: bool = False) -> None:
        try:
            day = self._day(date)
        except DigestError as error:
            self._refuse_day(date, rows, error)
            return
        self.told[date] = path
        self.touched.add(date)
        before = len(day.papers)
        known = day.add(rows)
        if new := len(rows) - len(known):
            self.outcomes[Outcome.ADDED] += new
        for row in known:
            outcome, fields = day.take(row)
            self.outcomes[outcome] += 1
            if fields:
                self.report.kept.append(Kept(date, row.paper.arxiv_id, fields))
            if row.is_rating and outcome is Outcome.ADDED:
                what = f"rates {row.paper.arxiv_id}, which is not among the papers of {date}; kept with its id as title"
                self.report.problems.append(Problem(row.where, what, "import the day's papers too", note=True))
        if as_it_was and not before:
            day.is_changed = False
        self.waiting += len(day.papers) - before
        while self.waiting > _MOST_WAITING:
            self._write_days(list(islice(self.days, TOGETHER)))

    def _day(self, date: str) -> Day:
        day = self.days.pop(date, None)
        if day is None:
            papers = {(paper.arxiv_id, paper.source): paper for paper in self.store.papers(date)}
            day = Day(papers, self.replace, self.later)
            self.waiting += len(papers)
        self.days[date] = day  # behind the others
        return day

    def _write_days(self, dates: list[str]) -> None:
        for date, written in zip(dates, self.store.write_days(map(self._let_go, dates)), strict=True):
            if isinstance(written, OSError):
                self._unwritten(self.told[date], written)
            elif written:
                self.changed.add(date)

    def _let_go(self, date: str) -> tuple[str, Iterable[Paper]]:
        day = self.days.pop(date)
        self.waiting -= len(day.papers)
        return date, day.lines()

    def _refuse_day(self, date: str, rows: list[Row], error: DigestError) -> None:
        # What cannot be read must not be lost by writing the rest.
        self.report.refused += len(rows)
        known = set(self.report.problems)
        self.report.problems += [problem for problem in error.problems if problem not in known]
        what = f"{count(len(rows), 'row')} of {date} not taken in, since the file of that day is broken"
        self.report.problems.append(Problem(rows[0].where, what, "mend the file, then import again"))

    def _keep_publications(self, path: str, harvest: Harvest) -> None:
        from generator.edges.sources.librecat import document  # noqa: PLC0415 - loads YAML

        name = publication_file_name(path)
        shelf, problems = _shelf(self.store)
        if problems:
            number = count(len(harvest.publications), "publication")
            what = f"{number} not taken in, since data/publications cannot be read"
            self.report.problems += [*problems, Problem(path, what, "mend the files, then import again")]
            return
        before = {file: list(records) for file, records in shelf.files.items()}
        outcomes = shelf.take(name, harvest.publications, replace=self.replace)
        self.publications.update(outcomes)
        for file, records in shelf.files.items():
            if records != before.get(file):
                untouched = harvest.stream if file == name and records == harvest.publications else None
                documents = (document(record.data) for record in records)
                self.store.write_publications(file, untouched or "".join(documents))

    def finish(self) -> None:
        for date, rows in sorted(self.ratings.items()):
            self._keep_day(date, rows, rows[0].where)
        self._write_days(list(self.days))
        self._write_receipts()
        self.report.days = sorted(self.changed)
        self.report.problems += [problem for day, problem in self.empty if not self._is_explained(day)]
        if "relevance" not in self.fields.scales:
            self.report.problems += self.relevances.doubts()
        self.report.kinds, self.report.outcomes = dict(self.kinds), dict(self.outcomes)
        self.report.publications = dict(+self.publications)

    def _write_receipts(self) -> None:
        """Keep the receipts that came in, and count those of all days of the input again.

        A day that this import did not change may have been changed by one that ended before it wrote the receipt.
        """
        touched = set() if self.later else self.touched
        for date in sorted(self.receipts.keys() | touched):
            try:
                if receipt := self.receipts.get(date) or self.store.receipt(date):
                    self.report.receipts += ledger.keep(self.store, receipt) and date in self.receipts
            except DigestError as error:
                known = set(self.report.problems)
                self.report.problems += [problem for problem in error.problems if problem not in known]

    def _is_explained(self, day: str) -> bool:
        """Return whether a receipt says why a day has no papers."""
        try:
            return self.store.receipt(day) is not None
        except DigestError:
            return False


def publication_file_name(path: str) -> str:
    """The name under which a file of publications is kept; a name of letters, digits, ``.``, ``_`` and ``-``."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", "publications" if path == STDIN else Path(path).stem)
    return f"{stem.strip('.-') or 'publications'}.yml"


def _shelf(store: Store) -> tuple[Shelf, list[Problem]]:
    files: dict[str, list[Record]] = {}
    problems: list[Problem] = []
    for path in store.publication_files():
        label = store.label(path)
        try:
            _, harvest = sources.harvest(read(str(path), label, None), label, None)
        except DigestError as error:
            problems += error.problems
            continue
        problems += harvest.problems
        files[path.name] = harvest.publications
    return Shelf(files), problems
