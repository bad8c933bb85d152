"""Archive files: JSON Lines and SQLite, as gzip members (RFC 1952). Unchanged members are copied from the last file.

Memory holds the lines of one month, or one piece of a database. The same data give the same bytes.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import deflate
import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, deduplicate
from broadsheet.store import records
from broadsheet.store.samples import shown_store
from broadsheet.store.store import Store
from broadsheet.views.downloads import LICENCE, VERSION, ArchiveMonth, Download

LEVEL = 4  # of libdeflate: half the time of zlib's level 4, for files that are 2 % smaller
PIECE_BYTES = 2**20  # of what is compressed at once
CHANGE_COUNTER, VERSION_VALID_FOR = 24, 92  # places in a database (https://www.sqlite.org/fileformat2.html)
FAST = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
"""
SCHEMA = f"""
PRAGMA page_size = 16384;
{FAST}
CREATE TABLE archive (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE day (date TEXT PRIMARY KEY, receipt TEXT) WITHOUT ROWID;
CREATE TABLE paper (date TEXT, line INTEGER, {{columns}}, PRIMARY KEY (date, line)) WITHOUT ROWID;
CREATE INDEX paper_arxiv_id ON paper (arxiv_id);
CREATE TABLE publication (id TEXT PRIMARY KEY, title TEXT, type TEXT, year TEXT, date TEXT, doi TEXT, record TEXT)
  WITHOUT ROWID;
"""
_NUMBERS = {"version", "relevance", "novelty", "local_score", "upvotes", "comments"}
_FIELDS = Paper.__struct_fields__

# The members of a file, in order: the version of each, and its size in bytes.
Members = tuple[tuple[str, int], ...]


class Member(NamedTuple):
    """A part of a file: `version` changes whenever the bytes of `data` do."""

    version: str
    data: Callable[[], Iterable[bytes]]


def write_json_lines(
    archive: Download, root: Path, site_url: str, target: Path, previous: Members, previous_file: Path, after: str = ""
) -> Members:
    """Write `archive` as lines of JSON to `target`. Copy unchanged members from the `previous_file`.

    The days `after` a date do not matter here: a month is a member.
    """
    store = shown_store(root)
    header = _line("archive", _about(site_url))
    members = [Member(_hash(header), lambda: [header])]
    members += [Member(_version("days", month.version), partial(_days, store, month)) for month in archive.months]
    if archive.publications:
        members.append(Member(_version("publications", archive.publications), partial(_publications, store)))
    return _write(members, target, previous, previous_file)


def write_sqlite(
    archive: Download, root: Path, site_url: str, target: Path, previous: Members, previous_file: Path, after: str = ""
) -> Members:
    """Write `archive` as a database. Rows go in by key, so most pieces of the file stay the same.

    Fast path: days `after` a date are added to the database of the `previous_file`, if it has all others. Slow path:
    every row is written again: 1.2 s of CPU instead of 0.25 s for a day of a year. The bytes are the same; the test is
    `test_a_database_with_days_added_is_that_of_a_clean_build`.
    """
    database = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    try:
        if after and not _restore(previous, previous_file, database):
            previous, after = (), ""
            database.unlink(missing_ok=True)
        _fill(database, archive, shown_store(root), site_url, after)
        return _write(_pieces(database), target, previous, previous_file)
    finally:
        database.unlink(missing_ok=True)


def _about(site_url: str) -> dict[str, str]:
    return {"version": str(VERSION), "site": site_url, "licence": LICENCE}


# -- members -------------------------------------------------------------------------------------------------------


def _write(members: Iterable[Member], target: Path, previous: Members, previous_file: Path) -> Members:
    ranges, start = {}, 0
    for version, size in previous:
        ranges[version] = (start, size)
        start += size
    written = []
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file, open(previous_file if ranges else os.devnull, "rb") as source:
        for member in members:
            start = file.tell()
            if member.version in ranges:
                _copy(source.fileno(), file, *ranges[member.version])
            else:
                file.writelines(_compress(member.data()))
            written.append((member.version, file.tell() - start))
    return tuple(written)


def _copy(source: int, file: Any, start: int, size: int) -> None:
    while size:
        data = os.pread(source, min(size, PIECE_BYTES), start)
        if not data:
            raise EOFError("the last build's download is shorter than its record says")
        file.write(data)
        start, size = start + len(data), size - len(data)


def _compress(data: Iterable[bytes]) -> Iterator[bytearray]:
    """Yield gzip members without a name or a time, of `PIECE_BYTES` or a little more."""
    piece = bytearray()
    for part in data:
        piece += part
        if len(piece) >= PIECE_BYTES:
            yield deflate.gzip_compress(piece, LEVEL)
            piece.clear()
    if piece:
        yield deflate.gzip_compress(piece, LEVEL)


