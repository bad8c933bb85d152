"""Which paper, list and day a run could see: what nobody could have seen is not lost.

A run sees a service if nobody stopped it and the service told the truth to a client that asks again. What must then be
found is what docs/manual/running.md promises: today, days of the repair window that no run has settled, and open lists.
"""

import datetime
from collections.abc import Iterator, Sequence

from tests.soak.arxiv import Arxiv
from tests.soak.mornings import Run
from tests.soak.schedule import DAY, utc_midnight
from tests.soak.world import Listing, Paper, World

REPAIR_DAYS = 7
OPEN_FOR_DAYS = 30  # an open source that no run could ask is asked by a later one
OPEN_DAYS = 2  # so many days back Hugging Face's lists are asked again


class Chances:
    """What the `runs` could see of the world."""

    def __init__(self, world: World, arxiv: Arxiv, runs: Sequence[Run]) -> None:
        self._world, self._arxiv = world, arxiv
        self.runs = [run for run in runs if run.completed]
        self.first = runs[0].day  # a digest that has never run owes nothing before

    def in_window(self, date: datetime.date) -> list[Run]:
        """The runs that were to see to a day: as today, or as one that is to be repaired."""
        return [run for run in self.runs if date <= run.day <= date + DAY * REPAIR_DAYS]

    def later(self, date: datetime.date) -> list[Run]:
        """The runs after the repair window, if one in it began the day: they ask again what it left open."""
        first, last = date + DAY * REPAIR_DAYS, date + DAY * OPEN_FOR_DAYS
        return [run for run in self.runs if first < run.day <= last] if self.in_window(date) else []

    # -- arXiv -----------------------------------------------------------------------------------------------------

    def feed(self, run: Run, date: datetime.date) -> bool:
        """Whether a run could read the whole feed of a day."""
        archive = run.weather["api"].tells_truth and run.weather["oai"].tells_truth
        whole = not self._world.floods.get(date) or archive
        return self._arxiv.day_at(run.now) == date and run.weather["feed"].tells_truth and whole

    def api(self, run: Run, date: datetime.date) -> bool:
        """Whether the API had all of a day's papers."""
        papers = self._world.by_day.get(date, [])
        return run.weather["api"].tells_truth and all(run.now >= paper.indexed for paper in papers)

    def arxiv(self, date: datetime.date) -> Iterator[Run]:
        """The runs that could have all that arXiv gives of a day."""
        quiet = self._world.known.announcement(date) is None
        return (run for run in self.in_window(date) if quiet or self.feed(run, date) or self.api(run, date))

    def announced(self, paper: Paper) -> str | None:
        """How a run could see a paper of arXiv, if any could."""
        events = self._world.events(paper)
        for date in (date for date in events if date >= self.first and self._is_provable(paper, date)):
            if run := next((run for run in self.in_window(date) if self.feed(run, date)), None):
                return f"as {events[date]} in the feed of {date} in run {run.number}"
        timely = paper.day in events and self._world.known.first_day_for(paper.submitted) == paper.day >= self.first
        for run in self.in_window(paper.day) if timely else ():
            if run.weather["api"].tells_truth and run.now >= paper.indexed:
                return f"as {events[paper.day]} of {paper.day} in the API in run {run.number}"
        return None

    def _is_provable(self, paper: Paper, date: datetime.date) -> bool:
        """Whether the archive can tell that a paper which a full feed leaves out is new: it is older than the paper.

        A week after its beginning it has papers of each category.
        """
        begun = self.first + DAY * 7
        return not self._world.floods.get(date) or self._world.known.first_day_for(paper.submitted) >= min(date, begun)

    # -- Hugging Face ----------------------------------------------------------------------------------------------

    def lists(self, date: datetime.date) -> list[Run]:
        """The runs that had to ask for the list of a day: until it is closed, and the next one if none did by then."""
        able = [run for run in self.in_window(date) if run.weather["hf"].tells_truth]
        over = [run for run in able if run.now >= utc_midnight(date + DAY)]
        near = [run for run in able if run.day <= date + DAY * OPEN_DAYS]
        return near if not over or over[0] in near else [*near, over[0]]

    def listed(self, listing: Listing) -> str | None:
        """How a run could see an entry of a list, if any could."""
        if listing.date < self.first:
            return None
        run = next((run for run in self.lists(listing.date) if run.now >= listing.visible), None)
        return f"in Hugging Face's list of {listing.date} in run {run.number}" if run else None
