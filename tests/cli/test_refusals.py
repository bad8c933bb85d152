"""Errors of the file system are messages: missing permissions, a full disk."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet import PROGRAM

# Root may read and write everything, unless it gives up its capabilities.
ORDINARY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
ACCESS = "permission denied: give this user access to it"


def run(root: Path, command: str, output: str = "") -> tuple[int, str]:
    """Run a command of the program in `root`; return its exit code and its messages."""
    line = f"{sys.executable} -m broadsheet {command}" + (f" > {output}" if output else "")
    result = subprocess.run([*ORDINARY, "sh", "-c", line], cwd=root, capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr
    return result.returncode, result.stdout + result.stderr


@pytest.fixture
def root(tmp_path: Path) -> Path:
    digest = tmp_path / "digest"
    shutil.copytree(PROGRAM / "starter", digest)
    shutil.copytree(digest / "samples" / "data", digest / "data")
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o555)
    return digest


@pytest.mark.server
@pytest.mark.parametrize(
    ("path", "mode", "command", "message"),
    [
        ("docs", 0o555, "build", f"docs/.generated: {ACCESS}"),
        ("digest.yml", 0o000, "build", f"digest.yml: {ACCESS}"),
        ("digest.yml", 0o000, "check", f"error: digest.yml: {ACCESS}"),
        ("mkdocs.yml", 0o000, "check", f"error: mkdocs.yml: {ACCESS}"),
        ("data/papers/2026/2026-01-06.jsonl", 0o000, "check", f"error: data/papers/2026/2026-01-06.jsonl: {ACCESS}"),
        ("data/runs/2026/2026-01-06.json", 0o000, "check", f"error: data/runs/2026/2026-01-06.json: {ACCESS}"),
        ("docs/page.md", 0o000, "check", f"error: docs/page.md: {ACCESS}"),
        ("data/papers", 0o000, "build", f"data/papers: {ACCESS}"),
        ("data/papers/2026", 0o555, "score --date 2026-01-06", f"data/papers/2026/2026-01-06.jsonl: {ACCESS}"),
        ("docs", 0o755, "new ../closed/x", "closed/x: permission denied"),
        ("docs", 0o755, "build --site ../closed/x", "closed/x: cannot be written: name another folder"),
    ],
)
def test_a_missing_permission_is_a_message(root: Path, path: str, mode: int, command: str, message: str) -> None:
    (root / "docs").mkdir(exist_ok=True)
    if path.startswith("docs/"):
        (root / path).write_text("# Page\n", "utf-8")
    (root / path).chmod(mode)
    code, messages = run(root, command)
    (root / path).chmod(0o755)
    assert code == 1
    assert message in messages


@pytest.mark.server
@pytest.mark.parametrize("command", ["check", "--help", "schema settings"])
def test_a_full_disk_for_the_output_is_a_message(root: Path, command: str) -> None:
    code, messages = run(root, command, "/dev/full")
    assert code == 1
    assert "no space left on device: make room, then try again" in messages


@pytest.mark.server
def test_options_may_come_before_the_command(root: Path) -> None:
    code, messages = run(root.parent, "--root digest -q check")
    assert (code, messages.count("\n")) == (0, messages.count("warning: "))
    assert run(root.parent, "-V")[1].startswith("broadsheet, version")
    (root / "digest.yml").write_text("a: 1\n", "utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "broadsheet", "-v", "build"], cwd=root, capture_output=True, text=True, check=False
    )
    assert "Traceback" in result.stderr, "-v prints it"
