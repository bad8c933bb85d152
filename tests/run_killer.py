"""Runs a day of ``broadsheet run`` in a process for each step visible from outside, and kills it there.

Such a step creates, replaces or writes a file. A second run then repairs the unfinished days on the next day.
``python tests/run_killer.py FOLDER`` prints the name of the model and the number of unfinished days of each kill.
Each run has its own copy of FOLDER/digest.
"""

import datetime
import linecache
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from broadsheet.cli.data_lock import data_lock
from broadsheet.daily import train as training
from broadsheet.daily.run import RunContext, days_to_run, run_day
from broadsheet.http.client import HttpClient
from broadsheet.index.states import is_repaired
from broadsheet.scoring import prefilter
from broadsheet.scoring.llm import reply_log
from broadsheet.settings import config
from broadsheet.store import atomic
from broadsheet.store.store import Store
from tests.killed_lines import in_a_child
from tests.loopback import FakeTime

FOLDER = Path(sys.argv[1])
DAY, NEXT = "2026-09-24", "2026-09-25"
WATCHED = {atomic.write_atomically.__code__, atomic._writing.__code__, reply_log.ReplyLog.add.__code__}
STEPS = re.compile(r"_create\(|open\(|os\.replace|return True|file\.|is_cut_off = ")
LOADED = (prefilter, training)  # imported once, not in every child


def run(root: Path, model: str, today: str) -> list[str]:
    """Run `DAY`, or the unfinished days on a later `today`, and return the dates."""
    time = FakeTime()  # pauses between requests pass at once
    with HttpClient("test", clock=time.clock, sleep=time.sleep) as web:
        work = RunContext(
            root=root,
            settings=config.load(root),
            environment=os.environ | {"DIGEST_LLM_MODEL": model},
            web=web,
            today=today,
            now=lambda: datetime.datetime(2026, 9, 24, 4, tzinfo=datetime.UTC),
            clock=lambda: 0.0,
        )
        dates = [DAY] if today == DAY else unfinished(root)
        with data_lock(root):
            for date in dates:
                run_day(work, date)
    return dates


def unfinished(root: Path) -> list[str]:
    """Return the days that a run on the next day has to repair, without those that it only fetches again."""
    receipts = {date: Store(root).receipt(date) for date in days_to_run(root, config.load(root), NEXT)[:-1]}
    return [date for date, receipt in receipts.items() if receipt is None or not is_repaired(receipt)]


def traced(at_line: Callable[[], None], root: Path, model: str) -> None:
    """Run the day, and call `at_line` before each step."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code not in WATCHED:
            return None
        if event == "line" and STEPS.search(linecache.getline(frame.f_code.co_filename, frame.f_lineno)):
            at_line()
        return trace

    sys.settrace(trace)
    run(root, model, DAY)
    sys.settrace(None)


def killed_at(number: int, root: Path, model: str) -> None:
    """Run the day, and kill the process before the step with that number."""
    left = [number]

    def count() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    traced(count, root, model)


def copy(name: str) -> Path:
    """Return a copy of the digest with this name."""
    shutil.copytree(FOLDER / "digest", FOLDER / name)
    return FOLDER / name


def steps() -> int:
    """Return the number of steps."""
    lines: list[None] = []
    traced(lambda: lines.append(None), copy("model-0"), "model-0")
    return len(lines)


def main() -> None:
    """Kill at every step."""
    total = steps()
    print("model-0 0")
    for number in range(total):
        name = f"model-{number + 1}"
        root = copy(name)
        assert in_a_child(lambda number=number, root=root, name=name: killed_at(number, root, name)) == -signal.SIGKILL  # type: ignore[misc]
        owed = unfinished(root)
        assert in_a_child(lambda root=root, name=name: run(root, name, NEXT)) == 0  # type: ignore[misc]
        print(name, len(owed))


main()
