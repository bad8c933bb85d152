"""``/topics/`` and ``/topics/ID/``: what a topic means, its newest papers, its counts by month, its feeds."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings, Topic
from generator.views import wording
from generator.views.feeds import alternates
from generator.views.page import Page
from generator.views.render import render
from generator.views.timeline import month_address

OVERVIEW = "topics/"


def pages(catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """The overview of topics and a page for each."""
    counts = catalogue.topic_counts()
    newest = max((head.date for head in catalogue.heads.values() if head.papers), default=None)
    listed = [(topic, counts.get(topic.id, 0), catalogue.newest(3, topic.id)) for topic in settings.topics]
    yield Page(
        address=OVERVIEW,
        title="Topics",
        description=f"{wording.count(len(settings.topics), 'topic')} this digest follows",
        body=render("topics.html.j2", OVERVIEW, listed=listed, settings=settings),
        feeds=alternates(settings),
        updated=newest,
    )
    for topic in settings.topics:
        yield _page(catalogue, settings, topic, counts.get(topic.id, 0))


def _page(catalogue: Catalogue, settings: Settings, topic: Topic, total: int) -> Page:
    address = f"topics/{topic.id}/"
    newest = catalogue.newest(settings.pages.topic_newest, topic.id)
    context = {
        "topic": topic,
        "total": total,
        "newest": newest,
        "months": catalogue.topic_months(topic.id),
        "month_address": month_address,
        "settings": settings,
    }
    return Page(
        address=address,
        title=topic.name,
        description=f"{wording.count(total, 'paper')} on {topic.name}",
        body=render("topic.html.j2", address, **context),
        feeds=alternates(settings, topic.id),
        updated=newest[0].date if newest else None,
    )
