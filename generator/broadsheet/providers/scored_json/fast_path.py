"""Scored papers as assistants write them, the short way: what is in order is seen to be for a whole file at once.

It says the same of a file as `scored` does, or nothing; a test holds the two against each other. Names are mended and
announcements taken off here too, since a day rarely has none of them.
"""

from collections.abc import Iterable
from functools import partial
from itertools import filterfalse
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from broadsheet.model import arxiv_id, limits
from broadsheet.model.model import Paper
from broadsheet.providers import normalize as mending
from broadsheet.providers.decode import LineFinder, is_lines, is_small
from broadsheet.providers.parse_result import Harvest, Notes, Row
from broadsheet.providers.unscored import why_unscored
from broadsheet.text.braces import without_braces

_Text = Annotated[str, msgspec.Meta(max_length=min(limits.LONGEST["abstract"], limits.LONGEST["comment"]))]
_Name = Annotated[str, msgspec.Meta(max_length=limits.LONGEST_IN_LIST["authors"])]
_Names = Annotated[tuple[_Name, ...], msgspec.Meta(max_length=limits.MOST_IN_LIST["authors"])]
_Score = Annotated[int, msgspec.Meta(ge=1, le=10)] | None
if TYPE_CHECKING:
    _Title = str
else:
    _Title = object  # no type of msgspec's: it hands over every title, also those that another one takes the place of


class _Row(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    arxiv_id: str
    title: _Title
    abstract: _Text
    authors: _Names
    ARXIVID: str | None = None
    COMMENT: _Text = ""
    RELEVANCE: _Score = None
    NOVELTY: _Score = None
    SCORE: int | float | None = None


def harvest(data: bytes, where: str, day: str) -> Harvest | None:
    """The rows of an object by id, all on `day`; None if anything but names and announcements is to be looked at."""
    if not is_small(data) or is_lines(data):
        return None
    titles: list[object] = []
    try:
        rows = msgspec.json.Decoder(dict[str, _Row], dec_hook=partial(_kept, titles)).decode(data)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return None
    if len(titles) != len(rows) or set(map(type, titles)) != {str} or not _in_order(rows):  # one that stands twice
        return None
    notes = Notes(where)
    line = LineFinder(data)
    found: list[Row] = []
    mended: list[Paper] = []
    for row, marks in zip(rows.values(), mending.marks_of([row.authors for row in rows.values()]), strict=True):
        found.append(Row(_paper(row, marks, notes, line), day, where))
        if marks != b"":
            mended.append(found[-1].paper)
        line.passed(len(row.abstract) + len(row.COMMENT))
    if not limits.are_within(mended, ["authors"]):  # a name may have been joined of many parts
        return None
    return notes.harvest(found, are_within_limits=True)


def _kept(titles: list[object], _: type, title: object) -> object:
    titles.append(title)
    return title


def _in_order(rows: dict[str, _Row]) -> bool:
    """Whether ids agree and are today's, every row has a title, and no text has anything to be taken out of it."""
    ids, titles = list(rows), [row.title.strip() for row in rows.values()]
    if not arxiv_id.are_plain(ids) or ids != [row.arxiv_id for row in rows.values()]:
        return False
    if any(key != row.ARXIVID for key, row in rows.items() if row.ARXIVID is not None):
        return False
    if (
        not all(titles)
        or max(map(len, titles), default=0) > limits.LONGEST["title"]
        or not rows.keys().isdisjoint(titles)
        or any(without_braces(it) != it for it in titles if "{" in it)
    ):
        return False
    if any((row.RELEVANCE is None) != (row.NOVELTY is None) for row in rows.values()):
        return False
    texts = [*titles, *[row.abstract for row in rows.values()], *[row.COMMENT for row in rows.values()]]
    ascii_texts, others = filter(str.isascii, texts), filterfalse(str.isascii, texts)  # one letter makes all of it wide
    return mending.is_clean(" ".join(ascii_texts)) and mending.is_clean(" ".join(others))


def _paper(row: _Row, marks: bytes | None, notes: Notes, line: LineFinder) -> Paper:
    abstract, version, announced = row.abstract.strip(), None, None
    prefixed = abstract.startswith("arXiv:")
    if prefixed or marks != b"":
        notes.at(partial(line, row.arxiv_id, key=True))
    names, places = mending.marked(row.authors, marks, notes) if marks != b"" else (row.authors, ())
    if prefixed:
        abstract, version, announced = mending.announcement(abstract, notes)
    extra: dict[str, Any] = {"affiliations": list(places)} if places else {}
    if row.RELEVANCE is None and (total := mending.number(row.SCORE)) is not None:
        extra["score"] = total
    paper = Paper(
        arxiv_id=row.arxiv_id,
        title=" ".join(row.title.split()) if "  " in row.title else row.title.strip(),
        authors=names,
        abstract=abstract or None,
        version=version,
        relevance=row.RELEVANCE,
        novelty=row.NOVELTY,
        comment=row.COMMENT.strip() or None,
        announce_type=announced,
        extra=extra,
    )
    if row.RELEVANCE is None:
        notes.at(partial(line, row.arxiv_id, key=True))
        notes.unscored(*why_unscored(paper, {name: value for name, value in _scores(row) if value is not None}))
    return paper


def _scores(row: _Row) -> Iterable[tuple[str, object]]:
    return ("RELEVANCE", row.RELEVANCE), ("NOVELTY", row.NOVELTY), ("SCORE", row.SCORE)
