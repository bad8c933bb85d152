"""One run of a command: how long it took, what it used, and whether something else was using the machine.

The figures are the kernel's own accounts of every process of the command (`launch.py` sees to that).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tests.example import ROOT

LAUNCH = Path(__file__).with_name("launch.py")
CALM = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
# Modules and templates are compiled once, as they are wherever nobody forbids it.
COMPILING = {"PYTHONDONTWRITEBYTECODE": ""}


class Run(msgspec.Struct, frozen=True):
    """Seconds by the clock, seconds of CPU (user and system, all processes), peak bytes of the largest process, and
    how many cores other work (or the host of a virtual machine) kept busy meanwhile."""

    wall: float
    cpu: float
    peak: int
    others: float


class Failed(Exception):
    """A command ended with another code than it may; the text is what it said last."""


class _Result(msgspec.Struct, frozen=True):
    """What `launch.py` writes."""

    code: int
    wall: float
    cpu: float
    peak: int
    lingers: bool


def run(command: Sequence[str | Path], cwd: Path = ROOT, path: Path = ROOT) -> Run:
    """Run `command` and measure it; Python finds modules in `path` first.

    Raises Failed where it fails, or leaves a process behind that does not end.
    """
    os.sync()  # what the last run left to be written is not to slow this one
    words = list(map(str, command))
    with tempfile.TemporaryDirectory(prefix="digest-run-") as folder:
        log, result = Path(folder, "log"), Path(folder, "result")
        busy = _busy()
        with log.open("wb") as file:
            launch = [sys.executable, "-I", str(LAUNCH), str(result), *words]
            environment = os.environ | CALM | COMPILING | {"PYTHONPATH": str(path)}
            subprocess.run(launch, cwd=cwd, env=environment, stdout=file, stderr=file, check=True)
        busy = _busy() - busy
        found = msgspec.json.decode(result.read_bytes(), type=_Result)
        if found.code or found.lingers:
            fate = "left a process behind" if found.lingers else f"ended with {found.code}"
            raise Failed(f"{' '.join(words)} {fate}:\n{log.read_text('utf-8', 'replace')[-3000:]}")
    return Run(found.wall, found.cpu, found.peak, max(0.0, busy - found.cpu) / found.wall)


def repeat(
    commands: Sequence[Callable[[int], Run]], times: int, budget: float, told: Callable[[str], None]
) -> list[list[Run]]:
    """Runs of each of `commands`, in turns (A B A B): `times` rounds, or as many as fit into `budget` seconds, at least
    one. A command is given the number of its round."""
    rounds: list[list[Run]] = []
    while len(rounds) < times and (not rounds or _spent(rounds) * (1 + 1 / len(rounds)) <= budget):
        rounds.append([command(len(rounds)) for command in commands])
        told(" ".join(f"{found.wall:.2f}" for found in rounds[-1]))
    return [list(runs) for runs in zip(*rounds, strict=True)]


def _spent(rounds: list[list[Run]]) -> float:
    return sum(found.wall for runs in rounds for found in runs)


def _busy() -> float:
    """Seconds that all cores together have worked since the machine started, or were held back by its host."""
    try:
        fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]
    except FileNotFoundError:
        return 0.0
    user, nice, system, _idle, _waiting, irq, softirq, steal = map(int, fields)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
