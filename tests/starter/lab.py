"""A research group with a new digest on GitHub, arXiv and a model on loopback, and members who push."""

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

from tests.example import NO_IMAGES
from tests.hourly_services import ARXIV, ArxivPaper, World
from tests.model_server import KEY, ModelServer
from tests.recorded_replies import endpoints
from tests.starter.actions import git
from tests.starter.runner import Service, WorkflowRun, run_workflow

DAY, NEXT_DAY = "2026-09-24", "2026-09-25"
MODEL = """
llm: {model: model-1, timeout: 2, prices: {model-1: {prompt: 2.5, completion: 10}}}
run: {min_relevance: 1, budget: 1}
"""


class Lab:
    """The repository of a new digest. `desk` is the clone of a member."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.service, self.desk = Service(folder / "github" / "Papers"), folder / "desk"
        shutil.copytree(template, self.desk)
        with (self.desk / "digest.yml").open("a", encoding="utf-8") as settings:
            settings.write(NO_IMAGES)
        git(self.desk, "init", "--quiet", "--initial-branch", "trunk")
        git(self.desk, "remote", "add", "origin", str(self.service.origin))
        self.push({})

    def fetch_from(self, world: World, settings: str = "") -> None:
        """Set `fetch` to loopback services, with a paper on each of two days."""
        world.arxiv = [
            ArxivPaper("2609.20001", "2026-09-23T12:00:00Z", DAY),
            ArxivPaper("2609.20002", "2026-09-23T13:00:00Z", DAY),
            ArxivPaper("2609.20003", "2026-09-24T12:00:00Z", NEXT_DAY),
        ]
        at = endpoints(world.server)
        places = {name: getattr(at, name) for name in at.__struct_fields__}
        fetch = {"contact": "lab@uni.edu", "arxiv": ARXIV, "endpoints": places}
        text = (self.desk / "digest.yml").read_text("utf-8")
        self.push({"digest.yml": f"{text}\nfetch: {json.dumps(fetch)}\n{settings}"})

    def push(self, files: dict[str, str]) -> None:
        """Push new contents of files, as a member does."""
        if git(self.service.origin, "branch", "--list", "trunk"):
            git(self.desk, "pull", "--quiet", "--rebase", "origin", "trunk")
        for name, text in files.items():
            (self.desk / name).parent.mkdir(parents=True, exist_ok=True)
            (self.desk / name).write_text(text, "utf-8")
        git(self.desk, "add", "--all")
        git(self.desk, "commit", "--quiet", "--message", "Work of a member")
        git(self.desk, "push", "--quiet", "origin", "trunk")

    def files(self, branch: str = "trunk") -> list[str]:
        """Return the paths that are pushed."""
        return git(self.service.origin, "ls-tree", "-r", "--name-only", branch).splitlines()

    def read(self, name: str, branch: str = "trunk") -> str:
        """Return a file that is pushed."""
        return git(self.service.origin, "show", f"{branch}:{name}")

    def papers(self, date: str) -> list[dict[str, Any]]:
        """Return the papers of a day that are pushed."""
        return [json.loads(line) for line in self.read(f"data/papers/{date[:4]}/{date}.jsonl").splitlines()]

    def daily(self, world: World | None = None, now: str = f"{DAY}T12:00+00:00", **options: Any) -> WorkflowRun:
        """Run the daily workflow."""
        if world:
            world.now = datetime.datetime.fromisoformat(now)
        return run_workflow(self.service, "daily", options.pop("event", "schedule"), now=now, **options)

    def pages(self, event: str = "push", **options: Any) -> WorkflowRun:
        """Run the workflow that publishes."""
        return run_workflow(self.service, "pages", event, **options)

    def calls(self) -> list[str]:
        """Return the calls of GitHub's command line since the last time, but those that only ask."""
        file = self.service.folder / "gh" / "calls"
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
        file.unlink(missing_ok=True)
        self.bodies = [line["body"] for line in lines if line["body"]]
        calls = [" ".join(line["call"]) for line in lines]
        return [call for call in calls if call not in {"issue list", "auth setup-git", "label create"}]


def secrets(model: ModelServer) -> dict[str, str]:
    """Return the secrets for a model."""
    return {"DIGEST_LLM_URL": model.url, "DIGEST_LLM_KEY": KEY}
