"""The turn of a command that writes ``data/``."""

import datetime
from contextlib import AbstractContextManager
from pathlib import Path

import click

from generator.edges.turns import take_turn


def my_turn(root: Path) -> AbstractContextManager[None]:
    """Until it is over, no other such command works on the digest in `root`; whoever waits is told for whom."""
    since = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return take_turn(root, since, lambda holder: click.echo(f"waiting: {holder}", err=True))
