"""Which pages have twins, and a page with its own: files beside it that say the same to programs."""

from collections.abc import Iterable

from generator.catalogue.days import Entry
from generator.catalogue.index import Catalogue
from generator.ground.bibliography import bibtex
from generator.ground.config import Settings
from generator.views.page import File, Page
from generator.views.twins.json_twin import json_twin
from generator.views.twins.markdown_twin import markdown_twin
from generator.views.twins.twin import Twin

# A page is recent as long as the newest day on record is at most so many days after the newest fact on it.
RECENT = 90
MARKDOWN, JSON, BIBTEX = "index.md", "index.json", "papers.bib"


def is_recent(catalogue: Catalogue, settings: Settings, date: str | None) -> bool:
    """Whether a page whose newest fact is of `date` has twins.

    The catalogue is asked about this one date: so a page that grows old is made again, and no other.
    """
    if settings.twins == "recent":
        return date is not None and catalogue.recent(date, RECENT)
    return settings.twins == "all"


def twinned(page: Page, twin: Twin, settings: Settings) -> Page:
    """The page with its twins, unless the settings want none. They go where it goes."""
    if settings.twins == "none":
        return page
    markdown = File(page.address + MARKDOWN, markdown_twin(twin, page, settings), built=True)
    return page._replace(twins=(markdown, File(page.address + JSON, json_twin(twin, page, settings), built=True)))


def citations(address: str, entries: Iterable[Entry]) -> File:
    """The papers of the page at `address` for a bibliography, each once."""
    papers = {entry.paper.arxiv_id: entry.paper for entry in entries}
    return File(address + BIBTEX, "\n".join(map(bibtex, papers.values())).encode())
