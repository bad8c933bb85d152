"""The pages, feeds and files that the site has."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from broadsheet.settings.address import parse_address
from broadsheet.settings.document import Fault
from broadsheet.text.sanitize import safe_url

Number = Annotated[int, msgspec.Meta(ge=0)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]

# The papers that have a page of their own.
PaperPages = Literal["all", "top", "none"]
# The authors that have one: of papers and publications, of publications alone.
AuthorPages = Literal["all", "institution", "none"]
# The pages that have a Markdown and a JSON form.
Alternates = Literal["all", "recent", "none"]
# The pages with a share image of their own: those of the last days, all, or none.
ShareImages = Literal["top", "all", "none"]
# The downloads of the archive: in one file, in one a year, or none.
Downloads = Literal["all", "years", "none"]


class Pages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of things on a page."""

    abstracts: Number = 1000
    old_abstracts: Literal["file", "page"] = "page"
    expanded_abstracts: Number = 0
    authors: AtLeastOne = 12
    month_best: Number = 20
    week_best: Number = 10
    topic_newest: Number = 50


class Feeds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The size of a feed: the last `days` with papers, at most `items` and `max_mb`.

    An edition lists `edition_papers` papers, the first `edition_abstracts` with abstracts. `hub` is a WebSub hub.
    `id_address` is the address of which ids are made, in place of that of the site.
    """

    days: AtLeastOne = 30
    items: AtLeastOne = 200
    max_mb: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    edition_papers: AtLeastOne = 40
    edition_abstracts: Number = 8
    hub: str = ""
    id_address: str = ""


def faults(feeds: Feeds) -> Iterator[Fault]:
    """Yield the faults of the feeds."""
    if feeds.hub and safe_url(feeds.hub) is None:
        message = f"hub {feeds.hub!r} is not an absolute http(s) address"
        yield Fault(("feeds", "hub"), message, "write the address of a WebSub hub, or leave it out")
    if feeds.id_address and not parse_address(feeds.id_address):
        message = f"id_address {feeds.id_address!r} is not an absolute http(s) address"
        yield Fault(("feeds", "id_address"), message, "write the address that the site had at first, or leave it out")
