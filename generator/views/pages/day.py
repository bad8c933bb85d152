"""``/daily/YYYY/MM/DD/``: a day's papers, best first, under its receipt."""

from collections import Counter
from collections.abc import Iterator

from generator.catalogue.days import DayHead, Entry, day_address, week_of
from generator.catalogue.index import Catalogue
from generator.ground import text
from generator.ground.config import Settings
from generator.views import wording
from generator.views.feeds import alternates
from generator.views.page import Page
from generator.views.render import render
from generator.views.timeline import month_address, month_calendar, neighbours, week_address


def pages(catalogue: Catalogue, settings: Settings) -> Iterator[Page]:
    """A page for every day with papers or a receipt."""
    listed = [head.date for head in catalogue.heads.values() if head.listed]
    for date in listed:
        yield page(catalogue, settings, catalogue.heads[date], neighbours(listed, date))


def page(catalogue: Catalogue, settings: Settings, head: DayHead, around: tuple[str | None, str | None]) -> Page:
    """The page of one day; `around` are the days before and after it that have a page."""
    address = day_address(head.date)
    entries = catalogue.day(head.date)
    context = {
        "head": head,
        "entries": entries,
        "settings": settings,
        "published": {e.paper.arxiv_id: found for e in entries if (found := catalogue.publications_of(e.paper))},
        "topics": _topics(entries, settings),
        "several_sources": len({source for entry in entries for source in entry.sources}) > 1,
        "calendar": month_calendar(catalogue.heads, head.date[:7]),
        "around": around,
        "week": week_of(head.date),
        "week_address": week_address,
        "month_address": month_address,
        "day_address": day_address,
    }
    return Page(
        address=address,
        title=wording.day(head.date),
        description=_description(head, entries),
        lead=render("day_lead.html.j2", address, **context),
        body=render("day.html.j2", address, **context),
        feeds=alternates(settings),
        updated=head.date,
    )


def _topics(entries: list[Entry], settings: Settings) -> list[tuple[str, str, int]]:
    """(id, label, papers) of the day's topics, the most frequent first."""
    counts = Counter(topic for entry in entries for topic in entry.topics)
    labels = {topic.id: topic.label for topic in settings.topics}
    return [(topic, labels[topic], count) for topic, count in counts.most_common()]


def _description(head: DayHead, entries: list[Entry]) -> str:
    if not entries:
        return wording.STATE_WORDS[head.state][1]
    return f"{wording.count(head.papers, 'paper')}, first: {text.plain(entries[0].paper.title)}"
