"""arXiv's papers of one day: from the daily feed while it has them, else from the API and OAI-PMH.

The feed alone lists papers that were on hold, and older ones that were cross-listed: no window of submission has them.
So a day that had to come from the API is open as long as its feed may come.

The feed says what was announced, but authors as one text, no comments, and at times yesterday's papers under today's
date. So every new paper's details are asked for; they hold when it was submitted, and that tells which day it is of.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import msgspec

from generator.edges.fetching.arxiv_services import MOST_IN_FEED, ArxivServices, is_full
from generator.edges.fetching.outcome import Ask, Condition, Fetched, absence
from generator.edges.sources.harvest import Harvest
from generator.ground.arxiv_calendar import Calendar
from generator.ground.arxiv_categories import is_in
from generator.ground.errors import DigestError, Problem
from generator.ground.fetch_settings import Arxiv, Fetch
from generator.ground.model import Paper
from generator.ground.withdrawal import announces_withdrawal
from generator.web.door import Web

NAME = "arxiv"
_LONGEST_S = 1200.0  # a request every three seconds, a wait or two of some minutes that arXiv asks for
_LAGS = "arXiv's list of this day was taken from its API, whose index may be behind"
_FEW = 5  # so many papers of one category that all were held back for a day are believed
_FULL = "arXiv's feed of this day was full; what completes it, its API and OAI-PMH, may be behind"
_LONGEST_HOLD_DAYS = 30  # OAI-PMH also lists corrected records. A first version older than this is taken for one.
_ORDER = ("new", "cross", "replace", "replace-cross")


def asks(settings: Fetch) -> Iterator[Ask]:
    """arXiv's papers, if categories are set."""
    if settings.arxiv.categories:
        ask = partial(fetch, settings)
        yield Ask(NAME, ask, longest_s=_LONGEST_S, resume=ask)


def fetch(settings: Fetch, web: Web, date: str, today: str, reason: str = "") -> Fetched:
    """Return the papers of `date`; `today` is the newest day there can be, `reason` says why the day is open, if it is.

    Raises DigestError where arXiv gave nothing.
    """
    day = _Day(ArxivServices(web, settings.endpoints), settings.arxiv, date, today)
    near = abs((datetime.date.fromisoformat(date) - datetime.date.fromisoformat(today)).days) <= 1
    if not (near and day.from_feed()):
        day.from_archive(was_full=reason == _FULL)
        day.note_what_is_lacking(near, was_full=reason == _FULL)
    return day.finish()


