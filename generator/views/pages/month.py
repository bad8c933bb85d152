"""``/monthly/YYYY-MM/``: a month as a calendar, its best papers, topics by week, totals, gaps."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views import wording
from generator.views.page import Page
from generator.views.pages.overview import Kind, overviews
from generator.views.timeline import month_address, month_span, months

KIND = Kind("month.html.j2", month_address, wording.month, month_span)


def pages(catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """A page for every month in which some day has one."""
    names = months(head.date for head in catalogue.heads.values() if head.listed)
    yield from overviews(catalogue, settings, KIND, names, settings.pages.month_best)
