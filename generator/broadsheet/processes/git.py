"""Calls of Git, where it is installed."""

import shutil
import subprocess
from pathlib import Path


def has_git() -> bool:
    """Return whether Git is installed."""
    return shutil.which("git") is not None


def user_email() -> str:
    """Return the e-mail address of the user's commits, or ""."""
    if not has_git():
        return ""
    command = ["git", "config", "--get", "user.email"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def merge_file(folder: Path, ours: str, base: str, theirs: str) -> bytes | None:
    """Return the merge of three files in `folder`; None if they conflict, or Git cannot read them.

    Source: https://git-scm.com/docs/git-merge-file
    """
    command = ["git", "merge-file", "-p", "-q", ours, base, theirs]
    result = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return None if result.returncode else result.stdout
