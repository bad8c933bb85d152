"""Queries about the counts of days: scores, topics, places and changes of the scorer."""

from collections.abc import Iterator
from functools import cached_property

import msgspec

from broadsheet.index.day_stats import DayStats
from broadsheet.index.places import Places, ScoredDay, places
from broadsheet.index.queries import Queries, query
from broadsheet.index.scorer_changes import ScorerChange, scorer_changes
from broadsheet.model.receipt import Receipt


class StatsQueries(Queries):
    """Queries about the scores, topics and scorers of days."""

    @cached_property  # two fifths of a cold build: each day's page compares its scores with those before
    def _places(self) -> dict[str, bytes]:
        decode = msgspec.json.Decoder(Receipt).decode
        receipts = dict(self._db.execute("SELECT date, receipt FROM day WHERE receipt IS NOT NULL"))
        days = (
            ScoredDay.of(date, stats, decode(receipts[date]) if date in receipts else None, date in self._change_days)
            for date, stats in self._decoded()
        )
        return {date: msgspec.json.encode(of_day) for date, of_day in places(days)}

    @cached_property
    def _change_days(self) -> dict[str, ScorerChange]:
        return {change.date: change for change in scorer_changes(self._decoded())}

    def _decoded(self, first: str = "", last: str = "9999") -> Iterator[tuple[str, DayStats]]:
        decode = msgspec.json.Decoder(DayStats).decode
        return ((date, decode(stats)) for date, stats in self._stored(first, last))

    def _stored(self, first: str = "", last: str = "9999") -> Iterator[tuple[str, bytes]]:
        statement = "SELECT date, stats FROM day WHERE date BETWEEN ? AND ? ORDER BY date"
        yield from self._db.execute(statement, (first, last))

    @query
    def day_stats(self, first: str = "", last: str = "9999") -> dict[str, DayStats]:
        """Return the counts of each day from `first` to `last`, oldest first."""
        return dict(self._decoded(first, last))

    @query
    def places(self, date: str) -> Places:
        """Return the place of each score of a day among all papers scanned, best first."""
        return msgspec.json.decode(self._places.get(date, b"[]"), type=Places)

    @query
    def scorer_change(self, date: str) -> ScorerChange | None:
        """Return the change of the model or the rubric on a day, if there is one."""
        return self._change_days.get(date)

    @query
    def scorer_changes(self, first: str = "", last: str = "9999") -> list[ScorerChange]:
        """Return the changes of the model or the rubric from `first` to `last`, oldest first."""
        return [change for date, change in self._change_days.items() if first <= date <= last]
