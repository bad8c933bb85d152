"""What one source gave for one day, as a value."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import msgspec

from generator.edges.sources.harvest import Harvest, Repair
from generator.ground.errors import Problem
from generator.ground.model import Paper
from generator.web.door import Web


class Condition(StrEnum):
    """What became of a source; the four are never confused with each other."""

    OK = "ok"
    QUIET = "quiet"  # it had nothing to say for this day
    STALE = "stale"  # it still gave what it had given before, or nothing yet
    FAILED = "failed"


class Fetched(msgspec.Struct, kw_only=True):
    """What a source gave. `problems` say what fell short, notes among them; nothing else is lost in silence.

    `announced` counts what the source listed for the day as new, wanted or not; `papers` are to be shown on it.
    `replaced` are new versions of papers that were announced before, `withdrawn` the ids of those that were taken back
    (of `papers` and `replaced`). `unproven` are ids of `papers` that may have been announced on an earlier day.
    `publications` holds a repository's records, for `file`.
    """

    source: str
    date: str
    condition: Condition = Condition.OK
    announced: int | None = None
    papers: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    withdrawn: tuple[str, ...] = ()
    unproven: set[str] = set()
    publications: Harvest | None = None
    file: str = ""
    repairs: list[Repair] = []
    problems: list[Problem] = []
    open: str = ""
    lacks: str = ""
    absent: bool = False
    empty_since: str | None = None


class Ask(NamedTuple):
    """One thing to ask a service. `fetch` takes the day that is wanted and the newest
    there can be; it raises DigestError.

    What is not `dated` answers the same whatever the day, and is asked once for many. What it says of a day's papers
    changes for `renewed_days` after it. All its requests, with the pauses between them, take `longest_s` at most.
    `resume`, if there is one, takes the place of `fetch` on a day that is open; its last argument is the reason.
    """

    source: str
    fetch: Callable[[Web, str, str], Fetched]
    dated: bool = True
    renewed_days: int = 0
    longest_s: float = 600.0
    resume: Callable[[Web, str, str, str], Fetched] | None = None


def absence(where: str, date: str) -> Problem:
    """Return what is said of a source without papers on a working day."""
    do = "the next run asks again; two empty answers settle it as quiet, once papers of a later day came"
    return Problem(where, f"no papers for {date}, a working day", do)


def failed(source: str, date: str, problems: tuple[Problem, ...]) -> Fetched:
    """A source that gave nothing that can be used."""
    return Fetched(source=source, date=date, condition=Condition.FAILED, problems=list(problems))


def cut_short(found: Fetched, ask: Ask) -> None:
    """Note that the time for a source ran out before its list was read, so that it is asked for the rest again."""
    if all(problem.note for problem in found.problems):
        what = f"did not give all of its list within {ask.longest_s:,.0f} seconds; what came is kept"
        found.problems.append(Problem(ask.source, what, "run again for the rest"))
    if ask.dated and not found.open:
        found.open = "its list could not be read to the end in time; the rest is asked for again"
