"""``/weekly/YYYY-Www/``: a week's best papers and its days."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.catalogue.periods import week_span
from generator.ground import formats
from generator.ground.config import Settings
from generator.views.page import Page
from generator.views.pages.overview import Period, overview
from generator.views.timeline import week_address

PERIOD = Period("week", "week.html.j2", week_address, formats.week, week_span)


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Every ISO week in which some day has a page."""
    return catalogue.listed("week")


def pages(catalogue: Catalogue, settings: Settings, name: str) -> Iterator[Page]:
    """The page of one week."""
    yield overview(catalogue, settings, PERIOD, name, settings.pages.week_best)
