"""Runs ``broadsheet post`` once for each line of its posting code, kills it there, and runs it once more.

``python -m tests.post_killer FOLDER`` prints the site's name and the outcome of each second run.
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from types import CodeType

import msgspec

from broadsheet.http import body, client
from broadsheet.http.client import HttpClient
from broadsheet.mail import delivery_log, feed_parser
from broadsheet.post import deliver
from broadsheet.post.webhooks import find_webhooks
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from tests.killed_lines import Line, in_a_child, kill_at, traced

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


def print_outcome(settings: Settings) -> None:
    """Post, and print the name of the site and the outcome."""
    print(settings.site.site_name, post(settings))


def is_watched(code: CodeType) -> bool:
    """Return whether a run can be killed in this function."""
    return code.co_filename in WATCHED or (code.co_filename == client.__file__ and code.co_name in STEPS)


def named(name: str) -> Settings:
    """Return the settings with another name of the site."""
    return msgspec.structs.replace(SETTINGS, site=msgspec.structs.replace(SETTINGS.site, site_name=name))


def main() -> None:
    """Kill before the first run of each line."""
    lines: list[Line] = []
    traced(partial(post, named("all")), is_watched, lines.append)
    first = {line: number for number, line in reversed(list(enumerate(lines)))}
    for number in sorted(first.values()):
        settings = named(f"n{number}")
        assert in_a_child(partial(traced, partial(post, settings), is_watched, kill_at(number))) == -signal.SIGKILL
        assert in_a_child(partial(print_outcome, settings)) == 0


main()
