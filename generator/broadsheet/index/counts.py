"""How many different papers there are: what many pages ask of the whole archive.

A paper that several days show counts once. They are few, and noted in the table ``again``; so rows are counted, which
is quick, and what is among them more than once is taken off.
"""

import sqlite3
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, TypeVar

A = TypeVar("A")
_AGAIN = "arxiv_id IN (SELECT arxiv_id FROM again)"
_TWICE = "count(*) - count(DISTINCT arxiv_id)"


def _kept(method: Callable[..., A]) -> Callable[..., A]:
    """Keep the answers: several pages ask the same."""

    @wraps(method)
    def ask(self: "CountQueries", *arguments: Any) -> A:
        key = (method.__name__, arguments)
        if key not in self._answers:
            self._answers[key] = method(self, *arguments)
        answer: A = self._answers[key]
        return answer

    return ask


class CountQueries:
    """What views ask of a catalogue about amounts of papers."""

    _db: sqlite3.Connection

    @cached_property
    def _answers(self) -> dict[tuple[str, tuple[Any, ...]], Any]:
        return {}

    @_kept
    def paper_count(self) -> int:
        """How many different papers the archive holds."""
        query = "SELECT (SELECT count(*) FROM entry) - (SELECT count(*) FROM again)"
        return int(self._db.execute(query).fetchone()[0])

    @_kept
    def topic_counts(self, *span: str) -> dict[str, int]:
        """Different papers per topic: of the whole archive, or from a first date to a last one."""
        # Without a word on dates the index that is in the order of topics serves: a seventh of the time.
        return self._different("topic", "date BETWEEN ? AND ?" if span else "TRUE", *span)

    @_kept
    def topic_total(self, topic: str) -> int:
        """How many different papers a topic has."""
        return self._different("topic", "topic = ?", topic).get(topic, 0)

    @_kept
    def topic_months(self, topic: str) -> dict[str, int]:
        """Different papers of a topic by month, oldest first."""
        return self._different("substr(date, 1, 7)", "topic = ?", topic)

    def _different(self, group: str, where: str, *values: str) -> dict[str, int]:
        def counted(number: str, condition: str) -> dict[str, int]:
            query = f"SELECT {group}, {number} FROM topic WHERE {condition} GROUP BY 1 ORDER BY 1"
            return dict(self._db.execute(query, values))

        twice = counted(_TWICE, f"{where} AND {_AGAIN}")
        return {name: number - twice.get(name, 0) for name, number in counted("count(*)", where).items()}
