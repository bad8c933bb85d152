"""A command at a terminal: a real pseudo-terminal for its standard streams, and a person's keys."""

import os
import pty
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS = 60  # for a step on a busy machine


class Terminal:
    """A running command and all that its terminal shows."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        self._ours, theirs = pty.openpty()
        os.set_blocking(self._ours, False)
        variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **(environment or {})}
        line = ["env", "--default-signal=INT", *command]
        self.process = subprocess.Popen(
            line, cwd=cwd, env=variables, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.screen = ""

    def until(self, text: str) -> str:
        """Wait until the screen shows `text` after what was waited for before; return what came up to it."""
        start, end = len(self.screen), time.monotonic() + SECONDS
        while text not in self.screen[start:]:
            alive = self.process.poll() is None
            if not self._read() and not alive:
                raise AssertionError(f"{text!r} never came: {self.screen}")
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} did not come in time: {self.screen}")
        return self.screen[start:]

    def answer(self, question: str, keys: str) -> None:
        """Wait for a question, and type."""
        self.until(question)
        os.write(self._ours, f"{keys}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        limit = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < limit:
            self._read()
        self._read()
        return self.process.wait(timeout=1)

    def _read(self) -> bool:
        try:
            piece = os.read(self._ours, 1 << 16)
        except BlockingIOError:
            time.sleep(0.02)
            return False
        except OSError:  # Linux says so when the other side is closed
            return False
        self.screen += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
