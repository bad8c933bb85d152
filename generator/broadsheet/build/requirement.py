"""The line of requirements.txt that installs this program: its version or, if it came from a repository, its commit."""

import json
from importlib.metadata import PackageNotFoundError, distribution

from broadsheet import __version__

NAME = "broadsheet[local]"


def requirement() -> str:
    """Return the requirement of the running program."""
    return requirement_from(_origin())


def requirement_from(origin: str) -> str:
    """Return the requirement for the origin that an installer recorded (``direct_url.json``, PEP 610), if any."""
    recorded = json.loads(origin or "{}")
    version_control = recorded.get("vcs_info", {})
    if version_control.get("vcs") == "git" and recorded["url"].startswith("https://"):
        return f"{NAME} @ git+{recorded['url']}@{version_control['commit_id']}"
    return f"{NAME}=={__version__}"


def _origin() -> str:
    try:
        return distribution("broadsheet").read_text("direct_url.json") or ""
    except PackageNotFoundError:
        return ""
