"""The sitemap of a large site: an index of several files, since one may have at most 50,000 addresses.

See https://www.sitemaps.org/protocol.html#index
"""

import gzip
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.atomic import write_atomically

SITEMAP = "sitemap.xml"
MAX_ADDRESSES = 50_000
_START, _END = b"<url>", b"</url>"
_UPDATED = re.compile(rb"<lastmod>([^<]*)</lastmod>")
_INDEX = b'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


def split_sitemap(site: Path, site_url: str) -> None:
    """Replace a sitemap with too many addresses by an index of its parts, which are written beside it."""
    try:
        data = (site / SITEMAP).read_bytes()
    except FileNotFoundError:  # a theme may have none
        return
    if data.count(_START) <= MAX_ADDRESSES:
        return
    index = b"".join((_INDEX, *_write_parts(data, site, site_url), b"</sitemapindex>\n"))
    write_atomically(site / SITEMAP, index)
    write_atomically(site / f"{SITEMAP}.gz", gzip.compress(index, mtime=0))


def _write_parts(data: bytes, site: Path, site_url: str) -> Iterator[bytes]:
    """Write the parts. Yield the entry of each in the index, with the date of its newest page."""
    start, entries, end = _entries(data)
    for number, first in enumerate(range(0, len(entries), MAX_ADDRESSES), 1):
        part = b"".join(entries[first : first + MAX_ADDRESSES])
        name = f"sitemap-{number}.xml"
        if os.path.lexists(site / name):
            raise DigestError(Diagnostic(name, "this name belongs to a file of the program", "give yours another name"))
        write_atomically(site / name, start + part + end)
        updated = max(_UPDATED.findall(part), default=b"")
        date = b"<lastmod>%s</lastmod>" % updated if updated else b""
        address = html.escape(f"{site_url.rstrip('/')}/{name}")
        yield b"<sitemap><loc>%s</loc>%s</sitemap>\n" % (address.encode(), date)


def _entries(data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return the text before the entries, each with the white space before it, and the text after them."""
    head = data[: data.index(_START)].rstrip()
    *entries, end = data[len(head) :].split(_END)
    return head, [entry + _END for entry in entries], end
