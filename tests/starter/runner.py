"""A small runner of workflows: jobs in the order of `needs`, steps in bash, and the files that steps write for GitHub.

The rules: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax and its pages on contexts,
variables and workflow commands.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from broadsheet import __version__
from tests.starter.actions import ACTIONS, ActionError
from tests.starter.expressions import Functions, condition, interpolate

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(__file__).parent / "bin"
SHELLS = {"": ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


class Annotation(NamedTuple):
    """A line of a log that the page of a run shows on top."""

    level: str
    properties: str
    message: str


class JobResult(NamedTuple):
    """The end of a job: success, failure, cancelled or skipped."""

    result: str
    outputs: Mapping[str, str]
    log: str = ""
    summary: str = ""


class WorkflowRun(NamedTuple):
    """The end of a run of a workflow."""

    jobs: Mapping[str, JobResult]

    @property
    def results(self) -> dict[str, str]:
        """The result of each job."""
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def log(self) -> str:
        """The output of all jobs."""
        return "".join(f"== {name}: {job.result}\n{job.log}" for name, job in self.jobs.items())

    @property
    def annotations(self) -> list[Annotation]:
        """The annotations of all jobs."""
        lines = re.findall(r"^::(error|warning|notice)(?: (.*?))?::(.*)$", self.log, re.MULTILINE)
        return [Annotation(level, properties, _unescape(message)) for level, properties, message in lines]

    def messages(self, level: str) -> list[str]:
        """Return the annotations of a level."""
        return [annotation.message for annotation in self.annotations if annotation.level == level]

    @property
    def is_green(self) -> bool:
        """True if no job failed or was cancelled."""
        return not {"failure", "cancelled"} & set(self.results.values())


class Service:
    """GitHub, as far as one repository sees it: the bare repository, caches, artifacts and the published site."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin, self.published = folder, folder / "origin.git", folder / "published"
        self.has_pages = True
        self.runs = 0
        (folder / "gh").mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "trunk", str(self.origin)], check=True)
        self.hook('test "$(git config --global digest.token | tr , "\\n" | grep -x contents=write)"')

    def hook(self, script: str) -> None:
        """Let this script decide whether a push from a workflow is accepted."""
        hook = self.origin / "hooks" / "pre-receive"
        hook.write_text(f'#!/bin/sh\nif [ -z "$GITHUB_ACTIONS" ]; then exit 0; fi\n{script}\n', "utf-8")
        hook.chmod(0o755)

    def artifact(self, name: str) -> Path:
        """Return the folder of an artifact of the current run."""
        return self.folder / "artifacts" / str(self.runs) / name


