"""What several commands have: options, and a bar on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from broadsheet.store.records import A_DATE, is_date

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The digest's folder, the one with digest.yml.",
)
quiet_option = click.option("--quiet", is_flag=True, help="Say nothing but problems.")
jobs_option = click.option("--jobs", type=click.IntRange(1), help="Processes at work; as many as cores if left out.")
json_option = click.option("--json", "as_json", is_flag=True, help="Report as JSON.")


def date_of(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Return the day that was typed, if one was."""
    if value is not None and not is_date(value):
        raise click.BadParameter(f"{value!r} is not {A_DATE}.")
    return value


@contextmanager
def progress_bar(what: str, silent: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told (done, total) of `what`, on a terminal; in a pipe nothing, where only the last line counts."""
    if silent or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console  # noqa: PLC0415 - takes longer than many a command
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    speed = TextColumn("{task.fields[speed]}")
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(what), speed, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, speed="")

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            known = bar.tasks[0].speed
            bar.update(task, speed=f"{known:.0f} a second" if known else "")

        yield show
