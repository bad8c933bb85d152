"""Samples beside real papers are warnings, and future days are errors."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from broadsheet import PROGRAM
from broadsheet.checks.check import check
from broadsheet.cli.check import check_command

DAY = "data/papers/2026/2026-02-03.jsonl"
ROW = {"arxiv_id": "2602.00001", "title": "Sparse bounds", "authors": ["A. B"], "source": "arxiv"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new digest with a real paper."""
    root = tmp_path / "digest"
    shutil.copytree(PROGRAM / "starter", root)
    shutil.copytree(root / "samples" / "data", root / "data")
    text = (root / "mkdocs.yml").read_text("utf-8").replace("example.org", "papers.group.edu")
    (root / "mkdocs.yml").write_text(text, "utf-8")
    with (root / "digest.yml").open("a", encoding="utf-8") as settings:
        settings.write("\nnotice: These papers are samples.\n")
    (root / DAY).parent.mkdir(exist_ok=True)
    (root / DAY).write_text(json.dumps(ROW) + "\n", "utf-8")
    return root


def test_samples_and_their_notice_beside_real_papers_are_warnings(root: Path) -> None:
    problems = [problem for problem in check(root).problems if "sample" in problem.message]
    assert {problem.severity for problem in problems} == {"warning"}
    text = "\n".join(map(str, problems))
    assert "2026-01-06.jsonl: sample papers beside real ones: delete the file" in text
    assert "notice: pages would call real papers samples: remove the notice" in text


def test_without_samples_there_is_no_such_warning(root: Path) -> None:
    for name in ("papers", "runs"):
        shutil.rmtree(root / "data" / name / "2026")
    (root / DAY).parent.mkdir(exist_ok=True)
    (root / DAY).write_text(json.dumps(ROW) + "\n", "utf-8")
    text = (root / "digest.yml").read_text("utf-8")
    (root / "digest.yml").write_text(text[: text.index("\nnotice:")] + "\n", "utf-8")
    assert [problem for problem in check(root).problems if "sample" in problem.message] == []


@pytest.mark.parametrize(("today", "is_future"), [("2026-02-02", True), ("2026-02-03", False), ("2026-02-04", False)])
def test_a_future_day_is_an_error(root: Path, today: str, is_future: bool) -> None:
    errors = [problem for problem in check(root, today=today).problems if not problem.is_note]
    assert [error.location for error in errors] == [DAY] * is_future


def test_warnings_fail_only_a_strict_check(root: Path) -> None:
    run = CliRunner().invoke
    lines = run(check_command, ["--root", str(root)]).output.splitlines()
    assert lines[-1].endswith(f": 0 errors, {len(lines) - 1} warnings")
    assert all(line.startswith("warning: ") for line in lines[:-1])
    assert run(check_command, ["--root", str(root)]).exit_code == 0
    assert run(check_command, ["--root", str(root), "--strict"]).exit_code == 1
    assert "\x1b" not in "".join(lines), "no colours without a terminal"


@pytest.mark.parametrize(("notice", "warnings"), [("", 2), ("notice: These papers are samples.\n", 0)])
def test_samples_alone_are_a_warning_if_no_page_says_so(root: Path, notice: str, warnings: int) -> None:
    (root / DAY).unlink()
    settings = (root / "digest.yml").read_text("utf-8").partition("\nnotice:")[0]
    (root / "digest.yml").write_text(f"{settings}\n{notice}", "utf-8")
    messages = [problem.message for problem in check(root).problems if "sample" in problem.message]
    assert messages == ["sample papers, shown as if they were real"] * warnings
