"""The catalogue: an SQLite file with what views ask for, kept in step with the archive by fingerprint."""

import bisect
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from broadsheet.index import repeats
from broadsheet.index.authors import AuthorQueries, AuthorIndex
from broadsheet.index.counts import CountQueries
from broadsheet.index.database import GOOD, SCHEMA, TOP, open_database
from broadsheet.index.day_stats import StatsQueries
from broadsheet.index.days import DayHead, Entry, TopicMatcher
from broadsheet.index.ingest import Archive, DayRows, Depth, day_rows
from broadsheet.index.periods import months, neighbours, span, weeks
from broadsheet.index.related import RelatedQueries, RelatedIndex
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.publication import Publication, deduplicate
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings

A = TypeVar("A")


class MapFn(Protocol):
    """How a function is applied to many days, as `map` does it; perhaps in other processes."""

    def __call__(self, do: Callable[[str], A], dates: list[str], /) -> Iterable[A]: ...


_first = itemgetter(0)
_PUBLICATION = msgspec.json.Decoder(Publication)
_ENTRY = msgspec.json.Decoder(Entry)


def _entry(record: bytes, first_seen: str, top: bool) -> Entry:
    return msgspec.structs.replace(_ENTRY.decode(record), first_seen=first_seen, top=top)


class Catalogue(AuthorQueries, CountQueries, RelatedQueries, StatsQueries):
    """The index of one archive. Open it, `refresh` it, ask it."""

    def __init__(self, path: Path | str, settings: Settings, version: str = "") -> None:
        """Open the index at `path` (``:memory:`` for none).

        One of another version, or for other topics, sources or pages, is emptied.
        """
        self._sources = sorted(settings.sources)
        asked = msgspec.json.encode(
            (settings.topics, self._sources, Depth.of(settings), settings.paper_pages, settings.author_pages)
        )
        self._version = hashlib.sha256(SCHEMA.encode() + version.encode() + asked).hexdigest()
        self._match = TopicMatcher(settings)
        self._db = open_database(path, self._version)
        self._depth = Depth.of(settings)
        self._relatives = RelatedIndex(self._db, settings.paper_pages)
        self._people = AuthorIndex(self._db, settings.author_pages)

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    # -- keeping in step -------------------------------------------------------------------------------------------

    def refresh(self, archive: Archive, spread: MapFn = map, compare: MapFn = map) -> list[str]:
        """Read what changed in `archive`; return the dates that did.

        `spread` is how days are read, `compare` how their fingerprints are taken. Raises DigestError with every problem
        of data that cannot be read; then the index is as it was.
        """
        known = dict(self._db.execute("SELECT date, fingerprint FROM day"))
        dates = archive.dates()
        both = [date for date in dates if date in known]
        same = {date for date, now in zip(both, compare(archive.fingerprint, both), strict=True) if now == known[date]}
        changed = sorted({*known, *dates} - same)
        problems: list[Diagnostic] = []
        with self._db:
            touched = self._on(changed)
            for date in changed:
                self._forget(date)
            read = partial(day_rows, archive, self._match, self._depth)
            for rows in spread(read, [date for date in dates if date not in same]):
                problems += rows.problems
                if not problems:
                    self._store(rows)
                    touched.update(arxiv_id for _, _, arxiv_id, *_ in rows.day_entries)
            if problems:
                raise DigestError(problems)
            if changed:
                repeated = repeats.refresh(self._db, {*changed, *self._showing(touched, changed)})
                self._forget_answers()
                self._relatives.refresh(touched, repeated, self._versions)
            if self._refresh_publications(archive) or changed:
                self._people.refresh()
        self._forget_answers()
        return changed

    def _forget_answers(self) -> None:
        """Let go of what one question left at hand for the next: all of it, so that nothing has to be named."""
        for name in list(vars(self)):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(self, name)

    def _on(self, dates: Iterable[str]) -> set[str]:
        """The papers of some days."""
        return {
            row[0] for date in dates for row in self._db.execute("SELECT arxiv_id FROM entry WHERE date = ?", (date,))
        }

    def _showing(self, papers: Iterable[str], but: Iterable[str]) -> set[str]:
        """The other days that show one of `papers`, where there are any."""
        left = {date for (date,) in self._db.execute("SELECT date FROM day")}.difference(but)
        query = "SELECT date FROM entry WHERE arxiv_id = ?"
        return {row[0] for name in papers for row in self._db.execute(query, (name,))} & left if left else set()

    def _forget(self, date: str) -> None:
        for table in ("day", "entry", "topic", "author", "again"):
            self._db.execute(f"DELETE FROM {table} WHERE date = ?", (date,))
        named = ((source, date) for source in self._sources)
        self._db.executemany("DELETE FROM source WHERE source = ? AND date = ?", named)
        self._relatives.forget(date)

    def _store(self, rows: DayRows) -> None:
        self._db.execute("INSERT INTO day VALUES (?, ?, ?, ?, ?, ?, ?)", rows.day)
        self._db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows.day_entries)
        self._db.executemany("INSERT INTO topic VALUES (?, ?, ?, ?)", rows.topics)
        self._db.executemany("INSERT OR IGNORE INTO author VALUES (?, ?, ?, ?, ?, ?)", rows.authors)
        named = (row for row in rows.sources if row[0] in self._sources)  # the others have no feed to be asked for
        self._db.executemany("INSERT INTO source VALUES (?, ?, ?, ?)", named)
        self._relatives.store(rows.day[0], rows.term_vectors)

    def _refresh_publications(self, archive: Archive) -> bool:
        """Whether they were others than before."""
        fingerprint = archive.publications_fingerprint()
        if self._db.execute("SELECT 1 FROM meta WHERE key = 'publications' AND value = ?", (fingerprint,)).fetchone():
            return False
        self._db.execute("DELETE FROM publication")
        self._db.execute("DELETE FROM same")
        oldest_first = deduplicate(archive.publications())
        self._people.store_works(reversed(oldest_first))
        for position, publication in enumerate(oldest_first):
            row = (-position, publication.id, publication.list_date, msgspec.json.encode(publication))
            self._db.execute("INSERT INTO publication VALUES (?, ?, ?, ?)", row)
            names = [("arxiv", value) for value in publication.arxiv_ids]
            names += [("doi", publication.doi.lower())] if publication.doi else []
            self._db.executemany("INSERT OR IGNORE INTO same VALUES (?, ?, ?)", ((*n, publication.id) for n in names))
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('publications', ?)", (fingerprint,))
        return True

    # -- days ------------------------------------------------------------------------------------------------------

    @cached_property
    def _heads(self) -> dict[str, DayHead]:
        rows = self._db.execute("SELECT date, state, papers, receipt FROM day ORDER BY date")
        return {
            date: DayHead(
                date=date,
                state=DayState(state),
                papers=papers,
                receipt=msgspec.json.decode(receipt, type=Receipt) if receipt else None,
                has_page=papers > 0 or DayState(state) != DayState.MISSING,
            )
            for date, state, papers, receipt in rows
        }

    @cached_property
    def _listed(self) -> dict[str, list[str]]:
        dates = [date for date, head in self._heads.items() if head.has_page]
        return {"day": dates, "week": weeks(dates), "month": months(dates)}

    @cached_property
    def _seen(self) -> dict[str, str]:
        return dict(self._db.execute("SELECT date, seen FROM day ORDER BY date"))

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {date: f"{fingerprint} {self._seen[date]}" for date, fingerprint in self.day_fingerprints().items()}

    def periods(self, period: str = "day") -> list[str]:
        """The days, weeks or months (``day``, ``week``, ``month``) that have a page, oldest first."""
        return self._listed[period]

    def neighbours(self, period: str, name: str) -> tuple[str | None, str | None]:
        """The day, week or month with a page before `name`, and the one after it."""
        return neighbours(self._listed[period], name)

    def newest_day(self, with_papers: bool = False) -> str | None:
        """The newest day with a page, or with papers."""
        dates = reversed(self._listed["day"])
        return next((date for date in dates if self._heads[date].papers or not with_papers), None)

    def is_recent(self, date: str, days: int) -> bool:
        """Whether the newest day with a page is at most so many days after `date`."""
        newest = self.newest_day()
        return newest is None or date >= (dt.date.fromisoformat(newest) - dt.timedelta(days)).isoformat()

    def head(self, date: str) -> DayHead | None:
        """A day on record, without its papers."""
        return self._heads.get(date)

    def span(self, first: str, last: str) -> list[DayHead | None]:
        """Every date from `first` to `last`: its day; a missing one for a weekday without a record; else None."""
        return span(self._heads, first, last)

    def days(self) -> list[DayHead | None]:
        """Every date from the first day on record to the last, as `span` has it."""
        return span(self._heads, next(iter(self._heads)), next(reversed(self._heads))) if self._heads else []

    def day(self, date: str) -> list[Entry]:
        """The papers of a day, best first."""
        elsewhere = repeats.noted(self._seen.get(date, ""))
        rows = self._db.execute("SELECT record, rank FROM entry WHERE date = ? ORDER BY rank", (date,))
        return [_entry(record, *elsewhere.get(rank, (date, rank <= TOP))) for record, rank in rows]

    def later_entries(self, date: str) -> list[Entry]:
        """What later days say of the papers that `date` was the first to show, oldest first."""
        return self._entries(
            "JOIN entry o ON o.arxiv_id = e.arxiv_id AND o.date = ?1 WHERE e.date > ?1"
            " AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.arxiv_id = e.arxiv_id AND x.date < ?1)"
            " ORDER BY e.date, e.rank",
            date,
        )

    def best(self, first: str, last: str, limit: int) -> list[Entry]:
        """The best papers shown from `first` to `last` (both included), each once, where it scored best."""
        return self._entries(
            "WHERE (e.date, e.rank) IN (SELECT date, rank FROM (SELECT date, rank, score, relevance, upvotes,"
            " row_number() OVER (PARTITION BY arxiv_id ORDER BY score DESC NULLS LAST, relevance DESC, date) AS turn"
            " FROM entry WHERE date BETWEEN ? AND ?) WHERE turn = 1"
            " ORDER BY score DESC NULLS LAST, relevance DESC, upvotes DESC NULLS LAST, date, rank LIMIT ?)"
            " ORDER BY e.score DESC NULLS LAST, e.relevance DESC, e.upvotes DESC NULLS LAST, e.date, e.rank",
            first,
            last,
            limit,
        )

    def newest(self, limit: int, topic: str | None = None) -> list[Entry]:
        """The newest papers (of a topic), each once, on the first day it was shown: newest day first, best first."""
        if topic is None:
            return self._newest("entry s WHERE", "entry x WHERE", limit)
        return self._newest("topic s WHERE s.topic = ?2 AND", "topic x WHERE x.topic = ?2 AND", limit, topic)

    def newest_good(self, limit: int) -> list[Entry]:
        """The same of papers whose relevance is `GOOD` or more, on the first day it was."""
        good = f"relevance >= {GOOD} AND"
        return self._newest(f"entry s WHERE s.{good}", f"entry x WHERE x.{good}", limit)

    def newest_from(self, source: str, limit: int) -> list[Entry]:
        """The same of papers from a source the settings name, on the first day they came from there."""
        earlier = "entry x CROSS JOIN source o ON o.source = ?2 AND o.date = x.date AND o.rank = x.rank WHERE"
        return self._newest("source s WHERE s.source = ?2 AND", earlier, limit, source)

    def _newest(self, rows: str, earlier: str, limit: int, *values: str) -> list[Entry]:
        """`rows`, called s, of papers that are not among the `earlier` ones, called x. Reads no more than it must."""
        return self._entries(
            f"WHERE (e.date, e.rank) IN (SELECT s.date, s.rank FROM {rows}"
            f" NOT EXISTS (SELECT 1 FROM {earlier} x.arxiv_id = s.arxiv_id AND x.date < s.date)"
            " ORDER BY s.date DESC, s.rank LIMIT ?1) ORDER BY e.date DESC, e.rank",
            limit,
            *values,
        )

    def first_days(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the first day on which each of the papers `ids` stands, for those that stand on any."""
        query = "SELECT arxiv_id, min(date) FROM entry WHERE arxiv_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
        return dict(self._db.execute(query, (msgspec.json.encode(sorted(ids)).decode(),)))

    def _entries(self, where: str, *values: str | int | None) -> list[Entry]:
        rows = self._db.execute(
            "SELECT e.record, (SELECT min(f.date) FROM entry f WHERE f.arxiv_id = e.arxiv_id),"
            f" (SELECT min(f.rank) <= {TOP} FROM entry f WHERE f.arxiv_id = e.arxiv_id) FROM entry e {where}",
            values,
        )
        return [_entry(record, first, bool(top)) for record, first, top in rows]

    # -- publications ----------------------------------------------------------------------------------------------

    def publications(self) -> list[Publication]:
        """All publications, newest first."""
        return self._publications("SELECT record FROM publication ORDER BY position")

    def newest_publications(self, limit: int) -> list[Publication]:
        """The publications whose records were made last, newest first."""
        return self._publications("SELECT record FROM publication ORDER BY listed_on DESC, position LIMIT ?", limit)

    def publications_on(self, date: str) -> dict[str, list[Publication]]:
        """The publications that are papers of a day, by arXiv id or DOI; the keys are the papers' ids."""
        found: dict[str, list[Publication]] = {}
        if date not in self._with_publications:
            return found
        for kind, column in (("arxiv", "arxiv_id"), ("doi", "doi")):
            rows = self._db.execute(
                f"SELECT e.arxiv_id, p.record FROM entry e JOIN same s ON s.kind = ? AND s.value = e.{column}"
                " JOIN publication p ON p.id = s.publication WHERE e.date = ? ORDER BY p.position",
                (kind, date),
            )
            for arxiv_id, record in rows:
                listed, one = found.setdefault(arxiv_id, []), _PUBLICATION.decode(record)
                listed += [] if one in listed else [one]
        return found

    @cached_property
    def _with_publications(self) -> set[str]:
        """The days with papers that are publications: few, so that most need not be asked one by one."""
        query = (
            "SELECT e.date FROM same s CROSS JOIN entry e ON e.arxiv_id = s.value WHERE s.kind = 'arxiv'"
            " UNION SELECT e.date FROM same s CROSS JOIN entry e ON e.doi = s.value WHERE s.kind = 'doi'"
        )
        return set(map(_first, self._db.execute(query)))

    def entries_of(self, publication: str) -> list[Entry]:
        """Where the digest showed the paper of the publication with this id, oldest first."""
        return self._entries(
            "WHERE e.arxiv_id IN (SELECT value FROM same WHERE kind = 'arxiv' AND publication = ?)"
            " OR e.doi IN (SELECT value FROM same WHERE kind = 'doi' AND publication = ?) ORDER BY e.date, e.rank",
            publication,
            publication,
        )

    def _publications(self, query: str, *values: str | int) -> list[Publication]:
        return [_PUBLICATION.decode(record) for (record,) in self._db.execute(query, values)]

    # -- versions --------------------------------------------------------------------------------------------------

    def day_versions(self) -> dict[str, str]:
        """For every day, oldest first, what changes when anything it shows does."""
        return self._versions

    def day_fingerprints(self) -> dict[str, str]:
        """For every day, oldest first, what changes when a file of its own does."""
        return dict(self._db.execute("SELECT date, fingerprint FROM day ORDER BY date"))

    def publications_version(self) -> str:
        """What changes when a publication does."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'publications'").fetchone()
        return str(row[0]) if row else ""

    def version(self, query: str, arguments: tuple[Any, ...]) -> str:
        """What changes when the answer to a query does.

        The answer's own digest, where that is cheap; else that of the days it is made of.
        """
        if query == "day":
            return self._versions.get(str(arguments[0]), "")
        if query == "head":
            return self._head_versions.get(str(arguments[0]), "")
        if query == "related":
            return self._relatives.version(str(arguments[0]))
        if query == "author_links":
            return self._people.links_version(str(arguments[0]))
        if query in ("author", "author_papers", "author_publications"):
            return self._people.version(str(arguments[0]), self.publications_version())
        if query == "span":
            answer: object = (self._between(self._head_versions, arguments), self._ends(*arguments))
        elif query in ("best", "topic_counts") and arguments:
            answer = self._between(self._versions, arguments)
        elif query == "publications":
            answer = self.publications_version()
        else:
            answer = getattr(self, query)(*arguments)
        return hashlib.sha256(msgspec.json.encode(answer)).hexdigest()[:16]

    @cached_property
    def _head_versions(self) -> dict[str, str]:
        return {
            date: hashlib.sha256(msgspec.json.encode(rest)).hexdigest()[:16]
            for date, *rest in self._db.execute("SELECT date, state, papers, receipt FROM day")
        }

    def _between(self, versions: Mapping[str, str], limits: tuple[Any, ...]) -> list[tuple[str, str]]:
        """The versions of the days from one date to another."""
        start = bisect.bisect_left(self._dates, str(limits[0]))
        end = bisect.bisect_right(self._dates, str(limits[1]))
        return [(date, versions[date]) for date in self._dates[start:end]]

    def _ends(self, first: str, last: str) -> list[str]:
        """The ends of the archive as seen between two dates: inside it, a weekday without a record is a gap."""
        ends = (*self._dates[:1], *self._dates[-1:])
        return ["before" if end < first else "after" if end > last else end for end in ends]

    @cached_property
    def _dates(self) -> list[str]:
        return list(self._versions)
