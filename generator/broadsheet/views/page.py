"""A page before it is a file: its place, its head and one block of HTML."""

import posixpath
import re
from functools import lru_cache
from typing import NamedTuple

_EMPTY_LINES = re.compile(r"\n\s*\n")


class FeedLink(NamedTuple):
    """A feed of what a page lists, for ``<link rel="alternate">``; `url` is relative to the site's root."""

    title: str
    url: str
    type: str = "application/rss+xml"


class MetaTag(NamedTuple):
    """A ``<meta>`` of a page's head, as plain text; `attribute` is ``name``, or ``property`` for Open Graph."""

    name: str
    content: str
    attribute: str = "name"


class Page(NamedTuple):
    """A page of the site.

    `address` is relative to the site's root and ends in a slash (the home page's is empty); `title` and `description`
    are plain text, unescaped; `lead` and `body` are finished HTML, one block each, above and below the heading;
    `updated` is the ISO date of the newest fact on the page, for the sitemap; `script` is an ES module the page loads,
    relative to the site's root; `head` says to other programs what the page is;
    `heading` is the title as inline HTML, where plain text cannot say all of it;
    `reader` is whether it lists papers, so that its script, by default the reader's, is there before the page is seen;
    `twins` are files that say the same to programs: they stand beside the page and go with it.
    """

    address: str
    title: str
    description: str
    body: str
    lead: str = ""
    feeds: tuple[FeedLink, ...] = ()
    updated: str | None = None
    script: str | None = None
    head: tuple[MetaTag, ...] = ()
    heading: str = ""
    reader: bool = False
    alternates: "tuple[File, ...]" = ()

    @property
    def path(self) -> str:
        """The Markdown file, relative to ``docs/``.

        Always an index file: Zensical reads links in raw HTML as seen from the file, browsers as seen from the address,
        and only there the two are the same.
        """
        return f"{self.address}index.md"


class File(NamedTuple):
    """A finished file of the site that is no page, e.g. a feed; `path` is relative to ``docs/``.

    One that is `built` stands in the built site alone: in ``docs/``, builders would take Markdown for a page.
    """

    path: str
    data: bytes
    site_only: bool = False


def without_empty_lines(html: str) -> str:
    """Markdown passes raw HTML with empty lines through, yet they are pointless weight."""
    return _EMPTY_LINES.sub("\n", html)


def page_url(path: str) -> str:
    """The address of the page a Markdown file becomes, relative to the site's root: ``a/b.md`` is ``a/b/``."""
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".md")
    parts = [folder] if stem == "index" else [folder, stem]
    return "".join(part + "/" for part in parts if part)


def relative(target: str, base: str) -> str:
    """`target` as seen from the page at `base`; both relative to the site's root, `target` may have a fragment."""
    url, hash_sign, fragment = target.partition("#")
    return (_way(url, base) if url != base or not hash_sign else "") + hash_sign + fragment


@lru_cache(1024)
def _way(url: str, base: str) -> str:
    # Addresses are made here and have no "." or ".." in them: posixpath.relpath would only take five times as long.
    here, there = base.split("/")[:-1], url.split("/")
    shared = 0
    for one, other in zip(here, there[:-1], strict=False):
        if one != other:
            break
        shared += 1
    return "../" * (len(here) - shared) + "/".join(there[shared:]) or "./"
