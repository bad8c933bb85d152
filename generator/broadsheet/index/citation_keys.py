"""Citation keys, each of one work only: of the works with the same key, the one shown first keeps it.

A new version of a paper with another title keeps the key of the paper's first day. So a key changes only if days before
those of the archive are added later, and one of their papers has the same key.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property

from broadsheet.bibliography.citation_key import citation_key, longer_key
from broadsheet.index.days import Entry
from broadsheet.index.queries import Queries, query
from broadsheet.model.publication import Publication

Row = tuple[object, ...]

# `key` stands for the row of the minimum: https://www.sqlite.org/lang_select.html#bareagg
_OTHER_KEYS = """
WITH work AS (
  SELECT 0 AS is_publication, arxiv_id AS name, key, min(date) AS date, count(DISTINCT key) > 1 AS has_several
  FROM paper_key GROUP BY arxiv_id
  UNION ALL SELECT 1, publication, key, date, 0 FROM publication_key)
SELECT is_publication, name, key, place FROM
  (SELECT *, row_number() OVER (PARTITION BY key ORDER BY date, is_publication, name) AS place FROM work)
WHERE place > 1 OR has_several
"""


def key_rows(date: str, entries: Iterable[Entry]) -> Iterator[Row]:
    """Yield the rows of ``paper_key`` for the papers of a day."""
    return ((entry.paper.arxiv_id, date, citation_key(entry.paper)) for entry in entries)


def store_publications(db: sqlite3.Connection, publications: Iterable[Publication]) -> None:
    """Store the keys of all publications."""
    db.execute("DELETE FROM publication_key")
    rows = ((work.id, work.list_date, citation_key(work)) for work in publications)
    db.executemany("INSERT INTO publication_key VALUES (?, ?, ?)", rows)


def refresh(db: sqlite3.Connection) -> None:
    """Store again the keys of works whose key is not the one that `citation_key` returns, or may not be."""
    rows = [
        (is_publication, name, longer_key(key, name, is_publication=bool(is_publication)) if place > 1 else key)
        for is_publication, name, key, place in db.execute(_OTHER_KEYS)
    ]
    db.execute("DELETE FROM other_key")
    db.executemany("INSERT INTO other_key VALUES (?, ?, ?)", rows)


class CitationKeyQueries(Queries):
    """Queries about citation keys. A work that they leave out has the key of `citation_key`."""

    @query
    def paper_keys(self, date: str) -> dict[str, str]:
        """Return the keys of papers of a day, by arXiv id."""
        return self._other_keys.get(date, {})

    @query
    def publication_keys(self) -> dict[str, str]:
        """Return the keys of publications, by id."""
        return dict(self._db.execute("SELECT name, key FROM other_key WHERE is_publication ORDER BY name"))

    @cached_property  # a query for each day takes 2 % of one more day
    def _other_keys(self) -> dict[str, dict[str, str]]:
        keys: dict[str, dict[str, str]] = {}
        statement = (
            "SELECT e.date, e.arxiv_id, o.key FROM other_key o JOIN entry e ON e.arxiv_id = o.name"
            " WHERE NOT o.is_publication ORDER BY 1, 2"
        )
        for date, name, key in self._db.execute(statement):
            keys.setdefault(date, {})[name] = key
        return keys
