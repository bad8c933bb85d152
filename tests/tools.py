"""The programs of the machine that tests use: finds them, and installs Debian's packages if allowed.

``python tests/tools.py`` installs all of them (``make test`` runs it). Tests use them through fixtures.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

APT = Path(__file__).resolve().parent.parent / ".ci" / "apt"

# Debian's package, and the names under which the program may be found.
TOOLS = {
    "chromium": ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser"),
    "faketime": ("faketime",),
    "jing": ("jing",),
    "newsboat": ("newsboat",),
    "postfix": ("postfix",),
    "rsync": ("rsync",),
    "systemd": ("systemd-analyze",),
}
HINTS = {
    "chromium": "Debian: apt-get install chromium; Ubuntu: snap install chromium; or Google Chrome",
    "faketime": "Debian, Ubuntu: apt-get install faketime",
    "jing": "Debian, Ubuntu: apt-get install jing",
    "newsboat": "Debian, Ubuntu: apt-get install newsboat",
    "postfix": "Debian, Ubuntu: apt-get install postfix",
    "rsync": "Debian, Ubuntu: apt-get install rsync",
    "systemd": "Debian, Ubuntu: apt-get install systemd",
}
# Tools without --version: the exit code of their usage message.
USAGE = {"jing": 2, "postfix": 1}


@cache
def find(tool: str) -> Path | None:
    """Return the program if it exists and runs (Ubuntu's ``chromium-browser`` may be a stub that does not)."""
    for name in TOOLS[tool]:
        path = shutil.which(name)
        if path and _status(path) in (0, USAGE.get(tool)):
            return Path(path)
    return None


def missing(tool: str) -> str:
    """Return the message for a missing tool."""
    fate = "cannot run" if os.environ.get("CI") else "are skipped"
    return f"no {tool} here ({HINTS[tool]}): the tests that need it {fate}"


def _status(path: str) -> int:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode
    except (OSError, subprocess.TimeoutExpired):
        return -1


def main() -> int:
    """Install the missing tools if that needs no password. Return 1 if one is missing in CI."""
    for tool in TOOLS:
        if not find(tool):
            subprocess.run([APT, tool], check=False)
            find.cache_clear()
    absent = [tool for tool in TOOLS if not find(tool)]
    for tool in absent:
        print(missing(tool), file=sys.stderr)
    return 1 if absent and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
