"""``/weekly/YYYY-Www/``: a week's best papers and its days."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views import wording
from generator.views.page import Page
from generator.views.pages.overview import Kind, overviews
from generator.views.timeline import week_address, week_span, weeks

KIND = Kind("week.html.j2", week_address, wording.week, week_span)


def pages(catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """A page for every ISO week in which some day has one."""
    names = weeks(head.date for head in catalogue.heads.values() if head.listed)
    yield from overviews(catalogue, settings, KIND, names, settings.pages.week_best)
