"""``/monthly/YYYY-MM/``: a month as a calendar, its best papers, topics by week, totals, gaps."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.catalogue.periods import month_span
from generator.ground.config import Settings
from generator.views import wording
from generator.views.page import Page
from generator.views.pages.overview import Period, overview
from generator.views.timeline import month_address

PERIOD = Period("month", "month.html.j2", month_address, wording.month, month_span)


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Every month in which some day has a page."""
    return catalogue.listed("month")


def pages(catalogue: Catalogue, settings: Settings, name: str) -> Iterator[Page]:
    """The page of one month."""
    yield overview(catalogue, settings, PERIOD, name, settings.pages.month_best)
