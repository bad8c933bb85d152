"""The workflows, ours and those of a new digest: pinned, bounded, and allowed no more than they need."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / ".github" / "workflows", ROOT / "generator" / "starter" / "dot-github" / "workflows")
WORKFLOWS = sorted(file for folder in FOLDERS for file in folder.glob("*.yml"))

# What each job may do; whatever is not named here may do nothing at all.
GRANTS: dict[str, dict[str, str]] = {
    "test.test": {"contents": "read"},
    "run.daily": {"contents": "write"},
    "publish.daily": {"actions": "write"},
    "tell.daily": {"issues": "write"},
    "build.pages": {"contents": "read"},
    "ping.pages": {"contents": "read"},
    "deploy.pages": {"pages": "write", "id-token": "write"},
}


def test_every_workflow_is_there() -> None:
    assert [file.stem for file in WORKFLOWS] == ["daily", "pages", "test", "daily", "pages"]


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
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+", line), line


def test_one_version_of_an_action_everywhere() -> None:
    uses = {line for file in WORKFLOWS for line in re.findall(r"uses: (.*)", file.read_text("utf-8"))}
    assert len({line.partition("@")[0] for line in uses}) == len(uses)


def test_no_step_runs_text_from_outside() -> None:
    for file in WORKFLOWS:
        steps = [step for job in yaml.safe_load(file.read_text("utf-8"))["jobs"].values() for step in job["steps"]]
        assert not [step["run"] for step in steps if "${{" in step.get("run", "")]
