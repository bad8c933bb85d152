"""The files of all feeds, in each format and within the size limit, and the OPML lists of feeds."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext
from broadsheet.views.feeds import json_feed, syndication
from broadsheet.views.feeds.contents import feed_contents
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.items import paper_item
from broadsheet.views.feeds.opml import subscriptions
from broadsheet.views.feeds.registry import (
    ATOM,
    FORMATS,
    JSON,
    OPML_ONCE_PATH,
    OPML_PATH,
    RSS,
    FeedFormat,
    FeedSpec,
    absolute,
    all_feeds,
    feeds_without_overlap,
)
from broadsheet.views.page import File

PAPERS, EDITIONS = "papers", "editions"


class Writer(NamedTuple):
    """A writer of a feed format: the parts around the items, an item, the separator."""

    frame: Callable[[FeedContent, str], tuple[bytes, bytes]]
    item: Callable[[FeedItem], bytes]
    separator: bytes = b"\n"


WRITERS = {
    RSS: Writer(syndication.rss_frame, syndication.rss_item),
    ATOM: Writer(syndication.atom_frame, syndication.atom_item),
    JSON: Writer(json_feed.json_frame, json_feed.json_item, b",\n"),
}


def keys(catalogue: Catalogue, settings: Settings) -> tuple[str, str]:
    """Return two keys, editions and all other feeds: they share no item, so two processes may render them."""
    return (PAPERS, EDITIONS)


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[File]:
    """Yield the feeds of `key` in every format; with the papers' feeds, the OPML lists of all feeds."""
    specs = all_feeds(settings)
    part = [spec for spec in specs if (spec.kind in ("daily", "weekly")) == (key == EDITIONS)]
    cache = ItemCache(settings)
    for feed in feed_contents(catalogue, settings, part):
        for form in FORMATS:
            path = feed.path + form.suffix
            yield File(path, cache.write(feed, form, absolute(settings, path)))
    if key != EDITIONS:
        yield from _lists(specs, settings)


def write(feed: FeedContent, form: FeedFormat, url: str, limit: float = float("inf")) -> bytes:
    """Return the feed in a format, served at `url`, with as many of its newest items as fit into `limit` bytes."""
    return _fitting(feed, form, url, limit, WRITERS[form].item)


def bytes_of(entries: Iterable[Entry], settings: Settings) -> int:
    """Return the size of papers as the items of a feed, in the format in which it is largest."""
    items = [paper_item(entry, settings) for entry in entries]
    return max(sum(len(writer.item(item)) + len(writer.separator) for item in items) for writer in WRITERS.values())


class ItemCache:
    """A writer of feeds that writes each item once a format, however many feeds have it."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.feeds.max_mb * 1e6
        self._written: dict[tuple[FeedFormat, FeedItem], bytes] = {}

    def write(self, feed: FeedContent, form: FeedFormat, url: str) -> bytes:
        """Return the feed in a format, served at `url`, within the size limit of the settings."""

        def write_item(item: FeedItem) -> bytes:
            if (form, item) not in self._written:
                self._written[form, item] = WRITERS[form].item(item)
            return self._written[form, item]

        return _fitting(feed, form, url, self._limit, write_item)


def _fitting(
    feed: FeedContent, form: FeedFormat, url: str, limit: float, write_item: Callable[[FeedItem], bytes]
) -> bytes:
    writer = WRITERS[form]
    before, after = writer.frame(feed, url)
    size = len(before) + len(after)
    parts = []
    for item in feed.items:
        part = write_item(item)
        size += len(part) + len(writer.separator)
        if size > limit:
            break
        parts.append(part)
    return before + writer.separator.join(parts) + after


def _lists(specs: list[FeedSpec], settings: Settings) -> Iterator[File]:
    yield File(OPML_PATH, subscriptions(specs, settings.site.site_name, settings))
    once = gettext("%(site)s: each paper once") % {"site": settings.site.site_name}
    yield File(OPML_ONCE_PATH, subscriptions(feeds_without_overlap(settings), once, settings))
    for spec in specs:
        if spec.kind == "topic":
            yield File(f"{spec.path}.opml", subscriptions([spec], spec.title(settings), settings))
