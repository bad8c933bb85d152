"""The catalogue: all queries of the index that pages make."""

import datetime as dt
from functools import cached_property

import msgspec

from broadsheet.index import repeats
from broadsheet.index.authors import AuthorQueries
from broadsheet.index.citation_keys import CitationKeyQueries
from broadsheet.index.counts import CountQueries
from broadsheet.index.database import GOOD, TOP
from broadsheet.index.days import DayHead, Entry
from broadsheet.index.periods import months, neighbours, span, weeks
from broadsheet.index.queries import Queries, decode_entry, decode_publication, query
from broadsheet.index.related import RelatedQueries
from broadsheet.index.stats import StatsQueries
from broadsheet.model.publication import Publication
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState

_IDENTIFIERS = (("arxiv", "arxiv_id"), ("doi", "doi"))  # the kinds, each with its column of entries


class DayQueries(Queries):
    """Queries about days and their papers."""

    @cached_property  # 2 % of a cold build, 7 % of one more day
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

    @cached_property  # 1 % of a cold build, 3 % of one more day
    def _periods(self) -> dict[str, list[str]]:
        dates = [date for date, head in self._heads.items() if head.has_page]
        return {"day": dates, "week": weeks(dates), "month": months(dates)}

    @cached_property  # 1 % of one more day
    def _repeats(self) -> dict[str, str]:
        return dict(self._db.execute("SELECT date, repeats FROM day ORDER BY date"))

    @query
    def periods(self, kind: str = "day") -> list[str]:
        """Return the days, weeks or months (``day``, ``week``, ``month``) that have a page, oldest first."""
        return self._periods[kind]

    @query
    def neighbours(self, kind: str, name: str) -> tuple[str | None, str | None]:
        """Return the day, week or month with a page before `name`, and the one after it."""
        return neighbours(self._periods[kind], name)

    @query
    def newest_day(self, with_papers: bool = False) -> str | None:
        """Return the newest day with a page, or with papers."""
        dates = reversed(self._periods["day"])
        return next((date for date in dates if self._heads[date].papers or not with_papers), None)

    @query
    def is_recent(self, date: str, days: int) -> bool:
        """Return whether the newest day with a page is at most `days` days after `date`."""
        newest = self.newest_day()
        return newest is None or date >= (dt.date.fromisoformat(newest) - dt.timedelta(days)).isoformat()

    @query
    def head(self, date: str) -> DayHead | None:
        """Return a day on record without its papers."""
        return self._heads.get(date)

    @query
    def span(self, first: str, last: str) -> list[DayHead | None]:
        """Return for each date of a span its day, a missing one for a weekday without a record, or None."""
        return span(self._heads, first, last)

    @query
    def days(self) -> list[DayHead | None]:
        """Return the `span` from the first day on record to the last."""
        return span(self._heads, next(iter(self._heads)), next(reversed(self._heads))) if self._heads else []

    @query
    def day(self, date: str) -> list[Entry]:
        """Return the papers of a day, best first."""
        elsewhere = repeats.parse(self._repeats.get(date, ""))
        rows = self._db.execute("SELECT record, rank FROM entry WHERE date = ? ORDER BY rank", (date,))
        return [decode_entry(record, *elsewhere.get(rank, (date, rank <= TOP))) for record, rank in rows]

    @query
    def later_entries(self, date: str) -> list[Entry]:
        """Return the entries on later days of the papers that `date` was the first to show, oldest first."""
        return self._entries(
            "JOIN entry o ON o.arxiv_id = e.arxiv_id AND o.date = ?1 WHERE e.date > ?1"
            " AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.arxiv_id = e.arxiv_id AND x.date < ?1)"
            " ORDER BY e.date, e.rank",
            date,
        )

    def days_with_later_entries(self) -> set[str]:
        """Return the days with `later_entries`."""
        rows = self._db.execute(
            "SELECT min(date) FROM entry WHERE arxiv_id IN (SELECT arxiv_id FROM repeat) GROUP BY arxiv_id"
        )
        return {date for (date,) in rows}

    @query
    def best(self, first: str, last: str, limit: int) -> list[Entry]:
        """Return the best papers from `first` to `last` (both included), each once, where its sort key is best.

        On that day a paper is among the best `limit` papers, so others need not be compared.
        """
        return self._entries(
            "WHERE (e.date, e.rank) IN (SELECT date, rank FROM (SELECT date, rank, sort_key,"
            " row_number() OVER (PARTITION BY arxiv_id ORDER BY sort_key, date)"
            " AS row_number FROM entry WHERE date BETWEEN ?1 AND ?2 AND rank <= ?3) WHERE row_number = 1"
            " ORDER BY sort_key, date, rank LIMIT ?3)"
            " ORDER BY e.sort_key, e.date, e.rank",
            first,
            last,
            limit,
        )

    @query
    def newest(self, limit: int, topic: str | None = None) -> list[Entry]:
        """Return the newest papers (of a topic), each once, on its first day: newest day first, best first."""
        if topic is None:
            return self._newest("entry s WHERE", "entry x WHERE", limit)
        return self._newest("topic s WHERE s.topic = ?2 AND", "topic x WHERE x.topic = ?2 AND", limit, topic)

    @query
    def newest_good(self, limit: int) -> list[Entry]:
        """Return the newest papers whose relevance is `GOOD` or more, on the first day that rated them so."""
        good = f"relevance >= {GOOD} AND"
        return self._newest(f"entry s WHERE s.{good}", f"entry x WHERE x.{good}", limit)

    @query
    def newest_from(self, source: str, limit: int) -> list[Entry]:
        """Return the newest papers from a source of the settings, on the first day with them from there."""
        earlier = "entry x CROSS JOIN source o ON o.source = ?2 AND o.date = x.date AND o.rank = x.rank WHERE"
        return self._newest("source s WHERE s.source = ?2 AND", earlier, limit, source)

    def _newest(self, rows: str, earlier: str, limit: int, *values: str) -> list[Entry]:
        """Return the `rows`, called s, whose papers are not in `earlier` ones, called x. Reads no more than needed."""
        return self._entries(
            f"WHERE (e.date, e.rank) IN (SELECT s.date, s.rank FROM {rows}"
            f" NOT EXISTS (SELECT 1 FROM {earlier} x.arxiv_id = s.arxiv_id AND x.date < s.date)"
            " ORDER BY s.date DESC, s.rank LIMIT ?1) ORDER BY e.date DESC, e.rank",
            limit,
            *values,
        )


