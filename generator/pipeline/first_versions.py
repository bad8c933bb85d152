"""First versions that OAI-PMH lists under a day: announced on it after a hold or in one more category, or corrected.

OAI-PMH does not tell which. What another day has was announced there. What no day has is taken for new if the archive
reaches back to the first day on which the paper can have been announced.
"""

import datetime
from collections.abc import Collection, Iterator

import msgspec

from generator.edges.fetching.outcome import Fetched
from generator.edges.store import Store
from generator.ground.arxiv_calendar import Calendar
from generator.ground.arxiv_categories import is_in
from generator.ground.errors import Problem
from generator.ground.fetch_settings import Arxiv
from generator.ground.model import Paper

_REACH_DAYS = 45  # no paper that is asked about was submitted earlier


def sift(
    store: Store, settings: Arxiv, fetched: Fetched, elsewhere: Collection[str], here: Collection[str]
) -> tuple[Paper, ...]:
    """Take the unproven papers out of `fetched` that other days have, and those that are too old to be sure of.

    What the day has already stays. Return those that other days have, as sightings: they are no news of this day.
    """
    unproven = [paper for paper in fetched.papers if paper.arxiv_id in fetched.unproven and paper.arxiv_id not in here]
    again = [paper for paper in unproven if paper.arxiv_id in elsewhere]
    strange = [paper for paper in unproven if paper.arxiv_id not in elsewhere]
    doubtful = _doubtful(store, settings, fetched.date, strange) if strange else []
    _take_out(fetched, {paper.arxiv_id for paper in (*again, *doubtful)})
    if again:
        what = f"{_first_versions(len(again))} from OAI-PMH left out: other days have them"
        fetched.problems.append(Problem("arXiv", what, "they do not count for this day", note=True))
    if doubtful:
        what = f"{_first_versions(len(doubtful))} from OAI-PMH left out: the archive has no papers of that time"
        do = "papers that were on hold or newly cross-listed may be missing"
        fetched.problems.append(Problem("arXiv", what, do, note=True))
    return tuple(msgspec.structs.replace(paper, announce_type="replace") for paper in again)


def _first_versions(number: int) -> str:
    return "1 first version" if number == 1 else f"{number:,} first versions"


def _take_out(fetched: Fetched, ids: Collection[str]) -> None:
    fetched.papers = tuple(paper for paper in fetched.papers if paper.arxiv_id not in ids)
    fetched.withdrawn = tuple(arxiv_id for arxiv_id in fetched.withdrawn if arxiv_id not in ids)
    fetched.announced = None if fetched.announced is None else fetched.announced - len(ids)


def _doubtful(store: Store, settings: Arxiv, date: str, papers: list[Paper]) -> list[Paper]:
    """Return the papers that may have been announced before the archive had papers of their categories."""
    calendar = Calendar(settings.holidays)
    reach = {category: _reach(store, date, category) for category in settings.categories}
    return [
        paper
        for paper in papers
        if calendar.first_day(paper.published or date) < min((reach[it] for it in _of(paper, settings)), default=date)
    ]


def _of(paper: Paper, settings: Arxiv) -> Iterator[str]:
    """Yield the categories in which the paper would have been listed."""
    codes = paper.categories if settings.cross_lists else paper.categories[:1]
    return (category for category in settings.categories if is_in(codes, category))


def _reach(store: Store, date: str, category: str) -> str:
    """Return the first of the days before with a paper of its own category: then it was one of those to fetch."""
    first = (datetime.date.fromisoformat(date) - datetime.timedelta(days=_REACH_DAYS)).isoformat()
    days = (day for day in store.dates() if first <= day < date)
    return next((day for day in days if _has(store, day, category)), date)


def _has(store: Store, day: str, category: str) -> bool:
    papers = (paper for rows in (store.papers(day), store.dropped(day)) for paper in rows)
    return any(paper.announce_type != "cross" and is_in(paper.categories[:1], category) for paper in papers)
