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


class PageType(NamedTuple):
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


PAGE_TYPES = {
    kind.name: kind
    for kind in (
        PageType("feeds", files.keys, files.feeds),  # first, since they take longest
        PageType("home", _one, home.pages),
        PageType("day", day.keys, day.pages),
        PageType("paper", paper.keys, paper.pages),
        PageType("author", author.keys, author.pages),
        PageType("week", week.keys, week.pages),
        PageType("month", month.keys, month.pages),
        PageType("archive", _one, archive.pages),
        PageType("topic", topic.keys, topic.pages),
        PageType("publications", _one, publications.pages),
        PageType("search", _one, search.pages),
        PageType("saved", _one, saved.pages),
        PageType("since", _one, since.pages),
        PageType("news", since.keys, since.files),
        PageType("statistics", _one, statistics.pages),
        PageType("subscribe", _one, subscribe.pages),
        PageType("about", _one, about.pages),
        PageType("llms", _one, llms.pages),
    )
}
