"""The papers of a day as data, from which scripts make rows: since the last visit, and those that a filter leaves.

A day has a file of its own, so one more day adds one file.
"""

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

import msgspec

from broadsheet.index.days import Entry
from broadsheet.index.places import Places, place_of
from broadsheet.model.doi import doi_url
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.page import File, packed_file
from broadsheet.views.permalink import paper_address
from broadsheet.views.place import place_words

ADDRESS = "since/"
MAX_AUTHORS = 4  # as in every list

# Inline HTML as data: text, or a list of an element's name, attributes and content.
InlineNode = str | list[Any]


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A paper in a list, without empty fields. Text is plain, never markup."""

    id: str
    title: str
    title_parts: list[InlineNode] = []
    authors: tuple[str, ...] = ()
    more: int | None = None
    sort_key: int
    score: float | None = None
    total: float | None = None
    relevance: float | None = None
    novelty: float | None = None
    place: str = ""
    upvotes: int | None = None
    comment: str = ""
    comment_parts: list[InlineNode] = []
    topics: tuple[str, ...] = ()
    address: str
    doi: str | None = None
    first_seen: str = ""


def news_file(date: str, entries: Iterable[Entry], places: Places, settings: Settings) -> File:
    """Return the papers of a day, best first, as JSON, compressed."""
    words = {place: place_words(place, has_several_days=True) for place in (None, *places)}
    papers = [_row(entry, words[place_of(places, entry.paper.score)], settings) for entry in entries]
    return packed_file(f"{ADDRESS}{date}.pack", msgspec.json.encode({"date": date, "papers": papers}))


def _row(entry: Entry, place: str, settings: Settings) -> Row:
    paper = entry.paper
    score, comment = paper.score, paper.comment or ""
    return Row(
        id=paper.arxiv_id,
        title=rendering.plain(paper.title),
        title_parts=parts(rendering.title(paper.title)),
        authors=paper.authors[:MAX_AUTHORS],
        more=max(len(paper.authors) - MAX_AUTHORS, 0) or None,
        sort_key=entry.sort_key,
        score=score,
        total=paper.total if score is None else None,
        relevance=paper.relevance,
        novelty=paper.novelty,
        place=place,
        upvotes=paper.upvotes,
        comment=rendering.plain(comment),
        comment_parts=parts(rendering.title(comment)),
        topics=entry.topics,
        address=paper_address(entry, settings),
        doi=None if arxiv_urls(paper.arxiv_id) else doi_url(paper.doi) or None,
        first_seen=entry.first_seen if entry.first_seen < entry.date else "",
    )


def parts(markup: str) -> list[InlineNode]:
    """Return our own inline HTML as data, from which a script makes nodes; empty if it has no elements."""
    return _content(ElementTree.fromstring(f"<p>{markup}</p>")) if "<" in markup else []


def _content(element: ElementTree.Element) -> list[InlineNode]:
    nodes: list[InlineNode] = [element.text] if element.text else []
    for child in element:
        nodes.append([child.tag, child.attrib, *_content(child)])
        nodes += [child.tail] if child.tail else []
    return nodes
