"""``broadsheet run``."""

import datetime
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import click
import msgspec

from broadsheet.build.build import build
from broadsheet.cli.build import print_warnings
from broadsheet.cli.data_lock import data_lock
from broadsheet.cli.fetch import load_settings, open_client, today
from broadsheet.cli.options import json_option, parse_date, progress_bar, quiet_option, root_option
from broadsheet.cli.problems import log_line
from broadsheet.cli.score import estimate_lines, parse_budget
from broadsheet.cli.serve import HOST, PORT, serve_until_stopped
from broadsheet.daily.fetch import NOTHING_TO_FETCH
from broadsheet.daily.run import DayPreview, DayResult, RunContext, preview_day, run_day, run_unfinished
from broadsheet.index.states import SCORING, is_good, is_open
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.settings.config import Settings
from broadsheet.text.formats import count, money
from broadsheet.views.formatting import scorer


@click.command("run")
@root_option
@click.option(
    "--date",
    callback=parse_date,
    metavar="YYYY-MM-DD",
    help="Run this day alone. Default: the newest, after earlier days that are unfinished or may have more papers.",
)
@click.option(
    "--budget", callback=parse_budget, metavar="AMOUNT", help="Spend at most this on each day. Default: run.budget."
)
@click.option("--dry-run", is_flag=True, help="Fetch, estimate the cost, and write nothing.")
@click.option("--no-build", is_flag=True, help="Leave the site as it is.")
@click.option("--scheduled", is_flag=True, help="For timers: if digest.yml has nothing to fetch yet, do nothing.")
@click.option("--serve/--no-serve", default=None, help="Serve the site afterwards. Default: on a terminal.")
@quiet_option
@json_option
def run_command(
    root: Path,
    date: str | None,
    budget: Decimal | None,
    dry_run: bool,
    no_build: bool,
    scheduled: bool,
    serve: bool | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Make today's digest: fetch, score, write data/, build the site. On a terminal, serve it until Ctrl-C.

    The receipt, data/runs/YYYY/YYYY-MM-DD.json, has the result in numbers: see 'broadsheet docs running'. If you run it
    again, even after a kill, no paper is listed or paid for twice, and only failed steps are repeated. Exit code 0 if
    the days are ok or quiet, 1 if one is partial or failed; the reasons are listed.

    \b
    Example:
      broadsheet run --dry-run
      DIGEST_LLM_KEY=… broadsheet run --budget 0.50
    """
    now = today()
    _refuse_misuse(date, now, serve and (no_build or dry_run))
    started, is_silent = time.perf_counter(), quiet or as_json
    settings = load_settings(root)
    if scheduled and not settings.fetch.wanted:
        click.echo(log_line(NOTHING_TO_FETCH, "notice"), err=as_json)
        return
    with _run_context(root, settings, now, budget, is_silent) as context:
        if dry_run:
            _print_preview(preview_day(context, date or now), as_json)
            return
        with data_lock(root):
            results = [run_day(context, date, whole=True)] if date else run_unfinished(context, _tell_day(is_silent))
    is_built = no_build or _build(root, is_silent)
    if as_json:
        click.echo(msgspec.json.encode([result.receipt for result in results]).decode())
    _print_results(results, is_silent)
    _print_duration(time.perf_counter() - started, is_silent)
    if is_built and _is_served(serve, no_build or is_silent):
        serve_until_stopped(root, HOST, PORT, None, any_port=True)
    if not is_built or not all(is_good(result.receipt) for result in results):
        sys.exit(1)


def _refuse_misuse(date: str | None, now: str, serves_nothing: bool | None) -> None:
    if date and date > now:
        raise click.UsageError(f"--date {date} is in the future: give a day up to today.")
    if serves_nothing:
        raise click.UsageError("--serve needs a site: leave out --no-build and --dry-run.")


def _is_served(serve: bool | None, never: bool) -> bool:
    """Return whether to serve the site: as the option says, else at a terminal."""
    return (sys.stdout.isatty() and not never) if serve is None else serve


@contextmanager
def _run_context(
    root: Path, settings: Settings, now: str, budget: Decimal | None, silent: bool
) -> Iterator[RunContext]:
    """Yield what a run needs: settings, an HTTP client, clocks and a progress bar."""
    with open_client(settings) as web, progress_bar("papers scored", silent) as progress:
        yield RunContext(
            root=root,
            settings=settings,
            environment=os.environ,
            web=web,
            today=now,
            now=lambda: datetime.datetime.now(datetime.UTC),
            clock=time.perf_counter,
            budget=settings.run.budget if budget is None else budget,
            progress=progress,
        )


def _tell_day(silent: bool) -> Callable[[str], None]:
    """Return a function that announces the work on a day on a terminal."""
    if silent or not sys.stderr.isatty():
        return lambda date: None
    return lambda date: click.echo(f"{date}: fetching papers (arXiv allows a request every 3 s)", err=True)


def _build(root: Path, silent: bool) -> bool:
    try:
        with progress_bar("pages", silent) as progress:
            report = build(root, progress=progress)
        print_warnings(report)
    except DigestError as error:
        for problem in error.problems:
            click.echo(log_line(f"build: {problem}"), err=True)
        return False
    return True


def _print_results(results: list[DayResult], quiet: bool) -> None:
    news = [result for result in results if result is results[-1] or _is_news(result)]
    for result in news:
        _print_result(result, quiet)
    if len(news) < len(results) and not quiet:
        click.echo(f"{count(len(results) - len(news), 'earlier day')}: nothing new")


def _print_duration(seconds: float, silent: bool) -> None:
    """Print the duration at a terminal; elsewhere the same run prints the same lines."""
    if sys.stdout.isatty() and not silent:
        click.echo(f"done in {seconds:.0f} s")


def _is_news(result: DayResult) -> bool:
    return result.changed or bool(result.notes) or not is_good(result.receipt)


def _print_result(result: DayResult, quiet: bool) -> None:
    receipt = result.receipt
    for error in receipt.errors:
        if not (quiet and error.startswith(SCORING)):
            click.echo(log_line(f"{receipt.date}: {error}"), err=True)
    for arxiv_id, reason in receipt.unscored.items():
        click.echo(f"{receipt.date}: {arxiv_id}: unscored: {reason}", err=True)
    if not quiet:
        click.echo("\n".join([*_lines(receipt), *(f"note: {note}" for note in result.notes)]))


def _lines(receipt: Receipt) -> Iterator[str]:
    for name, stats in receipt.sources.items():
        yield f"{receipt.date} {name}: {_stats_line(stats)}"
    parts = [f"{receipt.scanned or 0:,} scanned", f"{receipt.scored or 0:,} scored"]
    parts += [f"{number:,} {reason}" for reason, number in receipt.dropped.items()]
    parts += [f"{len(receipt.unscored):,} unscored"] if receipt.unscored else []
    parts += [f"{receipt.shown or 0:,} shown with a score"]
    yield f"{receipt.date}: {receipt.state}: {', '.join(parts)}"
    if receipt.tokens:
        cost = money(receipt.cost.total, receipt.cost.currency) if receipt.cost else "unknown"
        yield f"{receipt.date}: {scorer(receipt.model or '')}: {count(receipt.tokens.total, 'token')}, cost {cost}"


def _stats_line(stats: SourceStats) -> str:
    numbers = (("announced", stats.announced), ("fetched", stats.fetched), ("replaced", stats.replaced))
    parts = [f"{number:,} {name}" for name, number in numbers if number is not None]
    parts += [f"{stats.renewed:,} with renewed votes"] if stats.renewed else []
    parts += [f"{len(stats.duplicates):,} on another day"] if stats.duplicates else []
    parts += ["more may come"] if is_open(stats) else []
    return ": ".join(part for part in (stats.status, ", ".join(parts)) if part)


def _print_preview(preview: DayPreview, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(preview).decode())
    else:
        for name, status in preview.sources.items():
            click.echo(f"{preview.date} {name}: {status}")
        left_out = f"; {preview.left_out:,} left out by the prefilter" if preview.left_out else ""
        click.echo(
            f"{preview.date}: {count(preview.new, 'new paper')}, {preview.duplicates:,} on an earlier day{left_out}"
        )
        lines = (
            estimate_lines(preview.date, preview.estimate) if preview.estimate else ["the local scorer costs nothing"]
        )
        click.echo("\n".join(lines))
    for problem in preview.problems:
        click.echo(log_line(problem), err=True)
    if preview.problems:
        sys.exit(1)
