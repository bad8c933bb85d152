"""A parser of foreign feeds: RSS and Atom of any kind by feedparser, JSON Feed (1.0, 1.1) here."""

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

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service
from broadsheet.mail.edition import ParsedFeed, ParsedItem
from broadsheet.mail.prose import blocks, readable
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers.arxiv.text import strip_announcement
from broadsheet.store.files import read_regular
from broadsheet.text.sanitize import escaped, one_line, safe_url
from broadsheet.text.tex_names import readable_name

SERVICE = Service(name="feed", tries=3, whole_timeout=60, largest=20 << 20)
_YEARS = range(1971, 9999)
_EARLY = re.compile(r"\s0\d{3}\s")  # the year 0001, which the standard library takes for 2001
_MAX_NAMES = 3000  # authors or categories of an item
_MAX_TITLE = 10_000
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|span|a|code|math|p)\b[^<>]*>|&(?:amp|lt|gt|quot|#\w{2,6});", re.I)


def fetch(source: str, web: HttpClient) -> bytes:
    """Return the bytes of a feed; `source` is a file or an http(s) address. Raises DigestError."""
    if safe_url(source):
        return web.get(SERVICE, source).body
    try:
        return read_regular(source)
    except OSError as error:
        hint = "build the site first, or name a feed: a file or an http(s) address"
        what = f"cannot be read: {(error.strerror or 'unknown error').lower()}"
        raise DigestError(Diagnostic(source, what, hint)) from error


def parse(data: bytes, source: str) -> ParsedFeed:
    """Parse `data`, without items that have no date. Raises DigestError, which names `source`."""
    feed = _json_feed(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else _xml_feed(data, source)
    if feed is None:
        what, hint = "this is not an RSS, Atom or JSON Feed", "give the address of the feed itself, not of a page"
        raise DigestError(Diagnostic(source, what, hint))
    if not feed.items:
        raise DigestError(
            Diagnostic(source, "the feed has no item with a date", "check that this is the feed you meant")
        )
    return feed


def _xml_feed(data: bytes, source: str) -> ParsedFeed | None:
    # A stream, since feedparser would try bytes as the name of a file. `prose` sanitizes the HTML later.
    headers = {"content-location": source} if safe_url(source) else {}
    try:
        parsed = feedparser.parse(io.BytesIO(data), sanitize_html=False, response_headers=headers)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):  # it fails on some hostile bytes
        return None
    if not parsed.get("version"):
        return None
    channel = parsed.feed
    items = tuple(item for entry in parsed.entries if (item := _xml_item(entry)))
    return ParsedFeed(_title(channel.get("title_detail")), safe_url(_text(channel, "link")), items)


def _xml_item(entry: Any) -> ParsedItem | None:
    """Return an entry as an item. feedparser keeps unknown elements under their names, so any value may be any text."""
    dates = [_text(entry, "published"), _text(entry, "updated")]
    date = _date(dates[0]) or _date(dates[1]) or _utc(entry.get("published_parsed"))
    if date is None or any(map(_EARLY.search, dates)):
        return None
    # The longer of content and summary is the full text.
    html = max(map(_html, [*_objects(entry, "content"), entry.get("summary_detail")]), key=len)
    return _item(
        id=_text(entry, "id"),
        title=_title(entry.get("title_detail")),
        link=safe_url(_text(entry, "link")),
        date=date,
        html=html,
        names=(_text(author, "name") for author in _objects(entry, "authors")),
        categories=(_text(tag, "term") for tag in _objects(entry, "tags")),
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
) -> ParsedItem:
    return ParsedItem(
        id=one_line(id) or link or title,
        title=title,
        link=link,
        date=date,
        html=strip_announcement(html),
        authors=tuple(readable_name(name) for name in islice(names, _MAX_NAMES) if name),
        categories=tuple(one_line(category) for category in islice(categories, _MAX_NAMES)),
    )


def _html(body: Any) -> str:
    """Return the HTML of a body. RSS does not declare whether its text is HTML; nearly all of it is."""
    if not isinstance(body, dict):
        return ""
    value = _text(body, "value")
    return f"<p>{escaped(value)}</p>" if body.get("type") == "text/plain" and not _MARKUP.search(value) else value


def _title(detail: Any) -> str:
    value = (_text(detail, "value") if isinstance(detail, dict) else "")[:_MAX_TITLE]
    return _plain(value) if _MARKUP.search(value) else one_line(readable(value))


def _plain(html: str) -> str:
    return one_line(" ".join(block.text for block in blocks(html)))


def _json_feed(data: bytes) -> ParsedFeed | None:
    try:
        document = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or "jsonfeed.org" not in _text(document, "version"):
        return None
    items = (item for entry in _objects(document, "items") if (item := _json_item(entry)))
    return ParsedFeed(one_line(_text(document, "title")), safe_url(_text(document, "home_page_url")), tuple(items))


def _json_item(entry: dict[str, Any]) -> ParsedItem | None:
    date = _date(_text(entry, "date_published")) or _date(_text(entry, "date_modified"))
    if date is None:
        return None
    tags, number = entry.get("tags"), entry.get("id")
    return _item(
        id=_text(entry, "id") or (str(number) if isinstance(number, int) else ""),
        title=one_line(readable(_text(entry, "title")[:_MAX_TITLE])),
        link=safe_url(_text(entry, "url")) or safe_url(_text(entry, "external_url")),
        date=date,
        html=_text(entry, "content_html")
        or f"<p>{escaped(_text(entry, 'content_text') or _text(entry, 'summary'))}</p>",
        names=(_text(author, "name") for author in _objects(entry, "authors") or _objects(entry, "author")),
        categories=(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _objects(entry: dict[str, Any], key: str) -> list[Any]:
    """Return the objects in a list, or a single object as a list. Values of other types are skipped."""
    value = dict.get(entry, key)
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _text(entry: dict[str, Any], key: str) -> str:
    value = dict.get(entry, key)  # feedparser's own `get` takes another key's value, and warns
    return value if isinstance(value, str) else ""


def _date(written: str) -> dt.datetime | None:
    """Parse a date of RFC 822 or RFC 3339. It keeps its time zone, so an edition has the day its author wrote."""
    for reader in () if _EARLY.search(written) else (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            date = reader(written.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if date.year in _YEARS:
            return date.replace(microsecond=0, tzinfo=date.tzinfo or dt.UTC)
    return None


def _utc(parsed: Any) -> dt.datetime | None:
    """Return a date in another form, as feedparser parsed it."""
    try:
        date = dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return date if date.year in _YEARS else None
