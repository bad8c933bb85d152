"""The common parts of a week's and a month's page: best papers, totals, gaps, topics by week."""

from collections.abc import Callable
from typing import Any, NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import DayHead, day_address
from broadsheet.index.periods import week_span, weeks
from broadsheet.index.totals import totals
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.views.alternates.attach import has_alternates, with_alternates
from broadsheet.views.alternates.page_content import PageContent
from broadsheet.views.calendar import month_address, month_calendar, week_address
from broadsheet.views.charts.archive import charts
from broadsheet.views.charts.spans import axis
from broadsheet.views.facts import Whole
from broadsheet.views.feeds.registry import BEST, WEEKLY, feed_links
from broadsheet.views.page import Page
from broadsheet.views.render import render
from broadsheet.views.score import distributions_of


class Period(NamedTuple):
    """The differences between the overviews of weeks and months."""

    name: str
    template: str
    address: Callable[[str], str]
    title: Callable[[str], str]
    span: Callable[[str], tuple[str, str]]


def overview(catalogue: Catalogue, settings: Settings, period: Period, name: str, limit: int) -> Page:
    """Return the page of the week or month `name`, with at most `limit` papers."""
    first, last = period.span(name)
    dates = catalogue.span(first, last)
    days = [head for head in dates if head]
    sums = totals(days)
    is_month = period.name == "month"
    address = period.address(name)
    best = catalogue.best(first, last, limit)
    updated = max((head.date for head in days), default=None)
    is_recent = has_alternates(catalogue, settings, updated)
    context = {
        "name": name,
        "period": period,
        "around": catalogue.neighbours(period.name, name),
        "days": days,
        "months": sorted({head.date[:7] for head in days if head.has_page}),
        "totals": sums,
        "gaps": [head for head in days if head.state in (DayState.MISSING, DayState.FAILED, DayState.PARTIAL)],
        "best": best,
        "whole": _whole(days, (first, last)) if sums.papers > len(best) else None,
        "distributions": distributions_of(catalogue, best),
        "has_bibtex": is_recent and sums.papers > 0,
        "calendar": month_calendar(name, dates) if is_month else None,
        "charts": charts(axis(dates, first, catalogue.day_stats(first, last)), settings) if is_month else "",
        "settings": settings,
        "day_address": day_address,
        "month_address": month_address,
        "week_address": week_address,
        **_topics_by_week(catalogue, settings, days, (first, last)),
    }
    page = Page(
        address=address,
        title=period.title(name),
        description=f"{formats.count(sums.papers, 'paper')} on {formats.count(sums.days, 'day')}",
        lead=render("overview_lead.html.j2", address, **context),
        body=render(period.template, address, **context),
        feeds=feed_links(settings, WEEKLY, BEST),
        updated=updated,
        reader=True,
    )
    return with_alternates(page, PageContent(period.name, days=days, papers=best), settings) if is_recent else page


def _whole(days: list[DayHead], limits: tuple[str, str]) -> Whole:
    months = sorted({head.date[:7] for head in days if head.papers})
    return Whole(months, first=limits[0], last=limits[1])


def _topics_by_week(
    catalogue: Catalogue, settings: Settings, days: list[DayHead], limits: tuple[str, str]
) -> dict[str, Any]:
    """Return the number of different papers of each topic, by week and over the whole span."""
    names = weeks(head.date for head in days if head.has_page)
    spans = [(max(first, limits[0]), min(last, limits[1])) for first, last in map(week_span, names)]
    columns = [catalogue.topic_counts(*limits_of_week) for limits_of_week in spans]
    whole = catalogue.topic_counts(*limits)
    rows = [
        (topic, [column.get(topic.id, 0) for column in columns], whole.get(topic.id, 0)) for topic in settings.topics
    ]
    return {"weeks": names, "topic_rows": rows, "largest": max((n for _, counts, _ in rows for n in counts), default=0)}
