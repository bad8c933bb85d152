"""Papers and publications as feed items."""

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.model.paper import CHANGED, Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.formats import number
from broadsheet.text.sanitize import one_line, safe_url
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.feeds.edition_words import scores_sentence
from broadsheet.views.feeds.feed import FeedItem
from broadsheet.views.feeds.registry import absolute, tag_uri
from broadsheet.views.paper import foreign_links
from broadsheet.views.permalink import lasting_address
from broadsheet.views.render import environment

SUMMARY_CHARS = 400


class PaperItems:
    """A factory of feed items that makes each entry's item once."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self._catalogue, self._settings = catalogue, settings
        self._newest = catalogue.newest_day() or ""
        self._items: dict[str, FeedItem] = {}

    def __call__(self, entries: Iterable[Entry]) -> tuple[FeedItem, ...]:
        """Return the items of `entries`."""
        return tuple(map(self._item, entries))

    def _item(self, entry: Entry) -> FeedItem:
        if entry.address not in self._items:
            self._items[entry.address] = paper_item(entry, self._settings, self._changes(entry))
        return self._items[entry.address]

    def _changes(self, entry: Entry) -> Iterator[dt.datetime]:
        """Yield the times of changes after the day: of the paper's version, its text or scores, or all of the day."""
        updated = entry.paper.updated
        if updated and entry.date < updated[:10] <= self._newest:
            yield midnight(updated[:10])
        yield from changes([entry])
        head = self._catalogue.head(entry.date)
        if head and head.receipt and not head.receipt.sources:  # a run's receipt changes with any of its papers
            yield from times(head.receipt.finished)


def changes(entries: Iterable[Entry]) -> Iterator[dt.datetime]:
    """Yield the times at which `entries` came later than their day, or their text or scores were replaced."""
    for entry in entries:
        yield from times(entry.paper.extra.get(CHANGED))


def times(text: object) -> Iterator[dt.datetime]:
    """Yield the time that `text` is, in UTC unless it has another time zone; nothing for any other value."""
    try:
        time = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return
    if time and 1991 <= time.year < 2100:
        yield time.replace(microsecond=0, tzinfo=time.tzinfo or dt.UTC)


def publication_item(publication: Publication, settings: Settings) -> FeedItem:
    """Return a publication as an item, dated by its record."""
    link = absolute(settings, publication.address)
    authors = tuple(readable_name(person.display) for person in publication.authors or publication.editors)
    abstract = next((abstract.text for abstract in publication.abstracts), None)
    where = ", ".join(
        part for part in (publication.type_label, rendering.plain(publication.venue), publication.year) if part
    )
    context = {"abstract": abstract, "authors": authors, "where": where, "links": _publication_links(publication, link)}
    return FeedItem(
        id=tag_uri(settings, "publication", publication.id),
        title=rendering.plain(publication.title) or publication.id,
        link=link,
        date=midnight(publication.list_date),
        summary=summary(where + ".", abstract),
        html=html("feed_publication.html.j2", **context),
        authors=authors,
        categories=tuple(one_line(keyword) for keyword in publication.keywords),
        updated=max(times(publication.date_updated), default=None),
    )


def scores_in_words(paper: Paper) -> str:
    """Return the two scores in words, or ``Not scored.``."""
    if paper.score is None:
        return gettext("Not scored.")
    return scores_sentence() % {"relevance": number(paper.relevance), "novelty": number(paper.novelty)}


def topic_names(entry: Entry, settings: Settings) -> tuple[str, ...]:
    """Return the names of the paper's topics."""
    return tuple(topic.name for topic_id in entry.topics if (topic := settings.topic(topic_id)))


def summary(*parts: str | None) -> str:
    """Return the parts as one short line of plain text."""
    line = " ".join(" ".join(rendering.plain(part) for part in parts if part).split())
    if len(line) <= SUMMARY_CHARS:
        return line
    # textwrap.shorten of a whole abstract would take most of an item's time.
    return textwrap.shorten(line[: 2 * SUMMARY_CHARS], SUMMARY_CHARS, placeholder=" …")


def html(template: str, **context: object) -> str:
    """Return the HTML of an item."""
    rendered = environment().get_template(template).render(context)
    return "\n".join(line for line in rendered.splitlines() if line.strip())


def midnight(date: str) -> dt.datetime:
    """Return the start of a day, in UTC."""
    return dt.datetime.combine(dt.date.fromisoformat(date), dt.time(), dt.UTC)


def paper_item(
    entry: Entry, settings: Settings, changed: Iterable[dt.datetime] = (), *, in_full: bool = True
) -> FeedItem:
    """Return a paper as an item, dated by its day; `changed` has the times of its later changes.

    Without `in_full` it has no HTML.
    """
    paper = entry.paper
    link = absolute(settings, lasting_address(entry, settings))
    authors = tuple(map(readable_name, paper.authors))
    topics = topic_names(entry, settings)
    scores = scores_in_words(paper)
    context = {
        "paper": paper,
        "scores": scores,
        "topics": topics,
        "authors": authors,
        "links": _paper_links(paper, link),
    }
    return FeedItem(
        id=tag_uri(settings, "paper", paper.arxiv_id),
        title=rendering.plain(paper.title) or paper.arxiv_id,
        link=link,
        date=midnight(entry.date),
        summary=summary(scores, paper.comment or paper.abstract),
        html=html("feed_paper.html.j2", **context) if in_full else "",
        authors=authors,
        categories=topics,
        updated=max(changed, default=None),
    )


def _paper_links(paper: Paper, link: str) -> list[tuple[str, str]]:
    """Return the names and absolute http(s) URLs of an item's links."""
    links: list[tuple[str, str | None]] = [(gettext("In the digest"), link)]
    if arxiv := arxiv_urls(paper.arxiv_id):
        links += [("arXiv", arxiv.abstract), ("PDF", arxiv.pdf), ("HTML", arxiv.html)]
    if paper.links:
        links += [(name, safe_url(url)) for name, url in foreign_links(paper.links)]
    return [(name, url) for name, url in links if url]


def _publication_links(publication: Publication, link: str) -> list[tuple[str, str]]:
    links: list[tuple[str, str | None]] = [(gettext("In the digest"), link), ("DOI", publication.doi_url)]
    links += [("arXiv", arxiv.abstract) for name in publication.arxiv_ids if (arxiv := arxiv_urls(name))]
    return [(name, url) for name, url in links if url]
