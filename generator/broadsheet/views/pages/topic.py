"""``/topics/`` and ``/topics/ID/``: a topic's description, newest papers, counts by month and feeds."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.text import formats
from broadsheet.views.alternates.attach import with_alternates
from broadsheet.views.alternates.page_content import ListLink, PageContent
from broadsheet.views.calendar import month_address
from broadsheet.views.citations import papers_bib
from broadsheet.views.facts import Whole
from broadsheet.views.feeds.registry import feed_links, topic_path
from broadsheet.views.page import File, Page
from broadsheet.views.render import render
from broadsheet.views.score import distributions_of

OVERVIEW = "topics/"


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return the overview (an empty key) and every topic."""
    return ["", *(topic.id for topic in settings.topics)]


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[Page | File]:
    """Yield the page of a topic and its BibTeX file, or the overview."""
    if topic := settings.topic(key) if key else None:
        newest = catalogue.newest(settings.pages.topic_newest, topic.id)
        yield _page(catalogue, settings, topic, newest)
        if newest and settings.alternates != "none":
            yield papers_bib(f"topics/{topic.id}/", newest, catalogue)
    else:
        yield _overview(catalogue, settings)


def _overview(catalogue: Catalogue, settings: Settings) -> Page:
    counts = catalogue.topic_counts()
    topics = [(topic, counts.get(topic.id, 0), catalogue.newest(3, topic.id)) for topic in settings.topics]
    page = Page(
        address=OVERVIEW,
        title="Topics",
        description=f"{formats.count(len(settings.topics), 'topic')} this digest follows",
        body=render("topics.html.j2", OVERVIEW, topics=topics, settings=settings),
        feeds=feed_links(settings),
        updated=max((newest[0].date for _, _, newest in topics if newest), default=None),
    )
    links = [ListLink(topic.name, f"topics/{topic.id}/", count) for topic, count, _ in topics]
    return with_alternates(page, PageContent("topics", lists=links), settings)


def _page(catalogue: Catalogue, settings: Settings, topic: Topic, newest: list[Entry]) -> Page:
    months = catalogue.topic_months(topic.id)
    total = catalogue.topic_total(topic.id)
    address = f"topics/{topic.id}/"
    context = {
        "topic": topic,
        "total": total,
        "newest": newest,
        "whole": Whole(list(months), topic.id) if total > len(newest) else None,
        "distributions": distributions_of(catalogue, newest),
        "has_bibtex": bool(newest) and settings.alternates != "none",
        "months": months,
        "month_address": month_address,
        "settings": settings,
    }
    page = Page(
        address=address,
        title=topic.name,
        description=f"{formats.count(total, 'paper')} on {topic.name}",
        body=render("topic.html.j2", address, **context),
        feeds=feed_links(settings, topic_path(topic.id)),
        updated=newest[0].date if newest else None,
        reader=True,
    )
    return with_alternates(page, PageContent("topic", papers=newest), settings)
