"""Options of several commands, and the progress bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from broadsheet.store.records import A_DATE, is_date

_Command = TypeVar("_Command", bound=Callable[..., Any])

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The digest's folder, the one with digest.yml.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only problems.")
jobs_option = click.option("--jobs", type=click.IntRange(1), help="Number of processes. Default: one a core.")
site_option = click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the site. Default: site_dir in mkdocs.yml.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Report as JSON.")


def parse_date(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Return the value of an option if it is a date. Raises BadParameter."""
    if value is not None and not is_date(value):
        raise click.BadParameter(f"{value!r} is not {A_DATE}.")
    return value


def old_option(old: str, new: str, *, is_flag: bool = True) -> Callable[[_Command], _Command]:
    """Return a hidden option that fails with the name of the `new` one."""

    def fail(context: click.Context, option: click.Parameter, value: object) -> None:
        if value:
            raise click.UsageError(f"{old} is now {new}.")

    return click.option(old, is_flag=is_flag, hidden=True, expose_value=False, is_eager=True, callback=fail)


@contextmanager
def progress_bar(what: str, silent: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (done, total) that updates a progress bar of `what`. It does nothing without a terminal."""
    if silent or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console  # noqa: PLC0415 - 19 ms, for a terminal alone
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    speed = TextColumn("{task.fields[speed]}")
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(what), speed, TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None, speed="")

    def show(done: int, total: int) -> None:
        bar.start()  # only now, and only until the end: other lines may come before and after
        bar.update(task, completed=done, total=total)
        rate = bar.tasks[0].speed
        bar.update(task, speed=f"{rate:.0f} a second" if rate else "")
        if done >= total:
            bar.stop()

    try:
        yield show
    finally:
        bar.stop()
