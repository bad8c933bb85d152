"""Runs ``broadsheet mail`` once for each line of its sending code, kills it there, and runs it once more.

``python -m tests.mail_killer FOLDER RECIPIENTS`` prints the list id of each run.
"""

import datetime as dt
import itertools
import os
import signal
import sys
from functools import partial
from pathlib import Path
from types import CodeType

import msgspec

from broadsheet.mail import deliver, delivery_log, feed_parser, server
from broadsheet.mail.recipients import read_variable
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from tests.killed_lines import Line, in_a_child, kill_at, traced

CLOCK = itertools.count(1_750_000_000)  # every look at it is a second later
WATCHED = {delivery_log.__file__, server.__file__}
STEPS = {"send_edition", "deliver", "_round", "_set", "_put_back"}  # of `deliver`: the rest of it only reads
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


def is_watched(code: CodeType) -> bool:
    """Return whether a run can be killed in this function."""
    return code.co_filename in WATCHED or (code.co_filename == deliver.__file__ and code.co_name in STEPS)


def named(name: str) -> Settings:
    """Return the settings with another list id."""
    return msgspec.structs.replace(SETTINGS, mail=msgspec.structs.replace(SETTINGS.mail, list_id=name))


def main() -> None:
    """Kill before the first run of each line, and before the last one of those in `server`."""
    lines: list[Line] = []
    traced(partial(send, named("all.example")), is_watched, lines.append)
    first = {line: number for number, line in reversed(list(enumerate(lines)))}
    last = {line: number for number, line in enumerate(lines) if line[0] == server.__file__}
    print("all.example")
    for number in sorted({*first.values(), *last.values()}):
        settings = named(f"n{number}.example")
        assert in_a_child(partial(traced, partial(send, settings), is_watched, kill_at(number))) == -signal.SIGKILL
        assert in_a_child(partial(send, settings)) == 0
        print(settings.mail.list_id)


main()
