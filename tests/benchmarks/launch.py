"""Run a command and say what it used: ``python -I launch.py RESULT COMMAND...`` writes JSON into the file RESULT.

A process of its own, and a small one: it adopts processes that outlive their parent (a pool's workers may) and waits
for them, so that the kernel accounts for them too; and what it starts with weighs next to nothing in their peaks.
"""

import ctypes
import json
import os
import resource
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
LINGER = 60.0  # seconds that a process may outlive the command that started it


def main() -> None:
    """Run the command; the result has its exit code, and ``lingers`` where a process would not end."""
    result, *command = sys.argv[1:]
    if sys.platform == "linux":  # elsewhere orphans are not counted
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    others, lingers = orphans()
    with open(result, "w", encoding="utf-8") as file:
        found = {
            "code": os.waitstatus_to_exitcode(status),
            "wall": wall,
            "cpu": sum(one.ru_utime + one.ru_stime for one in [used, *others]),
            "peak": max(one.ru_maxrss for one in [used, *others]) * 1024,
            "lingers": lingers,
        }
        json.dump(found, file)


def orphans() -> tuple[list[resource.struct_rusage], bool]:
    """What each adopted process used, and whether one has not ended in time."""
    found: list[resource.struct_rusage] = []
    deadline = time.monotonic() + LINGER
    while time.monotonic() < deadline:
        try:
            pid, _, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return found, False
        if pid:
            found.append(used)
        else:
            time.sleep(0.01)
    return found, True


if __name__ == "__main__":
    main()
