"""``/statistics/``: the contents, costs and gaps of the archive, in charts and by month."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import day_address
from broadsheet.index.periods import month_span
from broadsheet.index.totals import totals
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext
from broadsheet.views import formatting
from broadsheet.views.calendar import month_address
from broadsheet.views.charts.archive import charts
from broadsheet.views.charts.drift import decimal, monthly_means
from broadsheet.views.charts.spans import axis
from broadsheet.views.feeds.registry import feed_links
from broadsheet.views.page import Page
from broadsheet.views.render import render

ADDRESS = "statistics/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    by_month = [(name, totals(catalogue.span(*month_span(name)))) for name in reversed(catalogue.periods("month"))]
    days = catalogue.days()
    counts = catalogue.topic_counts()
    stats, changes = catalogue.day_stats(), catalogue.scorer_changes()
    context = {
        "total": totals(days),
        "papers": catalogue.paper_count(),
        "by_month": by_month,
        "topics": [(topic, counts.get(topic.id, 0)) for topic in settings.topics],
        "charts": charts(axis(days, days[0].date, stats, changes), settings) if days and days[0] else "",
        "scores": monthly_means(stats),
        "changes": list(reversed(changes)),
        "scorer_name": formatting.scorer_name,
        "decimal": decimal,
        "day_address": day_address,
        "states": [state for state in DayState if state is not DayState.OK],
        "month_address": month_address,
        "publications": len(catalogue.publications()),
    }
    yield Page(
        address=ADDRESS,
        title=gettext("Statistics"),
        description=gettext("What the archive holds, what it cost, and what is missing"),
        body=render("statistics.html.j2", ADDRESS, **context),
        feeds=feed_links(settings),
        updated=catalogue.newest_day(),
    )
