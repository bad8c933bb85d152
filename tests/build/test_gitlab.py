"""GitLab's jobs of a new digest: their scripts are executed in clones, as a runner does."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from broadsheet.build.hosts import host_files
from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from tests.example import ROOT
from tests.loopback import Answer, Loopback
from tests.recorded_replies import endpoints
from tests.run_setup import HF, hf_list

TOPICS = "topics: [{id: compression, name: Compression, words: [low-rank]}]\n"
TOKEN = "glpat-0123456789"
MONDAY, TUESDAY = "2026-09-21", "2026-09-22"
# What a runner finds in the image. `python -m venv DIR` and `pip` take no time here; test_dist.py installs the wheel.
STUBS = {
    "python": 'mkdir -p "$3/bin" && echo "PATH=$STUBS:\\$PATH" > "$3/bin/activate"',
    "pip": 'echo "pip $*" >> "$STUBS/calls"',
    "sleep": 'echo "sleep $*" >> "$STUBS/calls"',
    "broadsheet": f'PYTHONPATH={ROOT} exec {sys.executable} -m tests.clock "$NOW" "$@"',
}


class Project:
    """A repository on a GitLab of this machine, and a runner that clones it for each job."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin, self.work = folder, folder / "origin" / "papers.git", folder / "builds"
        self.stubs = folder / "stubs"
        self.stubs.mkdir(parents=True)
        for name, script in STUBS.items():
            (self.stubs / name).write_text(f"#!/bin/sh\n{script}\n")
            (self.stubs / name).chmod(0o755)
        self.cache: dict[str, Path] = {}
        self.config = yaml.safe_load(host_files("gitlab")[".gitlab-ci.yml"])

    def make(self, settings: str = "") -> None:
        """Push a new digest."""
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.origin], check=True)
        root = self.folder / "mine"
        start(root, Answers(name="Papers", url="https://group.example/papers/", host="gitlab"))
        (root / "digest.yml").write_text(f"{TOPICS}{settings}", "utf-8")
        git(root, "init", "-q", "-b", "main")
        git(root, "remote", "add", "origin", str(self.origin))
        self.push()

    def push(self, files: dict[str, str] | None = None) -> None:
        """Push a commit of a person with these files."""
        root = self.folder / "mine"
        for name, text in (files or {}).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        git(root, "add", "--all")
        git(root, "commit", "-q", "--message", "Edit")
        git(root, "pull", "-q", "--rebase", "origin", "main", check=False)  # the first time there is nothing to pull
        git(root, "push", "-q", "origin", "main")

    def clone(self) -> None:
        """Check out as a runner does: shallow, without a branch."""
        shutil.rmtree(self.work, ignore_errors=True)
        command = ["git", "clone", "-q", "--depth", "20", f"file://{self.origin}", str(self.work)]
        subprocess.run(command, check=True)
        git(self.work, "checkout", "-q", "--detach")
        git(self.work, "remote", "set-url", "origin", "https://gitlab.example/group/papers.git")

    def run(self, name: str, now: str, *, cloned: bool = False, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
        """Run a job at 06:00 UTC of a day."""
        job = self.config[name]
        if not cloned:
            self.clone()
        paths = job["cache"]["paths"]
        for path in paths:
            if path in self.cache:
                shutil.copytree(self.cache[path], self.work / path, dirs_exist_ok=True)
        script = "\n".join([*job["before_script"], *job["script"]])
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.work, env=self.environment(now, token), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            for path in (path for path in paths if (self.work / path).exists()):
                self.cache[path] = self.folder / "cache" / path
                shutil.rmtree(self.cache[path], ignore_errors=True)
                shutil.copytree(self.work / path, self.cache[path])
                round_times(self.cache[path])
        return done

    def environment(self, now: str, token: str) -> dict[str, str]:
        """Return the variables of a job; GitLab's address leads to the repository on this machine."""
        own = {"HOME": str(self.folder), "STUBS": str(self.stubs), "NOW": f"{now}T06:00+00:00"}
        own |= {"CI_PROJECT_DIR": str(self.work), "CI_DEFAULT_BRANCH": "main", "CI_SERVER_HOST": "gitlab.example"}
        own |= {"CI_PROJECT_PATH": "group/papers", "DIGEST_PUSH_TOKEN": token}
        own |= {"GITLAB_USER_NAME": "Ada", "GITLAB_USER_EMAIL": "ada@example.org"}
        rewrites = {f"https://oauth2:{TOKEN}@gitlab.example/group/": f"{self.origin.parent}/", "https://": "/nowhere/"}
        own["GIT_CONFIG_COUNT"] = str(len(rewrites))
        for number, (address, path) in enumerate(rewrites.items()):
            own |= {f"GIT_CONFIG_KEY_{number}": f"url.{path}.insteadOf", f"GIT_CONFIG_VALUE_{number}": address}
        return own | {"PATH": f"{self.stubs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}

    def log(self) -> list[str]:
        """Return the subjects of the commits on main, the newest first."""
        return git(self.origin, "log", "--format=%s", "main").splitlines()

    def calls(self) -> list[str]:
        """Return the calls of the stubs so far."""
        return (self.stubs / "calls").read_text().splitlines()


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", *author, "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout


def round_times(folder: Path) -> None:
    """Round the times of files to seconds, as the zip files of a runner's cache have them."""
    for file in filter(Path.is_file, folder.rglob("*")):
        second = int(file.stat().st_mtime)
        os.utime(file, (second, second))


def fetch(server: Loopback) -> str:
    """Return settings that fetch from Hugging Face, played by `server`."""
    at = endpoints(server)
    places = "".join(f"    {name}: {getattr(at, name)}\n" for name in at.__struct_fields__)
    return f"fetch:\n  contact: lab@uni.edu\n  huggingface: true\n  endpoints:\n{places}"


@pytest.fixture
def project(server: Loopback, tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.make(fetch(server))
    return project


# -- which job runs ------------------------------------------------------------------------------------------------


def starts(job: dict[str, Any], **variables: str) -> bool:
    """Return whether the rules of a job let it into a pipeline."""
    (rule,) = job["rules"]
    return bool(
        eval(
            re.sub(r"\$(\w+)", r'get("\1", "")', rule["if"]).replace("&&", "and").replace("||", "or"),
            {"get": variables.get},
        )
    )


@pytest.mark.parametrize(
    ("source", "branch", "jobs"),
    [
        ("schedule", "main", {"daily"}),
        ("web", "main", {"daily"}),
        ("push", "main", {"pages"}),
        ("push", "idea", set()),
        ("merge_request_event", "", set()),
    ],
)
def test_a_pipeline_has_the_job_that_it_is_for(source: str, branch: str, jobs: set[str], tmp_path: Path) -> None:
    config = Project(tmp_path).config
    variables = {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": branch, "CI_DEFAULT_BRANCH": "main"}
    assert {name for name in ("daily", "pages") if starts(config[name], **variables)} == jobs


# -- the daily job -------------------------------------------------------------------------------------------------


def test_days_are_fetched_committed_and_pushed_beside_other_commits(project: Project, server: Loopback) -> None:
    server.on(HF, hf_list("2609.20001"), hf_list("2609.20002"), hf_list())
    assert project.run("daily", MONDAY).returncode == 0
    assert project.log() == [f"Papers of {today()}", "Edit"]
    assert "2609.20001" in git(project.origin, "show", f"main:data/papers/2026/{MONDAY}.jsonl")
    project.clone()
    project.push({"docs/notes.md": "# Notes\n"})  # while the next job runs
    assert project.run("daily", TUESDAY, cloned=True).returncode == 0
    assert project.log() == [f"Papers of {today()}", "Edit", f"Papers of {today()}", "Edit"]
    assert git(project.origin, "show", f"main:data/runs/2026/{TUESDAY}.json")
    assert "pip install --quiet --requirement requirements.txt" in project.calls()
    assert TOKEN not in git(project.origin, "log", "-p", "main")


def test_a_failed_day_is_committed_and_the_job_fails(project: Project, server: Loopback) -> None:
    server.on(HF, Answer(500, b""))
    done = project.run("daily", MONDAY)
    assert done.returncode == 1
    assert project.log() == [f"Papers of {today()}", "Edit"]
    assert '"failed"' in git(project.origin, "show", f"main:data/runs/2026/{MONDAY}.json")


def test_changes_of_both_sides_to_one_day_stay(project: Project, server: Loopback) -> None:
    server.on(HF, hf_list("2609.20001"))
    project.clone()
    by_hand = {"arxiv_id": "2609.20009", "title": "By hand", "relevance": 5, "novelty": 5, "comment": "Good."}
    project.push({f"data/papers/2026/{MONDAY}.jsonl": json.dumps(by_hand) + "\n"})
    done = project.run("daily", MONDAY, cloned=True)
    assert done.returncode == 0, done.stderr
    assert "data/ was changed during the run" in done.stderr
    papers = git(project.origin, "show", f"main:data/papers/2026/{MONDAY}.jsonl")
    assert "2609.20001" in papers
    assert "By hand" in papers


def test_a_folder_that_was_deleted_meanwhile_costs_no_papers(project: Project, server: Loopback) -> None:
    reply = f"data/replies/2026/{MONDAY}.jsonl"
    server.on(HF, hf_list("2609.20001"))
    project.push({reply: "{}\n"})
    project.clone()
    (project.work / reply).write_text("{}\n{}\n", "utf-8")
    git(project.folder / "mine", "rm", "-q", reply)
    project.push({f"data/papers/2026/{MONDAY}.jsonl": '{"arxiv_id": "2609.20009", "title": "By hand"}\n'})
    done = project.run("daily", MONDAY, cloned=True)
    assert done.returncode == 0, done.stderr
    assert "2609.20001" in git(project.origin, "show", f"main:data/papers/2026/{MONDAY}.jsonl")


def test_a_job_without_a_way_to_push_has_the_data_as_an_artifact(project: Project, server: Loopback) -> None:
    server.on(HF, hf_list("2609.20001"))
    (project.origin / "hooks" / "pre-receive").write_text("#!/bin/sh\nexit 1\n")
    (project.origin / "hooks" / "pre-receive").chmod(0o755)
    done = project.run("daily", MONDAY)
    assert done.returncode == 1
    assert "cannot push to main" in done.stderr
    assert [call for call in project.calls() if call.startswith("sleep")] == ["sleep 5", "sleep 20", "sleep 60"]
    assert project.config["daily"]["artifacts"] == {"when": "on_failure", "paths": ["data"], "expire_in": "30 days"}
    assert "2609.20001" in (project.work / f"data/papers/2026/{MONDAY}.jsonl").read_text("utf-8")


def test_a_run_that_takes_too_long_is_stopped_and_its_data_are_pushed(project: Project, server: Loopback) -> None:
    reply = f"data/replies/2026/{MONDAY}.jsonl"
    (project.stubs / "timeout").write_text(
        f'#!/bin/sh\nmkdir -p {Path(reply).parent}\necho "{{}}" > {reply}\nexit 124\n'
    )
    (project.stubs / "timeout").chmod(0o755)
    done = project.run("daily", MONDAY)
    assert done.returncode == 124
    assert "took too long" in done.stderr
    assert git(project.origin, "show", f"main:{reply}") == "{}\n"


def test_without_a_token_the_job_names_it(project: Project, server: Loopback) -> None:
    server.on(HF, hf_list("2609.20001"))
    done = project.run("daily", MONDAY, token="")
    assert done.returncode == 1
    assert "is DIGEST_PUSH_TOKEN set" in done.stderr


def test_nothing_to_fetch_is_no_failure(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.make()
    done = project.run("daily", MONDAY)
    assert done.returncode == 0, done.stderr
    assert project.log() == ["Edit"]


# -- the site ------------------------------------------------------------------------------------------------------


def test_the_site_is_built_and_the_next_time_only_what_changed(project: Project, server: Loopback) -> None:
    server.on(HF, hf_list("2609.20001"))
    assert project.run("daily", MONDAY).returncode == 0
    project.push({"docs/notes.md": "# Notes\n"})
    first = project.run("pages", MONDAY)
    assert first.returncode == 0, first.stderr
    assert (project.work / "public" / "daily" / "2026" / "09" / "21" / "index.html").exists()
    assert (project.work / "public" / "notes" / "index.html").exists()
    git(project.folder / "mine", "rm", "-q", "docs/notes.md")
    project.push({"README.md": "# Papers\n"})
    again = project.run("pages", MONDAY)
    assert again.returncode == 0, again.stderr
    assert " 0 pages made" in again.stdout
    assert not (project.work / "public" / "notes").exists()


def today() -> str:
    """Return the day by the clock of the shell, which the job does not set."""
    return subprocess.run(["date", "--utc", "+%F"], capture_output=True, text=True, check=True).stdout.strip()
