"""Feeds as they come: RSS and Atom of any kind through feedparser, JSON Feed (1.0, 1.1) here."""

import calendar
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser

from generator.ground import text
from generator.ground.characters import escaped
from generator.ground.errors import DigestError, Problem
from generator.views.mail.edition import Feed, Item
from generator.views.mail.prose import blocks, readable
from generator.web.door import Web
from generator.web.service import Service

SERVICE = Service(name="feed", tries=3, whole_timeout=60, largest=20 << 20)
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|span|a|code|math|p)\b[^<>]*>|&(?:amp|lt|gt|quot|#\w{2,6});", re.I)


def fetch(source: str, web: Web) -> bytes:
    """The bytes of a feed: `source` is a file or an http(s) address. Raises DigestError."""
    if text.safe_url(source):
        return web.get(SERVICE, source).body
    try:
        return Path(source).read_bytes()
    except OSError as error:
        do = "build the site first, or say which feed: a file or an http(s) address"
        raise DigestError(Problem(source, error.strerror or "cannot be read", do)) from error


def parse(data: bytes, source: str) -> Feed:
    """The feed in `data`. Items without a date or any words are none. Raises DigestError, which names `source`."""
    feed = _json_feed(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else _xml_feed(data, source)
    if feed is None:
        what, do = "this is no RSS, Atom or JSON Feed", "give the address of the feed itself, not of a page"
        raise DigestError(Problem(source, what, do))
    if not feed.items:
        raise DigestError(
            Problem(source, "the feed has no item with a date", "look whether the feed is what you meant")
        )
    return feed


def _xml_feed(data: bytes, source: str) -> Feed | None:
    # Handed over as a stream: bytes would be tried as the name of a file. What is hostile in it is dealt with later.
    headers = {"content-location": source} if text.safe_url(source) else {}
    found = feedparser.parse(io.BytesIO(data), sanitize_html=False, response_headers=headers)
    if not found.get("version"):
        return None
    channel = found.feed
    items = tuple(item for entry in found.entries if (item := _xml_item(entry)))
    return Feed(_title(channel.get("title_detail")), text.safe_url(channel.get("link")), items)


def _xml_item(entry: Any) -> Item | None:
    date = _date(entry.get("published")) or _date(entry.get("updated")) or _utc(entry.get("published_parsed"))
    bodies = [*entry.get("content", ()), *([entry.summary_detail] if "summary_detail" in entry else [])]
    # The longer of content and summary is the whole one.
    html = max((_html(body) for body in bodies), key=len, default="")
    if date is None:
        return None
    link = text.safe_url(entry.get("link"))
    title = _title(entry.get("title_detail"))
    names = (author.get("name") for author in entry.get("authors", ()))
    return Item(
        id=entry.get("id") or link or title,
        title=title,
        link=link,
        date=date,
        html=html,
        authors=tuple(text.name(name) for name in names if name),
        categories=tuple(tag.get("term") or "" for tag in entry.get("tags", ())),
    )


def _html(body: Any) -> str:
    """RSS does not say whether its text is HTML; nearly all of it is."""
    value = str(body.get("value") or "")
    return f"<p>{escaped(value)}</p>" if body.get("type") == "text/plain" and not _MARKUP.search(value) else value


def _title(detail: Any) -> str:
    value = str(detail.get("value") or "") if detail else ""
    return _plain(value) if _MARKUP.search(value) else text.one_line(readable(value))


def _plain(html: str) -> str:
    return text.one_line(" ".join(block.text for block in blocks(html)))


def _json_feed(data: bytes) -> Feed | None:
    try:
        found = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "jsonfeed.org" not in str(found.get("version")):
        return None
    items = found.get("items")
    entries = [entry for entry in items if isinstance(entry, dict)] if isinstance(items, list) else []
    return Feed(
        text.one_line(str(found.get("title") or "")),
        text.safe_url(_words(found, "home_page_url")),
        tuple(item for entry in entries if (item := _json_item(entry))),
    )


def _json_item(entry: dict[str, Any]) -> Item | None:
    date = _date(_words(entry, "date_published")) or _date(_words(entry, "date_modified"))
    if date is None:
        return None
    link = text.safe_url(_words(entry, "url")) or text.safe_url(_words(entry, "external_url"))
    title = text.one_line(readable(_words(entry, "title")))
    html = (
        _words(entry, "content_html") or f"<p>{escaped(_words(entry, 'content_text') or _words(entry, 'summary'))}</p>"
    )
    return Item(
        id=str(entry.get("id") or link or title),
        title=title,
        link=link,
        date=date,
        html=html,
        authors=tuple(_json_names(entry)),
        categories=tuple(tag for tag in entry.get("tags") or () if isinstance(tag, str)),
    )


def _json_names(entry: dict[str, Any]) -> Iterator[str]:
    authors = entry.get("authors") or [entry.get("author")]
    for author in authors if isinstance(authors, list) else ():
        if isinstance(author, dict) and isinstance(author.get("name"), str):
            yield text.name(author["name"])


def _words(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _date(written: str | None) -> dt.datetime | None:
    """A date of RFC 822 or RFC 3339, in its own time zone: an edition is of the day its author wrote."""
    for reader in (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            date = reader((written or "").strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if 1970 < date.year < 9999:
            return date.replace(microsecond=0, tzinfo=date.tzinfo or dt.UTC)
    return None


def _utc(parsed: Any) -> dt.datetime | None:
    """What feedparser made of a date in another form."""
    return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC) if parsed else None
