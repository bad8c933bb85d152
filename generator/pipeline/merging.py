"""What comes in meets what is there: gaps are filled, nothing that is known gets lost. Pure functions.

Two rows are one if they are of the same paper and source. A score with its comment, topics and scorer moves as one.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Any

import msgspec

from generator.edges.sources.harvest import Record, Row
from generator.ground.model import Paper, Receipt
from generator.pipeline.scorers import merged_spending

_SCORE = ("relevance", "novelty", "comment", "topics", "scorer")
_COUNTS = ("upvotes", "comments")
# Counts that make a sum, and others that belong to it.
_SUMS = (("scanned", "relevant", "dropped", "scored", "unscored"), ("fetched", "duplicates", "announced", "replaced"))
_SIGHTED = "sighted"  # a line without this key was listed on its own day
_DATED = ("withdrawn", "renewed", _SIGHTED)  # keys of a line that a later sighting knows better
_APART = frozenset({*_SCORE, "arxiv_id", "source", "links", "extra"})
_PLAIN = tuple(name for name in Paper.__struct_fields__ if name not in _APART)


class Outcome(StrEnum):
    """What became of a row that came in."""

    ADDED = "added"  # a new row
    FILLED = "filled"  # gaps of a row that was there are filled
    REPLACED = "replaced"  # the row that was there differs, and gives way
    KEPT = "kept"  # the row that was there differs, and stays
    UNCHANGED = "unchanged"


def in_order(papers: Iterable[Paper]) -> list[Paper]:
    """Return the rows of a day in the order of its file, by source and id: no score and no later import changes it."""
    # One after the other, since sorting is stable: Python compares texts faster than pairs of them.
    return sorted(sorted(papers, key=attrgetter("arxiv_id")), key=attrgetter("source"))


class Day(msgspec.Struct):
    """The rows of a day, while others come in."""

    papers: dict[tuple[str, str], Paper]
    replace: bool = False
    later: bool = False  # what comes in was seen after what is there
    is_changed: bool = False

    def lines(self) -> list[Paper]:
        """Return the rows as its file is to have them; one that nothing changed stays as it is."""
        return in_order(self.papers.values()) if self.is_changed else list(self.papers.values())

    def add(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Let in the papers that are new without a doubt, all at once. Returns the other rows, for `take`."""
        papers = {(row.paper.arxiv_id, row.paper.source): row.paper for row in rows}
        ratings = [paper for paper in papers.values() if paper.title == paper.arxiv_id]
        if ratings or len(papers) < len(rows):
            return rows
        known = [row for row, key in zip(rows, papers, strict=True) if key in self.papers]
        for key, paper in papers.items():
            self.papers.setdefault(key, paper)
        self.is_changed |= len(known) < len(rows)
        return known

    def take(self, row: Row) -> tuple[Outcome, tuple[str, ...]]:
        """Let one row in. Names the fields in which the old row stayed though the new one differs."""
        key = (row.paper.arxiv_id, row.paper.source)
        old = self.papers.get(key)
        if old is None and row.is_rating:
            key = min((other for other in self.papers if other[0] == key[0]), default=key)
            old = self.papers.get(key)
        if old is None:
            self.papers[key] = row.paper
            self.is_changed = True
            return Outcome.ADDED, ()
        merged, kept = merge(grown(old, row.paper) if self.later else old, row.paper, replace=self.replace)
        self.papers[key] = merged
        if merged != old:
            self.is_changed = True
            differs = self.replace and merge(old, row.paper)[1]
            return Outcome.REPLACED if differs else Outcome.FILLED, kept
        return (Outcome.KEPT if kept else Outcome.UNCHANGED), kept


def grown(old: Paper, new: Paper) -> Paper:
    """`old` as it is by now: what changes with time (votes, version, withdrawal) is as a later sighting has it."""
    changes: dict[str, Any] = {name: getattr(new, name) for name in _COUNTS if getattr(new, name) is not None}
    if (new.version or 0) > (old.version or 0):
        changes |= {"version": new.version, "updated": new.updated or old.updated}
    if dated := {name: new.extra[name] for name in _DATED if new.extra.get(name)}:
        changes["extra"] = {**old.extra, **dated}
    return msgspec.structs.replace(old, **changes)


