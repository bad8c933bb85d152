"""RSS 2.0 and Atom 1.0: the one module that knows feedgen 1.0 and its faults.

Rules: https://www.rssboard.org/rss-specification and the RSS Advisory Board's best practices profile; RFC 4287.
Both formats are written in parts, a frame and each item on its own, so that an item is made once for all feeds.
"""

import datetime as dt
import re
from functools import cache

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from broadsheet.text.sanitize import clean
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.registry import ATOM, RSS
from broadsheet.views.page import relative

GENERATOR = "Broadsheet"
STYLE = "assets/feed.css"
TTL_MINUTES = 360  # readers wait for the longest of ttl and the cache headers: more, and a morning's papers come late
MOST_AUTHORS = 50
ATOM_NAMESPACE = "{http://www.w3.org/2005/Atom}"
UNKNOWN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # Atom asks for a date of an empty feed too


def rss_frame(channel: FeedContent, url: str) -> tuple[bytes, bytes]:
    """What stands before and after the items of `channel` as RSS 2.0, served at `url`."""
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False)
    feed.title(clean(channel.title) or url)  # feedgen refuses an empty one
    feed.description(clean(channel.description) or url)
    feed.link(href=url, rel="self", type=RSS.mime_type)
    feed.link(href=channel.link, rel="alternate")  # feedgen makes the last link() that of the channel
    feed.language(channel.language)
    feed.generator(GENERATOR)
    feed.ttl(TTL_MINUTES)
    if channel.updated:
        feed.pubDate(channel.updated)
        feed.lastBuildDate(channel.updated)  # feedgen's default is now
    root = etree.fromstring(feed.rss_str())
    _finish_rss(root, channel)
    return _frame(root, channel.path, b"</channel>")


def rss_item(item: FeedItem) -> bytes:
    """An ``<item>``."""
    feed = _around_items()
    entry = _entry(feed, item)
    entry.description(clean(item.summary) or _title(item))  # without one feedgen takes the content for it
    entry.content(clean(item.html), type="CDATA")  # right for RSS only: feedgen writes it into Atom as a MIME type
    entry.dc.dc_creator(_authors(item))  # <author> wants an e-mail address, dc:creator a name
    parts = re.split(rb"(<!\[CDATA\[.*\]\]>)", _element(feed.rss_str(), b"item"), flags=re.DOTALL)
    parts[::2] = [re.sub(rb"<(title|description)>[^<]*</\1>", _numeric_references, part) for part in parts[::2]]
    return b"".join(parts)


def atom_frame(channel: FeedContent, url: str) -> tuple[bytes, bytes]:
    """What stands before and after the entries of `channel` as Atom 1.0, served at `url`."""
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(clean(channel.title) or url)
    feed.subtitle(clean(channel.description) or url)
    feed.link(href=url, rel="self", type=ATOM.mime_type)
    feed.link(href=channel.link, rel="alternate", type="text/html")
    if channel.hub:
        feed.link(href=channel.hub, rel="hub")
    feed.author(name=clean(channel.author) or url)
    feed.language(channel.language)
    feed.generator(GENERATOR)
    feed.updated(channel.updated or UNKNOWN)  # feedgen's default is now
    return _frame(etree.fromstring(feed.atom_str()), channel.path, b"</feed>")


def atom_item(item: FeedItem) -> bytes:
    """An ``<entry>``. Its link says neither rel nor type, which feedgen forgets; without them it is the alternate."""
    feed = _around_items()
    entry = _entry(feed, item)
    entry.updated(item.changed)
    entry.author([{"name": author} for author in _authors(item)])
    entry.summary(clean(item.summary) or _title(item))
    entry.content(clean(item.html), type="html")
    return _element(feed.atom_str(), b"entry")


@cache
def _around_items() -> FeedGenerator:
    """A feed of either format for one item at a time, of which nothing but the item is taken."""
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False)
    feed.id("-"), feed.title("-"), feed.description("-"), feed.link(href="-")
    return feed


def _entry(feed: FeedGenerator, item: FeedItem) -> FeedEntry:
    """What both formats have."""
    feed.entry([], replace=True)
    entry = feed.add_entry(order="append")  # feedgen's default turns a feed upside down
    entry.title(_title(item))
    entry.link(href=clean(item.link))
    entry.guid(clean(item.id), permalink=False)
    entry.published(item.date)
    for category in item.categories:
        if term := clean(category):
            entry.category(term=term)
    return entry


def _title(item: FeedItem) -> str:
    return clean(item.title) or clean(item.id)


def _authors(item: FeedItem) -> list[str]:
    names = [name for author in item.authors[:MOST_AUTHORS] if (name := clean(author))]
    return names + ["et al."] * (len(item.authors) > MOST_AUTHORS)


def _finish_rss(root: etree._Element, channel: FeedContent) -> None:
    """What feedgen cannot: no date where none is known, and a link to the hub."""
    if channel.updated is None:
        for date in root.findall("channel/lastBuildDate"):
            date.getparent().remove(date)
    if channel.hub:
        hub = etree.Element(f"{ATOM_NAMESPACE}link", href=channel.hub, rel="hub")
        root.find(f"channel/{ATOM_NAMESPACE}link").addnext(hub)


def _frame(root: etree._Element, path: str, end: bytes) -> tuple[bytes, bytes]:
    """The document without items in two parts, with a style sheet by which a browser shows it."""
    style = relative(STYLE, path)
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{style}"'))
    xml = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    before, _, after = xml.rpartition(end)
    return before + b"\n", b"\n" + end + after + b"\n"


def _element(xml: bytes, name: bytes) -> bytes:
    """The one item of a feed. No text before it and none after it can hold its tags."""
    return xml[xml.index(b"<%s>" % name) : xml.rindex(b"</%s>" % name)] + b"</%s>" % name


def _numeric_references(match: re.Match[bytes]) -> bytes:
    """Plain text that survives readers which take a title for HTML and decode it again."""
    return match[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")
