"""``broadsheet check``."""

import datetime
import sys
from pathlib import Path

import click
import msgspec

from broadsheet.checks.check import CheckReport, check
from broadsheet.checks.size import size_lines
from broadsheet.cli.fetch import today
from broadsheet.cli.options import json_option, quiet_option, root_option
from broadsheet.cli.problems import echo_problem
from broadsheet.text.formats import count


@click.command("check")
@root_option
@click.option(
    "--site",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also check a built site: its internal links, and its size against the limits of hosts.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for a warning, too.")
@quiet_option
@json_option
def check_command(root: Path, site: Path | None, strict: bool, quiet: bool, as_json: bool) -> None:
    """List every problem of settings, data and site.

    Each is file:line: what is wrong: what to do. An error makes the site wrong or loses data; everything else is a
    warning. Exit code 1 if there is an error.

    \b
    Example:
      broadsheet check --root my-digest --site my-digest/site
    """
    report = check(root, site, max(today(), datetime.datetime.now().astimezone().date().isoformat()))
    if as_json:
        click.echo(msgspec.json.encode(_as_json(report)).decode())
    else:
        _print(report, quiet)
    if report.errors or (strict and report.warnings):
        sys.exit(1)


def _as_json(report: CheckReport) -> dict[str, object]:
    problems = [
        {"severity": problem.severity, **{name: getattr(problem, name) for name in ("location", "message", "hint")}}
        for problem in report.problems
    ]
    counts = {"errors": report.errors, "warnings": report.warnings}
    return {**msgspec.to_builtins(report), **counts, "problems": problems}


def _print(report: CheckReport, quiet: bool) -> None:
    for problem in report.problems:
        echo_problem(problem)
    if quiet:
        return
    for line in size_lines(report.site) if report.site else ():
        click.echo(line)
    counts = (count(report.days, "day"), count(report.papers, "paper"), count(report.publications, "publication"))
    result = f"{count(report.errors, 'error')}, {count(report.warnings, 'warning')}"
    click.echo(f"{', '.join(counts)}: {result if report.problems else 'no problems'}")
