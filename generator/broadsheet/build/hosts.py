"""The hosts of a digest: the files that each needs, beside those of every digest.

The files of a host are in a folder of ``generator/broadsheet/hosts/``; those of GitHub are in the starter.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parent.parent
HOSTS_FOLDER = PACKAGE / "hosts"
GITHUB_FOLDER = PACKAGE / "starter" / "dot-github"
DAILY = ".github/workflows/daily.yml"


class Host(NamedTuple):
    """A host or a way to run a digest. `shares` are the files that it takes from GitHub's."""

    name: str
    title: str
    shares: tuple[str, ...] = ()


HOSTS = (
    Host("github", "GitHub Actions and GitHub Pages", (DAILY, ".github/workflows/pages.yml")),
    Host("gitlab", "GitLab CI/CD and GitLab Pages"),
    Host("netlify", "GitHub Actions and Netlify", (DAILY,)),
    Host("cloudflare", "GitHub Actions and Cloudflare Pages", (DAILY,)),
    Host("docker", "Docker Compose"),
    Host("systemd", "a machine of your own, with systemd or cron"),
)


def host_files(name: str, github_folder: Path = GITHUB_FOLDER) -> dict[str, str]:
    """Return the files that a digest needs on the host `name`: their text by their path in the digest."""
    host = next(host for host in HOSTS if host.name == name)
    github = {f".github/{path}": text for path, text in _texts(github_folder)}
    return {path: github[path] for path in host.shares} | dict(_texts(HOSTS_FOLDER / name))


def host_readme(name: str) -> str:
    """Return the part of README.md on the host `name`."""
    return (HOSTS_FOLDER / "readme" / f"{name}.md").read_text("utf-8")


def digest_path(path: Path) -> str:
    """Return the path of a starter file in the digest. ``dot-`` becomes a dot; here git would obey a dotfile."""
    return "/".join(re.sub(r"^dot-", ".", part) for part in path.parts)


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield digest_path(file.relative_to(folder)), file.read_text("utf-8")
