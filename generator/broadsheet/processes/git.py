"""Calls of Git, where it is installed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
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


def top_folder(folder: Path) -> Path | None:
    """Return the top folder of the repository that `folder` is in; None if there is none, or no Git."""
    output = _output(folder, ["rev-parse", "--show-toplevel"])
    return Path(output[0]).resolve() if output else None


def ignored(folder: Path, paths: Sequence[str]) -> list[str]:
    """Return those of the `paths` in `folder` that Git would ignore, whether the files are there or not.

    Source: https://git-scm.com/docs/git-check-ignore
    """
    return _output(folder, ["-c", "core.quotePath=false", "check-ignore", "--", *paths])


def _output(folder: Path, arguments: Sequence[str]) -> list[str]:
    """Return the lines that Git prints in `folder`; none if it fails, or is not installed."""
    if not has_git() or not folder.is_dir():
        return []
    command = ["git", *arguments]
    result = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return [] if result.returncode else os.fsdecode(result.stdout).splitlines()
