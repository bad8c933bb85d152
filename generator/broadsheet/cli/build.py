"""``broadsheet generate`` and ``broadsheet build``."""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from broadsheet.build.build import build
from broadsheet.build.report import BuildReport
from broadsheet.cli.options import (
    jobs_option,
    json_option,
    old_option,
    progress_bar,
    quiet_option,
    root_option,
    site_option,
)
from broadsheet.cli.problems import echo_problem
from broadsheet.index.open import ExecutorFactory
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.text.formats import count

MAX_NAMES = 20  # of files in one message


def _scheduler(context: click.Context, option: click.Parameter, url: str | None) -> str | None:
    """Return the HOST:PORT of `url`. Raises BadParameter unless it is ``dask://HOST:PORT``."""
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
    from broadsheet.build.generate import generate  # noqa: PLC0415 - a fifth of a build of nothing new

    with progress_bar("pages", quiet or as_json) as progress:
        report = generate(root, jobs, progress)
    _print(report, quiet, as_json)


@click.command("build")
@root_option
@site_option
@click.option("--no-cache", is_flag=True, help="Ignore earlier builds and render everything.")
@old_option("--full", "--no-cache")
@click.option("--force", is_flag=True, help="Build into a folder that is not empty and that no build made.")
@quiet_option
@json_option
@jobs_option
@click.option(
    "--executor",
    "scheduler",
    metavar="dask://HOST:PORT",
    callback=_scheduler,
    help="Use the workers of a Dask cluster. They must share this folder and the site's.",
)
def build_command(
    root: Path,
    site: Path | None,
    no_cache: bool,
    force: bool,
    quiet: bool,
    as_json: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Generate, then build the site with MkDocs. A failed or killed build leaves the last site as it was.

    Only pages that changed since the last build are rendered.

    Files that you put into the site yourself (CNAME, .well-known/, photos/, the .git of a work tree) stay: the manifest
    .digest in it lists the files of the build. A folder with other files and no manifest is refused. With --force it
    becomes the site: files of the same name are replaced, all others stay. A folder that is, contains or lies in the
    digest's own folder, data/, docs/ or .git, or those of another digest, is always refused.

    \b
    Example:
      broadsheet build --root my-digest --site /var/www/digest
    """
    if scheduler and jobs:
        raise click.UsageError("--jobs sets the number of local processes; a cluster uses all its workers")
    local = nullcontext((jobs, WorkerPool))
    with (
        _cluster(scheduler, root, site) if scheduler else local as (processes, executors),
        progress_bar("pages", quiet or as_json) as progress,
    ):
        report = build(
            root, site, full=no_cache, force=force, processes=processes, progress=progress, executors=executors
        )
    _print(report, quiet, as_json)


def _cluster(scheduler: str, root: Path, site: Path | None) -> AbstractContextManager[tuple[int, ExecutorFactory]]:
    try:
        from broadsheet.build.executors import cluster  # noqa: PLC0415 - an extra that few need
    except ModuleNotFoundError as error:
        hint = "pip install 'broadsheet[dask]'"
        raise DigestError(Diagnostic("--executor", f"there is no package {error.name}", hint)) from error
    return cluster(scheduler, root, site)


def _print(report: BuildReport, quiet: bool, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
        return
    docs = report.docs.rstrip("/")
    print_warnings(report)
    for path in report.outside:
        click.echo(f"{docs}/{path}: leads out of {docs}/, so it was left out: put the file itself there", err=True)
    for path in report.shadowed:
        click.echo(f"{docs}/{path}: hand-written, so the generated page was left out: rename it to have both", err=True)
    if report.doubtful:
        click.echo(_doubtful_files(report), err=True)
    if not quiet:
        counts = (count(report.days, "day"), count(report.papers, "paper"), count(report.publications, "publication"))
        changes = f"{count(report.rendered, 'page')} made, {count(report.written, 'file')} in {docs}/ changed"
        click.echo(f"{', '.join(counts)}: {changes} → {_relative(report.folder)}")


def print_warnings(report: BuildReport) -> None:
    """Print the warnings about the settings."""
    for problem in report.warnings:
        echo_problem(problem, err=True)


def _doubtful_files(report: BuildReport) -> str:
    files = ", ".join(report.doubtful[:MAX_NAMES]) + (" …" if len(report.doubtful) > MAX_NAMES else "")
    what = f"{len(report.doubtful):,} files may be left from an earlier build, whose list of files is damaged"
    return f"{_relative(report.folder)}: {what}: remove those that you did not put there: {files}"


def _relative(folder: str) -> str:
    """Return the path of a folder relative to the current one, if the folder is in it."""
    relative = os.path.relpath(folder)
    return folder if relative.startswith(os.pardir) else relative
