"""``broadsheet generate`` and ``broadsheet build``."""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from broadsheet.build.build import build
from broadsheet.build.generate import Generated, generate
from broadsheet.cli.options import jobs_option, json_option, progress_bar, quiet_option, root_option
from broadsheet.index.open import ExecutorFactory
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.text.formats import count

NAMED = 20  # of many files in one message


def _scheduler(context: click.Context, option: click.Parameter, url: str | None) -> str | None:
    """The HOST:PORT of `url`; raises BadParameter where that is no ``dask://HOST:PORT``."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        if parts.hostname and parts.port and url == f"dask://{parts.netloc}" and "@" not in parts.netloc:
            return parts.netloc
    except ValueError:  # no port, or no address
        pass
    raise click.BadParameter(f"{url!r} is not of the form dask://HOST:PORT")


@click.command("generate")
@root_option
@quiet_option
@json_option
@jobs_option
def generate_command(root: Path, quiet: bool, as_json: bool, jobs: int | None) -> None:
    """Write pages and feeds from data/ into docs/.

    \b
    Example:
      broadsheet generate --root my-digest
    """
    with progress_bar("pages", quiet or as_json) as progress:
        done = generate(root, jobs, progress)
    _report(done, quiet, as_json)


@click.command("build")
@root_option
@click.option("--site", type=click.Path(path_type=Path, file_okay=False), help="Where to build, instead of site/.")
@click.option("--full", is_flag=True, help="Leave earlier builds out of account.")
@click.option("--force", is_flag=True, help="Build into a folder that is not empty and that no build made.")
@quiet_option
@json_option
@jobs_option
@click.option(
    "--executor",
    "scheduler",
    metavar="dask://HOST:PORT",
    callback=_scheduler,
    help="Have the workers of a Dask cluster do it; they must share this folder and the site's.",
)
def build_command(
    root: Path,
    site: Path | None,
    full: bool,
    force: bool,
    quiet: bool,
    as_json: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Generate, then build the site with MkDocs. A failed or killed build leaves the last site as it was.

    Only what changed since the last build is made again.

    Files that you put into the site yourself (CNAME, .well-known/, photos/, the .git of a work tree) stay: the seal
    .digest in it says which files a build made. A folder that has other files and no seal is refused. With --force
    it becomes the site: what the site has under the same name is replaced, everything else stays. Always refused is a
    folder that is, has inside or lies in the digest's own folder, data/, docs/ or .git, or those of another digest.

    \b
    Example:
      broadsheet build --root my-digest --site /var/www/digest
    """
    if scheduler and jobs:
        raise click.UsageError("--jobs is for this machine's processes: a cluster's are as many as it has workers")
    here = nullcontext((jobs, WorkerPool))
    with (
        _cluster(scheduler, root, site) if scheduler else here as (processes, executors),
        progress_bar("pages", quiet or as_json) as progress,
    ):
        done = build(root, site, full=full, force=force, processes=processes, progress=progress, executors=executors)
    _report(done, quiet, as_json)


def _cluster(scheduler: str, root: Path, site: Path | None) -> AbstractContextManager[tuple[int, ExecutorFactory]]:
    try:
        from broadsheet.build.executors import cluster  # noqa: PLC0415 - an extra that few need
    except ModuleNotFoundError as error:
        do = "pip install 'broadsheet[dask]'"
        raise DigestError(Diagnostic("--executor", f"there is no package {error.name}", do)) from error
    return cluster(scheduler, root, site)


def _report(done: Generated, quiet: bool, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    for path in done.outside:
        click.echo(f"docs/{path}: leads out of docs/, so it was left out: put the file itself there", err=True)
    for path in done.kept:
        click.echo(f"docs/{path}: hand-written, so the generated page was left out: rename it to have both", err=True)
    if done.doubtful:
        click.echo(_doubt(done), err=True)
    if not quiet:
        counts = (count(done.days, "day"), count(done.papers, "paper"), count(done.publications, "publication"))
        made = f"{count(done.rendered, 'page')} made, {count(done.written, 'file')} in docs/ changed"
        click.echo(f"{', '.join(counts)}: {made} → {_named(done.folder)}")


def _doubt(done: Generated) -> str:
    files = ", ".join(done.doubtful[:NAMED]) + (" …" if len(done.doubtful) > NAMED else "")
    what = f"{len(done.doubtful):,} files may be left from an earlier build, whose list of files is damaged"
    return f"{_named(done.folder)}: {what}: remove those that you did not put there: {files}"


def _named(folder: str) -> str:
    """Name a folder as a user in the current one would."""
    here = os.path.relpath(folder)
    return folder if here.startswith(os.pardir) else here
