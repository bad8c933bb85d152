"""``broadsheet train``."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from broadsheet.cli.options import json_option, old_option, parse_date, quiet_option, root_option
from broadsheet.scoring.local import extra
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.text import rendering
from broadsheet.views import formatting as wording

if TYPE_CHECKING:
    from broadsheet.daily.train import Explanation, TrainReport


@click.command("train")
@root_option
@click.option("--before", callback=parse_date, metavar="YYYY-MM-DD", help="Train on earlier days only.")
@click.option(
    "--evaluate",
    callback=parse_date,
    metavar="YYYY-MM-DD",
    help="Train on the days before this one, test on all others, and write nothing.",
)
@click.option("--explain", metavar="ID", help="Train nothing; explain the local scores of a paper.")
@old_option("--why", "--explain", is_flag=False)
@quiet_option
@json_option
def train_command(
    root: Path, before: str | None, evaluate: str | None, explain: str | None, quiet: bool, as_json: bool
) -> None:
    """Train the local scorer on the ratings in data/.

    Its own ratings do not count. The same data gives the same model. It is a file in .digest/ that you may delete at
    any time.

    \b
    Example:
      broadsheet train
      broadsheet train --evaluate 2025-10-01
      broadsheet train --explain 2505.18313
    """
    if sum(value is not None for value in (before, evaluate, explain)) > 1:
        raise click.UsageError("--before, --evaluate and --explain exclude each other.")
    extra.require("broadsheet train")
    from broadsheet.daily import train as training  # noqa: PLC0415 - NumPy and SciPy take half a second to load

    if explain is not None:
        explanation = training.explain(root, explain)
        click.echo(msgspec.json.encode(explanation).decode() if as_json else "\n".join(_explanation_lines(explanation)))
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


def _lines(report: "TrainReport") -> Iterator[str]:
    yield f"learned from {report.papers:,} papers, {report.first} to {report.last}, in {report.seconds:.1f} s"
    if report.tested_from:
        tested = f"{report.figures.papers:,} papers from {report.tested_from} on"
        yield f"tested on {tested}, scored in {report.scoring_seconds:.2f} s:"
        yield from _table(report)
    else:
        yield "on papers held back while learning from the others:"
        yield f"  relevance: Spearman {_figure(report.figures.relevance)}"
        yield f"  novelty: Spearman {_figure(report.figures.novelty)}"
    for recall in report.figures.recalls:
        rated = f"{recall.papers:,} papers rated {recall.least} or more"
        yield f"  the most promising {recall.share:.0%} hold {_figure(recall.recall)} of the {rated}"
    if report.model:
        yield f"model {report.model} → .digest/model-local.npz"


def _table(report: "TrainReport") -> Iterator[str]:
    """Yield Spearman's correlations by month, then those of two ratings of the same paper."""
    yield "  Spearman      papers  relevance  novelty  7 or more  of them in the best 30%"
    months = [(row.month, row.figures) for row in report.months]
    for label, figures in [*months, ("all", report.figures)]:
        best = figures.recalls[0]
        correlations = f"{_figure(figures.relevance):>9}  {_figure(figures.novelty):>7}"
        yield f"  {label:<12}  {figures.papers:>6,}  {correlations}  {best.papers:>9,}  {_figure(best.recall):>23}"
    if report.agreement is None:
        yield "  no paper was rated on two days, so how far two ratings agree is unknown"
        return
    twice = report.agreement
    correlations = f"{_figure(twice.relevance):>9}  {_figure(twice.novelty):>7}"
    both = f"{twice.good_twice:,} both times"
    yield f"  rated twice   {twice.papers:>6,}  {correlations}  {twice.good:>9,}  {both:>23}"
    ceilings = f"{_ceiling(twice.relevance):>9}  {_ceiling(twice.novelty):>7}"
    yield f"  ceiling               {ceilings}  what a scorer without errors would reach"


def _ceiling(correlation: float | None) -> str:
    """Return the correlation of a rating with its true value, from that of two ratings (Spearman 1904)."""
    return "unknown" if correlation is None or correlation < 0 else _figure(correlation**0.5)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _explanation_lines(explanation: "Explanation") -> Iterator[str]:
    paper = explanation.paper
    yield f"{paper.arxiv_id}, {explanation.date}: {rendering.plain(paper.title)}"
    if paper.score is not None:
        by = f" by {rendering.plain(wording.scorer(paper.scorer.model))}" if paper.scorer else ""
        yield f"rated{by}: relevance {paper.relevance}, novelty {paper.novelty}"
    relevance, promise = f"{explanation.relevance:.2f}", f"{explanation.promise:.2f}"
    yield f"local: relevance {relevance}, promise {promise}, novelty {explanation.novelty:.2f}"
    for topic, words in explanation.reasons.topics.items():
        yield f"topic {topic}: {', '.join(words)}"
    if explanation.reasons.words:
        yield "words that counted     relevance  novelty"
        yield from (
            f"  {word:<22} {relevance:+7.3f}  {novelty:+7.3f}" for word, relevance, novelty in explanation.reasons.words
        )
    yield from (f"like {arxiv_id}, rated {rated:g}" for arxiv_id, rated in explanation.reasons.like)
