"""Queries about the counts of days: scores, topics, places and changes of the scorer."""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from broadsheet.index.day_stats import DayStats
from broadsheet.index.places import WINDOW_DAYS, Places, ScoredDay, places
from broadsheet.index.queries import Queries, query
from broadsheet.index.scorer_changes import ScorerChange, scorer_changes
from broadsheet.model.receipt import Receipt

_EVER = ("", "9999")  # the first and the last date


def refresh(db: sqlite3.Connection, changed: Iterable[str]) -> None:
    """Store the changes of the scorer, and the places of the days that `changed` or are compared with one that did."""
    before, after = _stored_changes(db), {change.date: change for change in scorer_changes(_decoded(db))}
    if before != after:
        db.execute("DELETE FROM scorer_change")
        rows = ((date, msgspec.json.encode(change)) for date, change in after.items())
        db.executemany("INSERT INTO scorer_change VALUES (?, ?)", rows)
    dates = {*changed, *(before.keys() ^ after.keys())}
    ((first_day, first_place),) = db.execute("SELECT (SELECT min(date) FROM day), (SELECT min(date) FROM place)")
    if min(dates) <= (first_day or ""):  # windows that the archive does not fill have no places
        dates |= {first_day, first_place} - {None}
    first, last = min(dates), _moved(max(dates), WINDOW_DAYS - 1)
    db.execute("DELETE FROM place WHERE date BETWEEN ? AND ?", (first, last))
    for date, of_day in places(_scored(db, (_moved(first, 1 - WINDOW_DAYS), last), after), first_day or ""):
        if date >= first:
            db.execute("INSERT INTO place VALUES (?, ?)", (date, msgspec.json.encode(of_day)))


def _moved(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days)).isoformat()


def _scored(db: sqlite3.Connection, span: tuple[str, str], changes: Iterable[str]) -> Iterator[ScoredDay]:
    """Yield the scored days of a span; `changes` are the days with a new scorer."""
    decode = msgspec.json.Decoder(Receipt).decode
    receipts = dict(
        db.execute("SELECT date, receipt FROM day WHERE receipt IS NOT NULL AND date BETWEEN ? AND ?", span)
    )
    for date, stats in _decoded(db, *span):
        yield ScoredDay.of(date, stats, decode(receipts[date]) if date in receipts else None, date in changes)


def _stored_changes(db: sqlite3.Connection) -> dict[str, ScorerChange]:
    decode = msgspec.json.Decoder(ScorerChange).decode
    return {date: decode(record) for date, record in db.execute("SELECT date, record FROM scorer_change ORDER BY date")}


def _decoded(db: sqlite3.Connection, first: str = _EVER[0], last: str = _EVER[1]) -> Iterator[tuple[str, DayStats]]:
    decode = msgspec.json.Decoder(DayStats).decode
    return ((date, decode(stats)) for date, stats in _stored(db, first, last))


def _stored(db: sqlite3.Connection, first: str, last: str) -> Iterator[tuple[str, bytes]]:
    yield from db.execute("SELECT date, stats FROM day WHERE date BETWEEN ? AND ? ORDER BY date", (first, last))


class StatsQueries(Queries):
    """Queries about the scores, topics and scorers of days."""

    @cached_property
    def _change_days(self) -> dict[str, ScorerChange]:
        return _stored_changes(self._db)

    def _stored_places(self, date: str) -> bytes:
        row = self._db.execute("SELECT places FROM place WHERE date = ?", (date,)).fetchone()
        return bytes(row[0]) if row else b"[]"

    def _stored_stats(self, first: str = _EVER[0], last: str = _EVER[1]) -> list[tuple[str, bytes]]:
        return list(_stored(self._db, first, last))

    @query
    def day_stats(self, first: str = "", last: str = "9999") -> dict[str, DayStats]:
        """Return the counts of each day from `first` to `last`, oldest first."""
        return dict(_decoded(self._db, first, last))

    @query
    def places(self, date: str) -> Places:
        """Return the place of each score of a day among all papers scanned, best first."""
        return msgspec.json.decode(self._stored_places(date), type=Places)

    @query
    def scorer_change(self, date: str) -> ScorerChange | None:
        """Return the change of the model or the rubric on a day, if there is one."""
        return self._change_days.get(date)

    @query
    def scorer_changes(self, first: str = "", last: str = "9999") -> list[ScorerChange]:
        """Return the changes of the model or the rubric from `first` to `last`, oldest first."""
        return [change for date, change in self._change_days.items() if first <= date <= last]
