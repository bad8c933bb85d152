"""Alternates attached to pages: Markdown, JSON and BibTeX files beside a page, for programs."""

from collections.abc import Callable, Iterable

from broadsheet.bibliography.bibtex import bibtex
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.views.alternates.json_alternate import json_alternate
from broadsheet.views.alternates.markdown_alternate import markdown_alternate
from broadsheet.views.alternates.page_content import PageContent
from broadsheet.views.page import File, Page

# A page is recent while its newest fact is at most this much older than the newest day on record.
RECENT_DAYS = 90
BIBTEX = "papers.bib"
# The forms of alternates, by the names of their files.
FORMS: dict[str, Callable[[PageContent, Page, Settings], bytes]] = {
    "index.md": markdown_alternate,
    "index.json": json_alternate,
}


def has_alternates(catalogue: Catalogue, settings: Settings, date: str | None) -> bool:
    """Return whether a page has alternates; `date` is that of its newest fact.

    The query names this date alone, so only a page that ceases to be recent is rebuilt.
    """
    if settings.alternates == "recent":
        return date is not None and catalogue.is_recent(date, RECENT_DAYS)
    return settings.alternates == "all"


def with_alternates(page: Page, content: PageContent, settings: Settings) -> Page:
    """Return `page` with its alternates, or unchanged if the settings want none."""
    if settings.alternates == "none":
        return page
    files = (File(page.address + name, form(content, page, settings), site_only=True) for name, form in FORMS.items())
    return page._replace(alternates=tuple(files))


def citations(address: str, entries: Iterable[Entry]) -> File:
    """Return the BibTeX file of the page at `address`, each paper once."""
    papers = {entry.paper.arxiv_id: entry.paper for entry in entries}
    return File(address + BIBTEX, "\n".join(map(bibtex, papers.values())).encode())