class Job:
    """A job that runs."""

    def __init__(self, name: str, definition: Mapping[str, Any], run: "_Run") -> None:
        self.definition, self.run, self.service = definition, run, run.service
        self.secrets, self.github = run.secrets, run.github
        self.home = run.service.folder / "runs" / name  # the path is the same in every run
        self.workspace, self.temp = self.home / run.service.folder.name, self.home / "temp"
        for folder in (self.workspace, self.temp, self.home / "tools"):
            folder.mkdir(parents=True)
        self.token = ",".join(f"{scope}={access}" for scope, access in definition["permissions"].items())
        self.steps: dict[str, dict[str, Any]] = {}
        self.after_success: list[Callable[[], None]] = []
        self.environment: dict[str, str] = {}
        self.paths: list[str] = []
        self.log, self.result = "", "success"

    @property
    def sha(self) -> str:
        """The commit of the run."""
        return self.run.sha

    def require(self, scope: str, *access: str) -> None:
        """Raise ActionError if the job's token lacks a permission."""
        if self.definition["permissions"].get(scope) not in access:
            raise ActionError(f"Resource not accessible by integration: {scope}")

    def execute(self) -> JobResult:
        """Run the steps, and return the end."""
        for step in self.definition["steps"]:
            self.step(step)
        if self.result == "success":
            for action in self.after_success:
                action()
        outputs = {key: self.interpolate(text) for key, text in self.definition.get("outputs", {}).items()}
        summary = self.temp / "summary"
        return JobResult(self.result, outputs, self.log, summary.read_text("utf-8") if summary.exists() else "")

    def step(self, step: Mapping[str, Any]) -> None:
        """Run a step if its condition holds. Its `outcome` fails the job, unless that may go on."""
        outputs: dict[str, str] = {}
        if not condition(step.get("if", "success()"), self.contexts(), self.functions()):
            outcome = "skipped"
        elif step.get("id") is not None and step.get("id") == self.run.cancel_at:
            self.result, outcome = "cancelled", "cancelled"
        else:
            outcome, outputs = self.perform(step)
        conclusion = "success" if outcome == "failure" and step.get("continue-on-error") else outcome
        if conclusion == "failure" and self.result == "success":
            self.result = "failure"
        if "id" in step:
            self.steps[step["id"]] = {"outputs": outputs, "outcome": outcome, "conclusion": conclusion}

    def perform(self, step: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """Run an action or a script. Return the outcome and the outputs."""
        if "uses" in step:
            inputs = {key: self.interpolate(str(value).strip()) for key, value in step.get("with", {}).items()}
            try:
                return "success", ACTIONS[step["uses"].partition("@")[0]](self, inputs)
            except ActionError as error:
                self.log += f"::error::{error}\n"
                return "failure", {}
        return self.script(step)

    def script(self, step: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """Run a script. Return the outcome and the outputs."""
        files = {
            name: self.temp / name.removeprefix("GITHUB_").lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in files.values():
            file.write_text("", "utf-8")
        (self.temp / "script").write_text(self.interpolate(step["run"]), "utf-8")
        default = self.run.workflow.get("defaults", {}).get("run", {}).get("shell", "")
        command = [*SHELLS[step.get("shell", default)], str(self.temp / "script")]
        environment = self.variables() | {
            key: self.interpolate(str(value)) for key, value in step.get("env", {}).items()
        }
        environment |= {name: str(file) for name, file in files.items()} | self.run.overrides
        done = subprocess.run(
            command,
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        self.environment |= dict(_assignments(files["GITHUB_ENV"].read_text("utf-8")))
        self.paths += files["GITHUB_PATH"].read_text("utf-8").split()
        return "failure" if done.returncode else "success", dict(
            _assignments(files["GITHUB_OUTPUT"].read_text("utf-8"))
        )

    def variables(self) -> dict[str, str]:
        """Return the environment of a step."""
        github = self.github
        names = ("repository", "server_url", "event_name", "ref", "ref_name", "run_id")
        return {
            **{f"GITHUB_{name.upper()}": str(github[name]) for name in names},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(self.temp),
            "HOME": str(self.home),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "PATH": ":".join([*reversed(self.paths), str(self.home / "tools"), str(BIN), "/usr/bin", "/bin"]),
            "TOOLS": str(self.home / "tools"),
            "GH_STATE": str(self.service.folder / "gh"),
            "PROGRAM_PYTHON": sys.executable,
            "PROGRAM_NOW": self.run.now,
            "PROGRAM_VERSION": __version__,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'generator'}",
            **self.environment,
        }

    def contexts(self) -> dict[str, Any]:
        """Return the contexts of expressions."""
        needs = {name: {"result": job.result, "outputs": job.outputs} for name, job in self.run.done.items()}
        github = {**self.github, "token": self.token}
        runner = {"temp": str(self.temp)}
        return {"github": github, "secrets": self.secrets, "steps": self.steps, "needs": needs, "runner": runner}

    def functions(self) -> Functions:
        """Return the functions of expressions, as steps have them."""
        return _status(self.result == "success", self.result == "failure", self.result == "cancelled")

    def interpolate(self, text: str) -> str:
        """Return a text with the values of its expressions."""
        return interpolate(text, self.contexts(), self.functions())


class _Run:
    """A run of a workflow. The job that reaches the step `cancel_at` reaches its time limit there."""

    def __init__(
        self,
        service: Service,
        text: str,
        sha: str,
        github: Mapping[str, Any],
        secrets: Mapping[str, str],
        now: str,
        cancel_at: str,
        overrides: Mapping[str, str],
    ) -> None:
        self.service, self.sha, self.github, self.secrets, self.now = service, sha, github, secrets, now
        self.cancel_at, self.overrides = cancel_at, dict(overrides)
        self.workflow: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)
        self.done: dict[str, JobResult] = {}

    def execute(self) -> WorkflowRun:
        for name, job in self.workflow["jobs"].items():
            self.done[name] = self.job(name, job)
        return WorkflowRun(self.done)

    def job(self, name: str, definition: Mapping[str, Any]) -> JobResult:
        """Run a job if its condition holds; the jobs that it needs are above it in the file."""
        results = {self.done[needed].result for needed in self.ancestors(name)}
        functions = _status(results <= {"success"}, "failure" in results, False)
        job = Job(name, definition, self)
        if not condition(definition.get("if", "success()"), job.contexts(), functions):
            return JobResult("skipped", {})
        return job.execute()

    def ancestors(self, name: str) -> Iterator[str]:
        """Yield the names of the jobs that a job needs, and of those that they need."""
        needs = self.workflow["jobs"][name].get("needs", [])
        for needed in [needs] if isinstance(needs, str) else needs:
            yield needed
            yield from self.ancestors(needed)


def run_workflow(
    service: Service,
    name: str,
    event: str = "schedule",
    *,
    branch: str = "trunk",
    secrets: Mapping[str, str] = {},
    now: str = "2026-09-24T12:00+00:00",
    cancel_at: str = "",
    overrides: Mapping[str, str] = {},
) -> WorkflowRun:
    """Run a workflow of the newest commit of a branch; `overrides` are variables of every step."""
    service.runs += 1
    command = ["git", "-C", str(service.origin), "rev-parse", branch]
    sha = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    command = ["git", "-C", str(service.origin), "show", f"{sha}:.github/workflows/{name}.yml"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    github = {
        "repository": "Octo-Lab/Papers",
        "server_url": "https://github.com",
        "event_name": event,
        "event": {"repository": {"default_branch": "trunk"}},
        "ref": f"refs/heads/{branch}",
        "ref_name": branch,
        "run_id": str(1000 + service.runs),
    }
    run = _Run(service, text, sha, github, secrets, now, cancel_at, overrides)
    try:
        return run.execute()
    finally:
        shutil.rmtree(service.folder / "runs", ignore_errors=True)


def _status(success: bool, failure: bool, cancelled: bool) -> Functions:
    return {
        "always": lambda: True,
        "success": lambda: success,
        "failure": lambda: failure,
        "cancelled": lambda: cancelled,
    }


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and values: ``name=value``, or ``name<<MARK`` with lines up to the mark."""
    lines = iter(text.splitlines())
    for line in lines:
        if match := re.fullmatch(r"([\w-]+)<<(.+)", line):
            value = []
            for part in lines:
                if part == match[2]:
                    break
                value.append(part)
            else:
                raise ValueError(f"no {match[2]} ends {match[1]}")
            yield match[1], "\n".join(value)
        elif line:
            name, _, content = line.partition("=")
            yield name, content


def _unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
