"""A day as the rows of the index: the part of a refresh that many processes can share. Pure but for the archive."""

from typing import Any, NamedTuple, Protocol

import msgspec

from generator.catalogue.days import TopicMatcher, entries, state_of
from generator.catalogue.texts import texts
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper, Receipt
from generator.ground.publication import Publication

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
    """What the tables ``day``, ``entry``, ``topic``, ``source`` and ``text`` hold of a day; or what keeps it out."""

    day: Row
    entries: list[Row]
    topics: list[Row]
    sources: list[Row]
    texts: bytes | None = None
    problems: tuple[Problem, ...] = ()


def day_rows(archive: Archive, match: TopicMatcher, with_texts: bool, date: str) -> DayRows:
    """The rows of a day, and what its papers say, if that is wanted."""
    fingerprint = archive.fingerprint(date)
    try:
        papers, receipt = archive.papers(date), archive.receipt(date)
    except DigestError as error:
        return DayRows((), [], [], [], problems=error.problems)
    listed = entries(date, papers, match)
    encode = msgspec.json.encode
    return DayRows(
        (date, fingerprint, "", state_of(receipt, len(listed)), len(listed), receipt and encode(receipt)),
        [
            (date, e.rank, p.arxiv_id, p.doi and p.doi.lower(), p.score, p.relevance, p.upvotes, encode(e))
            for e in listed
            for p in (e.paper,)
        ],
        [(topic, date, e.rank, e.paper.arxiv_id) for e in listed for topic in e.topics],
        [(source, date, e.rank, e.paper.arxiv_id) for e in listed for source in e.sources],
        encode_texts(texts(e.paper for e in listed)) if with_texts and listed else None,
    )
