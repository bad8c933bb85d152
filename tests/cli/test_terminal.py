"""The output at a terminal, through a pseudo-terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from broadsheet.cli import COMMANDS
from tests.example import ROOT, digest, make_digest


def at_a_terminal(*arguments: str | Path) -> tuple[int, str]:
    """The exit code of a command, and all it wrote to the terminal on its standard error."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "broadsheet", *map(str, arguments)]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=theirs) as run:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 1 << 16):
                said += piece
        except OSError:  # Linux says so when the other side is closed
            pass
    os.close(ours)
    return run.returncode, said.decode("utf-8", "replace")


def test_a_build_counts_its_pages_from_the_first_on(tmp_path: Path) -> None:
    code, said = at_a_terminal("build", "--root", make_digest(tmp_path))
    assert code == 0, said
    assert "pages" in said
    assert "Traceback" not in said


def test_every_command_is_listed_and_explains_itself() -> None:
    listed = digest("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in listed
        assert digest(name, "--help").returncode == 0
