"""``/archive/``: all years and months at a glance."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.periods import month_span, week_span
from broadsheet.index.totals import Totals, totals
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.translations import gettext, ngettext
from broadsheet.views.calendar import month_address, shade, week_address
from broadsheet.views.charts.year import year_of_weeks
from broadsheet.views.feeds.registry import DAILY, WEEKLY, feed_links
from broadsheet.views.page import Page, relative
from broadsheet.views.render import render

ADDRESS = "archive/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    dates = catalogue.periods()
    by_month = {name: totals(catalogue.span(*month_span(name))) for name in catalogue.periods("month")}
    largest = max((sums.papers for sums in by_month.values()), default=0)
    most = max((head.papers for head in catalogue.days() if head), default=0)
    link = partial(relative, base=ADDRESS)
    context = {
        "drawings": {
            name: year_of_weeks(name, catalogue.span(f"{name}-01-01", f"{name}-12-31"), most, link)
            for name in sorted({month[:4] for month in by_month})
        },
        "best": {name: next(iter(catalogue.best(*month_span(name), 1)), None) for name in by_month},
        "years": _years(by_month),
        "weeks": {year: list(names) for year, names in groupby(catalogue.periods("week"), key=lambda name: name[:4])},
        "largest": largest,
        "shade": shade,
        "total": totals(catalogue.days()),
        "papers": catalogue.paper_count(),
        "month_address": month_address,
        "week_address": week_address,
        "week_span": week_span,
    }
    yield Page(
        address=ADDRESS,
        title=gettext("Archive"),
        description=_description(len(dates), len(by_month)),
        body=render("archive.html.j2", ADDRESS, **context),
        feeds=feed_links(settings, DAILY, WEEKLY),
        updated=max(dates, default=None),
    )


def _description(days: int, months: int) -> str:
    # Translators: days is "365 days".
    words = ngettext("%(days)s in %(number)s month", "%(days)s in %(number)s months", months)
    return words % {"days": formats.days(days), "number": formats.number(months)}


def _years(by_month: dict[str, Totals]) -> list[tuple[str, list[tuple[str, Totals | None]]]]:
    """Return each year with its twelve months and their sums or None, newest year first."""
    years = sorted({name[:4] for name in by_month}, reverse=True)
    names = [(year, [f"{year}-{number:02}" for number in range(1, 13)]) for year in years]
    return [(year, [(name, by_month.get(name)) for name in months]) for year, months in names]