def merge(old: Paper, new: Paper, *, replace: bool = False) -> tuple[Paper, tuple[str, ...]]:
    """`old` with its gaps filled from `new`, and the fields that differ and stayed. With `replace` `new` wins those."""
    if old == new:
        return old, ()
    changes: dict[str, Any] = {}
    kept: list[str] = []
    fields = (*_PLAIN, *_SCORE) if old.score is None and new.score is None else _PLAIN
    for name in fields:
        before, after = getattr(old, name), getattr(new, name)
        if before == after or _is_gap(name, new):
            continue
        if replace or _is_gap(name, old):
            changes[name] = after
        else:
            kept.append(name)
    if fields is _PLAIN:
        _merge_score(old, new, replace, changes, kept)
    changes["links"] = _merge_parts(old.links, new.links, replace, kept)
    changes["extra"] = _merge_extra(old.extra, new.extra, replace, kept)
    merged = msgspec.structs.replace(old, **changes)
    return (old if merged == old else merged), tuple(kept)


def _is_gap(name: str, paper: Paper) -> bool:
    return getattr(paper, name) in (None, (), "") or (name == "title" and paper.title == paper.arxiv_id)


def _merge_score(old: Paper, new: Paper, replace: bool, changes: dict[str, Any], kept: list[str]) -> None:
    """At least one of the two is scored. The group of the scored one stays together; only its own gaps are filled."""
    differ = [name for name in _SCORE if getattr(old, name) != getattr(new, name)]
    same_score = (old.relevance, old.novelty) == (new.relevance, new.novelty)
    take_new = new.score is not None and (replace or old.score is None)
    first, second = (new, old) if take_new else (old, new)
    for name in differ:
        value, other = getattr(first, name), getattr(second, name)
        # Another scorer's comment or topics must not be read as this one's, unless the scores are the same
        # or the other row had no score for them to explain.
        fills = same_score or second.score is None
        changes[name] = other if _is_gap(name, first) and fills else value
        if not take_new and not _is_gap(name, second) and changes[name] != other:
            kept.append(name)


def _merge_parts(old: Any, new: Any, replace: bool, kept: list[str]) -> Any:
    if old is None or new is None:
        return new if old is None else old
    changes = {}
    for name in old.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if after is None or before == after:
            continue
        if replace or before is None:
            changes[name] = after
        else:
            kept.append(f"links.{name}")
    return msgspec.structs.replace(old, **changes)


def _merge_extra(old: dict[str, Any], new: dict[str, Any], replace: bool, kept: list[str]) -> dict[str, Any]:
    kept.extend(name for name in new if name in old and old[name] != new[name] and not replace)
    if replace:
        return {**old, **new}
    return {name: value for name, value in new.items() if name != _SIGHTED} | old


def merge_receipts(old: Receipt | None, new: Receipt, *, replace: bool = False) -> Receipt:
    """`old` with its gaps filled from `new`; with `replace` the other way round."""
    if old is None:
        return new
    first, second = (new, old) if replace else (old, new)
    gaps = {
        name: getattr(second, name)
        for name in Receipt.__struct_fields__
        if name != "extra" and getattr(first, name) in (None, (), {}) and name not in _whole(first)
    }
    gaps |= merged_spending(first, second)
    return msgspec.structs.replace(first, **gaps, extra={**second.extra, **first.extra})


def receipt_conflicts(kept: Receipt, new: Receipt) -> tuple[str, ...]:
    """Return the fields in which a kept receipt differs from what a new one says; more papers may have come since."""
    unknown: tuple[Any, ...] = (None, (), {})
    differ = []
    for name in Receipt.__struct_fields__:
        before, after = getattr(kept, name), getattr(new, name)
        more = name == "relevant" and before is not None and after is not None and before > after
        if name != "extra" and after not in unknown and before != after and not more:
            differ.append(name)
    return tuple(differ)


def _whole(receipt: Receipt) -> set[str]:
    """Return the counts of a receipt that another's must not be put beside: they are parts of one sum."""
    if receipt.sources:
        return {name for sums in _SUMS for name in sums}
    return {name for sums in _SUMS if any(getattr(receipt, part) is not None for part in sums[:2]) for name in sums}


class Shelf(msgspec.Struct):
    """Publications by file, in the order of each file, while others come in."""

    files: dict[str, list[Record]]

    def take(self, name: str, records: Iterable[Record], *, replace: bool = False) -> list[Outcome]:
        """Let records in, new ones at the end of file `name`, newer ones in place of the old; say how each fared."""
        places = {record.id: (file, at) for file, kept in self.files.items() for at, record in enumerate(kept)}
        outcomes = []
        for record in records:
            if record.id not in places:
                shelf = self.files.setdefault(name, [])
                places[record.id] = (name, len(shelf))
                shelf.append(record)
                outcomes.append(Outcome.ADDED)
                continue
            file, at = places[record.id]
            old = self.files[file][at]
            if record.data == old.data:
                outcomes.append(Outcome.UNCHANGED)
            elif replace or record.updated > old.updated:
                self.files[file][at] = record
                outcomes.append(Outcome.REPLACED if replace else Outcome.FILLED)
            else:
                outcomes.append(Outcome.KEPT)
        return outcomes
