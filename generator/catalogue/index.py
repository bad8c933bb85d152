"""The catalogue: an SQLite file with what views ask for, kept in step with the archive by fingerprint."""

import hashlib
import sqlite3
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

import msgspec

from generator.catalogue.days import DayHead, Entry, TopicMatcher, entries, state_of
from generator.ground.config import Settings
from generator.ground.model import Paper, Receipt, State
from generator.ground.publication import Publication

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE day (date TEXT PRIMARY KEY, fingerprint TEXT, state TEXT, papers INTEGER, receipt BLOB) WITHOUT ROWID;
CREATE TABLE entry (date TEXT, rank INTEGER, arxiv_id TEXT, doi TEXT, score REAL, relevance REAL, upvotes INTEGER,
  record BLOB, PRIMARY KEY (date, rank)) WITHOUT ROWID;
CREATE INDEX entry_paper ON entry (arxiv_id, date);
CREATE INDEX entry_doi ON entry (doi) WHERE doi IS NOT NULL;
CREATE TABLE topic (topic TEXT, date TEXT, rank INTEGER, arxiv_id TEXT, PRIMARY KEY (topic, date, rank)) WITHOUT ROWID;
CREATE INDEX topic_day ON topic (date, topic);
CREATE INDEX topic_paper ON topic (topic, arxiv_id, date);
CREATE TABLE publication (position INTEGER PRIMARY KEY, id TEXT UNIQUE, record BLOB);
CREATE TABLE same (kind TEXT, value TEXT, publication TEXT, PRIMARY KEY (kind, value, publication)) WITHOUT ROWID;
"""


class Archive(Protocol):
    """Where the catalogue reads: ``data/`` as records. Fingerprints change when the files behind them do."""

    def dates(self) -> list[str]: ...
    def fingerprint(self, date: str) -> str: ...
    def papers(self, date: str) -> tuple[Paper, ...]: ...
    def receipt(self, date: str) -> Receipt | None: ...
    def publications_fingerprint(self) -> str: ...
    def publications(self) -> list[Publication]: ...


class Catalogue:
    """The index of one archive. Open it, `refresh` it, ask it."""

    def __init__(self, path: Path | str, settings: Settings, version: str = "") -> None:
        """Open the index at `path` (``:memory:`` for none); one of another version or for other topics is emptied."""
        topics = msgspec.json.encode(settings.topics)
        self._version = hashlib.sha256(SCHEMA.encode() + version.encode() + topics).hexdigest()
        self._match = TopicMatcher(settings)
        self._db = _open(path, self._version)

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    # -- keeping in step -------------------------------------------------------------------------------------------

    def refresh(self, archive: Archive) -> list[str]:
        """Read what changed in `archive`; return the dates that did. Raises DigestError where data cannot be read."""
        known = dict(self._db.execute("SELECT date, fingerprint FROM day"))
        now = {date: archive.fingerprint(date) for date in archive.dates()}
        changed = sorted(date for date in known.keys() | now.keys() if known.get(date) != now.get(date))
        with self._db:
            for date in changed:
                self._forget(date)
                if date in now:
                    self._store(date, now[date], archive.papers(date), archive.receipt(date))
            self._refresh_publications(archive)
        self.__dict__.pop("heads", None)
        return changed

    def _forget(self, date: str) -> None:
        for table in ("day", "entry", "topic"):
            self._db.execute(f"DELETE FROM {table} WHERE date = ?", (date,))

    def _store(self, date: str, fingerprint: str, papers: tuple[Paper, ...], receipt: Receipt | None) -> None:
        listed = entries(date, papers, self._match)
        encode = msgspec.json.encode
        row = (date, fingerprint, state_of(receipt, len(listed)), len(listed), receipt and encode(receipt))
        self._db.execute("INSERT INTO day VALUES (?, ?, ?, ?, ?)", row)
        self._db.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (date, e.rank, p.arxiv_id, p.doi and p.doi.lower(), p.score, p.relevance, p.upvotes, encode(e))
                for e in listed
                for p in (e.paper,)
            ),
        )
        self._db.executemany(
            "INSERT INTO topic VALUES (?, ?, ?, ?)",
            ((topic, date, e.rank, e.paper.arxiv_id) for e in listed for topic in e.topics),
        )

    def _refresh_publications(self, archive: Archive) -> None:
        fingerprint = archive.publications_fingerprint()
        if self._db.execute("SELECT 1 FROM meta WHERE key = 'publications' AND value = ?", (fingerprint,)).fetchone():
            return
        self._db.execute("DELETE FROM publication")
        self._db.execute("DELETE FROM same")
        newest_first = sorted(archive.publications(), key=lambda p: (p.date or "", p.id), reverse=True)
        for position, publication in enumerate({p.id: p for p in reversed(newest_first)}.values()):
            row = (-position, publication.id, msgspec.json.encode(publication))
            self._db.execute("INSERT INTO publication VALUES (?, ?, ?)", row)
            names = [("arxiv", value) for value in publication.arxiv_ids]
            names += [("doi", publication.doi.lower())] if publication.doi else []
            self._db.executemany("INSERT OR IGNORE INTO same VALUES (?, ?, ?)", ((*n, publication.id) for n in names))
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('publications', ?)", (fingerprint,))

    # -- days ------------------------------------------------------------------------------------------------------

    @cached_property
    def heads(self) -> dict[str, DayHead]:
        """Every day on record, oldest first, by date."""
        rows = self._db.execute("SELECT date, state, papers, receipt FROM day ORDER BY date")
        return {
            date: DayHead(
                date=date,
                state=State(state),
                papers=papers,
                receipt=msgspec.json.decode(receipt, type=Receipt) if receipt else None,
                listed=papers > 0 or State(state) != State.MISSING,
            )
            for date, state, papers, receipt in rows
        }

    def day(self, date: str) -> list[Entry]:
        """The papers of a day, best first."""
        return self._entries("WHERE e.date = ? ORDER BY e.rank", date)

    def best(self, first: str, last: str, limit: int) -> list[Entry]:
        """The best papers shown from `first` to `last` (both included), each once, where it scored best."""
        return self._entries(
            "WHERE (e.date, e.rank) IN (SELECT date, rank FROM (SELECT date, rank, score, relevance, upvotes,"
            " row_number() OVER (PARTITION BY arxiv_id ORDER BY score DESC NULLS LAST, relevance DESC, date) AS turn"
            " FROM entry WHERE date BETWEEN ? AND ?) WHERE turn = 1"
            " ORDER BY score DESC NULLS LAST, relevance DESC, upvotes DESC NULLS LAST, date, rank LIMIT ?)"
            " ORDER BY e.score DESC NULLS LAST, e.relevance DESC, e.upvotes DESC NULLS LAST, e.date, e.rank",
            first,
            last,
            limit,
        )

    def newest(self, limit: int, topic: str | None = None) -> list[Entry]:
        """The newest papers (of a topic), each once, on the first day it was shown: newest day first, best first."""
        source = "topic" if topic else "entry"
        where = "topic = ? AND" if topic else ""
        first = f"NOT EXISTS (SELECT 1 FROM {source} x WHERE {'x.topic = s.topic AND' if topic else ''}"
        values = (*((topic,) if topic else ()), limit)
        return self._entries(
            f"WHERE (e.date, e.rank) IN (SELECT s.date, s.rank FROM {source} s WHERE {where}"
            f" {first} x.arxiv_id = s.arxiv_id AND x.date < s.date) ORDER BY s.date DESC, s.rank LIMIT ?)"
            " ORDER BY e.date DESC, e.rank",
            *values,
        )

    def _entries(self, where: str, *values: str | int | None) -> list[Entry]:
        rows = self._db.execute(
            f"SELECT e.record, (SELECT min(f.date) FROM entry f WHERE f.arxiv_id = e.arxiv_id) FROM entry e {where}",
            values,
        )
        decode = msgspec.json.Decoder(Entry).decode
        return [msgspec.structs.replace(decode(record), first_seen=first) for record, first in rows]

    # -- counts ----------------------------------------------------------------------------------------------------

    def papers(self) -> int:
        """How many different papers the archive holds."""
        return int(self._db.execute("SELECT count(DISTINCT arxiv_id) FROM entry").fetchone()[0])

    def topic_counts(self, first: str = "", last: str = "9999") -> dict[str, int]:
        """Different papers per topic from `first` to `last`."""
        return dict(
            self._db.execute(
                "SELECT topic, count(DISTINCT arxiv_id) FROM topic WHERE date BETWEEN ? AND ? GROUP BY topic",
                (first, last),
            )
        )

    def topic_months(self, topic: str) -> dict[str, int]:
        """Different papers of a topic by month, oldest first."""
        return dict(
            self._db.execute(
                "SELECT substr(date, 1, 7) AS month, count(DISTINCT arxiv_id) FROM topic WHERE topic = ?"
                " GROUP BY month ORDER BY month",
                (topic,),
            )
        )

    def scores(self) -> Iterator[tuple[float, float, int]]:
        """(relevance, novelty, how many entries) over the archive."""
        yield from self._db.execute(
            "SELECT relevance, score - relevance, count(*) FROM entry WHERE score IS NOT NULL"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )

    # -- publications ----------------------------------------------------------------------------------------------

    def publications(self) -> list[Publication]:
        """All publications, newest first."""
        return self._publications("SELECT record FROM publication ORDER BY position")

    def publications_of(self, paper: Paper) -> list[Publication]:
        """The publications that are this paper, by arXiv id or DOI."""
        return self._publications(
            "SELECT record FROM publication WHERE id IN"
            " (SELECT publication FROM same WHERE (kind = 'arxiv' AND value = ?)"
            " OR (kind = 'doi' AND value = ?)) ORDER BY position",
            paper.arxiv_id,
            paper.doi and paper.doi.lower(),
        )

    def papers_of(self, publication: Publication) -> list[Entry]:
        """Where the digest showed this publication's paper, oldest first."""
        ids = publication.arxiv_ids
        marks = ", ".join("?" * len(ids))
        doi = publication.doi and publication.doi.lower()
        return self._entries(f"WHERE e.arxiv_id IN ({marks}) OR e.doi = ? ORDER BY e.date, e.rank", *ids, doi)

    def _publications(self, query: str, *values: str | None) -> list[Publication]:
        decode = msgspec.json.Decoder(Publication).decode
        return [decode(record) for (record,) in self._db.execute(query, values)]


def _open(path: Path | str, version: str) -> sqlite3.Connection:
    """An index of this version; one of another version, or damaged, is made anew: it costs time, never correctness."""
    for attempt in (1, 2):
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path)
        try:
            has_meta = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
            if has_meta and db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone() == (version,):
                return db
            if not has_meta:
                with db:
                    db.executescript(SCHEMA)
                    db.execute("INSERT INTO meta VALUES ('version', ?)", (version,))
                return db
        except sqlite3.DatabaseError as error:
            # An operational error (locked by another run, no space) is no damage: the file is not ours to delete then.
            if attempt == 2 or isinstance(error, sqlite3.OperationalError):
                raise
        db.close()
        Path(path).unlink()
    raise AssertionError("unreachable")