def _version(kind: str, version: str) -> str:
    return _hash(f"{kind} {version}".encode())


def _hash(data: bytes | bytearray) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


# -- JSON Lines ----------------------------------------------------------------------------------------------------


def _line(kind: str, record: Any) -> bytes:
    return b'{"type":"%s","record":%s}\n' % (kind.encode(), msgspec.json.encode(record))


def _days(store: Store, month: ArchiveMonth) -> Iterator[bytes]:
    """Yield the receipt of each day, and the lines of its file unchanged."""
    for date in month.dates:
        start = b'{"type":"%s","date":"%s","record":'
        if receipt := store.receipt(date):
            record = msgspec.json.format(records.encode_receipt(receipt), indent=-1)
            yield start % (b"day", date.encode()) + record + b"}\n"
        paper = start % (b"paper", date.encode())
        yield b"".join([paper + line + b"}\n" for line in store.lines(date)])


def _publications(store: Store) -> Iterator[bytes]:
    yield from (_line("publication", record) for record in _records(store))


def _records(store: Store) -> Iterator[Publication]:
    """Yield the publications that the site shows."""
    for publication in deduplicate(store.publications()):
        yield msgspec.structs.replace(publication, where="")


# -- SQLite --------------------------------------------------------------------------------------------------------


def _restore(previous: Members, file: Path, database: Path) -> bool:
    """Unpack the database of the `previous` build. Return False if the file is not the one that was written."""
    try:
        with file.open("rb") as source, database.open("wb") as target:
            for version, size in previous:
                piece = deflate.gzip_decompress(source.read(size), PIECE_BYTES)
                if version != _version("piece", _hash(piece)):
                    return False
                target.write(piece)
    except (OSError, ValueError, deflate.DeflateError):
        return False
    return True


def _fill(path: Path, archive: Download, store: Store, site_url: str, after: str = "") -> None:
    """Write the rows of the days `after` a date; all tables and rows if it is empty.

    Publications come first, so that days are always added at the end.
    """
    db = sqlite3.connect(path, isolation_level=None)
    kinds = (f"{name} {'NUMERIC' if name in _NUMBERS else 'TEXT'}" for name in _FIELDS)
    try:
        if not after:
            db.executescript(SCHEMA.format(columns=", ".join(kinds)))
        db.executescript(FAST)
        db.execute("BEGIN")
        if not after:
            _fill_once(db, archive, store, site_url)
        for date in (date for month in archive.months for date in month.dates if date > after):
            receipt = store.receipt(date)
            record = msgspec.json.format(records.encode_receipt(receipt), indent=-1).decode() if receipt else None
            db.execute("INSERT INTO day VALUES (?, ?)", (date, record))
            rows = ((date, n, *_columns(paper)) for n, paper in enumerate(store.papers(date), 1))
            db.executemany(f"INSERT INTO paper VALUES (?, ?{', ?' * len(_FIELDS)})", rows)
        db.execute("COMMIT")
    finally:
        db.close()
    _reset_counters(path)


def _fill_once(db: sqlite3.Connection, archive: Download, store: Store, site_url: str) -> None:
    """Write the rows that belong to no day."""
    db.executemany("INSERT INTO archive VALUES (?, ?)", _about(site_url).items())
    if archive.publications:
        rows = (_publication_row(publication) for publication in _records(store))
        db.executemany("INSERT INTO publication VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _reset_counters(path: Path) -> None:
    """Set the counters of transactions, which depend on the way to the same rows (file format, section 1.3)."""
    with path.open("r+b") as file:
        for place in CHANGE_COUNTER, VERSION_VALID_FOR:
            file.seek(place)
            file.write((1).to_bytes(4))


def _publication_row(record: Publication) -> tuple[str | None, ...]:
    return record.id, record.title, record.type, record.year, record.date, record.doi, _json(record)


def _columns(paper: Paper) -> list[Any]:
    """Return its fields: lists and objects as JSON, unknown values as NULL."""
    values = msgspec.structs.astuple(paper)
    plain = (str, int, float)
    return [value if isinstance(value, plain) else _json(value) if value else None for value in values]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _pieces(path: Path) -> Iterator[Member]:
    with path.open("rb") as file:
        while data := file.read(PIECE_BYTES):
            yield Member(_version("piece", _hash(data)), partial(_as_list, data))


def _as_list(data: bytes) -> list[bytes]:
    return [data]
