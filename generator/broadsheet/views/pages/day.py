"""``/daily/YYYY/MM/DD/``: a day's papers, best first, after its receipt."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import DayHead, Entry, day_address
from broadsheet.index.periods import week_of
from broadsheet.model.receipt import NearMiss
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.translations import ngettext
from broadsheet.views import formatting
from broadsheet.views.alternates.attach import RECENT_DAYS, has_alternates, with_alternates
from broadsheet.views.alternates.page_content import PageContent
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.calendar import month_address, month_calendar, week_address
from broadsheet.views.citations import papers_bib
from broadsheet.views.feeds.registry import DAILY, feed_links
from broadsheet.views.news import news_file
from broadsheet.views.page import File, Page, relative
from broadsheet.views.paper import CARDS, PaperRenderer, abstracts_file
from broadsheet.views.place import places_of
from broadsheet.views.render import render
from broadsheet.views.share.card import Card, has_card, with_card
from broadsheet.views.share.papers import best_titles, score_bars

# A placeholder for the papers while the page around them is rendered: they are nearly all of it, and each step would
# copy them. Untrusted text is escaped and cannot contain it.
PAPERS = Markup("<papers/>")


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return every day with papers or a receipt."""
    return catalogue.periods("day")


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[Page | File]:
    """Yield the page of the day `key`, and the files of its papers: data for scripts, BibTeX.

    The calendar ends with the day itself, so a new day changes the page of the day before and no other.
    """
    date = key
    head = catalogue.head(date)
    assert head is not None
    address = day_address(date)
    entries = catalogue.day(date)
    published = catalogue.publications_on(date)
    places = places_of(catalogue, entries)
    renderer = PaperRenderer(settings, partial(relative, base=address), entries, places)
    is_recent = has_alternates(catalogue, settings, date)
    has_bibtex = is_recent and bool(entries)
    abstracts, later = _abstracts(catalogue, settings, date, entries)
    context = _context(catalogue, settings, head, entries) | {"renderer": renderer, "has_bibtex": has_bibtex}
    context |= {"has_file": bool(later)}
    before, _, after = render("day.html.j2", address, **context).partition(PAPERS)
    expanded = settings.pages.expanded_abstracts
    page = Page(
        address=address,
        title=formats.day(date),
        description=_description(head, entries),
        lead=render("day_lead.html.j2", address, **context),
        body=before + renderer.papers(entries, published, abstracts=abstracts, expanded=expanded) + after,
        feeds=feed_links(settings, DAILY),
        updated=date,
        reader=True,
    )
    if has_card(catalogue, settings, date):
        page = with_card(page, _card(head, entries, settings), settings)
    content = PageContent("day", days=[head], papers=entries, published=published, receipts=True, places=places)
    yield with_alternates(page, content, settings) if is_recent else page
    if entries:
        yield news_file(date, entries, places[date], settings)
    if later:
        yield abstracts_file(address, later)
    if has_bibtex:
        yield papers_bib(address, entries, catalogue)


def _abstracts(catalogue: Catalogue, settings: Settings, date: str, entries: list[Entry]) -> tuple[int, list[Entry]]:
    """Return the number of abstracts on the page, and the papers whose abstracts are in a file beside it."""
    most = settings.pages.abstracts
    if settings.pages.old_abstracts == "page" or catalogue.is_recent(date, RECENT_DAYS):
        return most, []
    cards = min(most, max(CARDS, settings.pages.expanded_abstracts))
    return cards, [entry for entry in entries if cards < entry.rank <= most and entry.paper.abstract]


def _context(catalogue: Catalogue, settings: Settings, head: DayHead, entries: list[Entry]) -> dict[str, Any]:
    """Return what the templates of a day show around its papers."""
    date = head.date
    return {
        "head": head,
        "anchor": lambda entry: f"#{quote(entry.paper.arxiv_id)}",
        "entries": entries,
        "papers": PAPERS,
        "scorer_change": catalogue.scorer_change(date),
        "near_misses": _near_misses(head),
        "settings": settings,
        "topics": _topics(entries, settings),
        "calendar": month_calendar(date[:7], catalogue.span(f"{date[:7]}-01", date)),
        "around": catalogue.neighbours("day", date),
        "week": week_of(date),
        "week_address": week_address,
        "month_address": month_address,
        "day_address": day_address,
    }


def _near_misses(head: DayHead) -> list[tuple[NearMiss, str | None]]:
    """Return the papers that the prefilter rejected by a small margin, each with its URL at arXiv, if it has one."""
    near_misses = head.receipt.near_misses if head.receipt else ()
    return [(item, arxiv.abstract if (arxiv := arxiv_urls(item.arxiv_id)) else None) for item in near_misses]


def _topics(entries: list[Entry], settings: Settings) -> list[tuple[str, str, int]]:
    """Return (id, label, papers) of the day's topics, the most frequent first."""
    counts = Counter(topic for entry in entries for topic in entry.topics)
    labels = {topic.id: topic.label for topic in settings.topics}
    return [(topic, labels[topic], count) for topic, count in counts.most_common()]


def _card(head: DayHead, entries: list[Entry], settings: Settings) -> Card:
    count = formats.papers(head.papers) if entries else formatting.label(head).text
    bars = score_bars(entries, settings)
    return Card(formats.day(head.date), head.date, place=count, titles=best_titles(entries), bars=bars)


def _description(head: DayHead, entries: list[Entry]) -> str:
    if not entries:
        return formatting.label(head).text
    words = ngettext("%(number)s paper, first: %(title)s", "%(number)s papers, first: %(title)s", head.papers)
    return words % {"number": formats.number(head.papers), "title": rendering.plain(entries[0].paper.title)}