class PublicationQueries(Queries):
    """Queries about publications."""

    @query
    def publications(self) -> list[Publication]:
        """Return all publications, newest first."""
        return self._publications("SELECT record FROM publication ORDER BY position")

    @query
    def newest_publications(self, limit: int) -> list[Publication]:
        """Return the publications with the newest records, newest first."""
        return self._publications("SELECT record FROM publication ORDER BY listed_on DESC, position LIMIT ?", limit)

    @query
    def publications_on(self, date: str) -> dict[str, list[Publication]]:
        """Return the publications that are papers of a day, by arXiv id or DOI; the keys are the papers' ids."""
        matches: dict[str, list[Publication]] = {}
        for kind, column in _IDENTIFIERS:
            rows = self._db.execute(
                f"SELECT e.arxiv_id, p.record FROM entry e JOIN identifier i ON i.kind = ? AND i.value = e.{column}"
                " JOIN publication p ON p.id = i.publication WHERE e.date = ? ORDER BY p.position",
                (kind, date),
            )
            for arxiv_id, record in rows:
                publications, publication = matches.setdefault(arxiv_id, []), decode_publication(record)
                publications += [] if publication in publications else [publication]
        return matches

    def days_with_publications(self) -> set[str]:
        """Return the days with `publications_on`."""
        return {
            date
            for kind, column in _IDENTIFIERS
            for (date,) in self._db.execute(
                f"SELECT e.date FROM identifier i JOIN entry e ON i.kind = ? AND i.value = e.{column}", (kind,)
            )
        }

    @query
    def entries_of(self, publication: str) -> list[Entry]:
        """Return the entries of the paper that is the publication with this id, oldest first."""
        return self._entries(
            "WHERE e.arxiv_id IN (SELECT value FROM identifier WHERE kind = 'arxiv' AND publication = ?)"
            " OR e.doi IN (SELECT value FROM identifier WHERE kind = 'doi' AND publication = ?)"
            " ORDER BY e.date, e.rank",
            publication,
            publication,
        )


class Catalogue(
    DayQueries, PublicationQueries, AuthorQueries, CitationKeyQueries, CountQueries, RelatedQueries, StatsQueries
):
    """All queries of the index that pages make."""
