"""``/``: today's best, the last two weeks at a glance, topics, how to subscribe."""

import datetime as dt
from collections.abc import Iterator

from generator.catalogue.days import DayHead, day_address, span
from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views import wording
from generator.views.feeds import alternates
from generator.views.page import Page
from generator.views.render import render
from generator.views.timeline import month_address

ADDRESS = ""
BEST = 8
DAYS = 14
PUBLICATIONS = 3


def pages(catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """The one page. Its "today" is the newest day on record, not the day of the build."""
    newest = max((head.date for head in catalogue.heads.values() if head.listed), default=None)
    with_papers = max((head.date for head in catalogue.heads.values() if head.papers), default=None)
    days = [(head, _first(catalogue, head)) for head in reversed(_last_days(catalogue, newest))]
    context = {
        "head": catalogue.heads.get(newest or ""),
        "shown": catalogue.heads.get(with_papers or ""),
        "best": catalogue.day(with_papers)[:BEST] if with_papers else [],
        "days": days,
        "topics": [(topic, catalogue.topic_counts().get(topic.id, 0)) for topic in settings.topics],
        "publications": catalogue.publications()[:PUBLICATIONS],
        "settings": settings,
        "day_address": day_address,
        "month_address": month_address,
    }
    yield Page(
        address=ADDRESS,
        title=wording.day(newest) if newest else settings.site.site_name,
        description=settings.site.site_description or f"The newest papers of {settings.site.site_name}",
        lead=render("home_lead.html.j2", ADDRESS, **context),
        body=render("home.html.j2", ADDRESS, **context),
        feeds=alternates(settings),
        updated=newest,
    )


def _last_days(catalogue: Catalogue, newest: str | None) -> list[DayHead]:
    if not newest:
        return []
    first = dt.date.fromisoformat(newest) - dt.timedelta(days=DAYS - 1)
    return [head for head in span(catalogue.heads, first.isoformat(), newest) if head]


def _first(catalogue: Catalogue, head: DayHead) -> object:
    """The best paper of a day, if it has any."""
    return catalogue.day(head.date)[0] if head.papers else None
