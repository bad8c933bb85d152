"""The hosts of a digest: the files that each needs, beside those of every digest.

The files of a host are in a folder of ``generator/broadsheet/hosts/``; those of GitHub, some of which others share, are
in the starter.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from broadsheet import PROGRAM

HOSTS_FOLDER = PROGRAM / "hosts"
STARTER = PROGRAM / "starter"
SHARED_FOLDERS = (".github/", ".ci/")
COMMIT_DATA = ".ci/commit-data"
DAILY = (".github/workflows/daily.yml", COMMIT_DATA)


class Host(NamedTuple):
    """A host or a way to run a digest. `shares` are the files of the starter that not every host has."""

    name: str
    title: str
    shares: tuple[str, ...] = ()


HOSTS = (
    Host("github", "GitHub Actions and GitHub Pages", (*DAILY, ".github/workflows/pages.yml", ".ci/with-log")),
    Host("gitlab", "GitLab CI/CD and GitLab Pages", (COMMIT_DATA,)),
    Host("netlify", "GitHub Actions and Netlify", DAILY),
    Host("cloudflare", "GitHub Actions and Cloudflare Pages", DAILY),
    Host("docker", "Docker Compose"),
    Host("systemd", "a machine of your own, with systemd or cron"),
)


def host_files(name: str, starter: Path = STARTER) -> dict[str, str]:
    """Return the files that a digest needs on the host `name`: their text by their path in the digest."""
    host = next(host for host in HOSTS if host.name == name)
    shared = {path: text for path, text in texts(starter) if path in host.shares}
    return shared | dict(texts(HOSTS_FOLDER / name))


def common_files(starter: Path) -> dict[str, str]:
    """Return the files that every host has, like `host_files`."""
    return {path: text for path, text in texts(starter) if not path.startswith(SHARED_FOLDERS)}


def host_readme(name: str) -> str:
    """Return the part of README.md on the host `name`."""
    return (HOSTS_FOLDER / "readme" / f"{name}.md").read_text("utf-8")


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the text of each file of the program for a digest, after its path there.

    ``dot-`` becomes a dot; here git would obey a dotfile.
    """
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            path = "/".join(re.sub(r"^dot-", ".", part) for part in file.relative_to(folder).parts)
            yield path, file.read_text("utf-8")
