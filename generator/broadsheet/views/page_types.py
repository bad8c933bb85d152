"""Every kind of page the site has, and its feeds. A new kind is one module and one line here."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.views.feeds import files
from broadsheet.views.page import File, Page
from broadsheet.views.pages import (
    about,
    archive,
    author,
    day,
    home,
    llms,
    month,
    paper,
    publications,
    saved,
    search,
    since,
    statistics,
    subscribe,
    topic,
    week,
)


class Kind(NamedTuple):
    """A kind of page: which there are, each by a key, and how the page (or pages, or files) of a key are made.

    What `pages` asks of the catalogue is written down: a page is made again when one of the answers changes. So it
    asks for no more than it shows, and `keys`, which is asked each time, may be cheap only.
    """

    name: str
    keys: Callable[[Catalogue, Settings], Iterable[str]]
    pages: Callable[[Catalogue, Settings, str], Iterator[Page | File]]


def _one(catalogue: Catalogue, settings: Settings) -> tuple[str]:
    """The key of what there is one of."""
    return ("",)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("feeds", files.keys, files.feeds),  # first, since they take longest
        Kind("home", _one, home.pages),
        Kind("day", day.keys, day.pages),
        Kind("paper", paper.keys, paper.pages),
        Kind("author", author.keys, author.pages),
        Kind("week", week.keys, week.pages),
        Kind("month", month.keys, month.pages),
        Kind("archive", _one, archive.pages),
        Kind("topic", topic.keys, topic.pages),
        Kind("publications", _one, publications.pages),
        Kind("search", _one, search.pages),
        Kind("saved", _one, saved.pages),
        Kind("since", _one, since.pages),
        Kind("news", since.keys, since.files),
        Kind("statistics", _one, statistics.pages),
        Kind("subscribe", _one, subscribe.pages),
        Kind("about", _one, about.pages),
        Kind("llms", _one, llms.pages),
    )
}
