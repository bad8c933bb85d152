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
    (of `papers` and `replaced`). `publications` holds a repository's records, for `file`.
    """

    source: str
    date: str
    condition: Condition = Condition.OK
    announced: int | None = None
    papers: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    withdrawn: tuple[str, ...] = ()
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
    changes for `renewed_days` after it.
    """

    source: str
    fetch: Callable[[Web, str, str], Fetched]
    dated: bool = True
    renewed_days: int = 0


def absence(where: str, date: str) -> Problem:
    """Return what is said of a source without papers on a working day."""
    do = "the next run asks again; two empty answers settle it as quiet, once papers of a later day came"
    return Problem(where, f"no papers for {date}, a working day", do)


def failed(source: str, date: str, problems: tuple[Problem, ...]) -> Fetched:
    """A source that gave nothing that can be used."""
    return Fetched(source=source, date=date, condition=Condition.FAILED, problems=list(problems))
