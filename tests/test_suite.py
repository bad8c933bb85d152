"""How the tests are run: the order of modules, and the place of what they write."""

import os
import tempfile
from pathlib import Path

import pytest

from tests import scratch
from tests.conftest import LONGEST, ROOT, pytest_xdist_auto_num_workers


def test_the_longest_modules_exist() -> None:
    assert [module for module in LONGEST if not (ROOT / module).is_file()] == []


@pytest.mark.parametrize(("variable", "workers"), [("", 5), ("2", None)])
def test_a_worker_more_than_there_are_cores(
    monkeypatch: pytest.MonkeyPatch, variable: str, workers: int | None
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.delenv("PYTEST_XDIST_AUTO_NUM_WORKERS", raising=False)
    if variable:
        monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", variable)
    assert pytest_xdist_auto_num_workers() == workers


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No place is named; what a test changes is put back. The folder of the test exists before."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in (scratch.PLACE, "TMPDIR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.parametrize(("free", "used"), [(scratch.NEEDED, True), (scratch.NEEDED - 1, False), (0, False)])
def test_memory_is_written_to_if_there_is_enough(place: pytest.MonkeyPatch, free: int, used: bool) -> None:
    place.setattr(scratch, "free_memory", lambda: free)
    scratch.write_to_memory()
    assert (os.environ.get(scratch.PLACE) == tempfile.tempdir == str(scratch.MEMORY)) is used


@pytest.mark.parametrize("name", [scratch.PLACE, "TMPDIR"])
def test_a_place_that_a_variable_names_is_used(place: pytest.MonkeyPatch, name: str, tmp_path: Path) -> None:
    place.setenv(name, str(tmp_path))
    scratch.write_to_memory()
    assert os.environ[name] == str(tmp_path)
    assert tempfile.tempdir != str(scratch.MEMORY)


def test_without_a_folder_in_memory_none_is_free(place: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place.setattr(scratch, "MEMORY", tmp_path / "missing")
    assert scratch.free_memory() == 0
