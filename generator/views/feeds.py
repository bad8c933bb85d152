"""Feeds of papers, topics and publications: channels from the catalogue, then a file for each format."""

import datetime as dt
import textwrap
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from generator.catalogue.days import Entry
from generator.catalogue.index import Catalogue
from generator.ground import text
from generator.ground.config import Settings, Topic
from generator.ground.model import Paper
from generator.ground.publication import Publication
from generator.views import rss
from generator.views.arxiv import addresses
from generator.views.channel import FeedChannel, FeedItem
from generator.views.page import Alternate, File
from generator.views.render import environment
from generator.views.wording import number

ALL = "feeds/all"
PUBLICATIONS = "feeds/publications"
SUMMARY_LENGTH = 400


class Format(NamedTuple):
    """How a channel becomes a file: the ending of its address, and the writer of the channel for its full address."""

    suffix: str
    mime_type: str
    write: Callable[[FeedChannel, str], bytes]


FORMATS = (Format(".xml", rss.MIME_TYPE, rss.write),)


def feeds(catalogue: Catalogue, settings: Settings) -> Iterator[File]:
    """Every feed of the site, in every format."""
    for channel in channels(catalogue, settings):
        for form in FORMATS:
            yield _write_within(settings, channel, form)


def alternates(settings: Settings, topic: str | None = None) -> tuple[Alternate, ...]:
    """The feeds to name on a page: that of all papers, after that of the topic where one is given."""
    found = settings.topic(topic) if topic else None
    titles = [(_topic_path(found), _topic_title(settings, found))] if found else []
    return _alternates([*titles, (ALL, _all_title(settings))])


def publication_alternates(settings: Settings) -> tuple[Alternate, ...]:
    """The feeds to name on the pages of publications."""
    return _alternates([(PUBLICATIONS, _publications_title(settings))])


def tag_uri(settings: Settings, kind: str, name: str) -> str:
    """A permanent id that no move of the page changes (RFC 4151). Its year is part of the name, never the build's."""
    host = urlsplit(settings.site.site_url).hostname or "localhost"
    return f"tag:{host},2026:{kind}/{quote(name, safe='/:')}"


def channels(catalogue: Catalogue, settings: Settings) -> Iterator[FeedChannel]:
    """Every feed of the site before it has a format: all papers, each topic, publications."""
    papers = _PaperItems(settings)
    site = settings.site
    yield FeedChannel(
        path=ALL,
        title=_all_title(settings),
        description=site.site_description or f"New papers in {site.site_name}.",
        link=site.site_url,
        items=papers(catalogue.newest(settings.feeds.items)),
    )
    for topic in settings.topics:
        yield FeedChannel(
            path=_topic_path(topic),
            title=_topic_title(settings, topic),
            description=text.plain(topic.relevant) or f"New papers on {topic.name}.",
            link=_absolute(settings, f"topics/{topic.id}/"),
            items=papers(catalogue.newest(settings.feeds.items, topic.id)),
        )
    newest = sorted(catalogue.publications(), key=_publication_date, reverse=True)[: settings.feeds.items]
    yield FeedChannel(
        path=PUBLICATIONS,
        title=_publications_title(settings),
        description=f"New publications in {site.site_name}.",
        link=_absolute(settings, "publications/"),
        items=tuple(_publication_item(publication, settings) for publication in newest),
    )


