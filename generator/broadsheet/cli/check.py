"""``broadsheet check``."""

import sys
from pathlib import Path

import click
import msgspec

from broadsheet.checks.check import Report, check
from broadsheet.checks.size import size_lines
from broadsheet.cli.options import json_option, root_option
from broadsheet.text.formats import count


@click.command("check")
@root_option
@click.option(
    "--site",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Look at a built site too: every internal link must lead somewhere; its size is told beside hosts' limits.",
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


def _print(report: Report) -> None:
    for problem in report.problems:
        click.echo(problem)
    looked_at = (count(report.days, "day"), count(report.papers, "paper"), count(report.publications, "publication"))
    found = count(report.faults, "problem") if report.faults else "no problems"
    click.echo(f"{', '.join(looked_at)}: {found}")
    for line in size_lines(report.site) if report.site else ():
        click.echo(line)
