"""The file of the index: its tables, and how it is opened."""

import sqlite3
from pathlib import Path

from broadsheet.store.files import read_regular

# The relevance from which a paper is in the feed of good papers.
GOOD = 7
# The number of papers that are the top of a day.
TOP = 10

# Pages of 16 KB, since a record is 2 KB: with SQLite's own 4 KB nearly every one needs pages of its own.
# All tables in one transaction, which ends with the version: one wait for the disk, not one for each table.
SCHEMA = f"""
PRAGMA page_size = 16384;
BEGIN;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE day (date TEXT PRIMARY KEY, fingerprint TEXT, repeats TEXT, state TEXT, papers INTEGER,
  receipt BLOB, stats BLOB)
  WITHOUT ROWID;
CREATE TABLE stamp (date TEXT PRIMARY KEY, stamp TEXT) WITHOUT ROWID;
CREATE TABLE entry (date TEXT, rank INTEGER, arxiv_id TEXT, doi TEXT, sort_key INTEGER, relevance REAL,
  record BLOB, PRIMARY KEY (date, rank)) WITHOUT ROWID;
CREATE INDEX entry_paper ON entry (arxiv_id, date);
CREATE INDEX entry_doi ON entry (doi) WHERE doi IS NOT NULL;
CREATE INDEX entry_best ON entry (date, sort_key, arxiv_id);
CREATE INDEX entry_good ON entry (date, rank) WHERE relevance >= {GOOD};
CREATE TABLE topic (topic TEXT, date TEXT, rank INTEGER, arxiv_id TEXT, PRIMARY KEY (topic, date, rank)) WITHOUT ROWID;
CREATE INDEX topic_day ON topic (date, topic);
CREATE INDEX topic_paper ON topic (topic, arxiv_id, date);
CREATE TABLE source (source TEXT, date TEXT, rank INTEGER, arxiv_id TEXT, PRIMARY KEY (source, date, rank))
  WITHOUT ROWID;
CREATE TABLE repeat (date TEXT, arxiv_id TEXT, PRIMARY KEY (date, arxiv_id)) WITHOUT ROWID;
CREATE TABLE scorer_change (date TEXT PRIMARY KEY, record BLOB) WITHOUT ROWID;
CREATE TABLE place (date TEXT PRIMARY KEY, places BLOB) WITHOUT ROWID;
CREATE TABLE term_vector (date TEXT PRIMARY KEY, record BLOB);
CREATE TABLE related_key (date TEXT PRIMARY KEY, digest TEXT, repeats TEXT, key TEXT) WITHOUT ROWID;
CREATE TABLE related (date TEXT, arxiv_id TEXT, position INTEGER, other_date TEXT, other TEXT,
  similarity INTEGER, checksum INTEGER, top INTEGER, PRIMARY KEY (date, arxiv_id, position)) WITHOUT ROWID;
CREATE INDEX related_other ON related (other_date, other, similarity DESC, date, arxiv_id, position, checksum);
CREATE TABLE related_version (date TEXT PRIMARY KEY, version TEXT) WITHOUT ROWID;
CREATE TRIGGER related_inserted AFTER INSERT ON related
  BEGIN DELETE FROM related_version WHERE date IN (NEW.date, NEW.other_date); END;
CREATE TRIGGER related_deleted AFTER DELETE ON related
  BEGIN DELETE FROM related_version WHERE date IN (OLD.date, OLD.other_date); END;
CREATE TRIGGER related_updated AFTER UPDATE ON related
  BEGIN DELETE FROM related_version WHERE date IN (NEW.date, NEW.other_date); END;
CREATE TABLE paper_author (key TEXT, arxiv_id TEXT, date TEXT, rank INTEGER, name TEXT, checksum INTEGER,
  PRIMARY KEY (key, arxiv_id, date)) WITHOUT ROWID;
CREATE INDEX paper_author_day ON paper_author (date);
CREATE INDEX paper_author_paper ON paper_author (arxiv_id, key);
CREATE TABLE publication_author (position INTEGER, orcid TEXT, key TEXT, name TEXT, publication TEXT,
  PRIMARY KEY (orcid, key, publication)) WITHOUT ROWID;
CREATE TABLE paper_key (arxiv_id TEXT, date TEXT, key TEXT, PRIMARY KEY (arxiv_id, date)) WITHOUT ROWID;
CREATE INDEX paper_key_day ON paper_key (date);
CREATE INDEX paper_key_key ON paper_key (key);
CREATE TABLE day_keys (date TEXT PRIMARY KEY, keys BLOB) WITHOUT ROWID;
CREATE TABLE other_key (arxiv_id TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
CREATE TABLE author (key TEXT PRIMARY KEY, slug TEXT, checksum INTEGER, papers INTEGER) WITHOUT ROWID;
CREATE TABLE author_page (slug TEXT PRIMARY KEY, record BLOB) WITHOUT ROWID;
CREATE TABLE author_day (date TEXT PRIMARY KEY, checksum INTEGER) WITHOUT ROWID;
CREATE TABLE publication (position INTEGER PRIMARY KEY, id TEXT UNIQUE, listed_on TEXT, record BLOB);
CREATE INDEX publication_listed ON publication (listed_on, position);
CREATE TABLE identifier (kind TEXT, value TEXT, publication TEXT, PRIMARY KEY (kind, value, publication)) WITHOUT ROWID;
"""


def open_database(path: Path | str, version: str) -> sqlite3.Connection:
    """Open an index of this version. One of another version, or a damaged one, is replaced by an empty one."""
    for attempt in (1, 2):
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path)
        try:
            has_meta = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
            if has_meta and db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone() == (version,):
                return db
            if not has_meta:
                db.executescript(SCHEMA)
                with db:
                    db.execute("INSERT INTO meta VALUES ('version', ?)", (version,))
                return db
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if attempt == 2 or not is_damage(error):
                db.close()
                raise
        db.close()
        discard(Path(path))
    raise AssertionError("unreachable")


def is_damage(error: Exception) -> bool:
    """Return whether `error` means a damaged index; a full disk, say, does not."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH)


def discard(path: Path) -> None:
    """Delete an index and the files that SQLite puts beside it. Raises OSError if one of them is not a file."""
    for name in (path, *_beside(path)):
        name.unlink(missing_ok=True)


def sign(path: Path) -> None:
    """Record the size and time of a complete index: later changes by other programs are damage.

    SQLite takes most damage for data. Reading the whole file would find it too, but takes longer than a build does.
    """
    _signature(path).unlink(missing_ok=True)  # it might be a pipe
    _signature(path).write_bytes(_state(path))


def discard_unless_signed(path: Path) -> None:
    """Delete an index that changed since it was signed, and the leftovers of a killed process or another program."""
    try:
        signed = _is_signed(path, read_regular(_signature(path)))
    except OSError:
        signed = False
    for name in _beside(path) if signed else (path, *_beside(path)):
        name.unlink(missing_ok=True)


def _beside(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}-{end}") for end in ("journal", "wal", "shm")]


def _signature(path: Path) -> Path:
    return path.with_name(f"{path.name}.signed")


def _is_signed(path: Path, signature: bytes) -> bool:
    """Return whether `signature` is of the index, whose time may be in whole seconds, as in GitLab's caches."""
    state = _state(path)
    fraction = b"000000000\n"
    return state == signature or (state.endswith(fraction) and state[: -len(fraction)] == signature[: -len(fraction)])


def _state(path: Path) -> bytes:
    info = path.stat()
    return f"{info.st_size} {info.st_mtime_ns}\n".encode()
