"""Merging of imported records into stored ones: fill gaps, lose nothing. Pure functions.

Rows are merged if they have the same paper and source. A score moves with its comment, topics and scorer.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Any

import msgspec

from broadsheet.daily.scorers import merged_spending
from broadsheet.model.paper import CHANGED, Paper
from broadsheet.model.receipt import Receipt
from broadsheet.providers.parse_result import PaperRow, PublicationRecord

_SCORE = ("relevance", "novelty", "comment", "topics", "scorer")
_COUNTS = ("upvotes", "comments")
# Groups of counts that make a sum; the first two show whether a receipt has the group.
_SUMS = (("scanned", "shown", "dropped", "scored", "unscored"), ("fetched", "duplicates", "announced", "replaced"))
_SIGHTED = "sighted"  # a row without this key was listed on its own day
_DATED = ("withdrawn", "renewed", _SIGHTED)  # keys of a row that a later sighting overwrites
_LATEST = "9"  # after every time: a deleted record has none
_APART = frozenset({*_SCORE, "arxiv_id", "source", "links", "extra"})
_PLAIN = tuple(name for name in Paper.__struct_fields__ if name not in _APART)


class RowOutcome(StrEnum):
    """The outcome of an imported row."""

    ADDED = "added"  # a new row
    FILLED = "filled"  # gaps of the stored row are filled
    REPLACED = "replaced"  # the stored row differs, and is overwritten
    CONFLICTING = "conflicting"  # the stored row differs, and stays
    UNCHANGED = "unchanged"
    REMOVED = "removed"  # a publication that is no longer public


def in_order(papers: Iterable[Paper]) -> list[Paper]:
    """Return the rows of a day in the order of its file: by source and id, which never change."""
    # Two stable sorts: Python compares texts faster than pairs of them.
    return sorted(sorted(papers, key=attrgetter("arxiv_id")), key=attrgetter("source"))


class DayMerge(msgspec.Struct):
    """The rows of a day, into which others are merged; those of a later sighting if `is_later`.

    A row that is overwritten gets the time `now`, and so does a row that is added if readers may have seen the day
    (`is_seen`), unless it is empty.
    """

    papers: dict[tuple[str, str], Paper]
    replace: bool = False
    is_later: bool = False
    is_changed: bool = False
    now: str = ""
    is_seen: bool = False

    def rows(self) -> list[Paper]:
        """Return the rows in order; in the order of the file if nothing changed."""
        return in_order(self.papers.values()) if self.is_changed else list(self.papers.values())

    def add(self, rows: Sequence[PaperRow]) -> Sequence[PaperRow]:
        """Add unambiguous new papers, all at once; return the other rows, for `merge_row`."""
        papers = {(row.paper.arxiv_id, row.paper.source): row.paper for row in rows}
        ratings = [paper for paper in papers.values() if paper.title == paper.arxiv_id]
        if ratings or len(papers) < len(rows):
            return rows
        others = [row for row, key in zip(rows, papers, strict=True) if key in self.papers]
        for key, paper in papers.items():
            if key not in self.papers:
                self.papers[key] = self._added(paper)
        self.is_changed |= len(others) < len(rows)
        return others

    def merge_row(self, row: PaperRow) -> tuple[RowOutcome, tuple[str, ...]]:
        """Merge one row; return the fields in which the stored row differs from it, and stays."""
        key = (row.paper.arxiv_id, row.paper.source)
        old = self.papers.get(key)
        if old is None and row.is_rating:
            key = min((other for other in self.papers if other[0] == key[0]), default=key)
            old = self.papers.get(key)
        if old is None:
            self.papers[key] = self._added(row.paper)
            self.is_changed = True
            return RowOutcome.ADDED, ()
        current = apply_sighting(old, row.paper) if self.is_later else old
        merged, conflicts = merge(current, row.paper, replace=self.replace)
        if merged != old:
            differs = self.replace and merge(old, row.paper)[1]
            self.papers[key] = changed_at(merged, self.now) if differs else merged
            self.is_changed = True
            return RowOutcome.REPLACED if differs else RowOutcome.FILLED, conflicts
        return (RowOutcome.CONFLICTING if conflicts else RowOutcome.UNCHANGED), conflicts

    def _added(self, paper: Paper) -> Paper:
        return changed_at(paper, self.now) if self.is_seen else paper


def changed_at(paper: Paper, now: str) -> Paper:
    """Return `paper` with the time of its last change; unchanged if `now` is empty."""
    return msgspec.structs.replace(paper, extra=paper.extra | {CHANGED: now}) if now else paper


def apply_sighting(old: Paper, new: Paper) -> Paper:
    """Return `old` with the votes, version and withdrawal of a later sighting."""
    changes: dict[str, Any] = {name: getattr(new, name) for name in _COUNTS if getattr(new, name) is not None}
    if (new.version or 0) > (old.version or 0):
        changes |= {"version": new.version, "updated": new.updated or old.updated}
    if dated := {name: new.extra[name] for name in _DATED if new.extra.get(name)}:
        changes["extra"] = {**old.extra, **dated}
    return msgspec.structs.replace(old, **changes)


def merge(old: Paper, new: Paper, *, replace: bool = False) -> tuple[Paper, tuple[str, ...]]:
    """Return `old` with its gaps filled from `new`, and the fields that differ; `replace` overwrites these."""
    if old == new:
        return old, ()
    changes: dict[str, Any] = {}
    conflicts: list[str] = []
    fields = (*_PLAIN, *_SCORE) if old.score is None and new.score is None else _PLAIN
    for name in fields:
        before, after = getattr(old, name), getattr(new, name)
        if before == after or _is_gap(name, new):
            continue
        if replace or _is_gap(name, old):
            changes[name] = after
        else:
            conflicts.append(name)
    if fields is _PLAIN:
        _merge_score(old, new, replace, changes, conflicts)
    changes["links"] = _merge_parts(old.links, new.links, replace, conflicts)
    changes["extra"] = _merge_extra(old.extra, new.extra, replace, conflicts)
    merged = msgspec.structs.replace(old, **changes)
    return (old if merged == old else merged), tuple(conflicts)


def _is_gap(name: str, paper: Paper) -> bool:
    return getattr(paper, name) in (None, (), "") or (name == "title" and paper.title == paper.arxiv_id)


def _merge_score(old: Paper, new: Paper, replace: bool, changes: dict[str, Any], conflicts: list[str]) -> None:
    """Merge two scores, at least one of them present. A score keeps its own comment; only its gaps are filled."""
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
            conflicts.append(name)


def _merge_parts(old: Any, new: Any, replace: bool, conflicts: list[str]) -> Any:
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
            conflicts.append(f"links.{name}")
    return msgspec.structs.replace(old, **changes)


def _merge_extra(old: dict[str, Any], new: dict[str, Any], replace: bool, conflicts: list[str]) -> dict[str, Any]:
    conflicts.extend(name for name in new if name != CHANGED and name in old and old[name] != new[name] and not replace)
    if replace:
        return {**old, **new}
    return {name: value for name, value in new.items() if name not in (_SIGHTED, CHANGED)} | old


def merge_receipts(old: Receipt | None, new: Receipt, *, replace: bool = False) -> Receipt:
    """Return `old` with its gaps filled from `new`; with `replace` the other way round."""
    if old is None:
        return new
    first, second = (new, old) if replace else (old, new)
    gaps = {
        name: getattr(second, name)
        for name in Receipt.__struct_fields__
        if name != "extra" and getattr(first, name) in (None, (), {}) and name not in _grouped_counts(first)
    }
    gaps |= merged_spending(first, second)
    return msgspec.structs.replace(first, **gaps, extra={**second.extra, **first.extra})


def receipt_conflicts(stored: Receipt, new: Receipt) -> tuple[str, ...]:
    """Return the fields in which a stored receipt differs from a new one; it may show more papers."""
    gaps: tuple[Any, ...] = (None, (), {})
    differ = []
    for name in Receipt.__struct_fields__:
        before, after = getattr(stored, name), getattr(new, name)
        more = name == "shown" and before is not None and after is not None and before > after
        if name != "extra" and after not in gaps and before != after and not more:
            differ.append(name)
    return tuple(differ)


def _grouped_counts(receipt: Receipt) -> set[str]:
    """Return the counts that must not come from another receipt, since they belong to a sum of this one."""
    if receipt.sources:
        return {name for sums in _SUMS for name in sums}
    return {name for sums in _SUMS if any(getattr(receipt, part) is not None for part in sums[:2]) for name in sums}


class PublicationMerge(msgspec.Struct):
    """The publications of each file, into which others are merged."""

    files: dict[str, list[PublicationRecord]]

    def merge_records(
        self, name: str, records: Iterable[PublicationRecord], *, replace: bool = False
    ) -> list[tuple[RowOutcome, tuple[str, ...]]]:
        """Add new records at the end of file `name`, and overwrite old ones with newer ones.

        Return the outcome of each, and the fields in which a stored record differs from it, and stays.
        """
        places = {record.id: (file, i) for file, stored in self.files.items() for i, record in enumerate(stored)}
        outcomes: list[tuple[RowOutcome, tuple[str, ...]]] = []
        for record in records:
            if record.id not in places:
                group = self.files.setdefault(name, [])
                places[record.id] = (name, len(group))
                group.append(record)
                outcomes.append((RowOutcome.ADDED, ()))
                continue
            file, index = places[record.id]
            old = self.files[file][index]
            if record.data == old.data:
                outcomes.append((RowOutcome.UNCHANGED, ()))
            elif replace or record.updated > old.updated:
                self.files[file][index] = record
                outcomes.append((RowOutcome.REPLACED if replace else RowOutcome.FILLED, ()))
            else:
                outcomes.append((RowOutcome.CONFLICTING, _differences(old.data, record.data)))
        return outcomes

    def remove(self, withdrawn: Iterable[PublicationRecord]) -> list[str]:
        """Remove the records that are no longer public, unless the stored one is newer; return their ids."""
        times = {record.id: record.updated or _LATEST for record in withdrawn}
        ids = []
        for file, stored in self.files.items():
            old = [record.id for record in stored if record.id in times and record.updated <= times[record.id]]
            self.files[file] = [record for record in stored if record.id not in old]
            ids += old
        return ids


def _differences(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name))
