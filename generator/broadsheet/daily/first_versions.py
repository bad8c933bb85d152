"""First versions that OAI-PMH lists under a day: announced on it after a hold or in one more category, or corrected.

OAI-PMH does not distinguish these. A paper on another day was announced there. A paper on no day counts as new if the
archive reaches back to the first day on which it can have been announced.
"""

import datetime
from collections.abc import Collection, Iterator

import msgspec

from broadsheet.model.arxiv_categories import is_in
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Paper
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.fetch_result import FetchResult
from broadsheet.settings.fetch import Arxiv
from broadsheet.store.store import Store

_REACH_DAYS = 45  # no paper in question was submitted earlier


def split_unproven(
    store: Store, settings: Arxiv, result: FetchResult, elsewhere: Collection[str], day_ids: Collection[str]
) -> tuple[Paper, ...]:
    """Remove unproven papers from `result`: those on other days, and those that may be older than the archive.

    The day's own papers stay. Return the papers on other days, as sightings.
    """
    unproven = [paper for paper in result.papers if paper.arxiv_id in result.unproven and paper.arxiv_id not in day_ids]
    repeats = [paper for paper in unproven if paper.arxiv_id in elsewhere]
    unseen = [paper for paper in unproven if paper.arxiv_id not in elsewhere]
    doubtful = _doubtful(store, settings, result.date, unseen) if unseen else []
    _remove(result, {paper.arxiv_id for paper in (*repeats, *doubtful)})
    if repeats:
        what = f"{_first_versions(len(repeats))} from OAI-PMH left out: other days have them"
        result.problems.append(Diagnostic("arXiv", what, "they do not count for this day", is_note=True))
    if doubtful:
        what = f"{_first_versions(len(doubtful))} from OAI-PMH left out: the archive has no papers of that time"
        hint = "papers that were on hold or newly cross-listed may be missing"
        result.problems.append(Diagnostic("arXiv", what, hint, is_note=True))
    return tuple(msgspec.structs.replace(paper, announce_type="replace") for paper in repeats)


def _first_versions(number: int) -> str:
    return "1 first version" if number == 1 else f"{number:,} first versions"


def _remove(result: FetchResult, ids: Collection[str]) -> None:
    result.papers = tuple(paper for paper in result.papers if paper.arxiv_id not in ids)
    result.withdrawn = tuple(arxiv_id for arxiv_id in result.withdrawn if arxiv_id not in ids)
    result.announced = None if result.announced is None else result.announced - len(ids)


def _doubtful(store: Store, settings: Arxiv, date: str, papers: list[Paper]) -> list[Paper]:
    """Return the papers that may have been announced before the archive had papers of their categories."""
    calendar = Calendar(settings.holidays)
    reach = {category: _reach(store, date, category) for category in settings.categories}

    def is_doubtful(paper: Paper) -> bool:
        first_reached = min((reach[category] for category in _listed_in(paper, settings)), default=date)
        return calendar.first_day(paper.published or date) < first_reached

    return [paper for paper in papers if is_doubtful(paper)]


def _listed_in(paper: Paper, settings: Arxiv) -> Iterator[str]:
    """Yield the categories in which the paper would have been listed."""
    codes = paper.categories if settings.cross_lists else paper.categories[:1]
    return (category for category in settings.categories if is_in(codes, category))


def _reach(store: Store, date: str, category: str) -> str:
    """Return the first earlier day with a paper of `category`, which was then among those to fetch; else `date`."""
    first = (datetime.date.fromisoformat(date) - datetime.timedelta(days=_REACH_DAYS)).isoformat()
    days = (day for day in store.dates() if first <= day < date)
    return next((day for day in days if _has(store, day, category)), date)


def _has(store: Store, day: str, category: str) -> bool:
    papers = (paper for rows in (store.papers(day), store.dropped(day)) for paper in rows)
    return any(paper.announce_type != "cross" and is_in(paper.categories[:1], category) for paper in papers)
