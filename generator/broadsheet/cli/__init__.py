"""The command line: the only package that prints, exits and reads today's date."""

import gc
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from itertools import takewhile
from typing import NoReturn

import click

from broadsheet import __version__
from broadsheet.cli.interruption import Interruption, handle_signals
from broadsheet.cli.problems import log_line
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.files import problem_from
from broadsheet.store.lock import introduce

# Python looks for cycles after 700 new objects, but records have none. 50,000 saves 4 % of a large import.
_OBJECTS_BEFORE_COLLECTION = 50_000

# The module of each command. It is imported when the command is called, so that no command waits for another's imports.
COMMANDS = {
    "new": "new",
    "run": "run",
    "serve": "serve",
    "import": "import_",
    "check": "check",
    "build": "build",
    "generate": "build",
    "fetch": "fetch",
    "score": "score",
    "train": "train",
    "mail": "mail",
    "post": "post",
    "ping": "ping",
    "upgrade": "upgrade",
    "schema": "schema",
    "docs": "docs",
}


class Commands(click.Group):
    """The group of all commands, in the order in which a new user needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{COMMANDS[cmd_name]}"), f"{cmd_name}_command")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="broadsheet")
@click.option("--root", metavar="DIR", help="The digest's folder, for any command.")
@click.option("-q", "--quiet", is_flag=True, help="Print only problems.")
@click.option("-v", "--verbose", is_flag=True, help="Print where in the program an error arose.")
@click.pass_context
def commands(context: click.Context, root: str | None, quiet: bool, verbose: bool) -> None:
    """Broadsheet: the daily papers of a research group, scored, as a static site.

    \b
    Example, from nothing to a site:
      broadsheet new my-digest --arxiv cs.LG,cs.CL
      cd my-digest
      broadsheet run
    """
    options = {"root": root, "quiet": quiet or None}
    defaults = {name: value for name, value in options.items() if value is not None}
    context.default_map = dict.fromkeys(COMMANDS, defaults)
    introduce(f"broadsheet {context.invoked_subcommand}", lambda holder: click.echo(f"waiting: {holder}", err=True))


def main() -> None:
    """Run ``broadsheet``. Exit codes: 0 done, 1 problems (listed), 2 wrong usage.

    SIGINT and SIGTERM end it within two seconds, with 130 and 143.
    """
    handle_signals()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    try:
        commands.main(standalone_mode=True)
    except Interruption as interruption:
        _end(interruption.problem, code=interruption.status)
    except DigestError as error:
        _trace(error)
        _end(*error.problems)
    except OSError as error:
        _trace(error)
        with suppress(OSError):
            sys.stdout.close()  # if stdout cannot be written, Python would report it again at exit
        _end(problem_from(error))


def _trace(error: BaseException) -> None:
    """Print the traceback of an error if the command was called with --verbose."""
    options: list[str] = list(takewhile(_is_option, sys.argv[1:]))
    if "-v" in options or "--verbose" in options:
        click.echo("".join(traceback.format_exception(error)), err=True)


def _is_option(word: str) -> bool:
    return word.startswith("-")


def _end(*problems: Diagnostic, code: int = 1) -> NoReturn:
    for problem in problems:
        click.echo(log_line(problem), err=True)
    sys.exit(code)
