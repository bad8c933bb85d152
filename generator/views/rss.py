"""RSS 2.0 from a channel: the one module that knows feedgen 1.0 and its faults.

Rules: https://www.rssboard.org/rss-specification and the RSS Advisory Board's best practices profile.
"""

import re

from feedgen.feed import FeedGenerator
from lxml import etree

from generator.ground.text import clean
from generator.views.channel import FeedChannel, FeedItem

MIME_TYPE = "application/rss+xml"
GENERATOR = "Paper Digest"
TTL_MINUTES = 360  # readers wait for the longest of ttl and the cache headers: more, and a morning's papers come late
MOST_AUTHORS = 50


def write(channel: FeedChannel, url: str) -> bytes:
    """The channel as RSS 2.0, served at `url`. The same channel gives the same bytes."""
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False)
    feed.title(clean(channel.title) or url)  # feedgen refuses an empty one
    feed.description(clean(channel.description) or url)
    feed.link(href=url, rel="self", type=MIME_TYPE)
    feed.link(href=channel.link, rel="alternate")  # feedgen makes the last link() that of the channel
    feed.language(channel.language)
    feed.generator(GENERATOR)
    feed.ttl(TTL_MINUTES)
    if channel.updated:
        feed.pubDate(channel.updated)
        feed.lastBuildDate(channel.updated)  # feedgen's default is now
    for item in channel.items:
        _add(feed, item)
    return _finish(feed.rss_str(pretty=False), dated=channel.updated is not None)


def _add(feed: FeedGenerator, item: FeedItem) -> None:
    entry = feed.add_entry(order="append")  # feedgen's default turns the feed upside down
    title = clean(item.title) or clean(item.id)
    entry.title(title)
    entry.link(href=clean(item.link))
    entry.guid(clean(item.id), permalink=False)
    entry.pubDate(item.date)
    entry.description(clean(item.summary) or title)  # without one feedgen takes the content for it
    entry.content(clean(item.html), type="CDATA")  # right for RSS only: feedgen writes it into Atom as a MIME type
    for category in item.categories:
        entry.category(term=clean(category))
    # <author> wants an e-mail address, dc:creator a name.
    creators = [clean(author) for author in item.authors[:MOST_AUTHORS]]
    entry.dc.dc_creator(creators + ["et al."] * (len(item.authors) > MOST_AUTHORS))


def _finish(xml: bytes, dated: bool) -> bytes:
    if not dated:
        root = etree.fromstring(xml)
        for date in root.findall("channel/lastBuildDate"):
            date.getparent().remove(date)
        xml = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    parts = re.split(rb"(<!\[CDATA\[.*?\]\]>)", xml, flags=re.DOTALL)
    parts[::2] = [_outside_cdata(part) for part in parts[::2]]
    return b"".join(parts) + b"\n"


def _outside_cdata(xml: bytes) -> bytes:
    """A line for each item, and plain text that survives readers which take a title for HTML and decode it again."""
    xml = re.sub(rb"<(title|description)>[^<]*</\1>", _numeric_references, xml)
    return re.sub(rb"(?=<item>|</channel>)", b"\n", xml)


def _numeric_references(match: re.Match[bytes]) -> bytes:
    return match[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")
