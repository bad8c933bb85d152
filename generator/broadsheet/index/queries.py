"""Queries of the index: the decorator that lists them, and the records that they return."""

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from broadsheet.index.database import TOP
from broadsheet.index.days import Entry
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings

A = TypeVar("A")
P = ParamSpec("P")
Q = TypeVar("Q", bound="Queries")

# The names of all queries. A page may depend on each of them, so `Index.version` has each.
QUERIES: set[str] = set()

_PUBLICATION = msgspec.json.Decoder(Publication)
_ENTRY = msgspec.json.Decoder(Entry)


def query(method: Callable[Concatenate[Q, P], A]) -> Callable[Concatenate[Q, P], A]:
    """List a method among the queries. Its calls go through `Queries._answer`, which a tracker overrides."""
    QUERIES.add(method.__name__)

    @wraps(method)
    def call(self: Q, /, *arguments: P.args, **options: P.kwargs) -> A:
        return self._answer(method, *arguments, **options)

    return call


class Queries:
    """The base of all queries: a database, and how its rows become records."""

    def __init__(self, db: sqlite3.Connection, settings: Settings) -> None:
        self._db = db
        self._settings = settings

    def _answer(self, method: Callable[..., A], *arguments: Any, **options: Any) -> A:
        return method(self, *arguments, **options)

    def _entries(self, where: str, *values: str | int | None) -> list[Entry]:
        rows = self._db.execute(
            "SELECT e.record, (SELECT min(f.date) FROM entry f WHERE f.arxiv_id = e.arxiv_id),"
            f" (SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = e.arxiv_id) FROM entry e {where}",
            values,
        )
        return [decode_entry(record, first, bool(top)) for record, first, top in rows]

    def _publications(self, statement: str, *values: str | int) -> list[Publication]:
        return [decode_publication(record) for (record,) in self._db.execute(statement, values)]


def decode_entry(record: bytes, first_seen: str, top: bool) -> Entry:
    """Return an entry with what depends on other days."""
    return msgspec.structs.replace(_ENTRY.decode(record), first_seen=first_seen, top=top)


def decode_publication(record: bytes) -> Publication:
    """Return a publication."""
    return _PUBLICATION.decode(record)
