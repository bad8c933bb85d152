"""The fetcher of arXiv's papers of one day: from the daily feed while it has them, else from the API and OAI-PMH.

Only the feed lists papers that were on hold and late cross-lists, since no window of submission contains them. So a day
from the API stays open as long as its feed may come.

The feed has authors as one text, no comments, and sometimes yesterday's papers under today's date. So the details of
each new paper are requested. Their time of submission shows the day of the paper.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.model.arxiv_categories import is_in
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.arxiv.services import MOST_IN_FEED, ArxivServices, is_full_feed
from broadsheet.providers.arxiv.withdrawal import announces_withdrawal
from broadsheet.providers.fetch_result import FetchResult, FetchTask, SourceStatus, absence_diagnostic
from broadsheet.providers.parse_result import ParseResult
from broadsheet.settings.fetch import Arxiv, Fetch

NAME = "arxiv"
_LONGEST_S = 1200.0  # a request every three seconds, and one or two waits of minutes that arXiv requests
_LAGS = "arXiv's list of this day was taken from its API, whose index may be behind"
_FEW = 5  # papers of a category: fewer that are all older than the day may have been on hold
_FULL = "arXiv's feed of this day was full; its API and OAI-PMH, which complete it, may be behind"
_LONGEST_HOLD_DAYS = 30  # OAI-PMH also lists corrected records. A first version older than this is taken for one.
_ORDER = ("new", "cross", "replace", "replace-cross")


def tasks(settings: Fetch) -> Iterator[FetchTask]:
    """Yield the task of arXiv's papers, if the settings have categories."""
    if settings.arxiv.categories:
        function = partial(fetch, settings)
        yield FetchTask(NAME, function, longest_s=_LONGEST_S, resume=function)


def fetch(settings: Fetch, web: HttpClient, date: str, today: str, reason: str = "") -> FetchResult:
    """Return the papers of `date`. `today` is the newest possible day, `reason` says why the day is open, if it is.

    Raises DigestError if arXiv sent nothing.
    """
    day = _Day(ArxivServices(web, settings.endpoints), settings.arxiv, date, today)
    near = abs((datetime.date.fromisoformat(date) - datetime.date.fromisoformat(today)).days) <= 1
    if not (near and day.from_feed()):
        day.from_archive(was_full=reason == _FULL)
        day.record_missing_feed(near, was_full=reason == _FULL)
    return day.finish()


