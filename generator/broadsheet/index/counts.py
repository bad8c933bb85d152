"""Counts of different papers. Many pages need those of the whole archive.

A paper that several days show counts once. Such papers are few, and stored in the table ``repeat``. So all rows are
counted, which is fast, and the repeats are subtracted.
"""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from broadsheet.index.queries import Queries, query

A = TypeVar("A")
P = ParamSpec("P")

_REPEATED = "arxiv_id IN (SELECT arxiv_id FROM repeat)"
_SURPLUS = "count(*) - count(DISTINCT arxiv_id)"


def _cached(
    method: Callable[Concatenate["CountQueries", P], A],
) -> Callable[Concatenate["CountQueries", P], A]:
    """Cache the answers: several pages make the same query."""

    @wraps(method)
    def call(self: "CountQueries", /, *arguments: P.args, **options: P.kwargs) -> A:
        key = (method.__name__, arguments, *options.items())
        if key not in self._answers:
            self._answers[key] = method(self, *arguments, **options)
        answer: A = self._answers[key]
        return answer

    return call


class CountQueries(Queries):
    """Queries about numbers of papers."""

    @cached_property
    def _answers(self) -> dict[tuple[Any, ...], Any]:
        return {}

    @query
    @_cached
    def paper_count(self, *span: str) -> int:
        """Return the number of different papers, of the archive or from a first date to a last one."""
        if span:
            statement = "SELECT count(DISTINCT arxiv_id) FROM entry WHERE date BETWEEN ? AND ?"
            return int(self._db.execute(statement, span).fetchone()[0])
        statement = "SELECT (SELECT count(*) FROM entry) - (SELECT count(*) FROM repeat)"
        return int(self._db.execute(statement).fetchone()[0])

    @query
    @_cached
    def topic_counts(self, *span: str) -> dict[str, int]:
        """Return the number of different papers per topic, of the archive or from a first date to a last one."""
        # Without a condition on dates SQLite uses the index in the order of topics: a seventh of the time.
        return self._different("topic", "date BETWEEN ? AND ?" if span else "TRUE", *span)

    @query
    @_cached
    def topic_total(self, topic: str) -> int:
        """Return the number of different papers of a topic."""
        return self._different("topic", "topic = ?", topic).get(topic, 0)

    @query
    @_cached
    def topic_months(self, topic: str) -> dict[str, int]:
        """Return the number of different papers of a topic by month, oldest first."""
        return self._different("substr(date, 1, 7)", "topic = ?", topic)

    def _different(self, group: str, where: str, *values: str) -> dict[str, int]:
        def counts(number: str, condition: str) -> dict[str, int]:
            statement = f"SELECT {group}, {number} FROM topic WHERE {condition} GROUP BY 1 ORDER BY 1"
            return dict(self._db.execute(statement, values))

        surplus = counts(_SURPLUS, f"{where} AND {_REPEATED}")
        return {name: number - surplus.get(name, 0) for name, number in counts("count(*)", where).items()}
