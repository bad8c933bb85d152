"""The workflows, ours and those of a new digest: pinned, bounded, and allowed no more than they need."""

import datetime
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from broadsheet import __version__
from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from broadsheet.providers.arxiv.calendar import current_day
from tests.example import digest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / ".github" / "workflows", ROOT / "generator" / "broadsheet" / "starter" / "dot-github" / "workflows")
WORKFLOWS = sorted(file for folder in FOLDERS for file in folder.glob("*.yml"))

# The permissions of each job; all others are denied.
GRANTS: dict[str, dict[str, str]] = {
    "test.test": {"contents": "read"},
    "macos.test": {"contents": "read"},
    "build.release": {"contents": "read", "id-token": "write", "attestations": "write"},
    "publish.release": {"id-token": "write"},
    "announce.release": {"contents": "write"},
    "run.daily": {"contents": "write"},
    "publish.daily": {"actions": "write"},
    "report.daily": {"issues": "write"},
    "build.pages": {"contents": "read"},
    "ping.pages": {"contents": "read"},
    "deploy.pages": {"pages": "write", "id-token": "write"},
}


def test_every_workflow_is_there() -> None:
    assert [file.stem for file in WORKFLOWS] == ["daily", "pages", "release", "test", "daily", "pages"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_workflow_is_pinned_bounded_and_least_privileged(file: Path) -> None:
    text = file.read_text("utf-8")
    workflow: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)
    assert workflow["permissions"] == {}
    assert "group" in workflow["concurrency"]
    for name, job in workflow["jobs"].items():
        assert job["permissions"] == GRANTS[f"{name}.{file.stem}"]
        assert 0 < int(job["timeout-minutes"]) <= 30
    uses = re.findall(r"uses: (.*)", text)
    assert uses
    for line in uses:
        assert re.fullmatch(r"(?:actions|pypa)/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+", line), line


def test_one_version_of_an_action_everywhere() -> None:
    uses = {line for file in WORKFLOWS for line in re.findall(r"uses: (.*)", file.read_text("utf-8"))}
    assert len({line.partition("@")[0] for line in uses}) == len(uses)


def test_no_step_runs_text_from_outside() -> None:
    for file in WORKFLOWS:
        steps = [step for job in yaml.safe_load(file.read_text("utf-8"))["jobs"].values() for step in job["steps"]]
        assert not [step["run"] for step in steps if "${{" in step.get("run", "")]


# -- the daily run -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
@pytest.mark.parametrize("day", ["2025-01-15", "2025-03-10", "2025-07-15", "2025-11-03"])
def test_the_daily_run_starts_while_arxiv_has_the_feed_of_the_day(folder: Path, day: str) -> None:
    (schedule,) = yaml.safe_load((folder / "daily.yml").read_text("utf-8"))[True]["schedule"]
    minute, hour, *_ = schedule["cron"].split()
    start = datetime.datetime.fromisoformat(f"{day}T{int(hour):02}:{int(minute):02}:00+00:00")
    there = start.astimezone(ZoneInfo("America/New_York"))
    assert (there.date().isoformat(), current_day(start)) == (day, day)
    assert start.time() >= datetime.time(5, 10)  # schedules may start late, but never early


GH = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1 $2" in "issue list") cat "$OPEN";; esac
"""


def step(job: str, words: str) -> str:
    """The script with these words; both daily workflows have the same."""
    scripts: set[str] = set()
    for folder in FOLDERS:
        steps = yaml.safe_load((folder / "daily.yml").read_text("utf-8"))["jobs"][job]["steps"]
        scripts.add(next(step["run"] for step in steps if words in step.get("run", "")))
    (script,) = scripts
    return script


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it as GitHub does, with a `gh` that logs its arguments."""
    program = folder / "bin" / "gh"
    program.parent.mkdir(exist_ok=True)
    program.write_text(GH)
    program.chmod(0o755)
    own = {"CALLS": str(folder / "calls"), "OPEN": str(folder / "open"), "RUNNER_TEMP": str(folder)}
    own |= {"GITHUB_OUTPUT": str(folder / "output"), "PATH": f"{program.parent}:{os.environ['PATH']}"}
    command = ["bash", "-e", "-o", "pipefail", "-c", script]
    work = folder / "work" if (folder / "work").exists() else folder
    return subprocess.run(
        command, env=os.environ | own | environment, cwd=work, capture_output=True, text=True, check=False
    )


def test_a_failed_run_opens_one_issue_and_a_good_one_closes_it(tmp_path: Path) -> None:
    script = step("report", "gh issue list")
    (tmp_path / "open").write_text("")
    words = {"RESULT": "failure", "REASONS": "@everybody <img src=x>", "LOG": "https://log.example"}
    assert shell(script, tmp_path, **words).returncode == 0
    assert (tmp_path / "body").read_text() == "The log: https://log.example\n\n    @everybody <img src=x>\n"
    (tmp_path / "open").write_text("7\n")
    assert shell(script, tmp_path, **words).returncode == 0
    assert shell(script, tmp_path, RESULT="success", LOG="l").returncode == 0
    (tmp_path / "open").write_text("")
    assert shell(script, tmp_path, RESULT="success", LOG="l").returncode == 0
    calls = [line for line in (tmp_path / "calls").read_text().splitlines() if not line.startswith("issue list")]
    assert [" ".join(line.split()[:2]) for line in calls] == [
        "label create",
        "issue create",
        "issue comment",
        "issue close",
    ]
    assert calls[2].startswith("issue comment 7 ")


