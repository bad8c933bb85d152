"""What a page asked of the catalogue, so that it is made again when an answer changes, and only then."""

from collections.abc import Callable
from typing import Any, cast

from broadsheet.index.catalogue import Catalogue

# A query and its arguments.
Read = tuple[str, tuple[Any, ...]]

QUERIES = frozenset(
    "around author author_links author_papers author_publications best day days head listed most_read newest newest_day"
    " newest_from newest_good newest_publications papers papers_of publications published_on recent related shown_again"
    " span standing tallies topic_counts topic_months topic_total writer_links".split()
)


class DependencyTracker:
    """A catalogue that writes down what is asked of it: who has only this cannot forget what he depends on."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.dependencies: dict[Read, None] = {}

    def as_catalogue(self) -> Catalogue:
        """Itself, for functions that take a catalogue."""
        return cast(Catalogue, self)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in QUERIES:
            raise AttributeError(f"{name} is no query whose answer can be told to have changed")

        def ask(*arguments: Any) -> Any:
            self.dependencies[name, arguments] = None
            return getattr(self._catalogue, name)(*arguments)

        return ask
