"""``broadsheet train``: train, evaluate and explain the local model, from the rated papers in ``data/``."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from broadsheet.daily.liked import liked_interest
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.scoring.local import model as local_model
from broadsheet.scoring.local import training
from broadsheet.scoring.local.evaluation import Evaluation, measure
from broadsheet.scoring.local.ratings import MIN_PAPERS, teaches
from broadsheet.scoring.local.scorer import FILE, LocalScorer, Reasons, open_model
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store

Clock = Callable[[], float]
EXPLAINED_WORDS = 10


class TrainReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The training data, duration and quality of a model.

    `figures` are measured on held-out papers: out of fold, or, with `tested_from`, on the days from then on, scored in
    `scoring_seconds`. `model` is the fingerprint of a saved model.
    """

    papers: int
    first: str
    last: str
    seconds: float
    figures: Evaluation
    model: str | None = None
    tested_from: str | None = None
    scoring_seconds: float | None = None


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
        first=rated[-len(fitted.model.ids)][0],
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
    tests = [paper for date, paper in rated if date >= tested_from]
    if not tests:
        raise DigestError(Diagnostic("data/papers", f"no rated papers from {tested_from} on", "choose an earlier day"))
    start = clock()
    fitted = training.train([paper for _, paper in training_rows])
    middle = clock()
    ratings = LocalScorer(settings, fitted.model).predict(tests)
    end = clock()
    relevance, novelty = (np.array([getattr(paper, name) for paper in tests]) for name in ("relevance", "novelty"))
    return TrainReport(
        papers=len(fitted.model.ids),
        first=training_rows[-len(fitted.model.ids)][0],
        last=training_rows[-1][0],
        seconds=middle - start,
        figures=measure(relevance, novelty, ratings),
        tested_from=tested_from,
        scoring_seconds=end - middle,
    )


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
    rows: dict[str, tuple[str, Paper]] = {}
    for date in store.dates():
        if before is None or date < before:
            papers = (*store.dropped(date), *store.papers(date))
            rows |= {paper.arxiv_id: (date, paper) for paper in papers if teaches(paper)}
    return sorted(rows.values(), key=lambda row: (row[0], row[1].arxiv_id))


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
