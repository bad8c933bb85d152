"""The papers, lists and days that runs could see: a paper that no run could see is not lost.

A run sees a service if it was not killed, and if the service had no fault but those that retries get around. It must
then fetch what the manual promises (running): today, days of the repair window that no run has settled, and open lists.
"""

import datetime
from collections.abc import Iterator, Sequence

from tests.soak.arxiv import Arxiv
from tests.soak.runs import Run
from tests.soak.schedule import DAY, utc_midnight
from tests.soak.world import Listing, Paper, World

REPAIR_DAYS = 7
OPEN_FOR_DAYS = 30  # later runs request an open source for so long
OPEN_DAYS = 2  # so many days back, Hugging Face's lists are requested again


class Visibility:
    """The part of the world that the `runs` could see."""

    def __init__(self, world: World, arxiv: Arxiv, runs: Sequence[Run]) -> None:
        self._world, self._arxiv = world, arxiv
        self.runs = [run for run in runs if run.completed]
        self.first = runs[0].day  # before its first run a digest has to fetch nothing

    def in_window(self, date: datetime.date) -> list[Run]:
        """Return the runs that had to fetch a day: as today, or as a day to repair."""
        return [run for run in self.runs if date <= run.day <= date + DAY * REPAIR_DAYS]

    def later(self, date: datetime.date) -> list[Run]:
        """The runs after the repair window, if one in it began the day: they request again what it left open."""
        first, last = date + DAY * REPAIR_DAYS, date + DAY * OPEN_FOR_DAYS
        return [run for run in self.runs if first < run.day <= last] if self.in_window(date) else []

    # -- arXiv -----------------------------------------------------------------------------------------------------

    def feed(self, run: Run, date: datetime.date) -> bool:
        """Return whether a run could read the whole feed of a day."""
        archive = run.faults["api"].is_truthful and run.faults["oai"].is_truthful
        whole = not self._world.floods.get(date) or archive
        return self._arxiv.day_at(run.now) == date and run.faults["feed"].is_truthful and whole

    def api(self, run: Run, date: datetime.date) -> bool:
        """Return whether the API had all papers of a day."""
        papers = self._world.by_day.get(date, [])
        return run.faults["api"].is_truthful and all(run.now >= paper.indexed for paper in papers)

    def arxiv(self, date: datetime.date) -> Iterator[Run]:
        """Return the runs that could get all that arXiv has of a day."""
        quiet = self._world.known.announcement(date) is None
        return (run for run in self.in_window(date) if quiet or self.feed(run, date) or self.api(run, date))

    def announced(self, paper: Paper) -> str | None:
        """Return the way in which a run could see a paper of arXiv, if any could."""
        events = self._world.events(paper)
        for date in (date for date in events if date >= self.first and self._is_provable(paper, date)):
            if run := next((run for run in self.in_window(date) if self.feed(run, date)), None):
                return f"as {events[date]} in the feed of {date} in run {run.number}"
        timely = paper.day in events and self._world.known.first_day_for(paper.submitted) == paper.day >= self.first
        for run in self.in_window(paper.day) if timely else ():
            if run.faults["api"].is_truthful and run.now >= paper.indexed:
                return f"as {events[paper.day]} of {paper.day} in the API in run {run.number}"
        return None

    def _is_provable(self, paper: Paper, date: datetime.date) -> bool:
        """Return whether the archive, older than a paper that a full feed leaves out, proves that the paper is new.

        A week after its beginning it has papers of each category.
        """
        begun = self.first + DAY * 7
        return not self._world.floods.get(date) or self._world.known.first_day_for(paper.submitted) >= min(date, begun)

    # -- Hugging Face ----------------------------------------------------------------------------------------------

    def lists(self, date: datetime.date) -> list[Run]:
        """Return the runs that had to request the list of a day: those until it is closed, else the next one."""
        able = [run for run in self.in_window(date) if run.faults["hf"].is_truthful]
        over = [run for run in able if run.now >= utc_midnight(date + DAY)]
        near = [run for run in able if run.day <= date + DAY * OPEN_DAYS]
        return near if not over or over[0] in near else [*near, over[0]]

    def in_list(self, listing: Listing) -> str | None:
        """Return the way in which a run could see an entry of a list, if any could."""
        if listing.date < self.first:
            return None
        run = next((run for run in self.lists(listing.date) if run.now >= listing.visible), None)
        return f"in Hugging Face's list of {listing.date} in run {run.number}" if run else None
