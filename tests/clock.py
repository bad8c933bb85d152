"""A command with another clock: the modules of `broadsheet.cli`, the only users of the time, get this clock.

``python -m tests.clock 2026-09-24T12:00+00:00 run --no-build`` is ``broadsheet run --no-build`` at that time.
"""

import datetime
import sys
import time
import types
from importlib import import_module

from broadsheet.cli import COMMANDS
from broadsheet.cli import main as run_command


class _Clock:
    """A clock that only `sleep` moves. Sleeping takes no real time."""

    def __init__(self, now: datetime.datetime) -> None:
        self._start, self._slept = now, 0.0

    def now(self) -> datetime.datetime:
        """Return the time in UTC."""
        return self._start + datetime.timedelta(seconds=self._slept)

    def seconds(self) -> float:
        """Return seconds that never decrease."""
        return 1000.0 + self._slept

    def sleep(self, seconds: float) -> None:
        """Move the clock forward."""
        self._slept += seconds


def turn_clocks(now: datetime.datetime) -> None:
    """Make `now` the current time for every module of the command line, until the end of this process."""
    clock = _Clock(now)

    class Time(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Time":
            there = clock.now().astimezone(tz)
            return cls.fromtimestamp(there.timestamp(), tz)

    dates = types.ModuleType("datetime")
    vars(dates).update(vars(datetime), datetime=Time)
    times = types.ModuleType("time")
    vars(times).update(
        vars(time),
        time=lambda: clock.now().timestamp(),
        monotonic=clock.seconds,
        perf_counter=clock.seconds,
        sleep=clock.sleep,
    )
    for name, module in sys.modules.items():
        if name.startswith("broadsheet.cli"):
            for old, new in ((datetime, dates), (time, times)):
                if vars(module).get(old.__name__) is old:
                    vars(module)[old.__name__] = new


def main() -> None:
    """Run a command at the time of the first argument. Only the module of the command is loaded, as without this."""
    command = next((argument for argument in sys.argv[2:] if argument in COMMANDS), None)
    if command:
        import_module(f"broadsheet.cli.{COMMANDS[command]}")
    turn_clocks(datetime.datetime.fromisoformat(sys.argv.pop(1)))
    run_command()


if __name__ == "__main__":
    main()
