"""Worker processes that do not outlive the process that started them, however it ends."""

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType

from broadsheet.processes.child import die_with_parent


class WorkerPool(ProcessPoolExecutor):
    """A `ProcessPoolExecutor` that an interruption ends at once. After an error it waits for its workers."""

    def __init__(self, processes: int) -> None:
        super().__init__(processes, multiprocessing.get_context(start_method()), initializer=_begin)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind and not issubclass(kind, Exception):
            end_workers()
        super().__exit__(kind, error, trace)


def start_method() -> str | None:
    """Return the start method of workers; None is the default of this system and this Python.

    Forked workers start at once, and leave no semaphores when all are killed. But threads do not survive a fork.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else None


def end_workers() -> None:
    """Kill all workers of this process, and wait for their end."""
    workers = multiprocessing.active_children()
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join()


def _begin() -> None:
    """Prepare a worker. An interruption from the keyboard also reaches the parent, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()  # at once, on Linux; not by a fork server's child, whose parent is the server
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    """Kill this process when its parent ends: then a pipe that only the parent holds is closed."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
