"""Feeds as they come: RSS and Atom of any kind through feedparser, JSON Feed (1.0, 1.1) here."""

import calendar
import datetime as dt
import io
import json
import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

import feedparser

from broadsheet.http.client import Web
from broadsheet.http.service import Service
from broadsheet.mail.edition import Feed, Item
from broadsheet.mail.prose import blocks, readable
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers.arxiv.text import without_announcement
from broadsheet.store.files import read_regular
from broadsheet.text.sanitize import escaped, one_line, safe_url
from broadsheet.text.tex_names import readable_name

SERVICE = Service(name="feed", tries=3, whole_timeout=60, largest=20 << 20)
_YEARS = range(1971, 9999)
_EARLY = re.compile(r"\s0\d{3}\s")  # the year 0001, in which the standard library sees 2001
_MOST = 3000  # authors or categories of an item
_LONGEST_TITLE = 10_000
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|span|a|code|math|p)\b[^<>]*>|&(?:amp|lt|gt|quot|#\w{2,6});", re.I)


def fetch(source: str, web: Web) -> bytes:
    """The bytes of a feed: `source` is a file or an http(s) address. Raises DigestError."""
    if safe_url(source):
        return web.get(SERVICE, source).body
    try:
        return read_regular(source)
    except OSError as error:
        do = "build the site first, or say which feed: a file or an http(s) address"
        raise DigestError(Diagnostic(source, error.strerror or "cannot be read", do)) from error


def parse(data: bytes, source: str) -> Feed:
    """The feed in `data`. Items without a date or any words are none. Raises DigestError, which names `source`."""
    feed = _json_feed(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else _xml_feed(data, source)
    if feed is None:
        what, do = "this is no RSS, Atom or JSON Feed", "give the address of the feed itself, not of a page"
        raise DigestError(Diagnostic(source, what, do))
    if not feed.items:
        raise DigestError(
            Diagnostic(source, "the feed has no item with a date", "look whether the feed is what you meant")
        )
    return feed


def _xml_feed(data: bytes, source: str) -> Feed | None:
    # Handed over as a stream: bytes would be tried as the name of a file. What is hostile in it is dealt with later.
    headers = {"content-location": source} if safe_url(source) else {}
    try:
        found = feedparser.parse(io.BytesIO(data), sanitize_html=False, response_headers=headers)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):  # in anybody's bytes it may trip
        return None
    if not found.get("version"):
        return None
    channel = found.feed
    items = tuple(item for entry in found.entries if (item := _xml_item(entry)))
    return Feed(_title(channel.get("title_detail")), safe_url(_words(channel, "link")), items)


def _xml_item(entry: Any) -> Item | None:
    """Read an entry. feedparser keeps elements it does not know under their names, so any value may be any text."""
    dates = [_words(entry, "published"), _words(entry, "updated")]
    date = _date(dates[0]) or _date(dates[1]) or _utc(entry.get("published_parsed"))
    if date is None or any(map(_EARLY.search, dates)):
        return None
    # The longer of content and summary is the whole one.
    html = max(map(_html, [*_objects(entry, "content"), entry.get("summary_detail")]), key=len)
    return _item(
        id=_words(entry, "id"),
        title=_title(entry.get("title_detail")),
        link=safe_url(_words(entry, "link")),
        date=date,
        html=html,
        names=(_words(author, "name") for author in _objects(entry, "authors")),
        categories=(_words(tag, "term") for tag in _objects(entry, "tags")),
    )


def _item(
    *,
    id: str,
    title: str,
    link: str | None,
    date: dt.datetime,
    html: str,
    names: Iterable[str],
    categories: Iterable[str],
) -> Item:
    return Item(
        id=one_line(id) or link or title,
        title=title,
        link=link,
        date=date,
        html=without_announcement(html),
        authors=tuple(readable_name(name) for name in islice(names, _MOST) if name),
        categories=tuple(one_line(category) for category in islice(categories, _MOST)),
    )


def _html(body: Any) -> str:
    """RSS does not say whether its text is HTML; nearly all of it is."""
    if not isinstance(body, dict):
        return ""
    value = _words(body, "value")
    return f"<p>{escaped(value)}</p>" if body.get("type") == "text/plain" and not _MARKUP.search(value) else value


def _title(detail: Any) -> str:
    value = (_words(detail, "value") if isinstance(detail, dict) else "")[:_LONGEST_TITLE]
    return _plain(value) if _MARKUP.search(value) else one_line(readable(value))


def _plain(html: str) -> str:
    return one_line(" ".join(block.text for block in blocks(html)))


def _json_feed(data: bytes) -> Feed | None:
    try:
        found = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "jsonfeed.org" not in _words(found, "version"):
        return None
    items = (item for entry in _objects(found, "items") if (item := _json_item(entry)))
    return Feed(one_line(_words(found, "title")), safe_url(_words(found, "home_page_url")), tuple(items))


def _json_item(entry: dict[str, Any]) -> Item | None:
    date = _date(_words(entry, "date_published")) or _date(_words(entry, "date_modified"))
    if date is None:
        return None
    tags, number = entry.get("tags"), entry.get("id")
    return _item(
        id=_words(entry, "id") or (str(number) if isinstance(number, int) else ""),
        title=one_line(readable(_words(entry, "title")[:_LONGEST_TITLE])),
        link=safe_url(_words(entry, "url")) or safe_url(_words(entry, "external_url")),
        date=date,
        html=_words(entry, "content_html")
        or f"<p>{escaped(_words(entry, 'content_text') or _words(entry, 'summary'))}</p>",
        names=(_words(author, "name") for author in _objects(entry, "authors") or _objects(entry, "author")),
        categories=(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _objects(entry: dict[str, Any], key: str) -> list[Any]:
    """Return the objects in a list, or the one that stands in its place; a value of another type is none."""
    value = dict.get(entry, key)
    return [it for it in (value if isinstance(value, list) else [value]) if isinstance(it, dict)]


def _words(entry: dict[str, Any], key: str) -> str:
    value = dict.get(entry, key)  # feedparser's own `get` takes another key's value, and warns
    return value if isinstance(value, str) else ""


def _date(written: str) -> dt.datetime | None:
    """Return a date of RFC 822 or RFC 3339, in its own time zone: an edition is of the day its author wrote."""
    for reader in () if _EARLY.search(written) else (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            date = reader(written.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if date.year in _YEARS:
            return date.replace(microsecond=0, tzinfo=date.tzinfo or dt.UTC)
    return None


def _utc(parsed: Any) -> dt.datetime | None:
    """Return what feedparser made of a date in another form."""
    try:
        date = dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return date if date.year in _YEARS else None