class _Day:
    """One day in the making."""

    def __init__(self, services: ArxivServices, settings: Arxiv, date: str, today: str) -> None:
        self._services, self._settings, self._today = services, settings, today
        self._calendar = Calendar(settings.holidays)
        self._papers: dict[str, Paper] = {}
        self._feed_day: str | None = None
        self._changes: dict[str, Harvest] = {}
        self._done = Fetched(source=NAME, date=date)

    # -- the two ways ----------------------------------------------------------------------------------------------

    def from_feed(self) -> bool:
        """Take the day from the feed; False if it is out of order, that of another day, or empty on a working day."""
        date = self._done.date
        try:
            made_for, harvest, full = self._whole_feed()
        except DigestError as error:
            self._note(error)
            return False
        self._feed_day = made_for
        if made_for != date or any(row.date != date for row in harvest.rows):
            return False
        if not harvest.rows:
            return self._is_holiday()
        self._take(harvest)
        if self._settings.details:
            self._add_details()
            self._mend_stale_categories()
        if full:
            self._complete(full)
        return True

    def from_archive(self, *, was_full: bool) -> None:
        """Take the day from what arXiv keeps: papers by when they were submitted, replacements by when changed.

        Nothing says on which day a paper was announced; one that was held back stands on the day it should have been,
        unless the day's feed `was_full`: that is completed here, if it could not be before.
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
        self._done.condition, self._done.absent = Condition.STALE, True
        self._done.problems.append(absence("arXiv", date))

    def note_what_is_lacking(self, near: bool, *, was_full: bool) -> None:
        """Say that the day did not come from its feed, and whether that may still come.

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

    def finish(self) -> Fetched:
        """All that was found."""
        done, wanted = self._done, self._wanted()
        done.announced = sum(not is_replacement(paper) for paper in self._papers.values())
        done.papers = tuple(paper for paper in wanted if not is_replacement(paper))
        done.replaced = tuple(paper for paper in wanted if is_replacement(paper))
        done.withdrawn = tuple(paper.arxiv_id for paper in wanted if paper.extra.get("withdrawn"))
        return done

    def _wanted(self) -> list[Paper]:
        """What the settings do not leave out."""
        papers = list(self._papers.values())
        if not self._settings.cross_lists:
            papers = [paper for paper in papers if paper.announce_type != "cross"]
        return papers if self._settings.replacements else [paper for paper in papers if not is_replacement(paper)]

    # -- parts -----------------------------------------------------------------------------------------------------

    def _whole_feed(self) -> tuple[str | None, Harvest, list[str]]:
        """Return the day of the feed, what it lists, and the categories of which it may not list everything."""
        date, categories = self._done.date, self._settings.categories
        made_for, harvest = self._services.feed(categories, date)
        if not is_full(harvest):
            return made_for, harvest, []
        if len(categories) == 1:
            return made_for, harvest, list(categories)
        full = []
        for category in categories:
            try:
                _, part = self._services.feed([category], date)
            except DigestError as error:
                self._note(error)
                full.append(category)
                continue
            full += [category] if is_full(part) else []
            harvest.rows += part.rows
        return made_for, harvest, full

    def _complete(self, categories: list[str]) -> None:
        """Add what a full feed had no room for: it leaves out new papers first.

        The API has those submitted in time for this day, OAI-PMH those that were on hold or newly cross-listed.
        """
        date, names, before = self._done.date, ", ".join(categories), len(self._papers)
        had_faults, window = self._has_faults(), self._calendar.window(date)
        given = self._in_time(categories, window) if window else Harvest()
        self._take(given)
        self._take_first_versions(categories)
        self._done.open = _FULL
        if window and not given.rows:
            self._say(f"the feed of {names} is full, and the API has no papers to complete it", "fetch the day again")
            return
        more = len(self._papers) - before
        added = (
            f"{more:,} more {'paper' if more == 1 else 'papers'} added from {'the archive' if window else 'OAI-PMH'}"
        )
        what = f"the feed of {names} is full ({MOST_IN_FEED:,} items): {added}"
        do = f"papers that were on hold for more than {_LONGEST_HOLD_DAYS} days may be missing"
        if not window:
            do = f"by the calendar nothing is announced on {date}, so the API was not asked; check fetch.arxiv.holidays"
        self._say(what, "fetch the day again for the rest" if self._has_faults() and not had_faults else do, note=True)

    def _in_time(self, categories: Sequence[str], window: tuple[datetime.datetime, datetime.datetime]) -> Harvest:
        """Return what the API has of the day; nothing, and a problem of the day, if it fails."""
        try:
            return self._submitted(categories, window)
        except DigestError as error:
            self._done.problems += error.problems
            return Harvest()

    def _has_faults(self) -> bool:
        return not all(problem.note for problem in self._done.problems)

    def _take_first_versions(self, categories: Sequence[str]) -> None:
        """Add the first versions that OAI-PMH lists under this day, at most `_LONGEST_HOLD_DAYS` old.

        `announce` leaves out what another day has. `sift` does so before, and leaves out what may have been announced
        before the archive began.
        """
        first, undated = _days_before(self._done.date, _LONGEST_HOLD_DAYS), 0
        for harvest in self._modified(categories):
            versions = [row for row in harvest.rows if (row.paper.version or 1) == 1]
            undated += sum(row.paper.published is None for row in versions if row.paper.arxiv_id not in self._papers)
            rows = [row for row in versions if row.paper.published and row.paper.published >= first]
            if not self._settings.cross_lists:
                rows = [row for row in rows if self._is_own(row.paper)]
            self._done.unproven |= {
                row.paper.arxiv_id
                for row in rows
                if row.paper.arxiv_id not in self._papers and self._day_of(row.paper.published) < self._done.date
            }
            self._take(Harvest(rows=rows, repairs=harvest.repairs))
        if undated:
            records = "1 record" if undated == 1 else f"{undated:,} records"
            self._say(f"OAI-PMH has {records} without a readable date", "papers may be missing", note=True)

    def _modified(self, categories: Sequence[str]) -> Iterator[Harvest]:
        """Yield what OAI-PMH has of each category; what it does not give is a problem of the day."""
        for category in categories:
            if category not in self._changes:
                try:
                    self._changes[category] = self._services.modified(category, self._done.date)
                    self._done.problems += self._changes[category].problems
                except DigestError as error:
                    self._changes[category] = Harvest()
                    self._done.problems += error.problems
            yield self._changes[category]

    def _is_holiday(self) -> bool:
        """Whether the calendar knows of no announcement; then the day is quiet."""
        if self._calendar.announces(self._done.date):
            return False
        self._done.condition = Condition.QUIET
        return True

    def _submitted(self, categories: Sequence[str], window: tuple[datetime.datetime, datetime.datetime]) -> Harvest:
        """What came in then; the API's ``cat:`` with a star finds more than the archive."""
        harvest = self._services.submitted(categories, window, self._done.date)
        found = ((row, row.paper.categories) for row in harvest.rows)
        harvest.rows = [row for row, codes in found if any(is_in(codes, category) for category in categories)]
        return harvest

    def _take(self, harvest: Harvest) -> None:
        self._done.repairs += harvest.repairs
        self._done.problems += harvest.problems
        for row in sorted(harvest.rows, key=lambda row: _rank(row.paper)):
            paper = row.paper
            if paper.announce_type is None:
                paper = msgspec.structs.replace(paper, announce_type="new" if self._is_own(paper) else "cross")
            self._papers.setdefault(paper.arxiv_id, _marked(paper))

    def _is_own(self, paper: Paper) -> bool:
        """Return whether the paper belongs to one of the categories first."""
        return any(is_in(paper.categories[:1], category) for category in self._settings.categories)

    def _take_replaced(self, since: datetime.datetime) -> None:
        """Of what was changed on the day, what has a new version; the rest are corrections by arXiv."""
        first = since.date().isoformat()
        for harvest in self._modified(self._settings.categories):
            for row in harvest.rows:
                if (row.paper.version or 1) > 1 and (row.paper.updated or "") >= first:
                    paper = msgspec.structs.replace(row.paper, announce_type="replace")
                    self._papers.setdefault(paper.arxiv_id, _marked(paper))

    def _add_details(self) -> None:
        try:
            for harvest in self._services.details([p.arxiv_id for p in self._wanted()], self._done.date):
                self._detail(harvest)
        except DigestError as error:
            self._note(error)
            self._say("the feed's papers are kept without details", "fetch again to fill them in", note=True)

    def _detail(self, harvest: Harvest) -> None:
        for row in harvest.rows:
            if paper := self._papers.get(row.paper.arxiv_id):
                self._papers[paper.arxiv_id] = _marked(_with_details(paper, row.paper))

    def _mend_stale_categories(self) -> None:
        """Put the day's papers in the place of those of an earlier day, category by category."""
        window = self._calendar.window(self._done.date)
        for category in self._settings.categories:
            new = [p for p in self._papers.values() if p.announce_type == "new" and is_in(p.categories[:1], category)]
            if window and new and self._are_older(new):
                try:
                    given = self._submitted([category], window)
                except DigestError as error:
                    self._done.problems += error.problems
                    given = Harvest()
                if _has_own(given, category) or len(new) >= _FEW:  # fewer may have been held back, and came alone
                    self._put_in_place(category, new, given)

    def _put_in_place(self, category: str, old: list[Paper], given: Harvest) -> None:
        for paper in old:
            del self._papers[paper.arxiv_id]
        if _has_own(given, category):
            self._take(given)
            self._done.open = _LAGS
            self._say(f"the feed has older papers of {category}; the API's are taken", "nothing to do", note=True)
        else:
            self._done.condition = Condition.STALE
            self._say(f"the feed has older papers of {category}, and the API none of the day", "try again later")

    def _are_older(self, papers: Iterable[Paper]) -> bool:
        """Whether none of the papers was submitted in time for this day alone; unknown times count as in time."""
        return max(self._day_of(paper.published) for paper in papers) < self._done.date

    def _day_of(self, published: str | None) -> str:
        return self._calendar.first_day(published) if published else self._done.date

    def _note(self, error: DigestError) -> None:
        """What went wrong, yet was made up for."""
        self._done.problems += [msgspec.structs.replace(problem, note=True) for problem in error.problems]

    def _say(self, what: str, do: str, *, note: bool = False) -> None:
        self._done.problems.append(Problem("arXiv", what, do, note=note))


