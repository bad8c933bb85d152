"""``broadsheet score``."""

import datetime
import os
import sys
import time
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click
import msgspec

from broadsheet import __version__
from broadsheet.cli.data_lock import data_lock
from broadsheet.cli.options import json_option, old_option, parse_date, progress_bar, quiet_option, root_option
from broadsheet.daily.choose_scorer import score_day
from broadsheet.daily.score import ScoringContext, ScoringResult, estimate_day
from broadsheet.http.client import HttpClient
from broadsheet.http.service import user_agent
from broadsheet.model.scorer import LOCAL_MODEL
from broadsheet.scoring.llm.estimate import Estimate
from broadsheet.settings import config
from broadsheet.text.formats import count, money
from broadsheet.views.formatting import scorer


def parse_budget(context: click.Context, option: click.Parameter, value: str | None) -> Decimal | None:
    """Return the value of an option as an amount of money. Raises BadParameter."""
    try:
        budget = None if value is None else Decimal(value)
    except InvalidOperation:
        budget = Decimal("NaN")
    if budget is not None and not (budget.is_finite() and budget >= 0):
        raise click.BadParameter(f"{value!r} is not an amount of money, such as 0.50.")
    return budget


@click.command("score")
@root_option
@click.option("--date", required=True, callback=parse_date, metavar="YYYY-MM-DD", help="The day whose papers to score.")
@click.option(
    "--budget",
    callback=parse_budget,
    metavar="AMOUNT",
    help="Spend at most this, in the currency of the model's price.",
)
@click.option("--dry-run", is_flag=True, help="Send nothing. Estimate tokens and cost from the prompts' length.")
@click.option(
    "--rescore",
    is_flag=True,
    help="Score papers again, and keep the earlier scores beside the new ones.",
)
@old_option("--again", "--rescore")
@quiet_option
@json_option
def score_command(
    root: Path, date: str, budget: Decimal | None, dry_run: bool, rescore: bool, quiet: bool, as_json: bool
) -> None:
    """Score the papers of a day.

    A language model rates them by the rubric and the topics of digest.yml. Without one, the local scorer does: see
    'broadsheet docs scoring'. Any endpoint with OpenAI's chat completions will do. Set DIGEST_LLM_URL and
    DIGEST_LLM_MODEL in the environment, or llm.endpoint and llm.model in digest.yml. The key comes from DIGEST_LLM_KEY
    alone. Replies are saved in data/replies/, so no run pays twice.

    \b
    Example:
      broadsheet score --date 2025-05-27 --dry-run
      DIGEST_LLM_KEY=… broadsheet score --date 2025-05-27 --budget 0.50
    """
    if dry_run:
        _print_estimate(date, estimate_day(root, date, os.environ, rescore=rescore), as_json)
        return
    agent = user_agent(__version__, "", "")
    with (
        HttpClient(agent, clock=time.monotonic, sleep=time.sleep) as web,
        data_lock(root),
        progress_bar("papers scored", quiet or as_json) as progress,
    ):
        context = ScoringContext(
            root=root,
            settings=config.load(root),
            environment=os.environ,
            web=web,
            clock=time.perf_counter,
            now=lambda: datetime.datetime.now(datetime.UTC),
            budget=budget,
            progress=progress,
        )
        result = score_day(context, date, rescore=rescore)
    if as_json:
        click.echo(msgspec.json.encode(result).decode())
    else:
        _print(result, quiet)
    if result.unscored:
        sys.exit(1)


def _print(result: ScoringResult, quiet: bool) -> None:
    for arxiv_id, reason in result.unscored.items():
        click.echo(f"{arxiv_id}: unscored: {reason}", err=True)
    if quiet:
        return
    for note in (*result.errors, *result.notes):
        click.echo(f"note: {note}", err=True)
    click.echo(f"{result.date}: {'; '.join(_outcome(result))}")


def _outcome(result: ScoringResult) -> Iterator[str]:
    """Yield the parts of the line on a day; local scores alone are all there is to report."""
    has_new_scores = result.scored or result.unscored or not result.local_scores_added
    if has_new_scores:
        yield f"{count(result.scored, 'paper')} scored by {scorer(result.model)}, {len(result.unscored):,} unscored"
    if result.local_scores_added:
        yield f"{count(result.local_scores_added, 'local score')} added"
    if has_new_scores and result.model != LOCAL_MODEL:
        yield _spent(result)


def _spent(result: ScoringResult) -> str:
    tokens = count(result.tokens.total, "token") if result.tokens else "tokens unknown"
    return f"{tokens}, cost {money(result.cost.total, result.cost.currency) if result.cost else 'unknown'}"


def _print_estimate(date: str, estimate: Estimate, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(estimate).decode())
        return
    for line in estimate_lines(date, estimate):
        click.echo(line)


def estimate_lines(date: str, estimate: Estimate) -> Iterator[str]:
    """Yield the lines of an estimate."""
    cached = f", {estimate.cached:,} of them with a cached reply" if estimate.cached else ""
    yield f"{date}: {count(estimate.papers, 'paper')} to score{cached}: {count(estimate.requests, 'request')}"
    tokens = f"{estimate.tokens.prompt:,} prompt and {estimate.tokens.completion:,} completion tokens"
    cost = money(None if estimate.cost is None else float(estimate.cost), estimate.currency)
    yield f"estimate from the length of the prompts, not a bill: about {tokens}, cost {cost}"
    if estimate.max_cost is not None:
        maximum = money(float(estimate.max_cost), estimate.currency)
        yield f"at most {maximum}, if all replies were as long as llm.max_tokens"
    elif estimate.requests:
        yield "without a price in llm.prices of digest.yml the cost is not known"
