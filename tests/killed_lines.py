"""Runs in child processes that are killed before a line of the program."""

import os
import signal
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

Line = tuple[str, int]  # file and number


def traced(work: Callable[[], object], is_watched: Callable[[CodeType], bool], at_line: Callable[[Line], None]) -> None:
    """Do `work`, and call `at_line` before each line of the watched functions."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not is_watched(frame.f_code):
            return None
        if event == "line":
            at_line((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    work()
    sys.settrace(None)


def kill_at(number: int) -> Callable[[Line], None]:
    """Return a function for `traced` that kills the process before the line with that number."""
    left = [number]

    def count(_: Line) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def in_a_child(work: Callable[[], object]) -> int:
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
