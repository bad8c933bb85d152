"""Which pages have twins, and a page with its own: files beside it that say the same to programs."""

from collections.abc import Iterable

from broadsheet.bibliography.bibliography import bibtex
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.views.alternates.json_alternate import json_twin
from broadsheet.views.alternates.markdown_alternate import markdown_twin
from broadsheet.views.alternates.page_content import Twin
from broadsheet.views.page import File, Page

# A page is recent as long as the newest day on record is at most so many days after the newest fact on it.
RECENT = 90
MARKDOWN, JSON, BIBTEX = "index.md", "index.json", "papers.bib"


def is_recent(catalogue: Catalogue, settings: Settings, date: str | None) -> bool:
    """Whether a page whose newest fact is of `date` has twins.

    The catalogue is asked about this one date: so a page that grows old is made again, and no other.
    """
    if settings.alternates == "recent":
        return date is not None and catalogue.recent(date, RECENT)
    return settings.alternates == "all"


def twinned(page: Page, twin: Twin, settings: Settings) -> Page:
    """The page with its twins, unless the settings want none. They go where it goes."""
    if settings.alternates == "none":
        return page
    markdown = File(page.address + MARKDOWN, markdown_twin(twin, page, settings), site_only=True)
    return page._replace(alternates=(markdown, File(page.address + JSON, json_twin(twin, page, settings), site_only=True)))


def citations(address: str, entries: Iterable[Entry]) -> File:
    """The papers of the page at `address` for a bibliography, each once."""
    papers = {entry.paper.arxiv_id: entry.paper for entry in entries}
    return File(address + BIBTEX, "\n".join(map(bibtex, papers.values())).encode())
