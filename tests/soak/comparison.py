"""The comparison of the archive with the truth."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tests.soak.archive import Archive, Place
from tests.soak.arxiv import Arxiv
from tests.soak.faults import Fault
from tests.soak.model import Model
from tests.soak.runs import Run
from tests.soak.visibility import Visibility
from tests.soak.world import LEAST, Paper, World

KINDS = ("lost", "doubled", "wrong states", "wrong sums", "paid twice")


class Finding(NamedTuple):
    """One thing that is wrong."""

    kind: str
    what: str


class Evidence:
    """The world, the runs and the archive, for the checks."""

    def __init__(self, world: World, arxiv: Arxiv, model: Model, runs: Sequence[Run], archive: Archive) -> None:
        self.world, self.arxiv, self.model, self.archive = world, arxiv, model, archive
        self.runs = runs
        self.visibility = Visibility(world, arxiv, runs)
        self.last = max(run.day for run in runs)
        # A stale feed dates the papers of one day for another; a run cannot notice that.
        stale = {arxiv.day_at(run.now) for run in runs if run.faults["feed"] is Fault.STALE}
        self.stale_days = [(day, arxiv.stale_day(day)) for day in stale]
        self.listings = {item.paper.id: item for listings in world.listings.values() for item in listings}

    def days_of(self, paper: Paper) -> set[datetime.date]:
        """Return the days on which a paper may be: announced, listed, or the one it was submitted for."""
        days = set(self.world.events(paper))
        if days:
            days |= {schedule.first_day_for(paper.submitted) for schedule in (self.world.known, self.world.schedule)}
        days |= {stale for stale, day in self.stale_days if day in days}
        return days | ({self.listings[paper.id].date} if paper.id in self.listings else set())

    def visible_how(self, paper: Paper) -> str | None:
        """Return the way in which a run could see a paper, if any could."""
        listing = self.listings.get(paper.id)
        return self.visibility.announced(paper) or (self.visibility.in_list(listing) if listing else None)

    def describe(self, paper_id: str) -> str:
        """Return the history of a paper in the world, and its places in data/."""
        paper = self.world.papers[paper_id]
        parts = [f"submitted {paper.submitted:%Y-%m-%d %H:%M}, announced {paper.day}, indexed {paper.indexed:%d %H:%M}"]
        parts += [f"{'/'.join(paper.categories)}", *(f"{code} from {day}" for code, day in paper.crossed.items())]
        if listing := self.listings.get(paper_id):
            parts.append(f"listed {listing.date}, from {listing.visible:%Y-%m-%d %H:%M}")
        places = [
            f"{p.date} {'shown' if p.shown else 'dropped'} by {p.row['source']}" for p in self.archive.of(paper_id)
        ]
        return f"{paper_id}: {', '.join(parts)}; data/: {', '.join(places) or 'nowhere'}"


def papers(evidence: Evidence) -> Iterator[Finding]:
    """Every paper that could be seen is on exactly one day, and on one of its own."""
    for paper in evidence.world.papers.values():
        dates = {place.date for place in evidence.archive.of(paper.id)}
        visible_how = evidence.visible_how(paper)
        if not dates and visible_how:
            yield Finding("lost", f"{evidence.describe(paper.id)}; could be seen {visible_how}")
        elif len(dates) > 1 or _both(evidence.archive.of(paper.id)):
            yield Finding("doubled", evidence.describe(paper.id))
        elif dates - evidence.days_of(paper):
            yield Finding("lost", f"{evidence.describe(paper.id)}; on a day that is not one of its own")


def _both(places: Sequence[Place]) -> bool:
    """Whether a paper is shown and dropped, or has two rows of one source."""
    rows = Counter((place.date, place.row["source"]) for place in places)
    return len({place.shown for place in places}) > 1 or any(number > 1 for number in rows.values())


def inventions(evidence: Evidence) -> Iterator[Finding]:
    """Each paper of the archive is one of the world."""
    for paper_id, places in evidence.archive.places.items():
        if paper_id not in evidence.world.papers:
            yield Finding("wrong sums", f"{paper_id}: on {places[0].date}, yet there is no such paper")


def scores(evidence: Evidence) -> Iterator[Finding]:
    """Each paper has the score that the model gave, is shown or dropped by it, or is unscored without one."""
    for paper_id, places in evidence.archive.places.items():
        if paper_id not in evidence.world.papers:
            continue
        rated = [place for place in places if "relevance" in place.row and "novelty" in place.row]
        scores_in_data = {(place.row["relevance"], place.row["novelty"]) for place in rated}
        right = evidence.world.score(paper_id)
        reasons = {place.row.get("dropped") for place in places if not place.shown}
        if scores_in_data - {right}:
            yield Finding("wrong sums", f"{paper_id}: scored {scores_in_data}, yet the model gave {right}")
        if reasons and not _may_be_dropped(evidence, paper_id, reasons, bool(rated)):
            yield Finding("wrong states", f"{evidence.describe(paper_id)}; dropped for {reasons}, relevance {right[0]}")
        if not reasons and rated and right[0] < LEAST:
            yield Finding("wrong states", f"{evidence.describe(paper_id)}; shown with relevance {right[0]}")
        if not reasons and not rated and (why := _was_scorable(evidence, paper_id, places[0].date)):
            yield Finding("wrong states", f"{evidence.describe(paper_id)}; unscored, yet {why}")


def _may_be_dropped(evidence: Evidence, paper_id: str, reasons: set[str | None], rated: bool) -> bool:
    if reasons == {"withdrawn"}:
        return evidence.world.papers[paper_id].withdrawn
    return reasons == {f"below {LEAST}"} and rated and evidence.world.score(paper_id)[0] < LEAST


def _is_given_up(evidence: Evidence, paper_id: str, run: int) -> bool:
    """Return whether six paid replies lack its rating, two of them to requests for it alone (manual, running)."""
    useless = [
        c for c in evidence.model.calls if c.run < run and paper_id in c.asked and paper_id not in c.useful and c.tokens
    ]
    return len(useless) >= 6 and sum(len(call.asked) == 1 for call in useless) >= 2


def _was_scorable(evidence: Evidence, paper_id: str, date: datetime.date) -> str | None:
    """Return why a paper must have a score: a reply rated it, or a run did not request it again."""
    if paper_id in evidence.model.poisoned:
        return None
    runs = {
        run.number: run
        for run in evidence.visibility.in_window(date)
        if run.faults["model"].is_truthful and not run.budget
    }
    if any(paper_id in call.useful and call.run in runs for call in evidence.model.calls):
        return "the model rated it"
    asked = evidence.model.asked.get(paper_id, [])
    left = [number for number in runs if asked and number > asked[0] and number not in asked]
    missed = [number for number in left if not _is_given_up(evidence, paper_id, number)]
    return f"run {missed[0]} did not request it again" if missed else None


def payments(evidence: Evidence) -> Iterator[Finding]:
    """No rated paper is requested again, except those of a run that was killed before it stored the reply."""
    killed = {run.number for run in evidence.runs if not run.completed}
    last: dict[int, list[int]] = defaultdict(list)
    for place, call in enumerate(evidence.model.calls):
        last[call.run].append(place)
    excused = {place for run in killed for place in last[run][-4:]}  # so many requests are under way at once
    answered: dict[str, int] = {}
    for place, call in enumerate(evidence.model.calls):
        for paper_id in call.asked:
            if paper_id in answered:
                before = evidence.model.calls[answered[paper_id]].run
                yield Finding("paid twice", f"{paper_id}: rated in run {before}, requested again in run {call.run}")
        answered |= {paper_id: place for paper_id in call.useful if place not in excused}


def crashes(evidence: Evidence) -> Iterator[Finding]:
    """No run ends with a traceback or hangs."""
    for run in evidence.runs:
        if run.killed:
            continue
        if run.code is None:
            yield Finding("wrong states", f"run {run.number} at {run.now:%Y-%m-%d %H:%M}: hangs: {run.output[-500:]}")
        elif run.code not in (0, 1) or "Traceback" in run.output:
            yield Finding(
                "wrong states", f"run {run.number} at {run.now:%Y-%m-%d %H:%M}: exit {run.code}: {run.output[-1500:]}"
            )


def publications(evidence: Evidence) -> Iterator[Finding]:
    """The repository's records are there once each, as the last run that could see them had them."""
    able = [run for run in evidence.visibility.runs if run.faults["librecat"].is_truthful]
    stored = Counter(evidence.archive.publications())
    for record in evidence.world.records:
        seen = [time for time in record.changes if able and time <= able[-1].now]
        numbers = {time: number for (name, time), number in stored.items() if name == record.id}
        right = {f"{seen[-1]:%Y-%m-%dT%H:%M:%SZ}": 1} if seen else {}
        if numbers != right:
            yield Finding(
                "doubled" if sum(numbers.values()) > 1 else "lost", f"publication {record.id}: {numbers}, not {right}"
            )


Check = Callable[[Evidence], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (papers, inventions, scores, payments, crashes, publications)


def unseen(evidence: Evidence) -> int:
    """The papers that were announced or listed for this digest, and that no run could see."""
    wanted = (
        p
        for p in evidence.world.papers.values()
        if evidence.visibility.first <= max(evidence.days_of(p), default=evidence.visibility.first) <= evidence.last
    )
    return sum(
        bool(evidence.days_of(p)) and not evidence.archive.of(p.id) and not evidence.visible_how(p) for p in wanted
    )
