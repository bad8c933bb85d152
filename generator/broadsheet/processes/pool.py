"""Worker processes of this machine that do not outlive the process that started them, however it ends."""

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType

from broadsheet.processes.child import die_with_parent


class WorkerPool(ProcessPoolExecutor):
    """Worker processes, in place of `ProcessPoolExecutor`. An interruption ends them, where an error waits for them."""

    def __init__(self, processes: int) -> None:
        super().__init__(processes, multiprocessing.get_context(start_method()), initializer=_begin)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind and not issubclass(kind, Exception):
            end_workers()
        super().__exit__(kind, error, trace)


def start_method() -> str | None:
    """Return how workers are started; None is the usual way of this system and this Python.

    Forked ones begin at once, and leave no semaphores when all are killed. But threads do not survive a fork.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else None


def end_workers() -> None:
    """End all workers of this process at once, and wait until they have ended."""
    workers = multiprocessing.active_children()
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join()


def _begin() -> None:
    """Prepare a worker. An interruption from the keyboard reaches the parent too, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()  # at once, on Linux; not by a fork server's child, whose parent is the server
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    """Wait for the end of a pipe whose other end the parent alone holds."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
