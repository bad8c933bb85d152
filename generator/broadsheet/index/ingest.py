"""A day as the rows of the index: the part of a refresh that many processes can share. Pure but for the archive."""

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from broadsheet.index.authors import author_rows
from broadsheet.index.database import TOP
from broadsheet.index.day_stats import day_stats
from broadsheet.index.days import TopicMatcher, day_entries
from broadsheet.index.states import state_of
from broadsheet.index.term_vectors import term_vectors
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.model.receipt import Receipt
from broadsheet.settings.config import Settings

Row = tuple[Any, ...]

encode_texts = msgspec.msgpack.Encoder().encode


class Archive(Protocol):
    """Where the catalogue reads: ``data/`` as records. Fingerprints change when the files behind them do."""

    def dates(self) -> list[str]: ...
    def fingerprint(self, date: str) -> str: ...
    def papers(self, date: str) -> tuple[Paper, ...]: ...
    def receipt(self, date: str) -> Receipt | None: ...
    def publications_fingerprint(self) -> str: ...
    def publications(self) -> list[Publication]: ...


class DayRows(NamedTuple):
    """What the tables ``day``, ``entry``, ``topic``, ``source``, ``text`` and ``author`` hold of a day; or problems."""

    day: Row
    day_entries: list[Row]
    topics: list[Row]
    sources: list[Row]
    term_vectors: bytes | None = None
    authors: Sequence[Row] = ()
    problems: tuple[Diagnostic, ...] = ()


class Depth(NamedTuple):
    """How much of a day is noted: whether what its papers `say`, and down to which rank who `signed` them."""

    say: bool
    signed: int

    @classmethod
    def of(cls, settings: Settings) -> "Depth":
        """As much as the pages of the settings take."""
        deepest = {"all": sys.maxsize, "top": TOP, "none": 0}[settings.paper_pages]
        return cls(settings.paper_pages != "none", 0 if settings.author_pages == "none" else deepest)


def day_rows(archive: Archive, match: TopicMatcher, depth: Depth, date: str) -> DayRows:
    """The rows of a day."""
    fingerprint = archive.fingerprint(date)
    try:
        papers, receipt = archive.papers(date), archive.receipt(date)
    except DigestError as error:
        return DayRows((), [], [], [], problems=error.problems)
    listed = day_entries(date, papers, match)
    encode = msgspec.json.encode
    encoded = [encode(entry) for entry in listed]
    return DayRows(
        (
            *(date, fingerprint, "", state_of(receipt, len(listed)), len(listed)),
            *(receipt and encode(receipt), encode(day_stats(listed))),
        ),
        [
            (date, e.rank, p.arxiv_id, p.doi and p.doi.lower(), p.score, p.relevance, p.upvotes, record)
            for e, record in zip(listed, encoded, strict=True)
            for p in (e.paper,)
        ],
        [(topic, date, e.rank, e.paper.arxiv_id) for e in listed for topic in e.topics],
        [(source, date, e.rank, e.paper.arxiv_id) for e in listed for source in e.sources],
        encode_texts(term_vectors(e.paper for e in listed)) if depth.say and listed else None,
        list(author_rows(date, listed, encoded, depth.signed)),
    )
