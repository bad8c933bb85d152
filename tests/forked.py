"""Runs of the program as processes that need not import it: they are forked from one that has imported it.

A run has arguments, variables, a folder, files and an exit code of its own, as one from a shell has. Imports are half
of the time of a small build. A run is on a machine of one core: other tests have the others.

``python -m tests.forked`` is the process with the imports. A line of its standard input is a request.
"""

import atexit
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

import broadsheet

ROOT = Path(__file__).resolve().parent.parent
READ_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "MALLOC")  # variables that only a new Python obeys
LARGE = (
    "broadsheet.scoring.local",
    "broadsheet.daily.train",
    "broadsheet.build.executors",
    "broadsheet.__main__",
)  # few need them
# Functions that return the same in every run, as they depend on the program alone: a third of a small build.
SAME = (
    ("broadsheet.build.static_files", "compact"),
    ("broadsheet.build.static_files", "compact_script"),
    ("broadsheet.build.theme_sheet", "program_words"),
    ("mkdocs.utils", "entry_points"),
)


class Source:
    """A process with the imports. It forks a run at a time."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.start = read_at_start(variables)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            bufsize=0,  # `select` does not see what a buffer has
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=variables,
            cwd=ROOT,
        )
        atexit.register(self._process.communicate)  # it ends when there are no more requests

    def run(self, request: Mapping[str, Any], seconds: float | None) -> int:
        """Return the exit code of a run. Kill the run if it takes too long."""
        requests, replies = self._process.stdin, self._process.stdout
        assert requests
        assert replies
        requests.write(json.dumps(request).encode() + b"\n")
        requests.flush()
        pid = int(replies.readline())
        if select.select([replies], [], [], seconds)[0]:
            return int(replies.readline())
        os.kill(pid, signal.SIGKILL)
        replies.readline()
        raise subprocess.TimeoutExpired(request["program"], seconds or 0)


def read_at_start(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a new Python reads, and no other."""
    return {name: value for name, value in variables.items() if name.startswith(READ_AT_START)}


# Two take turns. They have different hash seeds, so two runs differ in what depends on the order of a set.
_started: list[Source] = []
_idle: SimpleQueue[Source] = SimpleQueue()


def run(
    program: Sequence[str], variables: Mapping[str, str], folder: str, text: str, seconds: float | None
) -> subprocess.CompletedProcess[str] | None:
    """Run the module `program[0]` with its arguments; return None if that needs a Python of its own."""
    if len(_started) < 2 or _idle.empty():
        _started.append(Source(variables))
        _idle.put(_started[-1])
    source = _idle.get()
    try:
        if source.start != read_at_start(variables):
            return None
        with ExitStack() as stack:
            files = [stack.enter_context(tempfile.NamedTemporaryFile()) for _ in range(3)]
            files[0].write(text.encode())
            files[0].flush()
            names = [file.name for file in files]
            request = {"program": program, "variables": dict(variables), "folder": folder, "files": names}
            code = source.run(request, seconds)
            output, errors = (Path(name).read_text("utf-8") for name in names[1:])
        return subprocess.CompletedProcess(program, code, output, errors)
    finally:
        _idle.put(source)


def main() -> None:
    """Fork a run for each request."""
    os.cpu_count = lambda: 1
    for module in pkgutil.walk_packages(broadsheet.__path__, "broadsheet."):
        if not module.name.startswith(LARGE):
            import_module(module.name)
    for place, name in SAME:
        setattr(import_module(place), name, cache(getattr(import_module(place), name)))
    build_once()
    gc.collect()
    gc.freeze()
    requests, replies = sys.stdin, sys.stdout
    while line := requests.readline():
        child = os.fork()
        if not child:
            end(become(**json.loads(line)))
        print(child, file=replies, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=replies, flush=True)


def build_once() -> None:
    """Build a small digest, so that every run has what the program imports and reads while it works."""
    from broadsheet.build.build import build
    from tests.example import make_digest, paper

    with tempfile.TemporaryDirectory() as folder:
        root = make_digest(Path(folder), {"2025-05-27": [paper("2505.00001", abstract="Of $x^2$.")]})
        build(root, processes=1)


def become(program: list[str], variables: dict[str, str], folder: str, files: list[str]) -> int:
    """Be ``python -m`` with the program, its variables, its folder and its three standard files.

    Return its exit code, if it does not end with an error.
    """
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        file = os.open(files[number], os.O_RDWR)
        os.dup2(file, number)
        os.close(file)
        setattr(sys, name, reopened(number, getattr(sys, name)))
    sys.path[0] = folder
    sys.argv[1:] = program[1:]
    try:
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    except SystemExit as error:
        if isinstance(error.code, str):
            raise
        return int(error.code or 0)
    return 0


def end(code: int) -> None:
    """End as a Python does, but do not free the memory, which takes longer than a small run."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()
    os._exit(code & 0xFF)


def reopened(number: int, stream: TextIO) -> TextIO:
    """Return a new stream of a standard file, as Python would open it: errors are written line by line."""
    mode, buffering = ("r" if number == 0 else "w"), (1 if number == 2 else -1)
    return open(number, mode, buffering, stream.encoding, stream.errors, closefd=False)  # type: ignore[return-value]


if __name__ == "__main__":
    main()
