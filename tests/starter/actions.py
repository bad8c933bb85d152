"""Stand-ins for GitHub's actions: in folders, each does what the real one does, with its documented failures."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.starter.runner import Job

Outputs = dict[str, str]
SITE = "https://octo-lab.github.io/Papers"
OFF = "Get Pages site failed. Please verify that the repository has Pages enabled"


class ActionError(Exception):
    """The failure of an action, with its message."""


def git(folder: Path, *arguments: str, errors: str = "strict") -> str:
    """Run Git in a folder and return its output."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@uni.edu")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, errors=errors).stdout


def checkout(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Clone the newest commit of the branch, without credentials, as actions/checkout does."""
    assert inputs.get("persist-credentials") == "false"
    job.require("contents", "read", "write")
    work, branch = job.workspace, job.github["ref_name"]
    git(work, "init", "--quiet", "--initial-branch", branch)
    git(work, "remote", "add", "origin", job.service.origin.as_uri())
    remote = f"refs/remotes/origin/{branch}"
    git(work, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{job.sha}:{remote}")
    git(work, "checkout", "--quiet", "--force", "-B", branch, remote)
    return {}


def setup_python(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Do nothing, but insist on a file for the key of pip's cache."""
    pattern = inputs["cache-dependency-path"]
    if inputs.get("cache") == "pip" and not list(job.workspace.glob(pattern)):
        raise ActionError(
            f"No file in {job.workspace} matched to [{pattern}], make sure you have checked out the target"
        )
    return {}


def cache(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Restore the newest cache of a key, and save one if the job succeeds."""
    paths, folder = inputs["path"].split(), job.service.folder / "cache"
    folder.mkdir(exist_ok=True)
    saved = sorted((entry for entry in folder.iterdir() if entry.name.startswith(inputs["restore-keys"])), key=_age)
    if saved:
        shutil.copytree(saved[-1], job.workspace, dirs_exist_ok=True, symlinks=True)

    def save() -> None:
        for path in paths:
            if (job.workspace / path).exists():
                shutil.copytree(job.workspace / path, folder / inputs["key"] / path, symlinks=True)

    job.after_success.append(save)
    return {}


def _age(folder: Path) -> int:
    return folder.stat().st_mtime_ns


def configure_pages(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Return the address of the site. Only a token of one's own can turn Pages on."""
    if not job.service.has_pages:
        if inputs["enablement"] != "true":
            raise ActionError(OFF)
        if inputs["token"] != job.secrets.get("PAGES_TOKEN"):
            raise ActionError("Create Pages site failed. Resource not accessible by integration")
        job.service.has_pages = True
    elif inputs["token"] == job.token:
        job.require("pages", "read", "write")
    return {"base_url": SITE}


def upload_artifact(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Keep a folder."""
    shutil.copytree(job.workspace / inputs["path"], job.service.artifact(inputs["name"]), dirs_exist_ok=True)
    return {}


def upload_pages_artifact(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Keep a folder as artifact.tar."""
    artifact = job.service.artifact("github-pages")
    artifact.mkdir(parents=True, exist_ok=True)
    with tarfile.open(artifact / "artifact.tar", "w") as archive:
        archive.add(job.workspace / inputs["path"], ".")
    return {}


def download_artifact(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Copy an artifact into the workspace."""
    shutil.copytree(job.service.artifact(inputs["name"]), job.workspace, dirs_exist_ok=True)
    return {}


def deploy_pages(job: "Job", inputs: Mapping[str, str]) -> Outputs:
    """Publish the artifact."""
    job.require("pages", "write")
    job.require("id-token", "write")
    if not job.service.has_pages:
        raise ActionError("Failed to create deployment (status: 404). Ensure GitHub Pages has been enabled")
    with tarfile.open(job.service.artifact("github-pages") / "artifact.tar") as archive:
        archive.extractall(job.service.published, filter="data")
    return {"page_url": f"{SITE}/"}


ACTIONS: dict[str, Callable[["Job", Mapping[str, str]], Outputs]] = {
    "actions/checkout": checkout,
    "actions/setup-python": setup_python,
    "actions/cache": cache,
    "actions/configure-pages": configure_pages,
    "actions/upload-artifact": upload_artifact,
    "actions/upload-pages-artifact": upload_pages_artifact,
    "actions/download-artifact": download_artifact,
    "actions/deploy-pages": deploy_pages,
}
