"""Citation keys of papers, each of one paper only: of the papers with the same key, the one listed first keeps it.

A new version of a paper with another title keeps the key of the paper's first day. So a key changes only if a day
before that day is added or changed later, and lists the same paper or another one with the same key.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from broadsheet.bibliography.citation_key import citation_key, longer_key
from broadsheet.index.days import Entry
from broadsheet.index.queries import Queries, query

Row = tuple[object, ...]

# `key` stands for the row of the minimum: https://www.sqlite.org/lang_select.html#bareagg
_PLACES = """
WITH paper AS (
  SELECT arxiv_id, key, min(date) AS date, count(DISTINCT key) > 1 AS has_several FROM paper_key
  WHERE arxiv_id IN (SELECT k.arxiv_id FROM paper_key k JOIN changed_key c ON c.key = k.key) GROUP BY arxiv_id)
SELECT p.arxiv_id, p.key, row_number() OVER (PARTITION BY p.key ORDER BY date, p.arxiv_id), has_several, o.key
FROM paper p LEFT JOIN other_key o ON o.arxiv_id = p.arxiv_id WHERE p.key IN (SELECT key FROM changed_key)
"""


def key_rows(date: str, entries: Iterable[Entry]) -> Iterator[Row]:
    """Yield the rows of ``paper_key`` for the papers of a day."""
    return ((entry.paper.arxiv_id, date, citation_key(entry.paper)) for entry in entries)


def keys_on(db: sqlite3.Connection, dates: Iterable[str]) -> set[str]:
    """Return all keys, on any day, of the papers of `dates`."""
    statement = "SELECT k.key FROM paper_key d JOIN paper_key k ON k.arxiv_id = d.arxiv_id WHERE d.date = ?"
    return {key for date in dates for (key,) in db.execute(statement, (date,))}


def refresh(db: sqlite3.Connection, keys: Iterable[str], dates: Iterable[str]) -> None:
    """Store again the keys of papers whose key is not the one that `citation_key` returns, or may not be.

    `dates` are the days that changed, and `keys` those of their papers before and after: no other key has changed. So
    the time does not grow with the archive.
    """
    db.execute("CREATE TEMP TABLE changed_key (key TEXT PRIMARY KEY) WITHOUT ROWID")
    db.executemany("INSERT INTO changed_key VALUES (?)", ((key,) for key in keys))
    stale = {*dates}
    for name, key, place, has_several, stored in db.execute(_PLACES).fetchall():
        other = (longer_key(key, name) if place > 1 else key) if place > 1 or has_several else None
        if other != stored:
            _store(db, name, other)
            stale.update(date for (date,) in db.execute("SELECT date FROM entry WHERE arxiv_id = ?", (name,)))
    db.execute("DROP TABLE changed_key")
    for date in stale:
        _store_day(db, date)


def _store(db: sqlite3.Connection, name: str, key: str | None) -> None:
    """Store the other key of a paper, or that it has none."""
    db.execute("DELETE FROM other_key WHERE arxiv_id = ?", (name,))
    if key:
        db.execute("INSERT INTO other_key VALUES (?, ?)", (name, key))


def _store_day(db: sqlite3.Connection, date: str) -> None:
    statement = "SELECT e.arxiv_id, o.key FROM entry e JOIN other_key o ON o.arxiv_id = e.arxiv_id WHERE e.date = ?"
    keys = dict(db.execute(f"{statement} ORDER BY 1", (date,)))
    db.execute("DELETE FROM day_keys WHERE date = ?", (date,))
    if keys:
        db.execute("INSERT INTO day_keys VALUES (?, ?)", (date, msgspec.json.encode(keys)))


class CitationKeyQueries(Queries):
    """Queries about citation keys. A paper that they leave out has the key of `citation_key`."""

    @query
    def paper_keys(self, date: str) -> dict[str, str]:
        """Return the keys of papers of a day, by arXiv id."""
        keys = self._other_keys.get(date)
        return msgspec.json.decode(keys, type=dict[str, str]) if keys else {}

    @cached_property  # a query for each day takes 2 % of one more day
    def _other_keys(self) -> dict[str, bytes]:
        return dict(self._db.execute("SELECT date, keys FROM day_keys"))