def _days_before(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) - datetime.timedelta(days=days)).isoformat()


def is_replacement(paper: Paper) -> bool:
    """Whether the paper was announced before, and this is a later version of it."""
    return (paper.announce_type or "").startswith("replace")


def is_withdrawn(paper: Paper) -> bool:
    """Return whether its comment, its abstract or its title says so."""
    return announces_withdrawal(paper.arxiv_comment, paper.abstract, paper.title)


def _marked(paper: Paper) -> Paper:
    if paper.extra.get("withdrawn") or not is_withdrawn(paper):
        return paper
    return msgspec.structs.replace(paper, extra={**paper.extra, "withdrawn": True})


def _with_details(paper: Paper, known: Paper) -> Paper:
    """The feed's paper with what the API knows better; what both tell of its announcement is the feed's."""
    names = ("authors", "doi", "journal_ref", "arxiv_comment", "published", "updated", "extra")
    changes = {name: getattr(known, name) for name in names if getattr(known, name)}
    return msgspec.structs.replace(paper, **changes, version=max(paper.version or 0, known.version or 0) or None)


def _has_own(harvest: Harvest, category: str) -> bool:
    """Whether there are papers that belong to `category` first: they are announced as new there."""
    return any(is_in(row.paper.categories[:1], category) for row in harvest.rows)


def _rank(paper: Paper) -> int:
    return _ORDER.index(paper.announce_type) if paper.announce_type in _ORDER else 0
