"""Citation keys of papers, each of one paper only: of the papers with the same key, the one listed first keeps it.

A new version of a paper with another title keeps the key of the paper's first day. So a key changes only if a day
before that day is added or changed later, and lists the same paper or another one with the same key.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property

from broadsheet.bibliography.citation_key import citation_key, longer_key
from broadsheet.index.days import Entry
from broadsheet.index.queries import Queries, query

Row = tuple[object, ...]

# `key` stands for the row of the minimum: https://www.sqlite.org/lang_select.html#bareagg
_OTHER_KEYS = """
WITH paper AS (
  SELECT arxiv_id, key, min(date) AS date, count(DISTINCT key) > 1 AS has_several FROM paper_key GROUP BY arxiv_id)
SELECT arxiv_id, key, place FROM
  (SELECT *, row_number() OVER (PARTITION BY key ORDER BY date, arxiv_id) AS place FROM paper)
WHERE place > 1 OR has_several
"""


def key_rows(date: str, entries: Iterable[Entry]) -> Iterator[Row]:
    """Yield the rows of ``paper_key`` for the papers of a day."""
    return ((entry.paper.arxiv_id, date, citation_key(entry.paper)) for entry in entries)


def refresh(db: sqlite3.Connection) -> None:
    """Store again the keys of papers whose key is not the one that `citation_key` returns, or may not be."""
    rows = [(name, longer_key(key, name) if place > 1 else key) for name, key, place in db.execute(_OTHER_KEYS)]
    db.execute("DELETE FROM other_key")
    db.executemany("INSERT INTO other_key VALUES (?, ?)", rows)


class CitationKeyQueries(Queries):
    """Queries about citation keys. A paper that they leave out has the key of `citation_key`."""

    @query
    def paper_keys(self, date: str) -> dict[str, str]:
        """Return the keys of papers of a day, by arXiv id."""
        return self._other_keys.get(date, {})

    @cached_property  # a query for each day takes 2 % of one more day
    def _other_keys(self) -> dict[str, dict[str, str]]:
        keys: dict[str, dict[str, str]] = {}
        statement = (
            "SELECT e.date, e.arxiv_id, o.key FROM other_key o JOIN entry e ON e.arxiv_id = o.arxiv_id ORDER BY 1, 2"
        )
        for date, name, key in self._db.execute(statement):
            keys.setdefault(date, {})[name] = key
        return keys
