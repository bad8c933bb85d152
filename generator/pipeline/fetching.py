"""``digest fetch``: services are asked, each paper is announced once, and what came is kept in ``data/``."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from generator.edges import fetching
from generator.edges.fetching.outcome import Ask, Condition, Fetched, failed
from generator.edges.sources.harvest import Harvest, Repair, Row
from generator.edges.store import Store
from generator.ground.config import SETTINGS_FILE, Settings
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper
from generator.pipeline import importing
from generator.pipeline.announcing import Announced, announce, require_archive, stale_categories
from generator.pipeline.dropping import put
from generator.pipeline.opening import open_catalogue
from generator.pipeline.receipts import WITHDRAWN
from generator.web.door import Web

JUDGED_FOR = 90  # days after which a paper that was not shown is looked at again, if it is listed again


class SourceReport(msgspec.Struct, frozen=True):
    """What a source gave, in numbers; None is unknown."""

    source: str
    condition: Condition
    announced: int | None
    papers: int
    replaced: int
    withdrawn: tuple[str, ...]


class DayReport(msgspec.Struct):
    """What became of a day. `changed` are the days of the archive that are different now."""

    date: str
    sources: list[SourceReport] = []
    new: int = 0
    duplicates: dict[str, str] = {}
    updated: int = 0
    changed: list[str] = []
    publications: dict[str, int] = {}
    repairs: list[Repair] = []
    problems: list[Problem] = []

    @property
    def faults(self) -> list[Problem]:
        """The problems that are more than notes."""
        return [problem for problem in self.problems if not problem.note]


def fetch_days(
    root: Path,
    settings: Settings,
    dates: Sequence[str],
    web: Web,
    today: str,
    tell: Callable[[DayReport], None] = lambda report: None,
) -> list[DayReport]:
    """Fetch `dates`, oldest first; `today` is the newest day there can be. What is not dated is asked once, at the end.

    A source that fails is in the reports, the others go on. Raises DigestError where nothing can be done at all:
    settings that name no source, data that cannot be read, an archive that is lost.
    """
    asks = fetching.asks(settings.fetch)
    if not asks:
        do = "set fetch.arxiv.categories, fetch.huggingface or fetch.librecat (docs/settings.md)"
        raise DigestError(Problem(SETTINGS_FILE, "nothing to fetch", do))
    store = Store(root)
    reports = []
    for date in sorted(dates):
        require_archive(store, date)
        now = [ask for ask in asks if ask.dated or date == max(dates)]
        reports.append(keep(root, settings, date, gather(now, web, date, today)))
        tell(reports[-1])
    return reports


def gather(asks: Iterable[Ask], web: Web, date: str, today: str) -> list[Fetched]:
    """What every source gives for `date`; one that fails says so, and the others are asked all the same."""
    found = []
    for ask in asks:
        try:
            found.append(ask.fetch(web, date, today))
        except DigestError as error:
            found.append(failed(ask.source, date, error.problems))
    return found


def keep(root: Path, settings: Settings, date: str, found: Sequence[Fetched]) -> DayReport:
    """Put what was found for `date` into the archive: new papers there, sightings of known ones on their own days."""
    store = Store(root)
    announced = sort(root, settings, date, found)
    withdrawn = {paper.arxiv_id for paper in announced.new if paper.extra.get("withdrawn")}
    withdrawn -= {paper.arxiv_id for paper in store.papers(date)}
    if withdrawn:
        rows = [paper for paper in announced.new if paper.arxiv_id in withdrawn]
        put(store, date, [*store.papers(date), *rows], dict.fromkeys(withdrawn, WITHDRAWN))
        new = tuple(paper for paper in announced.new if paper.arxiv_id not in withdrawn)
        announced = msgspec.structs.replace(announced, new=new)
    written = importing.keep(store, _harvests(date, found, announced))
    return DayReport(
        date=date,
        sources=[_report(fetched) for fetched in found],
        new=len({paper.arxiv_id for paper in announced.new}),
        duplicates=announced.duplicates,
        updated=len({paper.arxiv_id for sightings in announced.updates.values() for paper in sightings}),
        changed=written.days,
        publications=written.publications,
        repairs=[repair for fetched in found for repair in fetched.repairs],
        problems=[*(problem for fetched in found for problem in fetched.problems), *written.problems],
    )


def sort(root: Path, settings: Settings, date: str, found: Sequence[Fetched]) -> Announced:
    """What of `found` is new, and what the archive has; a source whose papers are all old is marked as stale."""
    store, known = Store(root), _known(root, settings, date)
    since = datetime.date.fromisoformat(date) - datetime.timedelta(days=JUDGED_FOR)
    judged = store.dropped_between(since.isoformat(), date)
    for fetched in found:
        _mark_stale(fetched, judged | known)
    papers = (paper for fetched in found for paper in (*fetched.papers, *fetched.replaced))
    announced = announce(papers, known, judged)
    here = {paper.arxiv_id for paper in store.dropped(date)}
    new = tuple(paper for paper in announced.new if paper.arxiv_id not in here)
    return msgspec.structs.replace(announced, new=new)


def _known(root: Path, settings: Settings, date: str) -> dict[str, str]:
    catalogue = open_catalogue(root, settings)
    try:
        return catalogue.first_days(date)
    finally:
        catalogue.close()


def _mark_stale(fetched: Fetched, known: dict[str, str]) -> None:
    if stale := stale_categories(fetched.papers, known):
        fetched.condition = Condition.STALE
        what = f"all papers of {', '.join(stale)} were announced before {fetched.date}: the feed is an old one"
        fetched.problems.append(Problem(fetched.source, what, "try again later"))


def _harvests(date: str, found: Sequence[Fetched], announced: Announced) -> list[tuple[str, Harvest]]:
    harvests = [(date, _rows(announced.new, date))]
    harvests += [(day, _rows(sightings, day)) for day, sightings in announced.updates.items()]
    harvests += [(fetched.file, fetched.publications) for fetched in found if fetched.publications is not None]
    return harvests


def _rows(papers: Iterable[Paper], date: str) -> Harvest:
    return Harvest(rows=[Row(paper, date, f"{paper.source} {paper.arxiv_id}") for paper in papers])


def _report(fetched: Fetched) -> SourceReport:
    counts = (fetched.announced, len(fetched.papers), len(fetched.replaced))
    return SourceReport(fetched.source, fetched.condition, *counts, fetched.withdrawn)
