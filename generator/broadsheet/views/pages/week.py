"""``/weekly/YYYY-Www/``: a week's best papers and its days."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.periods import week_span
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.views.calendar import week_address
from broadsheet.views.page import Page
from broadsheet.views.pages.overview import Period, overview

PERIOD = Period(
    "week", "week.html.j2", week_address, formats.week, week_span, lambda settings: settings.pages.week_best
)


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return every ISO week in which a day has a page."""
    return catalogue.periods("week")


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[Page]:
    """Yield the page of the week `key`."""
    yield overview(catalogue, settings, PERIOD, key, {})
