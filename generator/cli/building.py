"""``digest generate`` and ``digest build``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from generator.pipeline.building import build
from generator.pipeline.generating import Generated, generate
from generator.pipeline.rendering import Progress

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The digest's folder, the one with digest.yml.",
)
quiet_option = click.option("--quiet", is_flag=True, help="Say nothing but problems.")
jobs_option = click.option("--jobs", type=click.IntRange(1), help="Processes at work; as many as cores if left out.")
json_option = click.option("--json", "as_json", is_flag=True, help="Report as JSON.")


@click.command("generate")
@root_option
@quiet_option
@json_option
@jobs_option
def generate_command(root: Path, quiet: bool, as_json: bool, jobs: int | None) -> None:
    """Write pages and feeds from data/ into docs/.

    \b
    Example:
      digest generate --root my-digest
    """
    with progress_bar("pages", quiet or as_json) as progress:
        done = generate(root, jobs, progress)
    _report(done, f"{root / 'docs'}", quiet, as_json)


@click.command("build")
@root_option
@click.option("--site", type=click.Path(path_type=Path, file_okay=False), help="Where to build, instead of site/.")
@click.option("--full", is_flag=True, help="Leave earlier builds out of account.")
@quiet_option
@json_option
@jobs_option
def build_command(root: Path, site: Path | None, full: bool, quiet: bool, as_json: bool, jobs: int | None) -> None:
    """Generate, then build the site with MkDocs. A failed or killed build leaves the last site as it was.

    Only what changed since the last build is made again.

    \b
    Example:
      digest build --root my-digest --site /var/www/digest
    """
    with progress_bar("pages", quiet or as_json) as progress:
        done = build(root, site, full=full, processes=jobs, progress=progress)
    _report(done, f"{site or root / 'site'}", quiet, as_json)


@contextmanager
def progress_bar(what: str, silent: bool) -> Iterator[Progress]:
    """A bar that counts `what` on a terminal; nothing in a pipe, where only the last line counts."""
    console = Console(stderr=True)
    if silent or not console.is_terminal:
        yield lambda done, total: None
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{what}, {{task.speed:.1f}} a second"),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report(done: Generated, place: str, quiet: bool, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    for path in done.kept:
        click.echo(f"docs/{path}: hand-written, so the generated page was left out: rename it to have both", err=True)
    if not quiet:
        counts = f"{done.days:,} days, {done.papers:,} papers, {done.publications:,} publications"
        click.echo(f"{counts}: {done.rendered:,} pages made, {done.written:,} files in docs/ changed → {place}")
