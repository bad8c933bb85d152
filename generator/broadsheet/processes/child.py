"""Child processes that do not outlive the process that started them.

``python -m broadsheet.processes.child PARENT MODULE …``, started by process PARENT, runs ``python -m MODULE …``.
"""

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

PR_SET_PDEATHSIG = 1  # prctl(2), of Linux; the signal outlasts execve(2)
PAUSE_S = 0.5


def run_module(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``python -m`` with these arguments and capture its output. It dies with this process."""
    command = [sys.executable, "-m", __name__, str(os.getpid()), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def die_with_parent() -> bool:
    """Have the kernel kill this process when its parent dies; False where it cannot."""
    with suppress(OSError, AttributeError):
        return not ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return False


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PAUSE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run the module named on the command line."""
    parent, module = int(sys.argv[1]), sys.argv[2]
    if not die_with_parent() or os.getppid() != parent:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    sys.argv[:] = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
