"""OPML 2.0 subscription lists (http://opml.org/spec2.opml), which feed readers import."""

from collections.abc import Iterable
from itertools import groupby

from lxml import etree

from broadsheet.settings.config import Settings
from broadsheet.text.sanitize import clean
from broadsheet.translations import gettext
from broadsheet.views.feeds.registry import FeedSpec, absolute


def subscriptions(specs: Iterable[FeedSpec], title: str, settings: Settings) -> bytes:
    """Return the feeds as a list by group, in RSS alone: with all three formats, readers would show each item thrice.

    It has no dates: the data do not have the date of a feed's creation.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean(title)
    body = etree.SubElement(root, "body")
    for group, members in groupby(specs, key=lambda spec: spec.group):
        folder = etree.SubElement(body, "outline", text=gettext(group))
        for spec in members:
            etree.SubElement(folder, "outline", _outline(spec, settings))
    etree.indent(root)
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml + b"\n"


def _outline(spec: FeedSpec, settings: Settings) -> dict[str, str]:
    title = clean(spec.title(settings))
    url = spec.url(settings)
    return {"type": "rss", "text": title, "title": title, "xmlUrl": url, "htmlUrl": absolute(settings, spec.page)}
