"""The archive as files: JSON Lines and SQLite, both as gzip members (RFC 1952) of which the unchanged are taken over.

Nothing is held in memory but a month's lines at a time, or a piece of a database; the same data give the same bytes.
"""

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, deduplicate
from broadsheet.store import records
from broadsheet.store.store import Store
from broadsheet.views.downloads import LICENCE, VERSION, ArchiveMonth, Download

# Of zlib: 4 takes half the time of 6, and a twentieth more room.
LEVEL = 4
GZIP = 31  # the widest window, and gzip's frame without a name or a time
PIECE = 2**20  # bytes of a database in a member
SCHEMA = """
PRAGMA page_size = 16384;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE archive (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE day (date TEXT PRIMARY KEY, receipt TEXT) WITHOUT ROWID;
CREATE TABLE paper (date TEXT, line INTEGER, {columns}, PRIMARY KEY (date, line)) WITHOUT ROWID;
CREATE INDEX paper_arxiv_id ON paper (arxiv_id);
CREATE TABLE publication (id TEXT PRIMARY KEY, title TEXT, type TEXT, year TEXT, date TEXT, doi TEXT, record TEXT)
  WITHOUT ROWID;
"""
_NUMBERS = {"version", "relevance", "novelty", "upvotes", "comments"}
_FIELDS = Paper.__struct_fields__

# The members of a file in their order: the version of each, and how many bytes it takes.
Members = tuple[tuple[str, int], ...]


class Member(NamedTuple):
    """A part of a file: `version` changes when `data` would give other bytes."""

    version: str
    data: Callable[[], Iterable[bytes]]


def write_json_lines(volume: Download, root: Path, site_url: str, target: Path, before: Members, old: Path) -> Members:
    """Write `volume` as lines of JSON to `target`; what `old` has of it, whose members are `before`, is taken over."""
    store = Store(root)
    head = _line("archive", _about(site_url))
    members = [Member(_digest(head), lambda: [head])]
    members += [Member(_tag("days", part.version), partial(_days, store, part)) for part in volume.months]
    if volume.publications:
        members.append(Member(_tag("publications", volume.publications), partial(_publications, store)))
    return _write(members, target, before, old)


def write_sqlite(volume: Download, root: Path, site_url: str, target: Path, before: Members, old: Path) -> Members:
    """The same as a database. It is filled anew, in order: so most of its pieces are what they were."""
    whole = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    whole.unlink(missing_ok=True)
    try:
        _fill(whole, volume, Store(root), site_url)
        return _write(_pieces(whole), target, before, old)
    finally:
        whole.unlink(missing_ok=True)


def _about(site_url: str) -> dict[str, str]:
    return {"version": str(VERSION), "site": site_url, "licence": LICENCE}


# -- members -------------------------------------------------------------------------------------------------------


def _write(members: Iterable[Member], target: Path, before: Members, old: Path) -> Members:
    places, start = {}, 0
    for version, size in before:
        places[version] = (start, size)
        start += size
    written = []
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file, open(old if places else os.devnull, "rb") as source:
        for member in members:
            start = file.tell()
            if member.version in places:
                _copy(source.fileno(), file, *places[member.version])
            else:
                file.writelines(_compressed(member.data()))
            written.append((member.version, file.tell() - start))
    return tuple(written)


def _copy(source: int, file: Any, start: int, size: int) -> None:
    while size:
        data = os.pread(source, min(size, PIECE), start)
        if not data:
            raise EOFError("the last build's download is shorter than its record says")
        file.write(data)
        start, size = start + len(data), size - len(data)


def _compressed(data: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    for part in data:
        yield packer.compress(part)
    yield packer.flush()


def _tag(kind: str, version: str) -> str:
    return _digest(f"{kind} {version}".encode())


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


# -- JSON Lines ----------------------------------------------------------------------------------------------------


def _line(kind: str, record: Any) -> bytes:
    return b'{"type":"%s","record":%s}\n' % (kind.encode(), msgspec.json.encode(record))


def _days(store: Store, part: ArchiveMonth) -> Iterator[bytes]:
    """The receipt of each day and the lines of its file, as they are."""
    for date in part.dates:
        start = b'{"type":"%s","date":"%s","record":'
        if receipt := store.receipt(date):
            record = msgspec.json.format(records.encode_receipt(receipt), indent=-1)
            yield start % (b"day", date.encode()) + record + b"}\n"
        paper = start % (b"paper", date.encode())
        yield b"".join([paper + line + b"}\n" for line in store.lines(date)])


def _publications(store: Store) -> Iterator[bytes]:
    yield from (_line("publication", record) for record in _records(store))


def _records(store: Store) -> Iterator[Publication]:
    """What the site shows, as records."""
    for publication in deduplicate(store.publications()):
        yield msgspec.structs.replace(publication, where="")


# -- SQLite --------------------------------------------------------------------------------------------------------


def _fill(path: Path, volume: Download, store: Store, site_url: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    kinds = (f"{name} {'NUMERIC' if name in _NUMBERS else 'TEXT'}" for name in _FIELDS)
    try:
        db.executescript(SCHEMA.format(columns=", ".join(kinds)))
        db.execute("BEGIN")
        db.executemany("INSERT INTO archive VALUES (?, ?)", _about(site_url).items())
        for date in (date for part in volume.months for date in part.dates):
            receipt = store.receipt(date)
            said = msgspec.json.format(records.encode_receipt(receipt), indent=-1).decode() if receipt else None
            db.execute("INSERT INTO day VALUES (?, ?)", (date, said))
            rows = ((date, n, *_columns(paper)) for n, paper in enumerate(store.papers(date), 1))
            db.executemany(f"INSERT INTO paper VALUES (?, ?{', ?' * len(_FIELDS)})", rows)
        if volume.publications:
            rows = ((it.id, it.title, it.type, it.year, it.date, it.doi, _json(it)) for it in _records(store))
            db.executemany("INSERT INTO publication VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        db.execute("COMMIT")
    finally:
        db.close()


def _columns(paper: Paper) -> list[Any]:
    """Its fields, lists and objects as JSON; what is not known is NULL."""
    values = msgspec.structs.astuple(paper)
    plain = (str, int, float)
    return [it if isinstance(it, plain) else _json(it) if it else None for it in values]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _pieces(path: Path) -> Iterator[Member]:
    with path.open("rb") as file:
        while data := file.read(PIECE):
            yield Member(_tag("piece", _digest(data)), partial(_one, data))


def _one(data: bytes) -> list[bytes]:
    return [data]
