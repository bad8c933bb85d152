"""``/statistics/``: what the archive holds, month by month, in figures and small bars."""

from collections import Counter
from collections.abc import Iterator

from generator.catalogue.days import span, whole
from generator.catalogue.index import Catalogue
from generator.catalogue.totals import totals
from generator.ground.config import Settings
from generator.ground.model import State
from generator.views.feeds import alternates
from generator.views.page import Page
from generator.views.render import render
from generator.views.timeline import month_address, month_span, months

ADDRESS = "statistics/"


def pages(catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """The one page."""
    listed = [head.date for head in catalogue.heads.values() if head.listed]
    by_month = [(name, totals(span(catalogue.heads, *month_span(name)))) for name in reversed(months(listed))]
    relevance: Counter[float] = Counter()
    novelty: Counter[float] = Counter()
    for first, second, entries in catalogue.scores():
        relevance[round(first)] += entries
        novelty[round(second)] += entries
    context = {
        "total": totals(whole(catalogue.heads)),
        "papers": catalogue.papers(),
        "by_month": by_month,
        "topics": [(topic, catalogue.topic_counts().get(topic.id, 0)) for topic in settings.topics],
        "scales": [("Relevance", relevance), ("Novelty", novelty)],
        "states": list(State),
        "month_address": month_address,
        "publications": len(catalogue.publications()),
    }
    yield Page(
        address=ADDRESS,
        title="Statistics",
        description="What the archive holds, what it cost, and what is missing",
        body=render("statistics.html.j2", ADDRESS, **context),
        feeds=alternates(settings),
        updated=max(listed, default=None),
    )
