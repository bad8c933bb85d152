"""Runs ``broadsheet mail`` once for each line of its sending code, kills it there, and runs it once more.

``python tests/mail_killer.py FOLDER RECIPIENTS`` prints the list id of each run.
"""

import datetime as dt
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from broadsheet.mail import deliver, delivery_log, feed_parser, server
from broadsheet.mail.recipients import read_variable
from broadsheet.settings import config
from broadsheet.settings.config import Settings

CLOCK = itertools.count(1_750_000_000)  # every look at it is a second later
WATCHED = {delivery_log.__file__, server.__file__}
STEPS = {"send_edition", "enqueue", "deliver", "_round", "_set"}  # of `deliver`: the rest of it only reads
FOLDER = Path(sys.argv[1])
RECIPIENTS, _ = read_variable(sys.argv[2])
SETTINGS = config.load(FOLDER / "digest")
FEED = feed_parser.parse((FOLDER / "daily.xml").read_bytes(), "daily.xml")


def clock() -> dt.datetime:
    """Return another time at each call."""
    return dt.datetime.fromtimestamp(next(CLOCK), dt.UTC)


def send(settings: Settings) -> None:
    """Send the newest edition."""
    state = FOLDER / "states" / f"{settings.mail.list_id}.sqlite"
    report = deliver.send_edition(settings, FEED, None, RECIPIENTS, state, os.environ, lambda seconds: None, now=clock)
    assert not report.problems, report.problems


def traced(at_line: Callable[[tuple[str, int]], None], settings: Settings) -> None:
    """Send the newest edition, and call `at_line` before each line."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in WATCHED and not (code.co_filename == deliver.__file__ and code.co_name in STEPS):
            return None
        if event == "line":
            at_line((code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    send(settings)
    sys.settrace(None)


def in_a_child(work: Callable[[], None]) -> int:
    """Do `work` in a child process, and return its exit code."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
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
    """Return the settings with another list id."""
    return msgspec.structs.replace(SETTINGS, mail=msgspec.structs.replace(SETTINGS.mail, list_id=name))


def main() -> None:
    """Kill before the first run of each line, and before the last one of those in `server`."""
    lines: list[tuple[str, int]] = []
    traced(lines.append, named("all.example"))
    first = {line: number for number, line in reversed(list(enumerate(lines)))}
    last = {line: number for number, line in enumerate(lines) if line[0] == server.__file__}
    print("all.example")
    for number in sorted({*first.values(), *last.values()}):
        settings = named(f"n{number}.example")
        assert in_a_child(killed_at(number, settings)) == -signal.SIGKILL
        assert in_a_child(lambda settings=settings: send(settings)) == 0  # type: ignore[misc]
        print(settings.mail.list_id)


main()
