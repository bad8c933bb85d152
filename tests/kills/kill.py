"""One kill: a command begins, a process of it is killed, the next command goes on."""

import fcntl
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from tests.kills.cases import Case, Result, start

MARK = "DIGEST_KILLS"
LOCKS = (".digest/run", ".digest/lock", ".digest/scoring", "sent/list.sqlite.lock")
HANGS_S = 300
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
VICTIMS = ("parent", "worker", "group")
ENDS = {-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM, 0}  # 0: it was over already, or needed no worker


class Kill(NamedTuple):
    """A plan of one kill: `delay` is in seconds."""

    case_: Case
    number: signal.Signals
    victim: str
    delay: float

    def __str__(self) -> str:
        return f"{self.case_.name}: {self.number.name} to the {self.victim} after {self.delay:.3f} s"


class KillTest:
    """The folder in which everything happens: always the same, since a build's state goes by the site's path."""

    def __init__(self, work: Path, timeout: float) -> None:
        self.root, self._work, self._patience = work / "digest", work, timeout
        self.scratch = work / "tmp"
        self.mark = f"{os.getpid()}-{time.monotonic_ns()}"

    def set(self, case_: Case) -> None:
        """Make the folder of a scene."""
        for folder in (self.root, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)
        self.scratch.mkdir()
        case_.make(self.root)

    def begin(self, case_: Case) -> "subprocess.Popen[str]":
        """Start its command."""
        return start(self.root, case_.command, case_.environment | {MARK: self.mark, "TMPDIR": str(self.scratch)})

    def run_without_kill(self, case_: Case) -> tuple[Result, float]:
        """Its result and its seconds, if nothing is killed."""
        self.set(case_)
        begun = time.monotonic()
        process = self.begin(case_)
        _, errors = process.communicate()
        assert process.returncode == 0, errors
        return case_.result(self.root), time.monotonic() - begun

    def run(self, kill: Kill, expected: Result) -> list[str] | None:
        """Kill, go on, and return all that is wrong; None if the command was over before."""
        self.set(kill.case_)
        process = self.begin(kill.case_)
        time.sleep(kill.delay)
        if not self._kill_process(process, kill):
            process.communicate()
            return None
        errors = _ended(process)
        faults = [f"it ended with {process.returncode}: {errors}"] if _is_wrong(process.returncode, errors) else []
        faults += self._left()
        faults += [f"{lock} is held" for lock in LOCKS if is_held(self.root / lock)]
        process = self.begin(kill.case_)
        errors = _ended(process)
        if process.returncode or errors:
            faults.append(f"the next command ended with {process.returncode}: {errors}")
        return faults + differences(expected, kill.case_.result(self.root)) + self._left_files()

    def _kill_process(self, process: "subprocess.Popen[str]", kill: Kill) -> bool:
        if process.poll() is not None:
            return False
        if kill.victim == "group":
            os.killpg(process.pid, kill.number)
            return True
        workers = [pid for pid in marked(self.mark) if pid != process.pid]
        victim = random.Random(kill.delay).choice(workers) if workers and kill.victim == "worker" else process.pid
        try:
            os.kill(victim, kill.number)
        except ProcessLookupError:
            return False
        return True

    def _left(self) -> list[str]:
        """Processes that outlive their command."""
        until = time.monotonic() + self._patience
        while (alive := marked(self.mark)) and time.monotonic() < until:
            time.sleep(0.02)
        return [f"process {pid} is left" for pid in alive]

    def _left_files(self) -> list[str]:
        return [f"{path} is left" for path in sorted(self.scratch.iterdir())]


def marked(mark: str) -> list[int]:
    """All processes with this mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:  # it is gone, or somebody else's
            continue
    return sorted(found)


def is_held(path: Path) -> bool:
    """Return whether some process has the lock."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _ended(process: "subprocess.Popen[str]") -> str:
    """Return the output of a command; one that hangs is killed, and its output says so."""
    try:
        return process.communicate(timeout=HANGS_S)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return f"it hangs: {process.communicate()[1]}"


def _is_wrong(code: int, errors: str) -> bool:
    """A command whose worker was killed may also end with a problem: where, what, what to do."""
    is_problem = code == 1 and errors.count(": ") >= 2
    return "Traceback" in errors or not (code in ENDS or is_problem)


def differences(expected: Result, result: Result) -> list[str]:
    """Return the names of missing, surplus and different files."""
    names = sorted(expected.keys() | result.keys())
    words = {True: "is missing", False: "differs"}
    return [
        f"{name} {'is left' if name not in expected else words[name not in result]}"
        for name in names
        if expected.get(name) != result.get(name)
    ]
