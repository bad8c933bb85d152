"""The hosts of a digest: the files that each needs, beside those of every digest.

The files of a host are in a folder of ``generator/broadsheet/hosts/``; those of GitHub, some of which others share, are
in the starter.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parent.parent
HOSTS_FOLDER = PACKAGE / "hosts"
STARTER = PACKAGE / "starter"
SHARED_FOLDERS = (".github/", ".ci/")
COMMIT_DATA = ".ci/commit-data"
DAILY = (".github/workflows/daily.yml", COMMIT_DATA)


class Host(NamedTuple):
    """A host or a way to run a digest. `shares` are the files of the starter that not every host has."""

    name: str
    title: str
    shares: tuple[str, ...] = ()


HOSTS = (
    Host("github", "GitHub Actions and GitHub Pages", (*DAILY, ".github/workflows/pages.yml")),
    Host("gitlab", "GitLab CI/CD and GitLab Pages", (COMMIT_DATA,)),
    Host("netlify", "GitHub Actions and Netlify", DAILY),
    Host("cloudflare", "GitHub Actions and Cloudflare Pages", DAILY),
    Host("docker", "Docker Compose"),
    Host("systemd", "a machine of your own, with systemd or cron"),
)


def host_files(name: str, starter: Path = STARTER) -> dict[str, str]:
    """Return the files that a digest needs on the host `name`: their text by their path in the digest."""
    host = next(host for host in HOSTS if host.name == name)
    shared = {path: text for path, text in _texts(starter) if path in host.shares}
    return shared | dict(_texts(HOSTS_FOLDER / name))


def common_files(starter: Path) -> dict[str, str]:
    """Return the files that every host has, like `host_files`."""
    return {path: text for path, text in _texts(starter) if not path.startswith(SHARED_FOLDERS)}


def digest_path(path: Path) -> str:
    """Return the path of a starter file in the digest. ``dot-`` becomes a dot; here git would obey a dotfile."""
    return "/".join(re.sub(r"^dot-", ".", part) for part in path.parts)


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield digest_path(file.relative_to(folder)), file.read_text("utf-8")
