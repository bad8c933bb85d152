"""RSS 2.0 and Atom 1.0. Feedgen 1.0 writes the frames; the workarounds for its faults are here alone.

Rules: https://www.rssboard.org/rss-specification and the RSS Advisory Board's best practices profile; RFC 4287.
Both formats are written in parts, a frame and single items, so that an item is written once for all feeds. Items are
written here: feedgen would take half the time of all feeds.
"""

import datetime as dt
import hashlib
from email.utils import format_datetime

import lxml.etree  # before feedgen, which lacks this import
from feedgen.ext.dc import DcExtension
from feedgen.feed import FeedGenerator

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
    root = lxml.etree.fromstring(feed.rss_str())
    _finish_rss(root, content)
    return _frame(root, content.path, b"</channel>")


def rss_item(item: FeedItem) -> bytes:
    """Return an ``<item>``."""
    summary = escaped(clean(item.summary) or _title(item))  # readers take a description for HTML
    content = clean(item.html).replace("]]>", "]]]]><![CDATA[>")
    parts = [
        f"<item><title>{_numeric(_title(item))}</title><link>{_text(item.link)}</link>",
        f"<description>{_numeric(summary)}</description>",
        f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else "",
        f'<guid isPermaLink="false">{_text(item.id)}</guid>',
        *(f"<category>{_text(category)}</category>" for category in _categories(item)),
        f"<pubDate>{format_datetime(item.date)}</pubDate>",
        # <author> requires an e-mail address, dc:creator a name
        *(f"<dc:creator>{_text(author)}</dc:creator>" for author in _authors(item)),
        "</item>",
    ]
    return "".join(parts).encode()


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
    return _frame(lxml.etree.fromstring(feed.atom_str()), content.path, b"</feed>")


def atom_item(item: FeedItem) -> bytes:
    """Return an ``<entry>``. A link without rel is the alternate."""
    content = _text(item.html)
    parts = [
        f"<entry><id>{_text(item.id)}</id><title>{_text(_title(item))}</title>",
        f"<updated>{_distinct_time(item).isoformat()}</updated>",
        *(f"<author><name>{_text(author)}</name></author>" for author in _authors(item)),
        f'<content type="html">{content}</content>' if content else '<content type="html"/>',
        f'<link href="{_attribute(item.link)}"/><summary>{_text(clean(item.summary) or _title(item))}</summary>',
        *(f'<category term="{_attribute(category)}"/>' for category in _categories(item)),
        f"<published>{item.date.isoformat()}</published></entry>",
    ]
    return "".join(parts).encode()


def _feed_with_dublin_core() -> FeedGenerator:
    """Return a feed with the extension for dc:creator. By its name, feedgen would look for a module that it lacks."""
    feed = FeedGenerator()
    feed.register_extension("dc", DcExtension, atom=False)
    return feed


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


def _categories(item: FeedItem) -> list[str]:
    return [term for category in item.categories if (term := clean(category))]


def _finish_rss(root: lxml.etree._Element, content: FeedContent) -> None:
    """Remove the date of an empty feed and add a link to the hub: feedgen can do neither."""
    if content.updated is None:
        for date in root.findall("channel/lastBuildDate"):
            date.getparent().remove(date)
    if content.hub:
        hub = lxml.etree.Element(f"{ATOM_NAMESPACE}link", href=content.hub, rel="hub")
        root.find(f"channel/{ATOM_NAMESPACE}link").addnext(hub)


def _frame(root: lxml.etree._Element, path: str, end: bytes) -> tuple[bytes, bytes]:
    """Return the document without items in two parts, with a style sheet for browsers."""
    style = relative(STYLE, path)
    root.addprevious(lxml.etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{style}"'))
    xml = lxml.etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    before, _, after = xml.rpartition(end)
    return before + b"\n", b"\n" + end + after + b"\n"


def _text(text: str) -> str:
    """Return `text` cleaned, and escaped for the content of an element."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _attribute(text: str) -> str:
    """Return `text` cleaned, and escaped for an attribute."""
    return _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _numeric(text: str) -> str:
    """Return plain text in numeric references: some readers decode a title twice, as HTML."""
    return _text(text).replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;").replace("&gt;", "&#x3E;")
