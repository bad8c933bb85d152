"""The index: an SQLite file with the answers to all queries, kept in step with the archive by fingerprints."""

import bisect
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import msgspec

from broadsheet.index import citation_keys, repeats, stats
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.database import SCHEMA, open_database
from broadsheet.index.days import TopicMatcher
from broadsheet.index.ingest import Archive, DayRows, Depth, day_rows
from broadsheet.index.periods import first_regular
from broadsheet.index.related import MapJobs
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.publication import deduplicate
from broadsheet.settings.config import Settings

A = TypeVar("A")


class MapFn(Protocol):
    """A function like `map` that may use other processes."""

    def __call__(self, do: Callable[[str], A], dates: list[str], /) -> Iterable[A]: ...


class Index(Catalogue):
    """The index of one archive. `refresh` it before the first query."""

    def __init__(self, path: Path | str, settings: Settings, version: str = "") -> None:
        """Open the index at `path` (``:memory:`` for none).

        An index of another version, or for other topics, sources or pages, is emptied.
        """
        self._sources = sorted(settings.sources)
        self._depth = Depth.of(settings)
        used = (settings.topics, self._sources, self._depth, settings.paper_pages, settings.author_pages)
        key = hashlib.sha256(SCHEMA.encode() + version.encode() + msgspec.json.encode(used)).hexdigest()
        super().__init__(open_database(path, key), settings)
        self._match = TopicMatcher(settings)
        self._day_versions: dict[str, Callable[[str], str]] = {
            "day": lambda date: self._versions.get(date, ""),
            "head": lambda date: self._head_versions.get(date, ""),
            "related": self._related_index.version,
            "author_links": self._author_index.links_version,
            "places": lambda date: hashlib.sha256(self._stored_places(date)).hexdigest()[:16],
            "paper_keys": lambda date: self._other_keys.get(date, b"").decode(),
        }

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- refresh ---------------------------------------------------------------------------------------------------

    def refresh(
        self,
        archive: Archive,
        read_with: MapFn = map,
        relate_with: MapJobs = map,
        stamps: Mapping[str, str] = MappingProxyType({}),
    ) -> list[str]:
        """Bring the index in step with `archive`; return the dates that changed.

        `read_with` reads days, `relate_with` computes related papers. A day with the same stamp in `stamps` as at the
        last refresh has not changed; of others, the fingerprint is compared.
        Raises DigestError with every problem of data that cannot be read; then the index is as before.
        """
        changed, present = self._changes(archive, stamps)
        with self._db:
            papers, keys = self._papers_on(changed), citation_keys.keys_on(self._db, changed)
            names = self._author_index.names_on(changed)
            repeated: dict[str, str] = {}
            for date in changed:
                self._delete(date)
            papers |= self._insert_days(archive, present, read_with)
            if changed:
                repeated = repeats.refresh(self._db, {*changed, *self._days_with(papers, changed)})
                stats.refresh(self._db, changed)
                self._drop_caches()
                self._related_index.refresh(papers, repeated, self._versions, relate_with)
                citation_keys.refresh(self._db, keys | citation_keys.keys_on(self._db, changed), changed)
            if self._refresh_publications(archive) or changed:
                self._author_index.refresh(names | self._author_index.names_on(changed), repeated)
            self._store_stamps(stamps)
        self._drop_caches()
        return changed

    def _changes(self, archive: Archive, stamps: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Return the dates that changed, and those of them that are in the archive."""
        stored, dates = self.day_fingerprints(), archive.dates()
        same = {date for date, _ in self._stamps() & stamps.items()}
        unchanged = {
            date for date in dates if date in stored and (date in same or archive.fingerprint(date) == stored[date])
        }
        return sorted({*stored, *dates} - unchanged), [date for date in dates if date not in unchanged]

    def _stamps(self) -> set[tuple[str, str]]:
        """Return the days whose files had settled at the last refresh, each with their stamp then."""
        return set(self._db.execute("SELECT date, stamp FROM stamp"))

    def _store_stamps(self, stamps: Mapping[str, str]) -> None:
        new = stamps.items() - self._stamps()
        self._db.executemany("INSERT OR REPLACE INTO stamp VALUES (?, ?)", sorted(new))

    def _insert_days(self, archive: Archive, dates: list[str], read_with: MapFn) -> set[str]:
        """Insert days; return their papers. Raises DigestError."""
        papers: set[str] = set()
        problems: list[Diagnostic] = []
        for rows in read_with(partial(day_rows, archive, self._match, self._depth), dates):
            problems += rows.problems
            if not problems:
                self._insert(rows)
                papers.update(arxiv_id for _, _, arxiv_id, *_ in rows.entries)
        if problems:
            raise DigestError(problems)
        return papers

    def _drop_caches(self) -> None:
        """Drop all cached properties."""
        for name in list(vars(self)):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(self, name)

    def _papers_on(self, dates: Iterable[str]) -> set[str]:
        statement = "SELECT arxiv_id FROM entry WHERE date = ?"
        return {arxiv_id for date in dates for (arxiv_id,) in self._db.execute(statement, (date,))}

    def _days_with(self, papers: Iterable[str], but: Iterable[str]) -> set[str]:
        """Return the other days that show one of `papers`."""
        others = {date for (date,) in self._db.execute("SELECT date FROM day")}.difference(but)
        statement = "SELECT date FROM entry WHERE arxiv_id = ?"
        rows = (row for name in papers for row in self._db.execute(statement, (name,))) if others else ()
        return {date for (date,) in rows} & others

    def _delete(self, date: str) -> None:
        for table in ("day", "entry", "topic", "paper_author", "paper_key", "repeat", "stamp", "place"):
            self._db.execute(f"DELETE FROM {table} WHERE date = ?", (date,))
        keys = ((source, date) for source in self._sources)
        self._db.executemany("DELETE FROM source WHERE source = ? AND date = ?", keys)
        self._related_index.delete(date)

    def _insert(self, rows: DayRows) -> None:
        self._db.execute("INSERT INTO day VALUES (?, ?, ?, ?, ?, ?, ?)", rows.day)
        self._db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", rows.entries)
        self._db.executemany("INSERT INTO topic VALUES (?, ?, ?, ?)", rows.topics)
        self._db.executemany("INSERT OR IGNORE INTO paper_author VALUES (?, ?, ?, ?, ?, ?)", rows.authors)
        self._db.executemany("INSERT INTO paper_key VALUES (?, ?, ?)", rows.citation_keys)
        sources = (row for row in rows.sources if row[0] in self._sources)  # others have no feed
        self._db.executemany("INSERT INTO source VALUES (?, ?, ?, ?)", sources)
        self._related_index.insert(rows.day[0], rows.term_vectors)

    def _refresh_publications(self, archive: Archive) -> bool:
        """Return whether the publications changed."""
        fingerprint = archive.publications_fingerprint()
        if self.publications_version() == fingerprint:
            return False
        self._db.execute("DELETE FROM publication")
        self._db.execute("DELETE FROM identifier")
        oldest_first = deduplicate(archive.publications())
        self._author_index.store(reversed(oldest_first))
        for position, publication in enumerate(oldest_first):
            row = (-position, publication.id, publication.list_date, msgspec.json.encode(publication))
            self._db.execute("INSERT INTO publication VALUES (?, ?, ?, ?)", row)
            ids = [("arxiv", value, publication.id) for value in publication.arxiv_ids]
            ids += [("doi", publication.doi.lower(), publication.id)] if publication.doi else []
            self._db.executemany("INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)", ids)
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('publications', ?)", (fingerprint,))
        return True

    # -- versions --------------------------------------------------------------------------------------------------

    def first_days(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the first day on which each of the papers `ids` is listed, for those that are listed on any."""
        statement = (
            "SELECT arxiv_id, min(date) FROM entry WHERE arxiv_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
        )
        return dict(self._db.execute(statement, (msgspec.json.encode(sorted(ids)).decode(),)))

    def day_versions(self) -> dict[str, str]:
        """Return for every day, oldest first, a token that changes with anything it shows."""
        return self._versions

    def day_fingerprints(self) -> dict[str, str]:
        """Return for every day, oldest first, a token that changes with its own files."""
        return dict(self._db.execute("SELECT date, fingerprint FROM day ORDER BY date"))

    def publications_version(self) -> str:
        """Return a token that changes with any publication."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'publications'").fetchone()
        return str(row[0]) if row else ""

    def version(self, query: str, arguments: tuple[Any, ...]) -> str:
        """Return a token that changes whenever the answer to `query` may change.

        It is the hash of the answer where that is cheap, else of the versions of the days that the answer is made of.
        """
        if query in self._day_versions:
            return self._day_versions[query](str(arguments[0]))
        if query == "author":
            return self._author_index.version(str(arguments[0]), self.publications_version)
        if query == "span":
            answer: object = (self._between(self._head_versions, arguments), self._ends(*arguments))
        elif query in ("best", "paper_count", "topic_counts") and arguments:
            answer = self._between(self._versions, arguments)
        elif query == "day_stats":
            answer = self._stored_stats(*arguments)
        elif query == "publications":
            answer = self.publications_version()
        else:
            answer = getattr(self, query)(*arguments)
        return _hash(answer)

    def versions(self, queries: Iterable[tuple[str, tuple[Any, ...]]]) -> list[str]:
        """Return the version of each query. For most days two of the answers are empty, and that is asked once."""
        empty = {"later_entries": _hash([]), "publications_on": _hash({})}
        days = {"later_entries": self.days_with_later_entries(), "publications_on": self.days_with_publications()}
        return [
            empty[query] if query in empty and arguments[0] not in days[query] else self.version(query, arguments)
            for query, arguments in queries
        ]

    @cached_property  # 3 % of one more day
    def _versions(self) -> dict[str, str]:
        return {date: f"{fingerprint} {self._repeats[date]}" for date, fingerprint in self.day_fingerprints().items()}

    @cached_property  # 6 % of one more day
    def _head_versions(self) -> dict[str, str]:
        rows = self._db.execute("SELECT date, state, papers, receipt FROM day")
        return {date: _hash(columns) for date, *columns in rows}

    @cached_property
    def _dates(self) -> list[str]:
        return list(self._versions)

    @cached_property  # 3 % of one more day, like the list of dates: thousands of pages of authors have a span
    def _regular_ends(self) -> tuple[str, ...]:
        return (first_regular(self._versions), self._dates[-1]) if self._dates else ()

    def _between(self, versions: Mapping[str, str], limits: tuple[Any, ...]) -> list[tuple[str, str]]:
        """Return the versions of the days from one date to another."""
        dates = self._dates
        start, end = bisect.bisect_left(dates, str(limits[0])), bisect.bisect_right(dates, str(limits[1]))
        return [(date, versions[date]) for date in dates[start:end]]

    def _ends(self, first: str, last: str) -> list[str]:
        """Return the ends of the regular days as seen between two dates: a weekday without a record is a gap inside."""
        ends = self._regular_ends
        return ["before" if end < first else "after" if end > last else end for end in ends]


def _hash(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]
