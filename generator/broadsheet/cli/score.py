"""``broadsheet score``."""

import os
import sys
import time
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click
import msgspec

from broadsheet import __version__
from broadsheet.cli.lock import my_turn
from broadsheet.cli.options import date_of, json_option, progress_bar, quiet_option, root_option
from broadsheet.daily.choose_scorer import judge_day
from broadsheet.daily.score import Scored, forecast_day
from broadsheet.http.client import Web
from broadsheet.http.service import user_agent
from broadsheet.model.scorer import LOCAL_MODEL
from broadsheet.scoring.llm.estimate import Estimate
from broadsheet.text.formats import count, money
from broadsheet.views.formatting import scorer


def budget_of(context: click.Context, option: click.Parameter, value: str | None) -> Decimal | None:
    """The amount that was typed, if one was."""
    try:
        budget = None if value is None else Decimal(value)
    except InvalidOperation:
        budget = Decimal("NaN")
    if budget is not None and not (budget.is_finite() and budget >= 0):
        raise click.BadParameter(f"{value!r} is not an amount of money, such as 0.50.")
    return budget


@click.command("score")
@root_option
@click.option("--date", required=True, callback=date_of, metavar="YYYY-MM-DD", help="The day whose papers to score.")
@click.option(
    "--budget", callback=budget_of, metavar="AMOUNT", help="Spend at most this, in the currency of the model's price."
)
@click.option("--dry-run", is_flag=True, help="Ask nobody: estimate tokens and cost from the length of the prompts.")
@click.option("--again", is_flag=True, help="Score papers that have a score, too; the earlier one is kept beside it.")
@quiet_option
@json_option
def score_command(
    root: Path, date: str, budget: Decimal | None, dry_run: bool, again: bool, quiet: bool, as_json: bool
) -> None:
    """Score the papers of a day with a language model, under the rubric and the topics of digest.yml.

    Without one the local scorer does it (docs/scoring.md). The endpoint is any that speaks OpenAI's chat completions:
    DIGEST_LLM_URL and DIGEST_LLM_MODEL in the environment, or llm.endpoint and llm.model in digest.yml. The key,
    if it wants one, is DIGEST_LLM_KEY in the environment and nowhere else. What the model answered is kept in
    data/replies/, so no run pays twice.

    \b
    Example:
      broadsheet score --date 2025-05-27 --dry-run
      DIGEST_LLM_KEY=… broadsheet score --date 2025-05-27 --budget 0.50
    """
    if dry_run:
        _print_forecast(date, forecast_day(root, date, os.environ, again=again), as_json)
        return
    agent = user_agent(__version__, "", "")
    with (
        Web(agent, clock=time.monotonic, sleep=time.sleep) as web,
        my_turn(root),
        progress_bar("papers scored", quiet or as_json) as progress,
    ):
        done = judge_day(root, date, os.environ, web, time.perf_counter, budget=budget, again=again, progress=progress)
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
    else:
        _print(done, quiet)
    if done.unscored:
        sys.exit(1)


def _print(done: Scored, quiet: bool) -> None:
    for arxiv_id, reason in done.unscored.items():
        click.echo(f"{arxiv_id}: unscored: {reason}", err=True)
    if quiet:
        return
    for error in done.errors:
        click.echo(f"note: {error}", err=True)
    papers = f"{count(done.scored, 'paper')} scored by {scorer(done.model)}, {len(done.unscored):,} unscored"
    click.echo(f"{done.date}: {papers}{'' if done.model == LOCAL_MODEL else f'; {_spent(done)}'}")


def _spent(done: Scored) -> str:
    tokens = count(done.tokens.total, "token") if done.tokens else "tokens unknown"
    return f"{tokens}, cost {money(done.cost.total, done.cost.currency) if done.cost else 'unknown'}"


def _print_forecast(date: str, seen: Estimate, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(seen).decode())
        return
    for line in forecast_lines(date, seen):
        click.echo(line)


def forecast_lines(date: str, seen: Estimate) -> Iterator[str]:
    """An estimate in words."""
    cached = f", {seen.cached:,} of them with a kept reply" if seen.cached else ""
    yield f"{date}: {count(seen.papers, 'paper')} to score{cached}: {count(seen.requests, 'request')}"
    tokens = f"{seen.tokens.prompt:,} prompt and {seen.tokens.completion:,} completion tokens"
    cost = money(None if seen.cost is None else float(seen.cost), seen.currency)
    yield f"estimate from the length of the prompts, not a bill: about {tokens}, cost {cost}"
    if seen.max_cost is not None:
        yield f"at most {money(float(seen.max_cost), seen.currency)}, if all replies were as long as llm.max_tokens"
    elif seen.requests:
        yield "without a price in llm.prices of digest.yml the cost is not known"
