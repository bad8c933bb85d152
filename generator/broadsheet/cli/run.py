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
from broadsheet.cli.fetch import open_web, today
from broadsheet.cli.lock import my_turn
from broadsheet.cli.options import date_of, json_option, progress_bar, quiet_option, root_option
from broadsheet.cli.score import budget_of, forecast_lines
from broadsheet.daily.run import Preview, Ran, Work, days_to_run, preview_day, run_day
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
    callback=date_of,
    metavar="YYYY-MM-DD",
    help="This day alone; if left out, the newest, and before it those that are unfinished or may have more papers.",
)
@click.option("--budget", callback=budget_of, metavar="AMOUNT", help="Spend at most this on each day.")
@click.option("--dry-run", is_flag=True, help="Ask the sources, price the day, and write nothing.")
@click.option("--no-build", is_flag=True, help="Leave the site as it is.")
@quiet_option
@json_option
def run_command(
    root: Path, date: str | None, budget: Decimal | None, dry_run: bool, no_build: bool, quiet: bool, as_json: bool
) -> None:
    """Make today's digest: fetch, score, write data/, build the site.

    The receipt, data/runs/YYYY/YYYY-MM-DD.json, says what happened (docs/running.md). Run it again, at once or after it
    was killed: nothing is listed twice, nothing is paid for twice, and what failed is done again. Exit code 0 if the
    days are ok or quiet, 1 if one is partial or failed; the reasons are listed.

    \b
    Example:
      broadsheet run --dry-run
      DIGEST_LLM_KEY=… broadsheet run --budget 0.50
    """
    now = today()
    if date and date > now:
        raise click.UsageError(f"{date} has not come yet.")
    settings = config.load(root)
    with open_web(settings) as web, progress_bar("papers scored", quiet or as_json) as progress:
        work = Work(
            root=root,
            environment=os.environ,
            web=web,
            today=now,
            now=lambda: datetime.datetime.now(datetime.UTC),
            clock=time.perf_counter,
            budget=budget,
            progress=progress,
        )
        if dry_run:
            _show(preview_day(work, date or now), as_json)
            return
        with my_turn(root):
            done = [run_day(work, date, whole=True)] if date else _run(work, days_to_run(root, now))
    built = no_build or _built(root)
    if as_json:
        click.echo(msgspec.json.encode([ran.receipt for ran in done]).decode())
    told = [ran for ran in done if _is_news(ran, done[-1])]
    for ran in told:
        _say(ran, quiet or as_json)
    if len(told) < len(done) and not (quiet or as_json):
        click.echo(f"{count(len(done) - len(told), 'earlier day')}: nothing new")
    if not built or not all(is_good(ran.receipt) for ran in done):
        sys.exit(1)


def _run(work: Work, dates: list[str]) -> list[Ran]:
    return [run_day(work, date, newest=date == dates[-1]) for date in dates]


def _built(root: Path) -> bool:
    try:
        build(root)
    except DigestError as error:
        for problem in error.problems:
            click.echo(f"build: {problem}", err=True)
        return False
    return True


def _is_news(ran: Ran, last: Ran) -> bool:
    return ran is last or ran.changed or bool(ran.notes) or not is_good(ran.receipt)


def _say(ran: Ran, quiet: bool) -> None:
    receipt = ran.receipt
    for error in receipt.errors:
        if not (quiet and error.startswith(SCORING)):
            click.echo(f"{receipt.date}: {error}", err=True)
    for arxiv_id, reason in receipt.unscored.items():
        click.echo(f"{receipt.date}: {arxiv_id}: unscored: {reason}", err=True)
    if not quiet:
        click.echo("\n".join([*_lines(receipt), *(f"note: {note}" for note in ran.notes)]))


def _lines(receipt: Receipt) -> Iterator[str]:
    for name, tally in receipt.sources.items():
        yield f"{receipt.date} {name}: {_tally(tally)}"
    parts = [f"{receipt.scanned or 0:,} scanned", f"{receipt.scored or 0:,} scored"]
    parts += [f"{number:,} {reason}" for reason, number in receipt.dropped.items()]
    parts += [f"{len(receipt.unscored):,} unscored"] if receipt.unscored else []
    parts += [f"{receipt.relevant or 0:,} shown with a score"]
    yield f"{receipt.date}: {receipt.state}: {', '.join(parts)}"
    if receipt.tokens:
        cost = money(receipt.cost.total, receipt.cost.currency) if receipt.cost else "unknown"
        yield f"{receipt.date}: {scorer(receipt.model or '')}: {count(receipt.tokens.total, 'token')}, cost {cost}"


def _tally(tally: SourceStats) -> str:
    numbers = (("announced", tally.announced), ("fetched", tally.fetched), ("replaced", tally.replaced))
    parts = [f"{number:,} {name}" for name, number in numbers if number is not None]
    parts += [f"{tally.renewed:,} with renewed votes"] if tally.renewed else []
    parts += [f"{len(tally.duplicates):,} on another day"] if tally.duplicates else []
    parts += ["more may come"] if is_open(tally) else []
    return ": ".join(part for part in (tally.condition, ", ".join(parts)) if part)


def _show(seen: Preview, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(seen).decode())
    else:
        for name, condition in seen.sources.items():
            click.echo(f"{seen.date} {name}: {condition}")
        left_out = f"; {seen.left_out:,} left out by the prefilter" if seen.left_out else ""
        click.echo(f"{seen.date}: {count(seen.new, 'new paper')}, {seen.duplicates:,} on an earlier day{left_out}")
        lines = forecast_lines(seen.date, seen.forecast) if seen.forecast else ["the local scorer costs nothing"]
        click.echo("\n".join(lines))
    for problem in seen.problems:
        click.echo(str(problem), err=True)
    if seen.problems:
        sys.exit(1)
