"""The comparison of what the program left with the truth."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tests.soak.archive import Archive, Place
from tests.soak.arxiv import Arxiv
from tests.soak.chances import Chances
from tests.soak.model import Model
from tests.soak.mornings import Run
from tests.soak.weather import Mood
from tests.soak.world import LEAST, Paper, World

KINDS = ("lost", "doubled", "wrong states", "wrong sums", "paid twice")


class Finding(NamedTuple):
    """One thing that is wrong."""

    kind: str
    what: str


class Court:
    """Everything a judge needs."""

    def __init__(self, world: World, arxiv: Arxiv, model: Model, runs: Sequence[Run], archive: Archive) -> None:
        self.world, self.arxiv, self.model, self.archive = world, arxiv, model, archive
        self.runs = runs
        self.chances = Chances(world, arxiv, runs)
        self.last = max(run.day for run in runs)
        # A stale feed dates the papers of one day for another; a run that believes it cannot know better.
        stale = {arxiv.day_at(run.now) for run in runs if run.weather["feed"] is Mood.STALE}
        self.stale_days = [(day, arxiv.stale_day(day)) for day in stale]
        self.listings = {one.paper.id: one for listed in world.listings.values() for one in listed}

    def days_of(self, paper: Paper) -> set[datetime.date]:
        """The days on which a paper may stand: announced, listed, or the one it was submitted for."""
        found = set(self.world.events(paper))
        if found:
            found |= {schedule.first_day_for(paper.submitted) for schedule in (self.world.known, self.world.schedule)}
        found |= {stale for stale, day in self.stale_days if day in found}
        return found | ({self.listings[paper.id].date} if paper.id in self.listings else set())

    def chance(self, paper: Paper) -> str | None:
        """How a run could see a paper, if any could."""
        listing = self.listings.get(paper.id)
        return self.chances.announced(paper) or (self.chances.listed(listing) if listing else None)

    def story(self, paper_id: str) -> str:
        """What the world did with a paper, and what data/ says."""
        paper = self.world.papers[paper_id]
        parts = [f"submitted {paper.submitted:%Y-%m-%d %H:%M}, announced {paper.day}, indexed {paper.indexed:%d %H:%M}"]
        parts += [f"{'/'.join(paper.categories)}", *(f"{code} from {day}" for code, day in paper.crossed.items())]
        if listing := self.listings.get(paper_id):
            parts.append(f"listed {listing.date}, from {listing.visible:%Y-%m-%d %H:%M}")
        places = [
            f"{p.date} {'shown' if p.shown else 'dropped'} by {p.row['source']}" for p in self.archive.of(paper_id)
        ]
        return f"{paper_id}: {', '.join(parts)}; data/: {', '.join(places) or 'nowhere'}"


def papers(court: Court) -> Iterator[Finding]:
    """Every paper that could be seen is on exactly one day, and on one of its own."""
    for paper in court.world.papers.values():
        dates = {place.date for place in court.archive.of(paper.id)}
        chance = court.chance(paper)
        if not dates and chance:
            yield Finding("lost", f"{court.story(paper.id)}; could be seen {chance}")
        elif len(dates) > 1 or _both(court.archive.of(paper.id)):
            yield Finding("doubled", court.story(paper.id))
        elif dates - court.days_of(paper):
            yield Finding("lost", f"{court.story(paper.id)}; on a day that is none of its own")


def _both(places: Sequence[Place]) -> bool:
    """Whether a paper is shown and dropped, or has two rows of one source."""
    rows = Counter((place.date, place.row["source"]) for place in places)
    return len({place.shown for place in places}) > 1 or any(number > 1 for number in rows.values())


def inventions(court: Court) -> Iterator[Finding]:
    """No paper that nobody announced."""
    for paper_id, places in court.archive.places.items():
        if paper_id not in court.world.papers:
            yield Finding("wrong sums", f"{paper_id}: on {places[0].date}, yet there is no such paper")


def scores(court: Court) -> Iterator[Finding]:
    """Each paper has the score that the model gave, is shown or dropped by it, or is unscored for want of one."""
    for paper_id, places in court.archive.places.items():
        if paper_id not in court.world.papers:
            continue
        rated = [place for place in places if "relevance" in place.row and "novelty" in place.row]
        given = {(place.row["relevance"], place.row["novelty"]) for place in rated}
        right = court.world.score(paper_id)
        reasons = {place.row.get("dropped") for place in places if not place.shown}
        if given - {right}:
            yield Finding("wrong sums", f"{paper_id}: scored {given}, yet the model gave {right}")
        if reasons and not _may_be_dropped(court, paper_id, reasons, bool(rated)):
            yield Finding("wrong states", f"{court.story(paper_id)}; dropped for {reasons}, relevance {right[0]}")
        if not reasons and rated and right[0] < LEAST:
            yield Finding("wrong states", f"{court.story(paper_id)}; shown with relevance {right[0]}")
        if not reasons and not rated and (why := _was_scorable(court, paper_id, places[0].date)):
            yield Finding("wrong states", f"{court.story(paper_id)}; unscored, yet {why}")


def _may_be_dropped(court: Court, paper_id: str, reasons: set[str | None], rated: bool) -> bool:
    if reasons == {"withdrawn"}:
        return court.world.papers[paper_id].withdrawn
    return reasons == {f"below {LEAST}"} and rated and court.world.score(paper_id)[0] < LEAST


def _is_given_up(court: Court, paper_id: str, run: int) -> bool:
    """After six paid replies without a verdict, two of them to requests with this paper alone (the manual, running)."""
    useless = [
        c for c in court.model.calls if c.run < run and paper_id in c.asked and paper_id not in c.useful and c.tokens
    ]
    return len(useless) >= 6 and sum(len(call.asked) == 1 for call in useless) >= 2


def _was_scorable(court: Court, paper_id: str, date: datetime.date) -> str | None:
    """Why a paper must have a score: it was answered, or a run had a model and did not ask again."""
    if paper_id in court.model.poisoned:
        return None
    runs = {
        run.number: run for run in court.chances.in_window(date) if run.weather["model"].tells_truth and not run.budget
    }
    if any(paper_id in call.useful and call.run in runs for call in court.model.calls):
        return "the model gave a verdict"
    asked = court.model.asked.get(paper_id, [])
    left = [number for number in runs if asked and number > asked[0] and number not in asked]
    missed = [number for number in left if not _is_given_up(court, paper_id, number)]
    return f"run {missed[0]} did not ask for it again" if missed else None


def payments(court: Court) -> Iterator[Finding]:
    """No paper is asked about that has a verdict, but for those of a run that was killed before it could keep it."""
    killed = {run.number for run in court.runs if not run.completed}
    last: dict[int, list[int]] = defaultdict(list)
    for place, call in enumerate(court.model.calls):
        last[call.run].append(place)
    excused = {place for run in killed for place in last[run][-4:]}  # so many requests are under way at once
    answered: dict[str, int] = {}
    for place, call in enumerate(court.model.calls):
        for paper_id in call.asked:
            if paper_id in answered:
                before = court.model.calls[answered[paper_id]].run
                yield Finding("paid twice", f"{paper_id}: answered in run {before}, asked again in run {call.run}")
        answered |= {paper_id: place for paper_id in call.useful if place not in excused}


def crashes(court: Court) -> Iterator[Finding]:
    """No run ends with a traceback or hangs."""
    for run in court.runs:
        if run.killed:
            continue
        if run.code is None:
            yield Finding("wrong states", f"run {run.number} at {run.now:%Y-%m-%d %H:%M}: hangs: {run.output[-500:]}")
        elif run.code not in (0, 1) or "Traceback" in run.output:
            yield Finding(
                "wrong states", f"run {run.number} at {run.now:%Y-%m-%d %H:%M}: exit {run.code}: {run.output[-1500:]}"
            )


def publications(court: Court) -> Iterator[Finding]:
    """The repository's records are there once each, as the last run that could see them had them."""
    able = [run for run in court.chances.runs if run.weather["librecat"].tells_truth]
    listed = Counter(court.archive.publications())
    for record in court.world.records:
        seen = [time for time in record.changes if able and time <= able[-1].now]
        found = {time: number for (name, time), number in listed.items() if name == record.id}
        right = {f"{seen[-1]:%Y-%m-%dT%H:%M:%SZ}": 1} if seen else {}
        if found != right:
            yield Finding(
                "doubled" if sum(found.values()) > 1 else "lost", f"publication {record.id}: {found}, not {right}"
            )


Check = Callable[[Court], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (papers, inventions, scores, payments, crashes, publications)


def unseen(court: Court) -> int:
    """The papers that were announced or listed for this digest, and that no run could see."""
    wanted = (
        p
        for p in court.world.papers.values()
        if court.chances.first <= max(court.days_of(p), default=court.chances.first) <= court.last
    )
    return sum(bool(court.days_of(p)) and not court.archive.of(p.id) and not court.chance(p) for p in wanted)
