"""The common parts of a week's and a month's page: best papers, totals, gaps, topics by week."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

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
from broadsheet.views.charts.skyline import MAX_BARS, by_day
from broadsheet.views.charts.spans import axis
from broadsheet.views.facts import WholeList
from broadsheet.views.feeds.registry import BEST, WEEKLY, feed_links
from broadsheet.views.page import Page
from broadsheet.views.place import places_of
from broadsheet.views.render import render
from broadsheet.views.share.card import Card, has_card, with_card
from broadsheet.views.share.papers import best_titles


class Period(NamedTuple):
    """The differences between the overviews of weeks and months."""

    name: str
    template: str
    address: Callable[[str], str]
    title: Callable[[str], str]
    span: Callable[[str], tuple[str, str]]
    limit: Callable[[Settings], int]


def overview(catalogue: Catalogue, settings: Settings, period: Period, name: str, titles: Mapping[str, str]) -> Page:
    """Return the page of the week or month `name`; `titles` are those of the best papers of days, for a calendar."""
    first, last = period.span(name)
    dates = catalogue.span(first, last)
    days = [head for head in dates if head]
    sums = totals(days)
    is_month = period.name == "month"
    address = period.address(name)
    best = catalogue.best(first, last, period.limit(settings))
    places = places_of(catalogue, best)
    updated = max((head.date for head in days), default=None)
    is_recent = has_alternates(catalogue, settings, updated)
    context = {
        "name": name,
        "period": period,
        "around": catalogue.neighbours(period.name, name),
        "days": days,
        "months": sorted({head.date[:7] for head in days if head.has_page}),
        "totals": sums,
        "papers": catalogue.paper_count(first, last),
        "gaps": [head for head in days if head.state in (DayState.MISSING, DayState.FAILED, DayState.PARTIAL)],
        "best": best,
        "in_order": None if is_month else by_day(catalogue.best(first, last, MAX_BARS + 1)),
        "whole": _whole(days, (first, last)) if sums.papers > len(best) else None,
        "places": places,
        "has_bibtex": is_recent and sums.papers > 0,
        "calendar": month_calendar(name, dates) if is_month else None,
        "titles": titles,
        "charts": _charts(catalogue, settings, dates, (first, last)) if is_month else "",
        "settings": settings,
        "day_address": day_address,
        "month_address": month_address,
        "week_address": week_address,
        **_topics_by_week(catalogue, settings, days, (first, last)),
    }
    page = Page(
        address=address,
        title=period.title(name),
        description=formats.papers_on_days(sums.papers, sums.days),
        lead=render("overview_lead.html.j2", address, **context),
        body=render(period.template, address, **context),
        feeds=feed_links(settings, WEEKLY, BEST),
        updated=updated,
        reader=True,
    )
    if has_card(catalogue, settings, updated):
        count = formats.papers(sums.papers)
        page = with_card(page, Card(page.title, name, place=count, titles=best_titles(best)), settings)
    content = PageContent(period.name, days=days, papers=best, places=places)
    return with_alternates(page, content, settings) if is_recent else page


def _whole(days: list[DayHead], limits: tuple[str, str]) -> WholeList:
    months = sorted({head.date[:7] for head in days if head.papers})
    return WholeList(months, first=limits[0], last=limits[1])


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


def _charts(catalogue: Catalogue, settings: Settings, days: Sequence[DayHead | None], span: tuple[str, str]) -> Markup:
    return charts(axis(days, span[0], catalogue.day_stats(*span), catalogue.scorer_changes(*span)), settings)
