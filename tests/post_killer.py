"""Runs ``broadsheet post`` once for each line of its posting code, kills it there, and runs it once more.

``python tests/post_killer.py FOLDER`` prints the site's name and the outcome of each second run.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from broadsheet.http import body, client
from broadsheet.http.client import HttpClient
from broadsheet.mail import delivery_log, feed_parser
from broadsheet.post import deliver
from broadsheet.post.webhooks import find_webhooks
from broadsheet.settings import config
from broadsheet.settings.config import Settings

WATCHED = {deliver.__file__, delivery_log.__file__, body.__file__}
STEPS = {"send", "_follow", "_request"}  # of the HTTP client
FOLDER = Path(sys.argv[1])
SETTINGS = config.load(FOLDER / "digest")
FEED = feed_parser.parse((FOLDER / "daily.xml").read_bytes(), "daily.xml")
WEBHOOKS, _ = find_webhooks(FOLDER, None, {"DIGEST_POST_JSON": os.environ["DIGEST_POST_JSON"]})


def post(settings: Settings) -> str:
    """Post the newest edition; return the outcome."""
    state = FOLDER / "states" / f"{settings.site.site_name}.sqlite"
    with HttpClient("broadsheet", clock=time.monotonic, sleep=time.sleep) as web:
        report = deliver.post_edition(settings, FEED, None, WEBHOOKS, state, {}, web, lambda seconds: None)
    (posting,) = report.postings
    assert bool(report.problems) == bool(posting.unconfirmed), report.problems
    assert posting.posted + posting.already_posted + posting.unconfirmed == 1, posting
    return "unconfirmed" if posting.unconfirmed else "posted"


def traced(at_line: Callable[[tuple[str, int]], None], settings: Settings) -> None:
    """Post the newest edition, and call `at_line` before each line."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in WATCHED and not (code.co_filename == client.__file__ and code.co_name in STEPS):
            return None
        if event == "line":
            at_line((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    post(settings)
    sys.settrace(None)


def in_a_child(work: Callable[[], None]) -> int:
    """Do `work` in a child process, and return its exit code."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number: int, settings: Settings) -> Callable[[], None]:
    """Return a run that is killed before the line with that number."""
    left = [number]

    def count(_: tuple[str, int]) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: traced(count, settings)


def named(name: str) -> Settings:
    """Return the settings with another name of the site."""
    return msgspec.structs.replace(SETTINGS, site=msgspec.structs.replace(SETTINGS.site, site_name=name))


def main() -> None:
    """Kill before the first run of each line."""
    lines: list[tuple[str, int]] = []
    traced(lines.append, named("all"))
    first = {line: number for number, line in reversed(list(enumerate(lines)))}
    for number in sorted(first.values()):
        settings = named(f"n{number}")
        assert in_a_child(killed_at(number, settings)) == -signal.SIGKILL
        assert in_a_child(lambda settings=settings: print(f"n{number}", post(settings))) == 0  # type: ignore[misc] # noqa: B023


main()
