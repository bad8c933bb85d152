"""OPML 2.0 subscription lists (http://opml.org/spec2.opml): what a reader imports to have many feeds at once."""

from collections.abc import Iterable
from itertools import groupby

from lxml import etree

from broadsheet.settings.config import Settings
from broadsheet.text.sanitize import clean
from broadsheet.views.feeds.registry import FeedSpec, absolute


def subscriptions(feeds: Iterable[FeedSpec], title: str, settings: Settings) -> bytes:
    """The feeds as a list by group, in RSS: a reader that took each in three formats would have everything thrice.

    It has no dates: none in the data say when a feed came to be.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean(title)
    body = etree.SubElement(root, "body")
    for group, listed in groupby(feeds, key=lambda feed: feed.group):
        folder = etree.SubElement(body, "outline", text=group)
        for feed in listed:
            etree.SubElement(folder, "outline", _outline(feed, settings))
    etree.indent(root)
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml + b"\n"


def _outline(feed: FeedSpec, settings: Settings) -> dict[str, str]:
    title = clean(feed.title(settings))
    url = feed.url(settings)
    return {"type": "rss", "text": title, "title": title, "xmlUrl": url, "htmlUrl": absolute(settings, feed.page)}
