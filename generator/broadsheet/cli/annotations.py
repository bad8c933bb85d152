"""Problems as lines of a log. In a workflow on GitHub they are annotations, which the page of the run shows on top.

The format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

import os
import re
from collections.abc import Mapping
from typing import Literal

from broadsheet.model.diagnostics import Diagnostic

Level = Literal["error", "warning", "notice"]


def is_on_github(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the program runs in a workflow on GitHub."""
    return environment.get("GITHUB_ACTIONS") == "true"


def log_line(problem: Diagnostic | str, level: Level | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the line for a problem. Without a `level`, it is a warning if it is a note, else an error."""
    if not is_on_github(environment):
        return str(problem)
    is_note = isinstance(problem, Diagnostic) and problem.is_note
    place = _place(problem.location) if isinstance(problem, Diagnostic) else ""
    return f"::{level or ('warning' if is_note else 'error')}{place}::{_escape(str(problem))}"


def _place(location: str) -> str:
    """Return the properties for a location: none if it is not a file."""
    match = re.fullmatch(r"([^:]*[^:/]\.[A-Za-z]+)(?::(\d+))?", location)
    if not match:
        return ""
    file = _escape(match[1]).replace(",", "%2C")
    return f" file={file},line={match[2]}" if match[2] else f" file={file}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
