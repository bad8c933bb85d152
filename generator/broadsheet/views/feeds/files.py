"""The files of all feeds: each channel in each format, as far as the size allows, and the lists to subscribe by."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.views.feeds import json_feed, syndication
from broadsheet.views.feeds.contents import feed_contents
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.opml import subscriptions
from broadsheet.views.feeds.registry import (
    ATOM,
    FORMATS,
    JSON,
    OPML_PATH,
    RSS,
    FeedFormat,
    FeedSpec,
    absolute,
    all_feeds,
)
from broadsheet.views.page import File

PAPERS, EDITIONS = "papers", "editions"


class Writer(NamedTuple):
    """How a format is written: the parts around the items, one item, what stands between two."""

    frame: Callable[[FeedContent, str], tuple[bytes, bytes]]
    item: Callable[[FeedItem], bytes]
    between: bytes = b"\n"


WRITERS = {
    RSS: Writer(syndication.rss_frame, syndication.rss_item),
    ATOM: Writer(syndication.atom_frame, syndication.atom_item),
    JSON: Writer(json_feed.json_frame, json_feed.json_item, b",\n"),
}


def keys(catalogue: Catalogue, settings: Settings) -> tuple[str, str]:
    """Editions and all other feeds: they share no item, so that two processes may make them side by side."""
    return (PAPERS, EDITIONS)


def feeds(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[File]:
    """The feeds of `key` in every format; with those that are no editions, the lists of them all."""
    listed = all_feeds(settings)
    part = [feed for feed in listed if (feed.kind in ("daily", "weekly")) == (key == EDITIONS)]
    pen = ItemCache(settings)
    for channel in feed_contents(catalogue, settings, part):
        for form in FORMATS:
            path = channel.path + form.suffix
            yield File(path, pen.write(channel, form, absolute(settings, path)))
    if key != EDITIONS:
        yield from _lists(listed, settings)


def write(channel: FeedContent, form: FeedFormat, url: str, limit: float = float("inf")) -> bytes:
    """The channel in a format, served at `url`, with as many of its newest items as fit into `limit` bytes."""
    return _fitting(channel, form, url, limit, WRITERS[form].item)


class ItemCache:
    """Writes feed_contents, each item once a format however many of them hold it."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.feeds.max_mb * 1e6
        self._written: dict[tuple[FeedFormat, FeedItem], bytes] = {}

    def write(self, channel: FeedContent, form: FeedFormat, url: str) -> bytes:
        def item(one: FeedItem) -> bytes:
            if (form, one) not in self._written:
                self._written[form, one] = WRITERS[form].item(one)
            return self._written[form, one]

        return _fitting(channel, form, url, self._limit, item)


def _fitting(
    channel: FeedContent, form: FeedFormat, url: str, limit: float, written: Callable[[FeedItem], bytes]
) -> bytes:
    writer = WRITERS[form]
    before, after = writer.frame(channel, url)
    size = len(before) + len(after)
    parts = []
    for item in channel.items:
        part = written(item)
        size += len(part) + len(writer.between)
        if size > limit:
            break
        parts.append(part)
    return before + writer.between.join(parts) + after


def _lists(listed: list[FeedSpec], settings: Settings) -> Iterator[File]:
    yield File(OPML_PATH, subscriptions(listed, settings.site.site_name, settings))
    for feed in listed:
        if feed.kind == "topic":
            yield File(f"{feed.path}.opml", subscriptions([feed], feed.title(settings), settings))
