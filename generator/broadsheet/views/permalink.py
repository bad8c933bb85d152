"""Where a paper or an author is for good: the one address that lists, search and feeds lead to."""

from broadsheet.index.days import Entry, place_on
from broadsheet.model.arxiv_id import quoted
from broadsheet.settings.config import Settings

AUTHORS = "authors/"


def has_page(entry: Entry, settings: Settings) -> bool:
    """Whether the paper has a page of its own: the same on whichever of its days it is asked."""
    return settings.paper_pages == "all" or (settings.paper_pages == "top" and entry.top)


def author_address(slug: str) -> str:
    """The page of an author. Relative to the site's root."""
    return f"{AUTHORS}{slug}/"


def paper_address(entry: Entry, settings: Settings) -> str:
    """The paper's page; else its place on the first day that showed it. Relative to the site's root."""
    if has_page(entry, settings):
        return f"papers/{quoted(entry.paper.arxiv_id)}/"
    return place_on(entry.first_seen or entry.date, entry.paper)
