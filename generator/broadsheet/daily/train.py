"""``broadsheet train``: train, evaluate and explain the local model, from the rated papers in ``data/``."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np

from broadsheet.daily.liked import liked_interest
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.scoring.local import model as local_model
from broadsheet.scoring.local import training
from broadsheet.scoring.local.calibration import Numbers
from broadsheet.scoring.local.evaluation import Agreement, Evaluation, agreement, measure
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.scoring.local.ratings import MIN_PAPERS, teaches
from broadsheet.scoring.local.scorer import FILE, LocalScorer, Reasons, open_model
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store

Clock = Callable[[], float]
EXPLAINED_WORDS = 10


class MonthEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The quality of a model on a later month (YYYY-MM)."""

    month: str
    figures: Evaluation


class TrainReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The training data, duration and quality of a model.

    `figures` are measured on held-out papers: out of fold, or, with `tested_from`, on the days from then on, scored in
    `scoring_seconds`; `months` has those of each month. `agreement` is that of two ratings of the same paper.
    `model` is the fingerprint of a saved model.
    """

    papers: int
    first: str
    last: str
    seconds: float
    figures: Evaluation
    model: str | None = None
    tested_from: str | None = None
    scoring_seconds: float | None = None
    months: tuple[MonthEvaluation, ...] = ()
    agreement: Agreement | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A paper, its unrounded local scores, and the reasons."""

    paper: Paper
    date: str
    relevance: float
    promise: float
    novelty: float
    reasons: Reasons


def train(root: Path, clock: Clock, before: str | None = None) -> TrainReport:
    """Train on all rated papers (of days before `before`) and save the model. Raises DigestError if too few."""
    config.load(root)
    rated = _rated(Store(root), before)
    start = clock()
    fitted = training.train([paper for _, paper in rated])
    seconds = clock() - start
    local_model.save(fitted.model, root / FILE)
    return TrainReport(
        papers=len(fitted.model.ids),
        first=rated[0][0],
        last=rated[-1][0],
        seconds=seconds,
        figures=fitted.evaluation,
        model=fitted.model.fingerprint,
    )


def evaluate(root: Path, clock: Clock, tested_from: str) -> TrainReport:
    """Train on the days before `tested_from`, and measure on the days from then on. Raises DigestError."""
    settings = config.load(root)
    rated = _rated(Store(root))
    training_rows = [(date, paper) for date, paper in rated if date < tested_from]
    tests = [(date, paper) for date, paper in rated if date >= tested_from]
    if not tests:
        raise DigestError(Diagnostic("data/papers", f"no rated papers from {tested_from} on", "choose an earlier day"))
    start = clock()
    fitted = training.train([paper for _, paper in training_rows])
    middle = clock()
    predictions = LocalScorer(settings, fitted.model).predict([paper for _, paper in tests])
    end = clock()
    return TrainReport(
        papers=len(fitted.model.ids),
        first=training_rows[0][0],
        last=training_rows[-1][0],
        seconds=middle - start,
        figures=_measured([paper for _, paper in tests], predictions),
        tested_from=tested_from,
        scoring_seconds=end - middle,
        months=tuple(_months(tests, predictions)),
        agreement=_agreement(Store(root)),
    )


def _measured(papers: Sequence[Paper], predictions: Predictions) -> Evaluation:
    relevance, novelty = _ratings(papers).T
    return measure(relevance, novelty, predictions)


def _ratings(papers: Sequence[Paper]) -> Numbers:
    return np.array([(paper.relevance, paper.novelty) for paper in papers], np.float64).reshape(-1, 2)


def _months(tests: Sequence[tuple[str, Paper]], predictions: Predictions) -> Iterator[MonthEvaluation]:
    """Yield the evaluation of each month. The tests are sorted by date."""
    start = 0
    for month, rows in groupby(tests, key=lambda row: row[0][:7]):
        papers = [paper for _, paper in rows]
        part = Predictions(*(values[start : start + len(papers)] for values in predictions))
        yield MonthEvaluation(month=month, figures=_measured(papers, part))
        start += len(papers)


def _agreement(store: Store) -> Agreement | None:
    """Return the agreement of the ratings of papers that were rated on several days."""
    rows: dict[str, list[Paper]] = {}
    for _, paper in _ratings_by_day(store):
        rows.setdefault(paper.arxiv_id, []).append(paper)
    pairs = [papers for papers in rows.values() if len(papers) > 1]
    return agreement(_ratings([papers[0] for papers in pairs]), _ratings([papers[-1] for papers in pairs]))


def explain(root: Path, arxiv_id: str) -> Explanation:
    """Explain the local scores of a paper in ``data/``. Raises DigestError if it is not there."""
    settings = config.load(root)
    scorer = LocalScorer(settings, open_model(root), liked_interest(root, settings))
    date, paper = _find(Store(root), arxiv_id)
    ratings = scorer.predict([paper])
    return Explanation(
        paper=paper,
        date=date,
        relevance=float(ratings.relevance[0]),
        promise=float(ratings.p_relevant[0]),
        novelty=float(ratings.novelty[0]),
        reasons=scorer.explain([paper], EXPLAINED_WORDS)[0],
    )


def trained_scorer(
    root: Path, settings: Settings, clock: Clock, warn: Callable[[str], None] = lambda text: None
) -> LocalScorer:
    """Return the local scorer, trained on the data of today; without a model if the rated papers are too few.

    `warn` gets a line for each file of liked papers that cannot be used.
    """
    rated = [paper for _, paper in _rated(Store(root))]
    interest = liked_interest(root, settings, warn)
    if len(rated) < MIN_PAPERS:
        return LocalScorer(settings, None, interest)
    try:
        model = open_model(root)
    except DigestError:  # a damaged model is trained again
        model = None
    ratings = [(paper.arxiv_id, paper.relevance) for paper in rated]
    if model is None or list(zip(model.ids, model.train_relevance.tolist(), strict=True)) != ratings:
        train(root, clock)
        model = open_model(root)
    return LocalScorer(settings, model, interest)


def _rated(store: Store, before: str | None = None) -> list[tuple[str, Paper]]:
    """Return the papers to train on, by date and id; of a paper on several days the last."""
    rows = {paper.arxiv_id: (date, paper) for date, paper in _ratings_by_day(store, before)}
    return sorted(rows.values(), key=lambda row: (row[0], row[1].arxiv_id))


def _ratings_by_day(store: Store, before: str | None = None) -> Iterator[tuple[str, Paper]]:
    """Yield the rated papers of each day, one row a paper and day: the shown one, if it was also dropped."""
    for date in store.dates():
        if before is None or date < before:
            papers = {paper.arxiv_id: paper for paper in (*store.dropped(date), *store.papers(date)) if teaches(paper)}
            yield from ((date, paper) for paper in papers.values())


def _find(store: Store, arxiv_id: str) -> tuple[str, Paper]:
    for date in reversed(store.dates()):
        for paper in store.papers(date):
            if paper.arxiv_id == arxiv_id:
                return date, paper
    raise DigestError(
        Diagnostic(
            "data/papers", f"no paper {arxiv_id}", "pass the arXiv id of a paper in data/papers, without its version"
        )
    )
