"""Pages and files of the site before they are written, and their addresses."""

import posixpath
import re
from typing import NamedTuple

import deflate

PACK_LEVEL = 6
_EMPTY_LINES = re.compile(r"\n\s*\n")


class FeedLink(NamedTuple):
    """A link of a page's head to a feed (``<link rel="alternate">``); `url` is relative to the site's root."""

    title: str
    url: str
    type: str = "application/rss+xml"


class MetaTag(NamedTuple):
    """A ``<meta>`` element, as plain text; `attribute` is ``name``, or ``property`` for Open Graph."""

    name: str
    content: str
    attribute: str = "name"


class LinkTag(NamedTuple):
    """A ``<link>`` element of one page, as plain text; `type` and `title` are those of its target.

    A feed that only this page has is one, too: pages with the same feeds in `Page.feeds` share a frame.
    """

    rel: str
    href: str
    type: str = ""
    title: str = ""


class DataTag(NamedTuple):
    """A ``<script>`` element with JSON-LD, which nothing runs; the JSON has no ``<``, ``>`` or ``&``."""

    json: str


HeadTag = MetaTag | LinkTag | DataTag


class Page(NamedTuple):
    """A page of the site.

    `address` is relative to the site's root and ends in a slash; the home page's is empty. `title` and `description`
    are plain text, unescaped. `lead` and `body` are finished HTML, one block each, above and below the heading.
    `updated` is the ISO date of the newest fact on the page, for the sitemap. `script` is an ES module the page loads,
    relative to the site's root. `head` describes the page to other programs. `heading` is the title as inline HTML,
    if plain text cannot express it. `reader` marks pages with a list of papers; their script, by default the list's,
    loads before the first paint. `alternates` are the page in other forms, and `files` are
    beside it; they are written and removed with it. `card` is the path of its share image, if it has one of its own.
    `title_language` is that of the title of a paper or publication, if it is known.
    """

    address: str
    title: str
    description: str
    body: str
    lead: str = ""
    feeds: tuple[FeedLink, ...] = ()
    updated: str | None = None
    script: str | None = None
    head: tuple[HeadTag, ...] = ()
    heading: str = ""
    reader: bool = False
    alternates: "tuple[File, ...]" = ()
    files: "tuple[File, ...]" = ()
    card: str = ""
    title_language: str = ""

    @property
    def path(self) -> str:
        """The Markdown file, relative to ``docs/``.

        It is always an index file: Zensical resolves links in raw HTML against the file, browsers against the address.
        Only for an index file are these the same.
        """
        return f"{self.address}index.md"


class File(NamedTuple):
    """A finished file of the site that is not a page, e.g. a feed; `path` is relative to ``docs/``.

    A `site_only` file is written to the built site alone: in ``docs/``, builders would take Markdown for a page.
    """

    path: str
    data: bytes
    site_only: bool = False


def packed_file(path: str, data: bytes) -> File:
    """Return a file that scripts decompress, so that it takes a third of the space on any host."""
    return File(path, bytes(deflate.gzip_compress(data, PACK_LEVEL)))


def remove_empty_lines(html: str) -> str:
    """Return `html` without empty lines, which only cost bytes."""
    return _EMPTY_LINES.sub("\n", html)


def page_url(path: str) -> str:
    """Return the address of a Markdown file's page, relative to the site's root: ``a/b/`` for ``a/b.md``."""
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".md")
    parts = [folder] if stem == "index" else [folder, stem]
    return "".join(part + "/" for part in parts if part)


def relative(target: str, base: str) -> str:
    """Return the URL of `target`, relative to the page at `base`; `target` may have a fragment.

    Both are addresses relative to the site's root.
    """
    url, hash_sign, fragment = target.partition("#")
    return (_relative_path(url, base) if url != base or not hash_sign else "") + hash_sign + fragment


def _relative_path(url: str, base: str) -> str:
    # Addresses have no "." or ".." in them, so posixpath.relpath is not needed; it takes five times as long.
    source, target = base.split("/")[:-1], url.split("/")
    shared = 0
    for source_folder, target_folder in zip(source, target[:-1], strict=False):
        if source_folder != target_folder:
            break
        shared += 1
    return "../" * (len(source) - shared) + "/".join(target[shared:]) or "./"