class _Day:
    """The state of a day while it is fetched."""

    def __init__(self, services: ArxivServices, settings: Arxiv, date: str, today: str) -> None:
        self._services, self._settings, self._today = services, settings, today
        self._calendar = Calendar(settings.holidays)
        self._papers: dict[str, Paper] = {}
        self._feed_day: str | None = None
        self._changes: dict[str, ParseResult] = {}
        self._done = FetchResult(source=NAME, date=date)

    # -- the two sources -------------------------------------------------------------------------------------------

    def from_feed(self) -> bool:
        """Take the day from the feed; False if it is out of order, that of another day, or empty on a working day."""
        date = self._done.date
        try:
            feed_date, result, full = self._whole_feed()
        except DigestError as error:
            self._note(error)
            return False
        self._feed_day = feed_date
        if feed_date != date or any(row.date != date for row in result.rows):
            return False
        if not result.rows:
            return self._is_holiday()
        self._take(result)
        if self._settings.details:
            self._add_details()
            self._correct_stale_categories()
        if full:
            self._complete(full)
        return True

    def from_archive(self, *, was_full: bool) -> None:
        """Take papers by the date of submission from the API, and replacements by the date of change from OAI-PMH.

        Neither has the day of announcement: a paper that was on hold is on the day on which it was due. If the day's
        feed `was_full`, the first versions that OAI-PMH lists complete it, unless an earlier run did so.
        """
        date, window = self._done.date, self._calendar.window(self._done.date)
        if window:
            self._take(self._submitted(self._settings.categories, window))
        if was_full:
            self._take_first_versions(self._settings.categories)
            self._done.open = _FULL if self._has_faults() else ""
        if window is None:
            if not self._papers:
                self._is_holiday()
            return
        if self._settings.replacements and (self._papers or date < self._today):
            self._take_replaced(window[0])
        if not all(map(is_replacement, self._papers.values())):  # these come from OAI-PMH, whatever the API lacks
            return
        self._done.status, self._done.absent = SourceStatus.STALE, True
        self._done.problems.append(absence_diagnostic("arXiv", date))

    def record_missing_feed(self, near: bool, *, was_full: bool) -> None:
        """Record that the day lacks its feed, and whether the feed may still come.

        Feeds are renewed at midnight US Eastern: https://info.arxiv.org/help/rss.html
        """
        date = self._done.date
        if not self._calendar.announces(date):
            return
        if not was_full or self._done.open:
            self._done.lacks = "papers that were on hold and late cross-lists, which only the feed of the day lists"
        was_empty = self._feed_day == date and not self._papers
        if near and not was_empty and (self._feed_day is None or self._feed_day <= date):
            self._done.open = _FULL if was_full else "arXiv's list of this day was taken before its feed came out"

    def finish(self) -> FetchResult:
        """Return the result of the day."""
        done, wanted = self._done, self._wanted()
        done.announced = sum(not is_replacement(paper) for paper in self._papers.values())
        done.papers = tuple(paper for paper in wanted if not is_replacement(paper))
        done.replaced = tuple(paper for paper in wanted if is_replacement(paper))
        done.withdrawn = tuple(paper.arxiv_id for paper in wanted if paper.extra.get("withdrawn"))
        return done

    def _wanted(self) -> list[Paper]:
        """Return the papers that the settings want."""
        papers = list(self._papers.values())
        if not self._settings.cross_lists:
            papers = [paper for paper in papers if paper.announce_type != "cross"]
        return papers if self._settings.replacements else [paper for paper in papers if not is_replacement(paper)]

    # -- parts -----------------------------------------------------------------------------------------------------

    def _whole_feed(self) -> tuple[str | None, ParseResult, list[str]]:
        """Return the day of the feed, what it lists, and the categories of which it may not list everything."""
        date, categories = self._done.date, self._settings.categories
        feed_date, result = self._services.feed(categories, date)
        if not is_full_feed(result):
            return feed_date, result, []
        if len(categories) == 1:
            return feed_date, result, list(categories)
        full = []
        for category in categories:
            try:
                _, part = self._services.feed([category], date)
            except DigestError as error:
                self._note(error)
                full.append(category)
                continue
            full += [category] if is_full_feed(part) else []
            result.rows += part.rows
        return feed_date, result, full

    def _complete(self, categories: list[str]) -> None:
        """Add the papers that a full feed had no room for: it leaves out new papers first.

        The API has those submitted in time for this day, OAI-PMH those that were on hold or newly cross-listed.
        """
        date, names, before = self._done.date, ", ".join(categories), len(self._papers)
        had_faults, window = self._has_faults(), self._calendar.window(date)
        submitted = self._in_time(categories, window) if window else ParseResult()
        self._take(submitted)
        self._take_first_versions(categories)
        self._done.open = _FULL
        if window and not submitted.rows:
            self._report(
                f"the feed of {names} is full, and the API has no papers to complete it", "fetch the day again"
            )
            return
        more = len(self._papers) - before
        added = (
            f"{more:,} more {'paper' if more == 1 else 'papers'} added from {'the archive' if window else 'OAI-PMH'}"
        )
        what = f"the feed of {names} is full ({MOST_IN_FEED:,} items): {added}"
        hint = f"papers that were on hold for more than {_LONGEST_HOLD_DAYS} days may be missing"
        if not window:
            hint = (
                f"by the calendar nothing is announced on {date}, so the API was not used; check fetch.arxiv.holidays"
            )
        self._report(
            what, "fetch the day again for the rest" if self._has_faults() and not had_faults else hint, note=True
        )

    def _in_time(self, categories: Sequence[str], window: tuple[datetime.datetime, datetime.datetime]) -> ParseResult:
        """Return what the API has of the day; nothing, and a problem of the day, if it fails."""
        try:
            return self._submitted(categories, window)
        except DigestError as error:
            self._done.problems += error.problems
            return ParseResult()

    def _has_faults(self) -> bool:
        return not all(problem.is_note for problem in self._done.problems)

    def _take_first_versions(self, categories: Sequence[str]) -> None:
        """Add the first versions that OAI-PMH lists under this day, at most `_LONGEST_HOLD_DAYS` old.

        Papers that another day has, or that may have been announced before the archive began, are removed later
        (`daily.first_versions`, `daily.dedupe`).
        """
        undated = 0
        for result in self._modified(categories):
            rows = [row for row in result.rows if (row.paper.version or 1) == 1]
            new = [row.paper for row in rows if row.paper.arxiv_id not in self._papers]
            undated += sum(paper.published is None for paper in new)
            self._mark_unproven(new)
            self._take(ParseResult(rows=[row for row in rows if self._may_be_new(row.paper)], fixes=result.fixes))
        if undated:
            records = "1 record" if undated == 1 else f"{undated:,} records"
            self._report(f"OAI-PMH has {records} without a readable date", "papers may be missing", note=True)

    def _mark_unproven(self, papers: Iterable[Paper]) -> None:
        older = (paper for paper in papers if self._day_of(paper.published) < self._done.date)
        self._done.unproven |= {paper.arxiv_id for paper in older if self._may_be_new(paper)}

    def _may_be_new(self, paper: Paper) -> bool:
        """Return whether the settings want a first version, and it is not too old to be announced on this day."""
        is_wanted = self._settings.cross_lists or self._is_own(paper)
        return is_wanted and (paper.published or "") >= _days_before(self._done.date, _LONGEST_HOLD_DAYS)

    def _modified(self, categories: Sequence[str]) -> Iterator[ParseResult]:
        """Yield what OAI-PMH has of each category; what it does not give is a problem of the day."""
        for category in categories:
            if category not in self._changes:
                try:
                    self._changes[category] = self._services.modified(category, self._done.date)
                    self._done.problems += self._changes[category].problems
                except DigestError as error:
                    self._changes[category] = ParseResult()
                    self._done.problems += error.problems
            yield self._changes[category]

    def _is_holiday(self) -> bool:
        """Return whether the calendar has no announcement; if so, mark the day as quiet."""
        if self._calendar.announces(self._done.date):
            return False
        self._done.status = SourceStatus.QUIET
        return True

    def _submitted(self, categories: Sequence[str], window: tuple[datetime.datetime, datetime.datetime]) -> ParseResult:
        """Return the papers submitted in the window; the API's ``cat:`` with a star also matches other archives."""
        result = self._services.submitted(categories, window, self._done.date)
        pairs = ((row, row.paper.categories) for row in result.rows)
        result.rows = [row for row, codes in pairs if any(is_in(codes, category) for category in categories)]
        return result

    def _take(self, result: ParseResult) -> None:
        self._done.fixes += result.fixes
        self._done.problems += result.problems
        for row in sorted(result.rows, key=lambda row: _rank(row.paper)):
            paper = row.paper
            if paper.announce_type is None:
                paper = msgspec.structs.replace(paper, announce_type="new" if self._is_own(paper) else "cross")
            self._papers.setdefault(paper.arxiv_id, _marked(paper))

    def _is_own(self, paper: Paper) -> bool:
        """Return whether the paper belongs to one of the categories first."""
        return any(is_in(paper.categories[:1], category) for category in self._settings.categories)

    def _take_replaced(self, since: datetime.datetime) -> None:
        """Add the changed papers with a new version; other changes are corrections by arXiv."""
        first = since.date().isoformat()
        for result in self._modified(self._settings.categories):
            for row in result.rows:
                if (row.paper.version or 1) > 1 and (row.paper.updated or "") >= first:
                    paper = msgspec.structs.replace(row.paper, announce_type="replace")
                    self._papers.setdefault(paper.arxiv_id, _marked(paper))

    def _add_details(self) -> None:
        try:
            for result in self._services.details([p.arxiv_id for p in self._wanted()], self._done.date):
                self._detail(result)
        except DigestError as error:
            self._note(error)
            self._report("the feed's papers are kept without details", "fetch again to fill them in", note=True)

    def _detail(self, result: ParseResult) -> None:
        for row in result.rows:
            if paper := self._papers.get(row.paper.arxiv_id):
                self._papers[paper.arxiv_id] = _marked(_with_details(paper, row.paper))

    def _correct_stale_categories(self) -> None:
        """Put the day's papers in the place of those of an earlier day, category by category."""
        window = self._calendar.window(self._done.date)
        for category in self._settings.categories:
            new = [p for p in self._papers.values() if p.announce_type == "new" and is_in(p.categories[:1], category)]
            if window and new and self._are_older(new):
                try:
                    submitted = self._submitted([category], window)
                except DigestError as error:
                    self._done.problems += error.problems
                    submitted = ParseResult()
                if _has_own(submitted, category) or len(new) >= _FEW:  # fewer may have been on hold, with no other
                    self._replace_category(category, new, submitted)

    def _replace_category(self, category: str, old: list[Paper], submitted: ParseResult) -> None:
        for paper in old:
            del self._papers[paper.arxiv_id]
        if _has_own(submitted, category):
            self._take(submitted)
            self._done.open = _LAGS
            self._report(
                f"the feed has older papers of {category}; those of the API replace them", "nothing to do", note=True
            )
        else:
            self._done.status = SourceStatus.STALE
            self._report(f"the feed has older papers of {category}, and the API none of the day", "try again later")

    def _are_older(self, papers: Iterable[Paper]) -> bool:
        """Return whether all papers were submitted in time for an earlier day; unknown times count as this day's."""
        return max(self._day_of(paper.published) for paper in papers) < self._done.date

    def _day_of(self, published: str | None) -> str:
        return self._calendar.first_day(published) if published else self._done.date

    def _note(self, error: DigestError) -> None:
        """Add the problems of an error as notes, since the day does not depend on them."""
        self._done.problems += [msgspec.structs.replace(problem, is_note=True) for problem in error.problems]

    def _report(self, what: str, hint: str, *, note: bool = False) -> None:
        self._done.problems.append(Diagnostic("arXiv", what, hint, is_note=note))