def test_data_is_committed_once_also_beside_other_commits(tmp_path: Path) -> None:
    def git(*arguments: str, at: str = "work") -> str:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        return subprocess.run(
            ["git", *author, *arguments], cwd=tmp_path / at, capture_output=True, text=True, check=True
        ).stdout

    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(tmp_path / "origin")], check=True)
    for clone in ("other", "work"):
        subprocess.run(["git", "clone", "-q", str(tmp_path / "origin"), str(tmp_path / clone)], check=True)
        if clone == "other":
            git("commit", "-q", "--allow-empty", "-m", "first", at="other")
            git("push", "-q", "origin", "HEAD:main", at="other")
    git("commit", "-q", "--allow-empty", "-m", "meanwhile", at="other")
    git("push", "-q", "origin", "HEAD:main", at="other")
    (tmp_path / "work" / "data").mkdir()
    (tmp_path / "work" / "data" / "receipt.json").write_text("{}")
    script = step("run", "git add data")
    for _ in range(2):  # the second time there is nothing to commit
        run = shell(script, tmp_path)
        assert run.returncode == 0, run.stderr
    assert (tmp_path / "output").read_text() == "committed=true\n"
    subjects = git("log", "--format=%s", "main", at="origin").splitlines()
    assert [subject.split()[0] for subject in subjects] == ["Papers", "meanwhile", "first"]


# -- releases ------------------------------------------------------------------------------------------------------


def notes(tag: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / ".ci" / "notes", tag], capture_output=True, text=True, check=False)


def test_a_tag_of_another_version_is_not_released() -> None:
    run = notes("v9.9.9")
    message = f"v9.9.9: the program is version {__version__}: tag v{__version__}, or change __version__ first\n"
    assert (run.returncode, run.stdout, run.stderr) == (1, "", message)


def test_the_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    run = notes(f"v{__version__}")
    assert run.returncode == 0, run.stderr
    assert 1 <= run.stdout.count("\n- ") + run.stdout.startswith("- ") <= 15
    assert "## " not in run.stdout.replace("### ", "")


# -- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [{}, {"docs/notes.md": "# Notes\n", "docs/old.md": "# Old\n"}], ids=["none", "two"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_the_cache_of_the_pages_workflow_leaves_nothing_to_build(
    folder: Path, pages: dict[str, str], tmp_path: Path
) -> None:
    steps = yaml.safe_load((folder / "pages.yml").read_text("utf-8"))["jobs"]["build"]["steps"]
    paths = next(step["with"]["path"] for step in steps if "actions/cache@" in step.get("uses", "")).split()
    restore = next(step["run"] for step in steps if "git checkout" in step.get("run", ""))
    first, second = tmp_path / "first", tmp_path / "second"
    start(first, Answers(name="Papers", url="https://group.example/"))
    _git(first, "init", "--quiet")
    _commit(first, pages)
    _git(tmp_path, "clone", "--quiet", str(first), str(second))
    for page in [page for page in pages if "old" in page]:
        _git(first, "rm", "--quiet", page)
        _commit(first, {})
    assert digest("build", "--root", first).returncode == 0
    for path in paths:
        shutil.copytree(first / path, second / path, dirs_exist_ok=True)
    _git(second, "pull", "--quiet")
    for page in [page for page in pages if "old" in page]:
        (second / page).write_text(pages[page])  # as a cache of the commit before has it
    subprocess.run(["bash", "-e", "-c", restore], cwd=second, check=True)
    first.rename(tmp_path / "previous")
    second.rename(first)  # the state is that of a site's path, which is the same in every run
    again = digest("build", "--root", first)
    assert " 0 pages made" in again.stdout, again.stdout + again.stderr
    assert (first / "site" / "notes").exists() == bool(pages)
    assert not (first / "site" / "old").exists()


def _commit(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    _git(root, "add", "--all")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    _git(root, *author, "commit", "--quiet", "--allow-empty", "--message", "Change pages")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def test_pages_that_navigation_leaves_out_are_listed_once() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    names = text.partition("not_in_nav: |\n")[2].partition("\n\n")[0].split()
    assert len(names) == len(set(names))
    folders = set(re.findall(r"^docs/([\w.]+)/$", (ROOT / ".gitignore").read_text("utf-8"), re.MULTILINE))
    alone = {"archive", "search", "statistics", "subscribe", "about"}
    assert {name.strip("/") for name in names if name.endswith("/")} == folders - alone - {".theme", "feeds"}
