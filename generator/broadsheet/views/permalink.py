"""Addresses of papers and authors, to which lists, search and feeds link."""

from urllib.parse import quote

from broadsheet.index.days import Entry, entry_address
from broadsheet.settings.config import Settings

AUTHORS = "authors/"


def has_page(entry: Entry, settings: Settings) -> bool:
    """Return whether the paper has a page of its own: the same for every day that shows it."""
    return settings.paper_pages == "all" or (settings.paper_pages == "top" and entry.top)


def author_address(slug: str) -> str:
    """Return the address of an author's page, relative to the site's root."""
    return f"{AUTHORS}{slug}/"


def paper_address(entry: Entry, settings: Settings) -> str:
    """Return the address of the paper's page, else of its entry on its first day; relative to the site's root."""
    return _page_address(entry) if has_page(entry, settings) else _first_address(entry)


def lasting_address(entry: Entry, settings: Settings) -> str:
    """Return the address for links that leave the site. It depends on no rank, since later papers may change it."""
    return _page_address(entry) if settings.paper_pages == "all" else _first_address(entry)


def _page_address(entry: Entry) -> str:
    return f"papers/{quote(entry.paper.arxiv_id)}/"


def _first_address(entry: Entry) -> str:
    return entry_address(entry.first_seen or entry.date, entry.paper)
