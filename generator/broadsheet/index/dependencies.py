"""The dependencies of a page: the queries that it made. The page is rebuilt when an answer changes, and only then."""

from collections.abc import Callable
from typing import Any, TypeVar

from broadsheet.index.catalogue import Catalogue

A = TypeVar("A")

# The name of a query, and its arguments.
Query = tuple[str, tuple[Any, ...]]


class DependencyTracker(Catalogue):
    """A proxy of a catalogue that records every query, so that a page's dependencies are complete by construction.

    Queries that a query makes itself are not recorded: they run on the catalogue. It keeps the answers for the
    next page: clear `dependencies` before that.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._answers: dict[Query, Any] = {}
        self.dependencies: dict[Query, None] = {}

    def _answer(self, method: Callable[..., A], *arguments: Any, **options: Any) -> A:
        if options:  # else one query could be recorded under two names
            raise TypeError(f"{method.__name__}: a page passes arguments by position")
        query = method.__name__, arguments
        self.dependencies[query] = None
        if query not in self._answers:
            self._answers[query] = method(self._catalogue, *arguments)
        answer: A = self._answers[query]
        return answer
