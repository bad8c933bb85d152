"""``/monthly/YYYY-MM/``: a month as a calendar, its best papers, topics by week, totals, gaps."""

from collections.abc import Iterator
from itertools import chain

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.periods import month_span
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.views.calendar import month_address
from broadsheet.views.citations import papers_bib
from broadsheet.views.facts import month_facts
from broadsheet.views.page import File, Page
from broadsheet.views.pages.overview import Period, overview

PERIOD = Period(
    "month", "month.html.j2", month_address, formats.month, month_span, lambda settings: settings.pages.month_best
)


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return every month in which a day has a page."""
    return catalogue.periods("month")


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[Page | File]:
    """Yield the page of the month `key` and the facts of its papers; if it is recent, their BibTeX file too."""
    heads = catalogue.span(*month_span(key))
    days = {head.date: catalogue.day(head.date) for head in heads if head and head.papers}
    titles = {date: entries[0].paper.title for date, entries in days.items()}
    page = overview(catalogue, settings, PERIOD, key, titles)
    yield page
    entries = list(chain.from_iterable(days.values()))
    yield month_facts(page.address, entries)
    if page.alternates:
        yield papers_bib(page.address, entries, catalogue)
