"""Alternates attached to pages: Markdown, JSON and BibTeX files beside a page, for programs."""

from collections.abc import Callable

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.views.alternates.json_alternate import json_alternate
from broadsheet.views.alternates.markdown_alternate import markdown_alternate
from broadsheet.views.alternates.page_content import PageContent
from broadsheet.views.page import File, Page

# A page is recent while its newest fact is at most this much older than the newest day on record.
RECENT_DAYS = 90
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
