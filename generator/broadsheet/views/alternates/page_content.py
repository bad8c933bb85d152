"""What a page shows, before it is Markdown or JSON."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from broadsheet.index.days import DayHead, Entry, day_address
from broadsheet.model.model import Paper
from broadsheet.model.publication import Publication
from broadsheet.text import formats


class Place(NamedTuple):
    """Another page that a list leads to, e.g. a shelf of publications; `number` is how much stands on it."""

    title: str
    address: str
    number: int | None = None


class Twin(NamedTuple):
    """What a page shows: days, papers in its order, publications, the pages it leads to.

    `paper` is the one a page is about, as it is by now; its `papers` are then what each day said of it.
    `published` are the publications that papers became, by arXiv id; `shown` the places where the digest had the paper
    of a publication, by that publication's id; `receipts` is whether the days come with theirs.
    """

    kind: str
    paper: Paper | None = None
    days: Sequence[DayHead] = ()
    papers: Sequence[Entry] = ()
    published: Mapping[str, Sequence[Publication]] = {}
    publications: Sequence[Publication] = ()
    shown: Mapping[str, Sequence[Entry]] = {}
    lists: Sequence[Place] = ()
    receipts: bool = False


def day_place(head: DayHead) -> Place | None:
    """The page of a day, if it has one."""
    return Place(formats.day(head.date), day_address(head.date), head.papers) if head.listed else None
