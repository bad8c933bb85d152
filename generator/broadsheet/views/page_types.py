"""The page types of the site, feeds included. A new page type is one module and one line here."""

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
    embed,
    home,
    llms,
    month,
    paper,
    paper_card,
    publications,
    robots,
    saved,
    search,
    share,
    since,
    statistics,
    subscribe,
    topic,
    week,
)


class PageType(NamedTuple):
    """A page type: the keys of its pages, and the function that renders the pages and files of a key.

    The catalogue's answers to `pages` are recorded: a changed answer causes a new rendering. So `pages` queries no more
    than it shows. `keys` runs in every build and must be cheap.
    """

    name: str
    keys: Callable[[Catalogue, Settings], Iterable[str]]
    pages: Callable[[Catalogue, Settings, str], Iterator[Page | File]]


def _single_key(catalogue: Catalogue, settings: Settings) -> tuple[str]:
    """Return the key of a page type with one page."""
    return ("",)


PAGE_TYPES = {
    page_type.name: page_type
    for page_type in (
        PageType("feeds", files.keys, files.pages),  # first: they take longest
        PageType("home", _single_key, home.pages),
        PageType("day", day.keys, day.pages),
        PageType("paper", paper.keys, paper.pages),
        PageType("paper_card", paper_card.keys, paper_card.pages),
        PageType("author", author.keys, author.pages),
        PageType("week", week.keys, week.pages),
        PageType("month", month.keys, month.pages),
        PageType("archive", _single_key, archive.pages),
        PageType("topic", topic.keys, topic.pages),
        PageType("publications", _single_key, publications.pages),
        PageType("search", _single_key, search.pages),
        PageType("saved", _single_key, saved.pages),
        PageType("since", _single_key, since.pages),
        PageType("statistics", _single_key, statistics.pages),
        PageType("subscribe", _single_key, subscribe.pages),
        PageType("about", _single_key, about.pages),
        PageType("llms", _single_key, llms.pages),
        PageType("embed", embed.keys, embed.pages),
        PageType("robots", _single_key, robots.pages),
        PageType("share", _single_key, share.pages),
    )
}
