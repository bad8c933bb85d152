"""``broadsheet check``."""

import sys
from pathlib import Path

import click
import msgspec

from broadsheet.checks.check import CheckReport, check
from broadsheet.checks.size import size_lines
from broadsheet.cli.annotations import log_line
from broadsheet.cli.options import json_option, root_option
from broadsheet.text.formats import count


@click.command("check")
@root_option
@click.option(
    "--site",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Check a built site too: that internal links lead somewhere, and its size against the limits of hosts.",
)
@json_option
def check_command(root: Path, site: Path | None, as_json: bool) -> None:
    """List every problem of settings, data and built site, each as file:line: what: what to do. Exit code 1 if any.

    \b
    Example:
      broadsheet check --root my-digest --site my-digest/site
    """
    report = check(root, site)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        _print(report)
    if report.faults:
        sys.exit(1)


def _print(report: CheckReport) -> None:
    for problem in report.problems:
        click.echo(log_line(problem))
    counts = (count(report.days, "day"), count(report.papers, "paper"), count(report.publications, "publication"))
    result = count(report.faults, "problem") if report.faults else "no problems"
    click.echo(f"{', '.join(counts)}: {result}")
    for line in size_lines(report.site) if report.site else ():
        click.echo(line)
