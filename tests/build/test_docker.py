"""The container of a digest: its Dockerfile is executed in a folder, the commands of its compose file with stand-ins.

Docker itself is not needed. Absolute paths of the image lead into the folder; both stages use the same one.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest
import yaml

from broadsheet.build.hosts import host_files
from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from tests.installation import link_requirements
from tests.test_dist import EPOCH, build, copy_of_repository

FILES = host_files("docker")
COMPOSE: dict[str, Any] = yaml.safe_load(FILES["compose.yaml"])["services"]
OWNED = "opt|install|digest"  # folders of the image that the program uses


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, with continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


class Image:
    """An image in a folder, built from a Dockerfile without Docker."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": "/nowhere"}
        self.settings: dict[str, str] = {}

    def build(self, context: Path, **environment: str) -> None:
        """Execute the instructions of the Dockerfile in `context`."""
        for name, rest in instructions((context / "Dockerfile").read_text("utf-8")):
            if name == "RUN":
                command = ["sh", "-c", self.path(rest)]
                subprocess.run(command, env=self.environment | environment, capture_output=True, check=True)
            elif name == "COPY" and not rest.startswith("--from"):
                pattern, target = rest.split()
                for file in context.glob(pattern):
                    Path(self.path(target)).mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, self.path(target))
            elif name == "ENV":
                pairs = (pair.partition("=") for pair in rest.split())
                self.environment |= {
                    key: self.path(value.replace("$PATH", os.environ["PATH"])) for key, _, value in pairs
                }
            self.settings[name] = rest

    def path(self, text: str) -> str:
        """Return a text with the image's paths as paths of this machine."""
        return re.sub(rf"(?<![\w.])/({OWNED})\b", rf"{self.root}/\1", text)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the image's folder and with its environment."""
        folder = self.path(self.settings["WORKDIR"])
        return subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)

    def program(self) -> list[Path]:
        """Return the files of the program; root's Python may compile some of them again, an ordinary user's not."""
        return sorted(path for path in (self.root / "opt").rglob("*") if "__pycache__" not in path.parts)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image of a new digest, with the digest in the volume."""
    folder = tmp_path_factory.mktemp("docker")
    build(copy_of_repository(folder / "source"), folder / "dist", "-t", "wheel")
    wheel = next((folder / "dist").glob("*.whl"))
    image = Image(folder / "image")
    digest = image.root / "digest"
    start(digest, Answers(name="Papers", url="https://group.example/", host="docker"))
    (digest / "requirements.txt").write_text(f"{wheel}\n")
    image.build(digest, PIP_NO_INDEX="1", PIP_NO_DEPS="1", SOURCE_DATE_EPOCH=EPOCH)
    site_packages = next((image.root / "opt" / "broadsheet" / "lib").glob("python*")) / "site-packages"
    link_requirements(site_packages, Distribution.at(next(site_packages.glob("broadsheet-*.dist-info"))))
    return image


def test_the_image_builds_and_checks_a_digest_and_writes_to_its_volume_alone(image: Image) -> None:
    entry = json.loads(image.settings["ENTRYPOINT"])
    before = image.program()
    for arguments in (["build"], ["check", "--site", "site"]):
        done = image.run(*entry, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (image.root / "digest" / "site" / "index.html").exists()
    assert image.program() == before
    assert sorted(path.name for path in image.root.iterdir()) == ["digest", "install", "opt"]
    assert not (image.root / "opt" / "broadsheet" / "bin" / "pip").exists()


def test_the_image_is_pinned_unprivileged_and_without_secrets(image: Image) -> None:
    names = [name for name, _ in instructions(FILES["Dockerfile"])]
    bases = {rest.split()[0] for name, rest in instructions(FILES["Dockerfile"]) if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.1[1-4]-slim(@sha256:[0-9a-f]{64})?", bases.pop())
    assert names[-5:] == ["VOLUME", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD"]
    assert image.settings["USER"].split(":")[0] != "0"
    assert FILES[".dockerignore"].splitlines()[-2:] == ["*", "!*.txt"]
    assert not [path for path in (image.root / "install").iterdir() if path.suffix != ".txt"]


def test_the_image_is_healthy_as_long_as_runs_write_receipts(image: Image, tmp_path: Path) -> None:
    (check,) = re.findall(r"CMD (.*)", image.settings["HEALTHCHECK"])
    runs = tmp_path / "data" / "runs" / "2026"
    runs.mkdir(parents=True)
    command = ["sh", "-c", check.replace("/digest", str(tmp_path))]
    assert subprocess.run(command, check=False).returncode == 1
    runs.parent.rename(tmp_path / "data" / "none")  # before `fetch` is set, a run writes no receipt
    assert subprocess.run(command, check=False).returncode == 0
    (tmp_path / "data" / "none").rename(runs.parent)
    receipt = runs / "2026-09-24.json"
    receipt.write_text("{}")
    assert subprocess.run(command, check=False).returncode == 0
    yesterday = time.time() - 27 * 3600
    os.utime(receipt, (yesterday, yesterday))
    assert subprocess.run(command, check=False).returncode == 1


@pytest.mark.parametrize("requirement", ["broadsheet==0.1.0", "broadsheet @ git+https://host.example/broadsheet"])
def test_the_image_has_git_for_a_requirement_from_a_repository(requirement: str, tmp_path: Path) -> None:
    (script,) = [rest for name, rest in instructions(FILES["Dockerfile"]) if name == "RUN" and "apt-get" in rest]
    (tmp_path / "requirements.txt").write_text(f"{requirement}\n")
    (tmp_path / "apt-get").write_text('#!/bin/sh\necho "$*"\n')
    (tmp_path / "apt-get").chmod(0o755)
    command = ["sh", "-c", script.replace("/install", str(tmp_path))]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ("git" in done.stdout.split()) == ("git+" in requirement)


# -- compose -------------------------------------------------------------------------------------------------------


def compose_loop(folder: Path, now: str) -> list[str]:
    """Run the daily service at `now` until it sleeps the second time; return the calls."""
    stubs = {
        "broadsheet": 'echo "broadsheet $*" >> "$CALLS"; [ "$1" != run ]',  # every run fails
        "date": f"echo {int(subprocess.check_output(['date', '--utc', '--date', now, '+%s']))}",
        "sleep": 'echo "sleep $*" >> "$CALLS"; [ "$(grep -c sleep "$CALLS")" -lt 2 ] || kill "$PPID"',
    }
    for name, script in stubs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    service = COMPOSE["daily"]
    command = [*service["entrypoint"], *(part.replace("$$", "$") for part in service["command"])]
    environment = {"CALLS": str(folder / "calls"), "PATH": f"{folder}:{os.environ['PATH']}"}
    subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    return (folder / "calls").read_text().splitlines()


@pytest.mark.parametrize(
    ("now", "seconds"), [("2026-09-24 05:22", 60), ("2026-09-24 05:23", 86400), ("2026-09-24 20:00", 33780)]
)
def test_the_daily_service_runs_at_once_and_then_each_morning(now: str, seconds: int, tmp_path: Path) -> None:
    once = ["broadsheet run --scheduled --no-build", "broadsheet build --site site", f"sleep {seconds}"]
    assert compose_loop(tmp_path, now) == once * 2


def test_the_compose_file_serves_the_site_and_hides_the_rest() -> None:
    daily, web = COMPOSE["daily"], COMPOSE["web"]
    assert daily["volumes"] == [".:/digest"]
    assert web["volumes"] == [".:/digest:ro"]
    assert web["command"][web["command"].index("--root") + 1] == "/digest/site"
    assert all(shlex.split(service["user"]) == ["${DIGEST_USER:-1000:1000}"] for service in (daily, web))
    assert all("=" not in variable for variable in daily["environment"])
    assert "healthcheck" in web
