"""Related papers, in step with the archive: the results of `similarity`, day by day, in the index.

A paper is related to earlier ones, computed once, and to those later ones that rank it among their first. So an old day
gains later papers, and few days do at a time.
"""

import hashlib
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple, Protocol

import msgspec

from broadsheet.index.database import TOP
from broadsheet.index.days import Entry
from broadsheet.index.periods import quarter_of, year_before
from broadsheet.index.queries import Queries, decode_entry, query
from broadsheet.index.term_vectors import DayVectors
from broadsheet.settings.config import Settings

MAX_LATER = 3  # later papers
MAX_POSITION = 3  # of a paper among those related to a later one, which is then related to it

Row = tuple[object, ...]

_VECTORS = msgspec.msgpack.Decoder(DayVectors)
_WITH_PAGE = f"(SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = e.arxiv_id)"
_LATER = (
    "SELECT *, row_number() OVER (PARTITION BY other_date, other ORDER BY similarity DESC, date, arxiv_id)"
    f" AS row_number FROM related WHERE position <= {MAX_POSITION}"
)


class RelatedPapers(NamedTuple):
    """The papers related to one: `earlier` ones, or of its day, and `later` ones; the nearest first."""

    earlier: list[Entry]
    later: list[Entry]


class RelatedJob(NamedTuple):
    """Some days whose related papers are to be computed: date, vectors and repeats of all days that they are compared
    with, oldest first, and the ids of their own papers by date."""

    days: list[tuple[str, bytes, str]]
    papers: dict[str, Sequence[str]]


class MapJobs(Protocol):
    """A function like `map` that may use other processes."""

    def __call__(self, do: Callable[[RelatedJob], list[Row]], jobs: Iterable[RelatedJob], /) -> Iterable[list[Row]]: ...


def related_rows(job: RelatedJob) -> list[Row]:
    """Return the rows of ``related`` for some days, without the last column."""
    from broadsheet.index.similarity import similar_papers  # noqa: PLC0415 - 50 ms: loads NumPy

    days = {date: _VECTORS.decode(record).without(set(repeats.split())) for date, record, repeats in job.days}
    return [
        (*row, _number(date, name, days[date].digest, *row[2:], days[paper.date].digest) >> 88)
        for date, papers in similar_papers(days, job.papers).items()
        for name, others in papers.items()
        for position, paper in enumerate(others, 1)
        for row in ((date, name, position, *paper),)
    ]


