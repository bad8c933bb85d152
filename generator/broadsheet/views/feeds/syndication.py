"""RSS 2.0 and Atom 1.0, written by feedgen 1.0; the workarounds for its faults are here alone.

Rules: https://www.rssboard.org/rss-specification and the RSS Advisory Board's best practices profile; RFC 4287.
Both formats are written in parts, a frame and single items, so that an item is written once for all feeds.
"""

import datetime as dt
import hashlib
import re

from feedgen.entry import FeedEntry
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from broadsheet.text.sanitize import clean, escaped
from broadsheet.translations import gettext
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.registry import ATOM, RSS
from broadsheet.views.page import relative

GENERATOR = "Broadsheet"
STYLE = "assets/feed.css"
TTL_MINUTES = 360  # readers wait for the longer of ttl and the cache headers: a longer one delays a morning's papers
MOST_AUTHORS = 50
ATOM_NAMESPACE = "{http://www.w3.org/2005/Atom}"
BEFORE_ALL_DAYS = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the year in all ids; Atom requires a date


def rss_frame(content: FeedContent, url: str) -> tuple[bytes, bytes]:
    """Return the bytes before and after the items of `content` as RSS 2.0, served at `url`."""
    feed = _feed_with_dublin_core()
    feed.title(clean(content.title) or url)  # feedgen rejects an empty title
    feed.description(clean(content.description) or url)
    feed.link(href=url, rel="self", type=RSS.mime_type)
    feed.link(href=content.link, rel="alternate")  # feedgen takes the last link() for the channel
    feed.language(content.language)
    feed.generator(GENERATOR)
    feed.ttl(TTL_MINUTES)
    if content.updated:
        feed.pubDate(content.updated)
        feed.lastBuildDate(content.updated)  # feedgen's default is now
    root = etree.fromstring(feed.rss_str())
    _finish_rss(root, content)
    return _frame(root, content.path, b"</channel>")


def rss_item(item: FeedItem) -> bytes:
    """Return an ``<item>``."""
    entry = _entry(item)
    # Readers take a description for HTML. Without one, feedgen would use the content.
    entry.description(escaped(clean(item.summary) or _title(item)))
    if item.html:
        entry.content(clean(item.html), type="CDATA")  # for RSS alone: in Atom, feedgen writes it as a MIME type
    entry.dc.dc_creator(_authors(item))  # <author> requires an e-mail address, dc:creator a name
    parts = re.split(rb"(<!\[CDATA\[.*\]\]>)", _element(_WRAPPER.rss_str(), b"item"), flags=re.DOTALL)
    parts[::2] = [re.sub(rb"<(title|description)>[^<]*</\1>", _numeric_references, part) for part in parts[::2]]
    return b"".join(parts)


def atom_frame(content: FeedContent, url: str) -> tuple[bytes, bytes]:
    """Return the bytes before and after the entries of `content` as Atom 1.0, served at `url`."""
    feed = FeedGenerator()
    feed.id(content.id)
    feed.title(clean(content.title) or url)
    feed.subtitle(clean(content.description) or url)
    feed.link(href=url, rel="self", type=ATOM.mime_type)
    feed.link(href=content.link, rel="alternate", type="text/html")
    if content.hub:
        feed.link(href=content.hub, rel="hub")
    feed.author(name=clean(content.author) or url)
    feed.language(content.language)
    feed.generator(GENERATOR)
    feed.updated(content.updated or BEFORE_ALL_DAYS)  # feedgen's default is now
    return _frame(etree.fromstring(feed.atom_str()), content.path, b"</feed>")


def atom_item(item: FeedItem) -> bytes:
    """Return an ``<entry>``. Feedgen drops its link's rel and type; without them, the link is the alternate."""
    entry = _entry(item)
    entry.updated(_distinct_time(item))
    entry.author([{"name": author} for author in _authors(item)])
    entry.summary(clean(item.summary) or _title(item))
    entry.content(clean(item.html), type="html")
    return _element(_WRAPPER.atom_str(), b"entry")


def _feed_with_dublin_core() -> FeedGenerator:
    """Return a feed with the extension for dc:creator. By its name, feedgen would look for a module that it lacks."""
    feed = FeedGenerator()
    feed.register_extension("dc", DcExtension, DcEntryExtension, atom=False)
    return feed


# A feed that wraps single items of either format; only the item is used.
_WRAPPER = _feed_with_dublin_core()
_WRAPPER.id("-"), _WRAPPER.title("-"), _WRAPPER.description("-"), _WRAPPER.link(href="-")


def _entry(item: FeedItem) -> FeedEntry:
    """Return an entry with the elements that both formats share."""
    _WRAPPER.entry([], replace=True)
    entry = _WRAPPER.add_entry(order="append")  # feedgen's default reverses a feed
    entry.title(_title(item))
    entry.link(href=clean(item.link))
    entry.guid(clean(item.id), permalink=False)
    entry.published(item.date)
    for category in item.categories:
        if term := clean(category):
            entry.category(term=term)
    return entry


def _distinct_time(item: FeedItem) -> dt.datetime:
    """Return the time of the last change, with a fraction of a second that differs from that of other entries.

    Two entries of a feed should not have the same time (feedvalidator, DuplicateUpdated), and all of a day would.
    """
    fraction = int.from_bytes(hashlib.sha256(item.id.encode("utf-8", "replace")).digest()[:8])
    return item.changed.replace(microsecond=fraction % 10**6)


def _title(item: FeedItem) -> str:
    return clean(item.title) or clean(item.id)


def _authors(item: FeedItem) -> list[str]:
    names = [name for author in item.authors[:MOST_AUTHORS] if (name := clean(author))]
    return names + [gettext("et al.")] * (len(item.authors) > MOST_AUTHORS)


def _finish_rss(root: etree._Element, content: FeedContent) -> None:
    """Remove the date of an empty feed and add a link to the hub: feedgen can do neither."""
    if content.updated is None:
        for date in root.findall("channel/lastBuildDate"):
            date.getparent().remove(date)
    if content.hub:
        hub = etree.Element(f"{ATOM_NAMESPACE}link", href=content.hub, rel="hub")
        root.find(f"channel/{ATOM_NAMESPACE}link").addnext(hub)


def _frame(root: etree._Element, path: str, end: bytes) -> tuple[bytes, bytes]:
    """Return the document without items in two parts, with a style sheet for browsers."""
    style = relative(STYLE, path)
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{style}"'))
    xml = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    before, _, after = xml.rpartition(end)
    return before + b"\n", b"\n" + end + after + b"\n"


def _element(xml: bytes, name: bytes) -> bytes:
    """Return the single item of a feed. No text before or after it can contain its tags."""
    return xml[xml.index(b"<%s>" % name) : xml.rindex(b"</%s>" % name)] + b"</%s>" % name


def _numeric_references(match: re.Match[bytes]) -> bytes:
    """Return plain text in numeric references: some readers decode a title twice, as HTML."""
    return match[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")
