"""``/subscribe/``: every feed with its description, addresses and links to feed readers."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext, gettext_noop
from broadsheet.views.feeds.registry import (
    FORMATS,
    OPML_ONCE_PATH,
    OPML_PATH,
    FeedSpec,
    all_feeds,
    feed_links,
)
from broadsheet.views.page import Page
from broadsheet.views.render import render

ADDRESS = "subscribe/"
GROUPS = {
    gettext_noop("Papers"): gettext_noop("A paper is an item, with its comment, scores, topics, authors and abstract."),
    gettext_noop("Editions"): gettext_noop(
        "A day or a week is an item: for reading once a day or once a week, and for programs that mail feeds."
    ),
    gettext_noop("Topics"): gettext_noop("Only papers of one topic."),
    gettext_noop("Sources"): gettext_noop("Only papers that come from one place."),
    gettext_noop("Publications"): "",
}
# Web readers: URLs to which a feed's percent-encoded URL is appended.
READERS = {
    "Feedly": "https://feedly.com/i/subscription/feed%2F",
    "Inoreader": "https://www.inoreader.com/?add_feed=",
    "NewsBlur": "https://www.newsblur.com/?url=",
    "The Old Reader": "https://theoldreader.com/feeds/subscribe?url=",
    "Feedbin": "https://feedbin.com/?subscribe=",
}


class Offer(NamedTuple):
    """A feed on the page: its URL, its files by format, and links that add it to web readers."""

    feed: FeedSpec
    url: str
    files: list[tuple[str, str]]
    readers: list[tuple[str, str]]


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    feeds = all_feeds(settings)
    offers = [_offer(feed, settings) for feed in feeds]
    groups = [_group(name, list(group)) for name, group in groupby(offers, key=lambda offer: offer.feed.group)]
    context = {
        "groups": groups,
        "formats": [form.name for form in FORMATS],
        "opml": OPML_PATH,
        "opml_once": OPML_ONCE_PATH,
        "has_publications": bool(catalogue.publications()),
        "has_authors": catalogue.has_authors(),
        "settings": settings,
    }
    yield Page(
        address=ADDRESS,
        title=gettext("Subscribe"),
        description=gettext("Every feed of this digest, and what to do with it"),
        body=render("subscribe.html.j2", ADDRESS, **context),
        feeds=feed_links(settings, *(feed.path for feed in feeds)),
        script="assets/copy.js",
    )


def _group(name: str, offers: list[Offer]) -> tuple[str, str, list[Offer]]:
    about = GROUPS[name]
    return gettext(name), gettext(about) if about else "", offers


def _offer(feed: FeedSpec, settings: Settings) -> Offer:
    url = feed.url(settings)
    files = [(form.name, feed.path + form.suffix) for form in FORMATS]
    files += [("OPML", f"{feed.path}.opml")] if feed.kind == "topic" else []
    return Offer(feed, url, files, [(name, start + quote(url, safe="")) for name, start in READERS.items()])