class RelatedIndex:
    """The part of an index about related papers. Without pages of papers it is empty."""

    def __init__(self, db: sqlite3.Connection, paper_pages: str) -> None:
        """`paper_pages` as in the settings: only papers with a page have related ones."""
        self._db = db
        self._none = paper_pages == "none"
        self._with_page = "1" if paper_pages == "all" else _WITH_PAGE

    # -- refresh ---------------------------------------------------------------------------------------------------

    def delete(self, date: str) -> None:
        """Delete the rows of a day."""
        for table in ("term_vector", "related", "related_key", "related_version"):
            self._db.execute(f"DELETE FROM {table} WHERE date = ?", (date,))

    def insert(self, date: str, vectors: bytes | None) -> None:
        """Store the term vectors of a day."""
        if vectors:
            digest = _VECTORS.decode(vectors).digest
            self._db.execute("INSERT INTO term_vector VALUES (?, ?)", (date, vectors))
            self._db.execute("INSERT INTO related_key VALUES (?, ?, '', '')", (date, digest))

    def refresh(
        self,
        papers: Collection[str],
        repeated: Mapping[str, str],
        versions: Mapping[str, str],
        relate_with: MapJobs = map,
    ) -> None:
        """Compute the related papers of new days, and of days that would now be compared with other papers.

        `papers` are those of the days that changed. `repeated` has, for each day that shows one of them, the papers
        that an earlier day has shown. `versions` has a token that changes with a day. `relate_with` computes quarters.
        """
        if self._none:
            return
        top = f"SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = ?1"
        condition = "other = ?1 AND other_date IN (SELECT e.date FROM entry e WHERE e.arxiv_id = ?1)"
        self._db.executemany(f"UPDATE related SET top = ({top}) WHERE {condition}", ((name,) for name in papers))
        later = "SELECT r.other_date FROM entry e JOIN related r USING (date, arxiv_id) WHERE e.arxiv_id = ?"
        self._db.executemany(f"DELETE FROM related_version WHERE date IN ({later})", ((name,) for name in papers))
        names = ((names, date) for date, names in repeated.items())
        self._db.executemany("UPDATE related_key SET repeats = ? WHERE date = ?", names)
        stale = self._stale(versions)
        quarters = (list(dates) for _, dates in groupby(sorted(stale), key=quarter_of))
        self._db.executemany("DELETE FROM related WHERE date = ?", ((date,) for date in stale))
        top = f"(SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = ?5)"
        for rows in relate_with(related_rows, map(self._job, quarters)):
            self._db.executemany(f"INSERT INTO related VALUES (?, ?, ?, ?, ?, ?, ?, {top})", rows)
        keys = ((key, date) for date, key in stale.items())
        self._db.executemany("UPDATE related_key SET key = ? WHERE date = ?", keys)
        self._store_versions()

    def _store_versions(self) -> None:
        """Store the versions that changes of ``related`` have deleted: sums of checksums."""
        self._db.execute(
            "INSERT INTO related_version"
            " WITH stale AS (SELECT date FROM related_key EXCEPT SELECT date FROM related_version),"
            " earlier AS (SELECT date, sum(2 * checksum + top) AS total FROM related"
            " WHERE date IN (SELECT date FROM stale) GROUP BY date),"
            f" later AS (SELECT other_date AS date, sum(2 * checksum + (SELECT min(f.rank) <= {TOP} FROM entry f"
            f" WHERE f.arxiv_id = l.arxiv_id)) AS total FROM ({_LATER} AND other_date IN (SELECT date FROM stale)) l"
            f" WHERE row_number <= {MAX_LATER} GROUP BY other_date)"
            " SELECT date, printf('%x %x', coalesce(earlier.total, 0), coalesce(later.total, 0))"
            " FROM stale LEFT JOIN earlier USING (date) LEFT JOIN later USING (date)"
        )

    def _stale(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Return the days whose related papers may have changed, each with its new key."""
        rows = self._db.execute("SELECT date, digest, repeats, key FROM related_key ORDER BY date").fetchall()
        dates = [date for date, *_ in rows]
        # A sum identifies the days that a day is compared with: running sums give it for all days at once.
        sums = [0, *accumulate(_number(date, digest, repeats) for date, digest, repeats, _ in rows)]
        firsts = [bisect_left(dates, year_before(date)) for date in dates]
        keys = {
            date: f"{sums[index + 1] - sums[firsts[index]]:x} {_number(versions[date]):x}"
            for index, date in enumerate(dates)
        }
        return {date: keys[date] for date, _, _, key in rows if key != keys[date]}

    def _job(self, dates: list[str]) -> RelatedJob:
        """Return all that the related papers of some days, in order, depend on."""
        rows = self._db.execute(
            "SELECT date, record, repeats FROM term_vector JOIN related_key USING (date)"
            " WHERE date BETWEEN ? AND ? ORDER BY date",
            (year_before(dates[0]), dates[-1]),
        )
        return RelatedJob(rows.fetchall(), {date: self._with_pages(date) for date in dates})

    def _with_pages(self, date: str) -> list[str]:
        """Return the papers of a day that have a page."""
        rows = self._db.execute(f"SELECT e.arxiv_id FROM entry e WHERE e.date = ? AND {self._with_page}", (date,))
        return [name for (name,) in rows]

    # -- queries ---------------------------------------------------------------------------------------------------

    def of_day(self, date: str) -> tuple[list[tuple[str, Entry]], list[tuple[str, Entry]]]:
        """Return earlier and later related papers of those that `date` was the first to show, the nearest first.

        Each is the id of the paper and the entry of the related one on its first day.
        """
        later = f"SELECT other, arxiv_id, date, row_number FROM ({_LATER} AND other_date = ?1)"
        return (
            self._entries("SELECT arxiv_id, other, other_date, position FROM related WHERE date = ?1", date),
            self._entries(f"{later} WHERE row_number <= {MAX_LATER}", date),
        )

    def _entries(self, related: str, date: str) -> list[tuple[str, Entry]]:
        rows = self._db.execute(
            f"WITH r (paper, other, first, place) AS ({related})"
            f" SELECT r.paper, e.record, r.first, (SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = r.other)"
            " FROM r JOIN entry e INDEXED BY entry_paper ON e.arxiv_id = r.other AND e.date = r.first"
            " ORDER BY r.paper, r.place",
            (date,),
        )
        return [(paper, decode_entry(record, first, bool(top))) for paper, record, first, top in rows]

    def version(self, date: str) -> str:
        """Return a token that changes with the papers related to those of `date`, and with what is shown of them."""
        row = self._db.execute("SELECT version FROM related_version WHERE date = ?", (date,)).fetchone()
        return str(row[0]) if row else ""


class RelatedQueries(Queries):
    """Queries about related papers."""

    def __init__(self, db: sqlite3.Connection, settings: Settings) -> None:
        super().__init__(db, settings)
        self._related_index = RelatedIndex(db, settings.paper_pages)

    @query
    def related(self, date: str) -> dict[str, RelatedPapers]:
        """Return by id the papers related to those with a page that `date` was the first to show."""
        related: dict[str, RelatedPapers] = {}
        for part, rows in enumerate(self._related_index.of_day(date)):
            for name, entry in rows:
                related.setdefault(name, RelatedPapers([], []))[part].append(entry)
        return related


def _number(*parts: object) -> int:
    """Return 128 bits that identify the parts."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:16])