def _days_before(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) - datetime.timedelta(days=days)).isoformat()


def is_replacement(paper: Paper) -> bool:
    """Return whether this is a later version of a paper announced before."""
    return (paper.announce_type or "").startswith("replace")


def is_withdrawn(paper: Paper) -> bool:
    """Return whether its comment, its abstract or its title says so."""
    return announces_withdrawal(paper.arxiv_comment, paper.abstract, paper.title)


def _marked(paper: Paper) -> Paper:
    if paper.extra.get("withdrawn") or not is_withdrawn(paper):
        return paper
    return msgspec.structs.replace(paper, extra={**paper.extra, "withdrawn": True})


def _with_details(paper: Paper, details: Paper) -> Paper:
    """Return the feed's paper, completed from the API; announcement fields stay."""
    names = ("authors", "doi", "journal_ref", "arxiv_comment", "published", "updated", "extra")
    changes = {name: getattr(details, name) for name in names if getattr(details, name)}
    return msgspec.structs.replace(paper, **changes, version=max(paper.version or 0, details.version or 0) or None)


def _has_own(result: ParseResult, category: str) -> bool:
    """Return whether `category` is the primary one of any paper, which is then new there."""
    return any(is_in(row.paper.categories[:1], category) for row in result.rows)


def _rank(paper: Paper) -> int:
    return _ORDER.index(paper.announce_type) if paper.announce_type in _ORDER else 0
