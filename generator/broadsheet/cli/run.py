"""``broadsheet run``."""

import datetime
import os
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import msgspec

from broadsheet.build.build import build
from broadsheet.cli.build import print_warnings
from broadsheet.cli.data_lock import data_lock
from broadsheet.cli.fetch import open_client, today
from broadsheet.cli.options import json_option, parse_date, progress_bar, quiet_option, root_option
from broadsheet.cli.score import estimate_lines, parse_budget
from broadsheet.daily.run import DayPreview, DayResult, RunContext, days_to_run, preview_day, run_day
from broadsheet.index.states import SCORING, is_good, is_open
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.settings import config
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
@click.option("--budget", callback=parse_budget, metavar="AMOUNT", help="Spend at most this on each day.")
@click.option("--dry-run", is_flag=True, help="Fetch, estimate the cost, and write nothing.")
@click.option("--no-build", is_flag=True, help="Leave the site as it is.")
@quiet_option
@json_option
def run_command(
    root: Path, date: str | None, budget: Decimal | None, dry_run: bool, no_build: bool, quiet: bool, as_json: bool
) -> None:
    """Make today's digest: fetch, score, write data/, build the site.

    The receipt, data/runs/YYYY/YYYY-MM-DD.json, has the result in numbers (docs/running.md). If you run it again, even
    after a kill, no paper is listed or paid for twice, and only failed steps are repeated. Exit code 0 if the days are
    ok or quiet, 1 if one is partial or failed; the reasons are listed.

    \b
    Example:
      broadsheet run --dry-run
      DIGEST_LLM_KEY=… broadsheet run --budget 0.50
    """
    now = today()
    if date and date > now:
        raise click.UsageError(f"--date {date} is in the future: give a day up to today.")
    settings = config.load(root)
    with open_client(settings) as web, progress_bar("papers scored", quiet or as_json) as progress:
        context = RunContext(
            root=root,
            settings=settings,
            environment=os.environ,
            web=web,
            today=now,
            now=lambda: datetime.datetime.now(datetime.UTC),
            clock=time.perf_counter,
            budget=budget,
            progress=progress,
        )
        if dry_run:
            _print_preview(preview_day(context, date or now), as_json)
            return
        with data_lock(root):
            results = [run_day(context, date, whole=True)] if date else _run_unfinished(context)
    is_built = no_build or _build(root)
    if as_json:
        click.echo(msgspec.json.encode([result.receipt for result in results]).decode())
    _print_results(results, quiet or as_json)
    if not is_built or not all(is_good(result.receipt) for result in results):
        sys.exit(1)


def _run_unfinished(context: RunContext) -> list[DayResult]:
    dates = days_to_run(context.root, context.settings, context.today)
    return [run_day(context, date, newest=date == dates[-1]) for date in dates]


def _build(root: Path) -> bool:
    try:
        print_warnings(build(root))
    except DigestError as error:
        for problem in error.problems:
            click.echo(f"build: {problem}", err=True)
        return False
    return True


def _print_results(results: list[DayResult], quiet: bool) -> None:
    news = [result for result in results if result is results[-1] or _is_news(result)]
    for result in news:
        _print_result(result, quiet)
    if len(news) < len(results) and not quiet:
        click.echo(f"{count(len(results) - len(news), 'earlier day')}: nothing new")


def _is_news(result: DayResult) -> bool:
    return result.changed or bool(result.notes) or not is_good(result.receipt)


def _print_result(result: DayResult, quiet: bool) -> None:
    receipt = result.receipt
    for error in receipt.errors:
        if not (quiet and error.startswith(SCORING)):
            click.echo(f"{receipt.date}: {error}", err=True)
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
        click.echo(str(problem), err=True)
    if preview.problems:
        sys.exit(1)
