"""A document of the search index, and the values by which readers filter and sort."""

from typing import NamedTuple


class Facets(NamedTuple):
    """The values by which hits are filtered and sorted: ids of topics, categories, sources; `score` is out of 20."""

    topic: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    date: str = ""
    score: float | None = None
    novelty: float | None = None
    upvotes: int | None = None


class SearchDocument(NamedTuple):
    """A document: a paper or a publication.

    `fields` are the texts to index, the title first. `card` is the JSON that a hit shows: address, id in a reader's
    browser, title, authors, note, and the text to quote from. `names` are the ids and DOIs that lead to `address`.
    """

    fields: tuple[str, ...]
    card: bytes
    facets: Facets
    names: tuple[str, ...]
    address: str
