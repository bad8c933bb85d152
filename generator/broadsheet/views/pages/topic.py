"""``/topics/`` and ``/topics/ID/``: a topic's description, newest papers, counts by month and feeds."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.text import formats
from broadsheet.translations import gettext, ngettext
from broadsheet.views.alternates.attach import with_alternates
from broadsheet.views.alternates.page_content import ListLink, PageContent
from broadsheet.views.calendar import month_address
from broadsheet.views.citations import papers_bib
from broadsheet.views.facts import WholeList
from broadsheet.views.feeds.registry import feed_links, topic_path
from broadsheet.views.page import File, Page
from broadsheet.views.pages.share import topic_card
from broadsheet.views.place import places_of
from broadsheet.views.render import render
from broadsheet.views.score import HIGH_SCORE

OVERVIEW = "topics/"
MONTHS = 12
CARD_PAPERS = 3
RECENT = 50  # papers


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
    months = _last_months(catalogue.periods("month"))
    topics = [(topic, counts.get(topic.id, 0), _card_papers(catalogue, topic)) for topic in settings.topics]
    by_month = {topic.id: catalogue.topic_months(topic.id) for topic in settings.topics}
    page = Page(
        address=OVERVIEW,
        title=gettext("Topics"),
        description=_followed(len(settings.topics)),
        body=render("topics.html.j2", OVERVIEW, topics=topics, settings=settings, months=months, by_month=by_month),
        lead=render("topics_lead.html.j2", OVERVIEW) if catalogue.has_authors() else "",
        feeds=feed_links(settings),
        updated=max((entry.date for _, _, papers in topics for entry in papers), default=None),
    )
    links = [ListLink(topic.name, f"topics/{topic.id}/", count) for topic, count, _ in topics]
    return with_alternates(page, PageContent("topics", lists=links), settings)


def _followed(topics: int) -> str:
    words = ngettext("%(number)s topic this digest follows", "%(number)s topics this digest follows", topics)
    return words % {"number": formats.number(topics)}


def _papers_on(number: int, topic: str) -> str:
    words = ngettext("%(number)s paper on %(topic)s", "%(number)s papers on %(topic)s", number)
    return words % {"number": formats.number(number), "topic": topic}


def _card_papers(catalogue: Catalogue, topic: Topic) -> list[Entry]:
    """Return the newest papers of a topic; before them the newest of at least `HIGH_SCORE`, if it is recent."""
    newest = catalogue.newest(RECENT, topic.id)
    best = [entry for entry in newest if (entry.paper.score or 0) >= HIGH_SCORE][:1]
    return (best + [entry for entry in newest if entry not in best])[:CARD_PAPERS]


def _last_months(names: list[str]) -> list[str]:
    """Return the last twelve months up to the newest of `names`, oldest first."""
    if not names:
        return []
    newest = 12 * int(names[-1][:4]) + int(names[-1][5:]) - 1
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(newest - MONTHS + 1, newest + 1)]


def _page(catalogue: Catalogue, settings: Settings, topic: Topic, newest: list[Entry]) -> Page:
    months = catalogue.topic_months(topic.id)
    total = catalogue.topic_total(topic.id)
    address = f"topics/{topic.id}/"
    places = places_of(catalogue, newest)
    context = {
        "topic": topic,
        "total": total,
        "newest": newest,
        "places": places,
        "whole": WholeList(list(months), topic.id) if total > len(newest) else None,
        "has_bibtex": bool(newest) and settings.alternates != "none",
        "months": months,
        "month_address": month_address,
        "settings": settings,
    }
    page = Page(
        address=address,
        title=topic.name,
        description=_papers_on(total, topic.name),
        body=render("topic.html.j2", address, **context),
        feeds=feed_links(settings, topic_path(topic.id)),
        updated=newest[0].date if newest else None,
        reader=True,
    )
    if settings.share_images != "none":
        page = page._replace(card=topic_card(topic))
    return with_alternates(page, PageContent("topic", papers=newest, places=places), settings)