class _PaperItems:
    """Entries as feed items, each made once however many feeds hold it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, FeedItem] = {}

    def __call__(self, entries: list[Entry]) -> tuple[FeedItem, ...]:
        days = list(dict.fromkeys(entry.date for entry in entries))[: self._settings.feeds.days]
        return tuple(self._item(entry) for entry in entries if entry.date in days)

    def _item(self, entry: Entry) -> FeedItem:
        if entry.address not in self._made:
            self._made[entry.address] = _paper_item(entry, self._settings)
        return self._made[entry.address]


def _paper_item(entry: Entry, settings: Settings) -> FeedItem:
    paper = entry.paper
    link = _absolute(settings, entry.address)
    authors = tuple(map(text.name, paper.authors))
    scores = _scores(paper)
    topics = [topic for topic_id in entry.topics if (topic := settings.topic(topic_id))]
    return FeedItem(
        id=tag_uri(settings, "paper", paper.arxiv_id),
        title=text.plain(paper.title) or paper.arxiv_id,
        link=link,
        date=_midnight(entry.date),
        summary=_summary(scores, paper.comment or paper.abstract),
        html=_html("feed_paper.html.j2", paper=paper, scores=scores, authors=authors, links=_paper_links(paper, link)),
        authors=authors,
        categories=tuple(topic.name for topic in topics),
    )


def _publication_item(publication: Publication, settings: Settings) -> FeedItem:
    link = _absolute(settings, publication.address)
    authors = tuple(text.name(person.display) for person in publication.authors or publication.editors)
    abstract = next((abstract.text for abstract in publication.abstracts), None)
    where = ", ".join(part for part in (publication.type_label, publication.venue, publication.year) if part)
    context = {"abstract": abstract, "authors": authors, "where": where, "links": _publication_links(publication, link)}
    return FeedItem(
        id=tag_uri(settings, "publication", publication.id),
        title=text.plain(publication.title) or publication.id,
        link=link,
        date=_publication_date(publication),
        summary=_summary(where + ".", abstract),
        html=_html("feed_publication.html.j2", **context),
        authors=authors,
        categories=tuple(text.one_line(keyword) for keyword in publication.keywords),
    )


def _publication_date(publication: Publication) -> dt.datetime:
    """When the record was made, else when it came out. An issue may be dated ahead; a record is not changed ahead."""
    dates = [publication.date_created] if publication.date_created else [publication.date, publication.date_updated]
    return min((_midnight(date) for date in dates if date), default=_midnight("1970"))


def _paper_links(paper: Paper, link: str) -> list[tuple[str, str]]:
    """What an item links to, by name: absolute http(s) addresses only."""
    links: list[tuple[str, str | None]] = [("In the digest", link)]
    if arxiv := addresses(paper.arxiv_id):
        links += [("arXiv", arxiv.abstract), ("PDF", arxiv.pdf), ("HTML", arxiv.html)]
    if paper.links:
        named = ("Code", paper.links.code), ("Project", paper.links.project), ("Discussion", paper.links.discussion)
        links += [(name, text.safe_url(url)) for name, url in named]
    return [(name, url) for name, url in links if url]


def _publication_links(publication: Publication, link: str) -> list[tuple[str, str]]:
    links: list[tuple[str, str | None]] = [("In the digest", link), ("DOI", publication.doi_url)]
    links += [("arXiv", arxiv.abstract) for name in publication.arxiv_ids if (arxiv := addresses(name))]
    return [(name, url) for name, url in links if url]


def _scores(paper: Paper) -> str:
    if paper.score is None:
        return "Not scored."
    return f"Relevance {number(paper.relevance)}, novelty {number(paper.novelty)}."


def _summary(*parts: str | None) -> str:
    return textwrap.shorten(" ".join(text.plain(part) for part in parts if part), SUMMARY_LENGTH, placeholder=" …")


def _html(template: str, **context: object) -> str:
    html = environment().get_template(template).render(context)
    return "\n".join(line for line in html.splitlines() if line.strip())


def _write_within(settings: Settings, channel: FeedChannel, form: Format) -> File:
    """The channel's newest items that fit into the size set."""
    limit = settings.feeds.megabytes * 1e6
    path = channel.path + form.suffix
    data = form.write(channel, settings.site.site_url + path)
    while len(data) > limit and channel.items:
        kept = min(int(len(channel.items) * limit / len(data)), len(channel.items) - 1)
        channel = channel._replace(items=channel.items[:kept])
        data = form.write(channel, settings.site.site_url + path)
    return File(path, data)


def _alternates(feeds: list[tuple[str, str]]) -> tuple[Alternate, ...]:
    return tuple(Alternate(title, path + form.suffix, form.mime_type) for path, title in feeds for form in FORMATS)


def _topic_path(topic: Topic) -> str:
    return f"feeds/topics/{topic.id}"


def _all_title(settings: Settings) -> str:
    return f"{settings.site.site_name}: all papers"


def _topic_title(settings: Settings, topic: Topic) -> str:
    return f"{settings.site.site_name}: {topic.name}"


def _publications_title(settings: Settings) -> str:
    return f"{settings.site.site_name}: publications"


def _absolute(settings: Settings, address: str) -> str:
    """The full address of a place on the site, in ASCII."""
    return settings.site.site_url + quote(address, safe="/#:@!$&'()*+,;=~")


def _midnight(date: str) -> dt.datetime:
    """The start, in UTC, of a day, month or year as ISO 8601 writes it."""
    return dt.datetime.combine(dt.date.fromisoformat((date + "-01-01")[:10]), dt.time(), dt.UTC)
