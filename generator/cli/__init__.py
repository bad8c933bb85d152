"""The commands: the only floor that prints, exits and knows what day it is."""

import sys
from importlib import import_module

import click

from generator import __version__
from generator.ground.errors import DigestError

# The module of each command, loaded when it is called: what one needs is not for all to wait for.
COMMANDS = {
    "import": "importing",
    "run": "running",
    "fetch": "fetching",
    "score": "scoring",
    "generate": "building",
    "build": "building",
    "check": "checking",
    "serve": "serving",
    "train": "training",
    "ping": "pinging",
    "mail": "mailing",
    "new": "starting",
    "schema": "schema",
}


class Commands(click.Group):
    """The commands, in the order in which one comes to need them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{COMMANDS[cmd_name]}"), f"{cmd_name}_command")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def commands() -> None:
    """Paper Digest: scored daily papers and repository records, as a static site.

    \b
    Example, from nothing to a site:
      digest new my-digest && cd my-digest
      digest import ~/scores/2025-05-27.json
      digest build && digest serve
    """


def main() -> None:
    """The program `digest`. Exit codes: 0 done, 1 the input or the run has problems (listed), 2 wrong usage."""
    try:
        commands.main(standalone_mode=True)
    except DigestError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(1)
