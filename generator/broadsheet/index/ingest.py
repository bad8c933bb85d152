"""A day as rows of the index: the part of a refresh that processes can share. Pure but for the archive."""

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from broadsheet.index.authors import author_rows
from broadsheet.index.citation_keys import key_rows
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

_encode_vectors = msgspec.msgpack.Encoder().encode


class Archive(Protocol):
    """The records of ``data/``. Fingerprints change with their files."""

    def dates(self) -> list[str]: ...
    def fingerprint(self, date: str) -> str: ...
    def papers(self, date: str) -> tuple[Paper, ...]: ...
    def receipt(self, date: str) -> Receipt | None: ...
    def dropped(self, date: str) -> tuple[Paper, ...]: ...
    def publications_fingerprint(self) -> str: ...
    def publications(self) -> list[Publication]: ...


class DayRows(NamedTuple):
    """The rows of a day for the tables of those names; or problems."""

    day: Row
    entries: list[Row]
    topics: list[Row]
    sources: list[Row]
    term_vectors: bytes | None = None
    authors: Sequence[Row] = ()
    citation_keys: Sequence[Row] = ()
    problems: tuple[Diagnostic, ...] = ()


class Depth(NamedTuple):
    """The part of a day in the index: term vectors or not, and authors of papers up to a rank."""

    has_vectors: bool
    max_author_rank: int

    @classmethod
    def of(cls, settings: Settings) -> "Depth":
        """Return the part that the pages of the settings need."""
        max_rank = {"all": sys.maxsize, "top": TOP, "none": 0}[settings.paper_pages]
        return cls(settings.paper_pages != "none", 0 if settings.author_pages == "none" else max_rank)


def day_rows(archive: Archive, match: TopicMatcher, depth: Depth, date: str) -> DayRows:
    """Return the rows of a day."""
    fingerprint = archive.fingerprint(date)
    try:
        papers, receipt, dropped = archive.papers(date), archive.receipt(date), archive.dropped(date)
    except DigestError as error:
        return DayRows((), [], [], [], problems=error.problems)
    entries = day_entries(date, papers, match)
    encode = msgspec.json.encode
    encoded = [encode(entry) for entry in entries]
    return DayRows(
        (
            *(date, fingerprint, "", state_of(receipt, len(entries)), len(entries)),
            *(receipt and encode(receipt), encode(day_stats(entries, receipt, dropped))),
        ),
        [
            (date, e.rank, p.arxiv_id, p.doi and p.doi.lower(), e.sort_key, p.relevance, record)
            for e, record in zip(entries, encoded, strict=True)
            for p in (e.paper,)
        ],
        [(topic, date, e.rank, e.paper.arxiv_id) for e in entries for topic in e.topics],
        [(source, date, e.rank, e.paper.arxiv_id) for e in entries for source in e.sources],
        _encode_vectors(term_vectors(e.paper for e in entries)) if depth.has_vectors and entries else None,
        list(author_rows(date, entries, encoded, depth.max_author_rank)),
        list(key_rows(date, entries)),
    )
