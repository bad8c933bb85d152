"""The commands: the only floor that prints, exits and knows what day it is."""

import sys

import click

from generator import __version__
from generator.cli.building import build_command, generate_command
from generator.cli.checking import check_command
from generator.cli.fetching import fetch_command
from generator.cli.importing import import_command
from generator.cli.mailing import mail_command
from generator.cli.pinging import ping_command
from generator.cli.running import run_command
from generator.cli.scoring import score_command
from generator.cli.serving import serve_command
from generator.cli.starting import new_command
from generator.cli.training import train_command
from generator.ground.errors import DigestError

COMMANDS = (
    import_command,
    run_command,
    fetch_command,
    score_command,
    generate_command,
    build_command,
    check_command,
    serve_command,
    train_command,
    ping_command,
    mail_command,
    new_command,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def commands() -> None:
    """Paper Digest: scored daily papers and repository records, as a static site.

    \b
    Example, from nothing to a site:
      digest new my-digest && cd my-digest
      digest import ~/scores/2025-05-27.json
      digest build && digest serve
    """


for command in COMMANDS:
    commands.add_command(command)


def main() -> None:
    """The program `digest`. Exit codes: 0 done, 1 the input or the run has problems (listed), 2 wrong usage."""
    try:
        commands.main(standalone_mode=True)
    except DigestError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(1)
