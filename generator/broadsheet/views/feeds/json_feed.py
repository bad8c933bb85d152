"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), in parts like the others."""

from typing import Any

import msgspec

from broadsheet.text.sanitize import clean
from broadsheet.views.feeds.feed import FeedContent, FeedItem

VERSION = "https://jsonfeed.org/version/1.1"


def json_frame(channel: FeedContent, url: str) -> tuple[bytes, bytes]:
    """What stands before and after the items of `channel`, served at `url`."""
    feed: dict[str, Any] = {
        "version": VERSION,
        "title": clean(channel.title) or url,
        "home_page_url": channel.link,
        "feed_url": url,
        "description": clean(channel.description) or url,
        "language": channel.language,
        "authors": [{"name": clean(channel.author) or url}],
    }
    if channel.hub:
        feed["hubs"] = [{"type": "WebSub", "url": channel.hub}]
    return msgspec.json.encode(feed)[:-1] + b',"items":[\n', b"\n]}\n"


def json_item(item: FeedItem) -> bytes:
    """An object of ``items``."""
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
