"""Which papers of the archive are related, kept in step with it: what `likeness` finds, day by day, in the index.

A paper is related to earlier ones, found once, and to those later ones that have it among their first: so a day that is
closed gains newer relatives, and few days do at a time.
"""

import hashlib
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import accumulate, groupby
from typing import NamedTuple

import msgspec

from broadsheet.index.database import TOP
from broadsheet.index.days import Entry
from broadsheet.index.periods import year_before
from broadsheet.index.term_vectors import DayVectors

LATER = 3  # papers that came after, at most
NAMED = 3  # a later paper counts if this one is among so many that it is most like

_TEXTS = msgspec.msgpack.Decoder(DayVectors)
_WITH_PAGE = f"(SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = e.arxiv_id)"
_LATER = (
    "SELECT *, row_number() OVER (PARTITION BY other_date, other ORDER BY likeness DESC, date, arxiv_id) AS turn"
    f" FROM related WHERE place <= {NAMED}"
)


class RelatedPapers(NamedTuple):
    """Papers about the same as one: `earlier` than it or of its day, and `later`; the nearest first."""

    earlier: list[Entry]
    later: list[Entry]


class RelatedIndex:
    """The part of an index that knows which papers are related. Without any it costs nothing."""

    def __init__(self, db: sqlite3.Connection, paper_pages: str) -> None:
        """`paper_pages` as in the settings: only papers with a page have relatives."""
        self._db = db
        self._none = paper_pages == "none"
        self._with_page = "1" if paper_pages == "all" else _WITH_PAGE

    # -- keeping in step -------------------------------------------------------------------------------------------

    def forget(self, date: str) -> None:
        """Forget what the papers of a day say."""
        for table in ("text", "related", "kin"):
            self._db.execute(f"DELETE FROM {table} WHERE date = ?", (date,))

    def store(self, date: str, texts: bytes | None) -> None:
        """Keep what the papers of a day say."""
        if texts:
            self._db.execute("INSERT INTO text VALUES (?, ?)", (date, texts))
            self._db.execute("INSERT INTO kin VALUES (?, ?, '', '')", (date, _TEXTS.decode(texts).digest))

    def refresh(self, changed: Iterable[str], repeated: Mapping[str, str], versions: Mapping[str, str]) -> None:
        """Find the relatives of what is new, and of what saw other papers when it came.

        `changed` are the papers of the days that changed; `repeated` names, for each day that shows one of them, the
        papers that an earlier one has shown; `versions` has what changes when a day does.
        """
        if self._none:
            return
        self.__dict__.pop("_versions", None)
        top = f"SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = ?1"
        known = "other = ?1 AND other_date IN (SELECT e.date FROM entry e WHERE e.arxiv_id = ?1)"
        self._db.executemany(f"UPDATE related SET top = ({top}) WHERE {known}", ((name,) for name in changed))
        self._db.executemany("UPDATE kin SET repeats = ? WHERE date = ?", ((it, date) for date, it in repeated.items()))
        stale = self._stale(versions)
        for _, dates in groupby(sorted(stale), key=lambda date: date[:7]):
            self._relate({date: stale[date] for date in dates})

    def _stale(self, versions: Mapping[str, str]) -> dict[str, str]:
        """The days whose relatives are not those they would be given today, each with its new key."""
        rows = self._db.execute("SELECT date, digest, repeats, key FROM kin ORDER BY date").fetchall()
        dates = [date for date, *_ in rows]
        # What a day is compared with is told by a sum, so that it is known for every day at once.
        sums = [0, *accumulate(_number(date, digest, repeats) for date, digest, repeats, _ in rows)]
        firsts = [bisect_left(dates, year_before(date)) for date in dates]
        keys = {
            date: f"{sums[at + 1] - sums[firsts[at]]:x} {_number(versions[date]):x}" for at, date in enumerate(dates)
        }
        return {date: keys[date] for date, _, _, key in rows if key != keys[date]}

    def _relate(self, stale: Mapping[str, str]) -> None:
        """Find the relatives of the papers of some days anew."""
        from broadsheet.index.similarity import similar_papers  # noqa: PLC0415 - loads numpy

        rows = self._db.execute(
            "SELECT date, record, repeats FROM text JOIN kin USING (date) WHERE date BETWEEN ? AND ? ORDER BY date",
            (year_before(min(stale)), max(stale)),
        )
        days = {date: _TEXTS.decode(record).without(set(repeats.split())) for date, record, repeats in rows}
        found = similar_papers(days, {date: self._asked(date) for date in stale})
        related = (
            (date, name, place, *it, _number(date, name, days[date].digest, place, *it, days[it.date].digest) >> 88)
            for date, papers in found.items()
            for name, listed in papers.items()
            for place, it in enumerate(listed, 1)
        )
        self._db.executemany("DELETE FROM related WHERE date = ?", ((date,) for date in stale))
        top = f"(SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = ?5)"
        self._db.executemany(f"INSERT INTO related VALUES (?, ?, ?, ?, ?, ?, ?, {top})", related)
        self._db.executemany("UPDATE kin SET key = ? WHERE date = ?", ((key, date) for date, key in stale.items()))

    def _asked(self, date: str) -> list[str]:
        """The papers of a day that have a page."""
        rows = self._db.execute(f"SELECT e.arxiv_id FROM entry e WHERE e.date = ? AND {self._with_page}", (date,))
        return [name for (name,) in rows]

    # -- asking ----------------------------------------------------------------------------------------------------

    def of_day(self, date: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
        """For the papers that `date` was the first to show: earlier relatives and later ones, the nearest first.

        Each as (paper, the relative, the first day that showed it).
        """
        earlier = "SELECT arxiv_id, other, other_date FROM related WHERE date = ? ORDER BY arxiv_id, place"
        later = f"SELECT other, arxiv_id, date FROM ({_LATER} AND other_date = ?) WHERE turn <= {LATER}"
        both = self._db.execute(earlier, (date,)), self._db.execute(f"{later} ORDER BY other, turn", (date,))
        return both[0].fetchall(), both[1].fetchall()

    def version(self, date: str) -> str:
        """What changes when the relatives of the papers of `date` do, or what is said of them."""
        return self._versions.get(date, "")

    @cached_property
    def _versions(self) -> dict[str, str]:
        """Sums of numbers that stand for what is said: one question for all days."""
        earlier = dict(self._db.execute("SELECT date, sum(2 * mark + top) FROM related GROUP BY date"))
        later = dict(
            self._db.execute(f"SELECT other_date, sum(mark) FROM ({_LATER}) WHERE turn <= {LATER} GROUP BY other_date")
        )
        return {date: f"{earlier.get(date, 0):x} {later.get(date, 0):x}" for date in earlier.keys() | later.keys()}


class RelatedQueries:
    """What views ask of a catalogue about related papers."""

    _relatives: RelatedIndex
    _entries: Callable[..., list[Entry]]

    def related(self, date: str) -> dict[str, RelatedPapers]:
        """By id, what is related to the papers that `date` was the first to show; only papers with a page have any."""
        found: dict[str, RelatedPapers] = {}
        for part, rows in enumerate(self._relatives.of_day(date)):
            for name, other, shown in rows:
                listed = found.setdefault(name, RelatedPapers([], []))[part]
                listed += self._entries("WHERE e.arxiv_id = ? AND e.date = ?", other, shown)
        return found


def _number(*parts: object) -> int:
    """128 bits that stand for the parts."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:16])
