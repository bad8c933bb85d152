"""``broadsheet train``."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from broadsheet.cli.options import date_of, json_option, quiet_option, root_option
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.text import rendering
from broadsheet.views import formatting as wording

if TYPE_CHECKING:
    from broadsheet.daily.train import Report, Why


@click.command("train")
@root_option
@click.option("--before", callback=date_of, metavar="YYYY-MM-DD", help="Learn from earlier days only.")
@click.option(
    "--evaluate",
    callback=date_of,
    metavar="YYYY-MM-DD",
    help="Learn from the days before, measure on the days from then on, and keep nothing.",
)
@click.option("--why", metavar="ID", help="Learn nothing; say what the local scorer makes of a paper, and why.")
@quiet_option
@json_option
def train_command(
    root: Path, before: str | None, evaluate: str | None, why: str | None, quiet: bool, as_json: bool
) -> None:
    """Teach the local scorer what the papers in data/ were rated. Ratings that it gave itself do not count.

    The same data gives the same model. It lies in .digest/, and may be deleted at any time.

    \b
    Example:
      broadsheet train
      broadsheet train --evaluate 2025-10-01
      broadsheet train --why 2505.18313
    """
    if sum(given is not None for given in (before, evaluate, why)) > 1:
        raise click.UsageError("--before, --evaluate and --why exclude each other.")
    from broadsheet.daily import train as training  # noqa: PLC0415 - NumPy and SciPy take half a second to load

    if why is not None:
        reasons = training.why(root, why)
        click.echo(msgspec.json.encode(reasons).decode() if as_json else "\n".join(_why(reasons)))
        return
    if evaluate is not None:
        report = training.evaluate(root, time.perf_counter, evaluate)
    else:
        with exclusive_lock(root, Lock.SCORING):
            report = training.train(root, time.perf_counter, before)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    elif not quiet:
        click.echo("\n".join(_lines(report)))


def _lines(report: "Report") -> Iterator[str]:
    yield f"learned from {report.papers:,} papers, {report.first} to {report.last}, in {report.seconds:.1f} s"
    figures = report.figures
    if report.tested_from:
        tested = f"{figures.papers:,} papers from {report.tested_from} on"
        yield f"tested on {tested}, scored in {report.scoring_seconds:.2f} s:"
    else:
        yield "on papers held back while learning from the others:"
    yield f"  relevance: Spearman {_figure(figures.relevance)}"
    yield f"  novelty: Spearman {_figure(figures.novelty)}"
    for found in figures.recalls:
        rated = f"{found.papers:,} papers rated {found.least} or more"
        yield f"  the most promising {found.share:.0%} hold {_figure(found.recall)} of the {rated}"
    if report.model:
        yield f"model {report.model} → .digest/model-local.npz"


def _figure(value: float | None) -> str:
    return "cannot be told" if value is None else f"{value:.3f}"


def _why(why: "Why") -> Iterator[str]:
    paper = why.paper
    yield f"{paper.arxiv_id}, {why.date}: {rendering.plain(paper.title)}"
    if paper.score is not None:
        by = f" by {rendering.plain(wording.scorer(paper.scorer.model))}" if paper.scorer else ""
        yield f"rated{by}: relevance {paper.relevance}, novelty {paper.novelty}"
    yield f"local: relevance {why.relevance:.2f}, promise {why.promise:.2f}, novelty {why.novelty:.2f}"
    for topic, words in why.reasons.topics.items():
        yield f"topic {topic}: {', '.join(words)}"
    if why.reasons.words:
        yield "words that counted     relevance  novelty"
        yield from (
            f"  {word:<22} {relevance:+7.3f}  {novelty:+7.3f}" for word, relevance, novelty in why.reasons.words
        )
    yield from (f"like {arxiv_id}, rated {rated:g}" for arxiv_id, rated in why.reasons.like)
