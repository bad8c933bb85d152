"""The result of fetching from one source for one day, as a value."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Paper
from broadsheet.providers.parse_result import Fix, ParseResult


class SourceStatus(StrEnum):
    """The outcome of fetching from a source."""

    OK = "ok"
    QUIET = "quiet"  # the source has nothing for this day
    STALE = "stale"  # the source repeats an earlier answer, or has nothing yet
    FAILED = "failed"


class FetchResult(msgspec.Struct, kw_only=True):
    """The reply of a source for one day. `problems` and notes among them describe what is missing.

    `announced` counts the papers that the source lists as new, wanted or not; `papers` are to be shown on the day.
    `replaced` are new versions of papers announced before; `withdrawn` are the ids of withdrawn papers of both.
    `unproven` are ids of `papers` that may have been announced on an earlier day. `publications` are a repository's
    records, for `file`. `open` is the reason why more may come, `lacks` what is missing for good.
    """

    source: str
    date: str
    status: SourceStatus = SourceStatus.OK
    announced: int | None = None
    papers: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    withdrawn: tuple[str, ...] = ()
    unproven: set[str] = set()
    publications: ParseResult | None = None
    file: str = ""
    fixes: list[Fix] = []
    problems: list[Diagnostic] = []
    open: str = ""
    lacks: str = ""
    absent: bool = False
    empty_since: str | None = None


class FetchTask(NamedTuple):
    """The requests for one source.

    `fetch` takes the wanted day and the newest possible day; it raises DigestError. If the task is not `dated`, the
    reply is the same for every day, so one request serves many days. Replies about a day change for `renewed_days`
    after it. All requests and the pauses between them take `longest_s` at most. `resume` replaces `fetch` on an open
    day; its last argument is the reason.
    """

    source: str
    fetch: Callable[[HttpClient, str, str], FetchResult]
    dated: bool = True
    renewed_days: int = 0
    longest_s: float = 600.0
    resume: Callable[[HttpClient, str, str, str], FetchResult] | None = None


def absence_diagnostic(location: str, date: str) -> Diagnostic:
    """Return the problem of a source without papers on a working day."""
    hint = "the next run asks again; two empty answers settle it as quiet, once papers of a later day came"
    return Diagnostic(location, f"no papers for {date}, a working day", hint)


def failed_result(source: str, date: str, problems: tuple[Diagnostic, ...]) -> FetchResult:
    """Return the result of a source that gave nothing usable."""
    return FetchResult(source=source, date=date, status=SourceStatus.FAILED, problems=list(problems))


def mark_incomplete(result: FetchResult, task: FetchTask) -> None:
    """Record that time ran out before the list was complete, so that a later run asks for the rest."""
    if all(problem.is_note for problem in result.problems):
        message = f"did not give all of its list within {task.longest_s:,.0f} seconds; what came is kept"
        result.problems.append(Diagnostic(task.source, message, "run again for the rest"))
    if task.dated and not result.open:
        result.open = "its list could not be read to the end in time; the rest is asked for again"
