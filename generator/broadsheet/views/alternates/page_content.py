"""The content of a page before it is Markdown or JSON."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from broadsheet.index.days import DayHead, Entry, day_address
from broadsheet.index.places import Places
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.text import formats


class ListLink(NamedTuple):
    """A link to a page with a list, e.g. a group of publications; `number` is the length of the list."""

    title: str
    address: str
    number: int | None = None


class PageContent(NamedTuple):
    """The content of a page: days, papers in its order, publications, links to other pages.

    `paper` is the subject of a paper's page, as it is now; `papers` are then its entries, one a day. `published` has
    the publications that papers became, by arXiv id. `entries` has the entries of a publication's paper, by the
    publication's id. `receipts` adds the receipts of the days. `places` has the places of scores, by day.
    """

    kind: str
    paper: Paper | None = None
    days: Sequence[DayHead] = ()
    papers: Sequence[Entry] = ()
    published: Mapping[str, Sequence[Publication]] = {}
    publications: Sequence[Publication] = ()
    entries: Mapping[str, Sequence[Entry]] = {}
    lists: Sequence[ListLink] = ()
    receipts: bool = False
    places: Mapping[str, Places] = {}


def day_link(head: DayHead) -> ListLink | None:
    """Return a link to the page of a day, or None if it has none."""
    return ListLink(formats.day(head.date), day_address(head.date), head.papers) if head.has_page else None
