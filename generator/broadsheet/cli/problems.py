"""The printing of problems. In a workflow on GitHub they are annotations, which the page of the run shows on top.

The format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import click
import msgspec

from broadsheet.model.diagnostics import Diagnostic

Level = Literal["error", "warning", "notice"]
_COLOURS = {"error": "red", "warning": "yellow"}


def _is_on_github(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the program runs in a workflow on GitHub."""
    return environment.get("GITHUB_ACTIONS") == "true"


def log_line(problem: Diagnostic | str, level: Level | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the line for a problem. The default of `level` is its severity; a text is an error."""
    if not _is_on_github(environment):
        return str(problem)
    severity, place = "error", ""
    if isinstance(problem, Diagnostic):
        severity, place = problem.severity, _place(problem.location)
    return f"::{level or severity}{place}::{_escape(str(problem))}"


def echo_problem(problem: Diagnostic, *, err: bool = False) -> None:
    """Print a problem with its severity, which has a colour on a terminal; on GitHub as an annotation."""
    if _is_on_github():
        click.echo(log_line(problem), err=err)
        return
    label = click.style(f"{problem.severity}:", fg=_COLOURS[problem.severity], bold=True)
    click.echo(f"{label} {problem}", err=err, color=False if "NO_COLOR" in os.environ else None)


def end_with_report(
    report: msgspec.Struct, problems: Sequence[Diagnostic], lines: Iterable[str], *, quiet: bool, as_json: bool
) -> None:
    """Print a report: as JSON, or its problems and then its `lines`. Exit with 1 if a problem is an error."""
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        for problem in problems:
            click.echo(log_line(problem), err=True)
        for line in () if quiet else lines:
            click.echo(line)
    if not all(problem.is_note for problem in problems):
        sys.exit(1)


def _place(location: str) -> str:
    """Return the properties for a location: none if it is not a file."""
    match = re.fullmatch(r"([^:]*[^:/]\.[A-Za-z]+)(?::(\d+))?", location)
    if not match:
        return ""
    file = _escape(match[1]).replace(",", "%2C")
    return f" file={file},line={match[2]}" if match[2] else f" file={file}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
