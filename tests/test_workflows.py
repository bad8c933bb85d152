"""The workflows of this repository and of a new digest: pinned actions, time limits, and minimal permissions."""

import datetime
import re
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from broadsheet import __version__
from broadsheet.build.hosts import STARTER
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
    "build.pages": {"contents": "read", "pages": "read"},
    "mail.pages": {"contents": "write"},
    "post.pages": {"contents": "write"},
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
        assert 0 < int(job["timeout-minutes"]) <= 60
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


INSTALLATION = (
    "make site check",
    "make .venv/.site",
    'echo "$PWD/.venv/bin" >> "$GITHUB_PATH"',
    "pip install -r requirements.txt",
)


@pytest.mark.parametrize("name", ["daily.yml", "pages.yml"])
def test_our_workflows_are_those_of_a_new_digest_but_for_the_installation(name: str) -> None:
    ours, theirs = (_without_installation(folder / name) for folder in FOLDERS)
    assert ours == theirs


def _without_installation(file: Path) -> Any:
    workflow = yaml.load(file.read_text("utf-8"), yaml.CBaseLoader)
    for job in workflow["jobs"].values():
        job["steps"] = [step for step in job["steps"] if step.get("run") not in INSTALLATION]
        for step in job["steps"]:
            step.get("with", {}).pop("cache-dependency-path", None)
    return workflow


def test_the_pins_of_a_new_digest_are_those_of_the_lock() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line.removesuffix(" \\") for line in lines if "==" in line and not line.startswith((" ", "#"))]
    assert (STARTER / "constraints.txt").read_text("utf-8").splitlines() == pins


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
def test_with_the_cache_of_the_pages_workflow_nothing_is_rebuilt(
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
    packed = tmp_path / "cache.tar"  # as actions/cache packs it
    subprocess.run(["tar", "--posix", "-cf", packed, "-P", "-C", first, *paths], check=True)
    subprocess.run(["tar", "-xf", packed, "-P", "-C", second], check=True)
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


def test_pages_outside_the_navigation_are_listed_once() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    names = text.partition("not_in_nav: |\n")[2].partition("\n\n")[0].split()
    assert len(names) == len(set(names))
    folders = set(re.findall(r"^docs/([\w.]+)/$", (ROOT / ".gitignore").read_text("utf-8"), re.MULTILINE))
    alone = {"archive", "search", "since", "statistics", "subscribe", "about"}
    assert {name.strip("/") for name in names if name.endswith("/")} == folders - alone - {".theme", "feeds"}
