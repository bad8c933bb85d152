"""A day as the rows of the index: the part of a refresh that many processes can share. Pure but for the archive."""

from typing import Any, NamedTuple, Protocol

import msgspec

from generator.catalogue.days import TopicMatcher, entries, state_of
from generator.catalogue.tallies import tally
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper, Receipt
from generator.ground.publication import Publication

Row = tuple[Any, ...]


class Archive(Protocol):
    """Where the catalogue reads: ``data/`` as records. Fingerprints change when the files behind them do."""

    def dates(self) -> list[str]: ...
    def fingerprint(self, date: str) -> str: ...
    def papers(self, date: str) -> tuple[Paper, ...]: ...
    def receipt(self, date: str) -> Receipt | None: ...
    def publications_fingerprint(self) -> str: ...
    def publications(self) -> list[Publication]: ...


class DayRows(NamedTuple):
    """What the tables ``day``, ``entry``, ``topic`` and ``source`` hold of a day; or the problems that keep it out."""

    day: Row
    entries: list[Row]
    topics: list[Row]
    sources: list[Row]
    problems: tuple[Problem, ...] = ()


def day_rows(archive: Archive, match: TopicMatcher, date: str) -> DayRows:
    """The rows of a day."""
    fingerprint = archive.fingerprint(date)
    try:
        papers, receipt = archive.papers(date), archive.receipt(date)
    except DigestError as error:
        return DayRows((), [], [], [], error.problems)
    listed = entries(date, papers, match)
    encode = msgspec.json.encode
    return DayRows(
        (
            *(date, fingerprint, "", state_of(receipt, len(listed)), len(listed)),
            *(receipt and encode(receipt), encode(tally(listed))),
        ),
        [
            (date, e.rank, p.arxiv_id, p.doi and p.doi.lower(), p.score, p.relevance, p.upvotes, encode(e))
            for e in listed
            for p in (e.paper,)
        ],
        [(topic, date, e.rank, e.paper.arxiv_id) for e in listed for topic in e.topics],
        [(source, date, e.rank, e.paper.arxiv_id) for e in listed for source in e.sources],
    )
