"""The runs of the command: their hours, the faults of services, and their end. Each is a child of this process."""

import datetime
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from broadsheet.cli import COMMANDS, main
from tests.clock import turn_clocks
from tests.soak.faults import NO_FAULTS, Faults, draw
from tests.soak.schedule import DAY, newest_day, utc_midnight
from tests.soak.services import Services

_LOADED = [import_module(f"broadsheet.cli.{name}") for name in set(COMMANDS.values())]  # once, and not in every child

HOURS = ((4, 23), (5, 23), (0, 10), (9, 0), (13, 40), (22, 15))  # in UTC
_FINAL_DAYS = 2  # without faults, so that runs can repair what they can


class Kill(NamedTuple):
    """When a run is killed: before (or after) the answer to a request, or before a step of its own on the disk."""

    requests: int = 0
    answered: bool = False
    steps: int = 0


class PlannedRun(NamedTuple):
    """A planned run."""

    now: datetime.datetime
    faults: Faults
    kill: Kill | None = None
    twice: bool = False  # two at once
    budget: str = ""


class Run(NamedTuple):
    """A finished run. `code` is None if it was killed or hung."""

    number: int
    now: datetime.datetime
    faults: Faults
    code: int | None
    killed: bool
    output: str
    budget: str

    @property
    def day(self) -> datetime.date:
        """The newest day of it."""
        return newest_day(self.now)

    @property
    def completed(self) -> bool:
        """True if it was not killed."""
        return not self.killed and self.code in (0, 1)


def plan(seed: int, first: datetime.date, days: int) -> Iterator[PlannedRun]:
    """Yield the runs of an operator who is late, runs twice or not at all; each month at another hour."""
    rng = random.Random(f"mornings {seed}")
    away_until, hour = first, rng.choice(HOURS)
    for number in range(days):
        day = first + DAY * number
        hour = rng.choice(HOURS) if number % 30 == 29 else hour
        final = number >= days - _FINAL_DAYS
        if day < away_until and not final:
            continue
        if number and not final and (away := _absence(rng)):
            away_until = day + DAY * away
            continue
        late = rng.random() * 9 if rng.random() < 0.15 and not final else 0.0
        now = utc_midnight(day) + datetime.timedelta(hours=hour[0] + late, minutes=hour[1])
        yield from _runs_of_a_day(rng, now, final)


def _absence(rng: random.Random) -> int:
    kind = rng.random()
    return 0 if kind > 0.07 else 1 if kind > 0.03 else 3 if kind > 0.006 else rng.randint(4, 9)


def _runs_of_a_day(rng: random.Random, now: datetime.datetime, final: bool) -> Iterator[PlannedRun]:
    if final:
        yield PlannedRun(now, NO_FAULTS)
        yield PlannedRun(now + datetime.timedelta(hours=1), NO_FAULTS)
        return
    kill = _kill(rng) if rng.random() < 0.06 else None
    budget = "0.02" if rng.random() < 0.03 else ""
    yield PlannedRun(now, draw(rng), kill, rng.random() < 0.02, budget)
    if rng.random() < (0.7 if kill else 0.1):
        later = datetime.timedelta(minutes=rng.choice((5, 20, 90, 300)))
        yield PlannedRun(now + later, draw(rng), _kill(rng) if rng.random() < 0.1 else None)


def _kill(rng: random.Random) -> Kill:
    if rng.random() < 0.5:
        return Kill(requests=rng.randint(1, 12), answered=rng.random() < 0.5)
    return Kill(steps=rng.randint(1, 90))


class Operator:
    """Runs the command on the digest in `root` against `services`."""

    def __init__(self, root: Path, services: Services, environment: dict[str, str]) -> None:
        self._root, self._services = root, services
        self._environment = environment
        self._log = root.parent / "output.txt"
        self._children: list[int] = []
        self._left = 0

    def run(self, number: int, planned: PlannedRun) -> Run:
        """One run, or two at once, to its end."""
        self._services.set(planned.faults)
        self._watch(planned.kill)
        arguments = ["run", "--root", str(self._root), "--no-build"]
        arguments += ["--budget", planned.budget] if planned.budget else []
        steps = planned.kill.steps if planned.kill else 0
        self._log.write_bytes(b"")
        pipes = [self._start(arguments, planned.now, steps) for _ in range(1 + planned.twice)]
        in_time = self._services.serve(pipes)
        if not in_time:
            self._kill()
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in self._children]
        for pipe in pipes:
            os.close(pipe)
        self._children = []
        killed = -signal.SIGKILL in codes and in_time
        code = None if killed or not in_time else max(codes)
        output = self._log.read_text("utf-8", "replace")
        return Run(number, planned.now, planned.faults, code, killed, output, planned.budget)

    def _watch(self, kill: Kill | None) -> None:
        self._left = kill.requests if kill else 0

        def count(_: str) -> None:
            self._left -= 1
            if self._left == 0:
                self._kill()

        def ignore(_: str) -> None:
            pass

        by_request = bool(kill and kill.requests)
        self._services.before = count if by_request and kill and not kill.answered else ignore
        self._services.after = count if by_request and kill and kill.answered else ignore

    def _kill(self) -> None:
        for child in self._children:
            os.kill(child, signal.SIGKILL)

    def _start(self, arguments: Sequence[str], now: datetime.datetime, steps: int) -> int:
        """Start a run; return a file descriptor that closes when it ends."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self._run_in_child(arguments, now, steps)
        os.close(writing)
        self._children.append(child)
        return reading

    def _run_in_child(self, arguments: Sequence[str], now: datetime.datetime, steps: int) -> None:
        code = 70
        try:
            output = os.open(self._log, os.O_WRONLY | os.O_APPEND)
            os.dup2(output, 1), os.dup2(output, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
            os.environ.update(self._environment)
            if steps:
                sys.addaudithook(_kill_hook(str(self._root), steps))
            turn_clocks(now)
            sys.argv = ["broadsheet", *arguments]
            main()
            code = 0
        except SystemExit as done:
            code = done.code if isinstance(done.code, int) else 70
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            os._exit(code)


_STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.link", "os.truncate"})


def _kill_hook(root: str, steps: int) -> Callable[[str, tuple[Any, ...]], None]:
    """Kill this process before the step on the disk with that number; reading is none."""
    left = [steps]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _STEPS or not str(arguments[0]).startswith(root):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return hook
