"""SIGINT and SIGTERM end a command within two seconds, with nothing half-written left behind."""

import os
import signal
import sys
import threading
from types import FrameType

from broadsheet.model.diagnostics import Diagnostic

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_S = 1.5  # to clean up; after that the process ends at once


class Interruption(SystemExit):
    """The end of the process by a signal."""

    def __init__(self, number: int) -> None:
        self.signal, self.status = signal.Signals(number), 128 + number
        self.hint = "run the command again to continue"
        super().__init__(self.status)

    @property
    def problem(self) -> Diagnostic:
        """The message for the user."""
        return Diagnostic("broadsheet", f"stopped by {self.signal.name}", self.hint)


def handle_signals() -> None:
    """Raise `Interruption` in the main thread when a signal asks this process to end."""
    process = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() != process:  # a worker that was forked just now, and has no handler of its own yet
            os._exit(128 + number)
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        # Failures of other threads and of handlers that cannot raise are a result of the interruption.
        threading.excepthook = lambda failure: None
        sys.unraisablehook = lambda failure: None
        timer = threading.Timer(GRACE_S, os._exit, (128 + number,))
        timer.daemon = True
        timer.start()
        raise Interruption(number)

    for number in SIGNALS:
        signal.signal(number, end)
