"""``/``, the front page: a lead paper, two seconds, headlines, the week as a skyline, the group's own news, feeds."""

from collections.abc import Iterator
from typing import Any

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import DayHead, day_address
from broadsheet.index.periods import first_of
from broadsheet.index.places import WEEK_DAYS
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.translations import gettext
from broadsheet.views.alternates.attach import with_alternates
from broadsheet.views.alternates.page_content import ListLink, PageContent
from broadsheet.views.calendar import month_address
from broadsheet.views.charts.skyline import MAX_BARS, by_day
from broadsheet.views.feeds.registry import DAILY, WEEKLY, feed_links
from broadsheet.views.page import Page
from broadsheet.views.place import places_of
from broadsheet.views.render import render
from broadsheet.views.share.card import CARD, has_card

ADDRESS = ""
BEST = 15  # the first is the lead, the next two have cards, the others are headlines
DAYS = 14
PUBLICATIONS = 3


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page. Its "today" is the newest day on record, not the day of the build."""
    newest = catalogue.newest_day()
    with_papers = catalogue.newest_day(True)
    counts = catalogue.topic_counts()
    best = catalogue.best(with_papers, with_papers, BEST) if with_papers else []
    of_week = catalogue.best(first_of(WEEK_DAYS, with_papers), with_papers, MAX_BARS + 1) if with_papers else []
    context: dict[str, Any] = {
        "head": catalogue.head(newest) if newest else None,
        "best_day": catalogue.head(with_papers) if with_papers else None,
        "best": best,
        "places": places_of(catalogue, best),
        "days": _last_days(catalogue, newest) if newest else [],
        "week": by_day(of_week),
        "topics": [(topic, counts.get(topic.id, 0)) for topic in settings.topics],
        "publications": catalogue.publications()[:PUBLICATIONS],
        "settings": settings,
        "day_address": day_address,
        "month_address": month_address,
    }
    page = Page(
        address=ADDRESS,
        title=formats.day(newest) if newest else settings.site.site_name,
        description=settings.site.site_description or _newest_papers(settings.site.site_name),
        lead=render("home_lead.html.j2", ADDRESS, **context),
        body=render("home.html.j2", ADDRESS, **context),
        feeds=feed_links(settings, DAILY, WEEKLY),
        updated=newest,
        reader=True,
    )
    if newest and has_card(catalogue, settings, newest):
        page = page._replace(card=day_address(newest) + CARD)  # a new address each day: services keep old images
    topics = [ListLink(topic.name, f"topics/{topic.id}/", count) for topic, count in context["topics"]]
    parts = {"papers": context["best"], "places": context["places"], "publications": context["publications"]}
    content = PageContent("home", days=context["days"], lists=topics, **parts)
    yield with_alternates(page, content, settings)


def _newest_papers(site: str) -> str:
    return gettext("The newest papers of %(site)s") % {"site": site}


def _last_days(catalogue: Catalogue, newest: str) -> list[DayHead]:
    """Return the days of the last two weeks, newest first."""
    return [head for head in reversed(catalogue.span(first_of(DAYS, newest), newest)) if head]
