"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), written in parts like the other formats."""

from typing import Any

import msgspec

from broadsheet.text.sanitize import clean
from broadsheet.views.feeds.feed import FeedContent, FeedItem

VERSION = "https://jsonfeed.org/version/1.1"


def json_frame(feed: FeedContent, url: str) -> tuple[bytes, bytes]:
    """Return the bytes before and after the items of `feed`, served at `url`."""
    fields: dict[str, Any] = {
        "version": VERSION,
        "title": clean(feed.title) or url,
        "home_page_url": feed.link,
        "feed_url": url,
        "description": clean(feed.description) or url,
        "language": feed.language,
        "authors": [{"name": clean(feed.author) or url}],
    }
    if feed.hub:
        fields["hubs"] = [{"type": "WebSub", "url": feed.hub}]
    return msgspec.json.encode(fields)[:-1] + b',"items":[\n', b"\n]}\n"


def json_item(item: FeedItem) -> bytes:
    """Return an object of ``items``."""
    fields: dict[str, Any] = {
        "id": clean(item.id),
        "url": clean(item.link),
        "title": clean(item.title) or clean(item.id),
        "content_html": clean(item.html),
        "summary": clean(item.summary),
        "date_published": item.date.isoformat(),
        "date_modified": item.changed.isoformat(),
        "authors": [{"name": name} for author in item.authors if (name := clean(author))],
        "tags": [tag for category in item.categories if (tag := clean(category))],
    }
    return msgspec.json.encode({name: value for name, value in fields.items() if value != []})
