"""Training of the local model on rated papers. The same papers give the same model, byte for byte."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.scoring.local import features
from broadsheet.scoring.local.calibration import Numbers, calibrate
from broadsheet.scoring.local.evaluation import GOOD, Evaluation, measure
from broadsheet.scoring.local.features import Floats, Rows, Vocabulary
from broadsheet.scoring.local.landmarks import Folds, LandmarkFit, Regression
from broadsheet.scoring.local.model import (
    COMMENT_WIDTH,
    RATING_WIDTH,
    SCALES,
    LocalModel,
    Space,
    rounded,
    side_by_side,
)
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.scoring.local.ratings import MIN_PAPERS

FOLDS = 3
THREADS = 2
DIMENSIONS = 150
COMMENT_DIMENSIONS = 60
RIDGE = 2.0
DRAFT_RIDGE = 3.0
COMMENTS = Regression(COMMENT_WIDTH, ridge=0.5, landmarks=2000)
RATINGS = Regression(RATING_WIDTH, ridge=1.0, landmarks=4000)
COMMENT_SHARE = 1.8  # weight of comments beside words and n-grams in the kernels
RATING_SHARE = 0.16  # that of the ratings, which are predicted with the comment
SURFACE_SHARE = 0.15
MIDDLING = 5  # the least relevance of a paper that is no clear miss
LINEAR = 0.25  # the linear part's share
SURFACE_RIDGE = 50.0
NO_SPREAD = 1e-5  # single precision


class TrainingResult(NamedTuple):
    """A model, and its evaluation out of fold."""

    model: LocalModel
    evaluation: Evaluation


class _Views(NamedTuple):
    """The training papers as rows of features, and the spaces of these features."""

    common: tuple[str, ...]
    words: Vocabulary
    word_rows: Rows
    word_space: Space
    ngrams: Vocabulary
    ngram_rows: Rows
    ngram_space: Space
    surface: Floats

    @property
    def surface_scale(self) -> Floats:
        """The factors that give the surface its share in the kernel."""
        return np.asarray(SURFACE_SHARE / _spread(self.surface), np.float32)


class _Comments(NamedTuple):
    """The predicted comments: the draft's weights, the landmarks' points, and the fit, which has them out of fold."""

    draft_weights: Floats
    draft_offset: Floats
    points: Floats
    fit: LandmarkFit


def train(papers: Sequence[Paper]) -> TrainingResult:
    """Train a model on all rated `papers`, which are unique and sorted by date.

    Raises DigestError if there are too few. The number of threads is fixed, since it changes how sums are rounded.
    """
    papers = [paper for paper in papers if paper.relevance is not None and paper.novelty is not None]
    if len(papers) < MIN_PAPERS:
        what = f"{len(papers)} papers with a rating, and {MIN_PAPERS} are needed to learn from"
        raise DigestError(Diagnostic("data/papers", what, "import or score more; until then the topics' words decide"))
    with threadpool_limits(THREADS):
        return _train(papers)


def _train(papers: Sequence[Paper]) -> TrainingResult:
    views, folds = _views(papers), _folds(len(papers))
    relevance = np.array([paper.relevance for paper in papers], np.float64)
    novelty = np.array([paper.novelty for paper in papers], np.float64)
    targets = _targets(relevance, novelty)
    comments = _predicted_comments(papers, views, targets, folds)
    ngram_points = views.ngram_space.project(views.ngram_rows)
    points = rounded(np.hstack([ngram_points, comments.fit.held_out, views.surface * views.surface_scale]))
    fit = RATINGS.fit(points, targets, folds)
    weights, constant, linear = _linear(side_by_side(views.word_rows, views.ngram_rows), targets, RIDGE, folds)
    # Both parts get the same spread, so that LINEAR is their real share.
    linear_scale = np.array(LINEAR / _spread(linear), np.float32)
    kernel_scale = np.array((1 - LINEAR) / _spread(fit.held_out), np.float32)
    both = linear * linear_scale + fit.held_out * kernel_scale
    surface_coef = _correction(both, views.surface, targets)
    raw = both + views.surface @ surface_coef
    good = relevance >= GOOD
    calibrations = (
        calibrate(raw[:, 0], relevance, 1, 10),
        calibrate(raw[:, 1], good, 0, 1),
        calibrate(raw[:, 2], novelty, 1, 10),
    )
    predictions = Predictions(*(calibration(raw[:, scale]) for scale, calibration in enumerate(calibrations)))
    model = LocalModel(
        common=views.common,
        words=views.words,
        weights=weights * linear_scale,
        word_space=views.word_space,
        ngrams=views.ngrams,
        ngram_space=views.ngram_space,
        draft_weights=comments.draft_weights,
        draft_offset=comments.draft_offset,
        comment_points=comments.points,
        comment_coef=comments.fit.coef,
        comment_offset=comments.fit.offset,
        surface_scale=views.surface_scale,
        points=points,
        landmarks=fit.landmarks,
        kernel_coef=fit.coef * kernel_scale,
        surface_coef=surface_coef,
        offset=constant * linear_scale + fit.offset * kernel_scale,
        calibrations=calibrations,
        thresholds=np.sort(predictions.p_relevant[good]),
        ids=tuple(paper.arxiv_id for paper in papers),
        train_relevance=relevance,
    )
    return TrainingResult(model, measure(relevance, novelty, predictions))


def _views(papers: Sequence[Paper]) -> _Views:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415 - see _space

    texts = [features.texts(paper) for paper in papers]
    pairs = zip(papers, texts, strict=True)
    terms = features.count_terms(features.terms(paper, text, ENGLISH_STOP_WORDS) for paper, text in pairs)
    words = Vocabulary.of(terms, 2)
    word_rows = words.rows(terms)
    single_words = features.count_terms(chain.from_iterable(text) for text in texts)
    ngram_counts = features.count_ngrams(single_words, features.char_ngrams(single_words.names))
    ngrams = Vocabulary.of(ngram_counts, 3)
    ngram_rows = ngrams.rows(ngram_counts)
    return _Views(
        common=tuple(sorted(ENGLISH_STOP_WORDS)),
        words=words,
        word_rows=word_rows,
        word_space=_space(word_rows),
        ngrams=ngrams,
        ngram_rows=ngram_rows,
        ngram_space=_space(ngram_rows),
        surface=features.surface_features(papers),
    )


def _space(rows: Rows, min_documents: int = 10, dimensions: int = DIMENSIONS) -> Space:
    """Return the directions in which the rows differ most, without the terms of few documents."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - loading it takes a second, for training only

    columns = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) >= min_documents)
    if not len(columns):
        return Space(columns, np.zeros((0, 1), np.float32))
    number = min(dimensions, rows.shape[0] - 1, max(1, len(columns) - 1))
    _, _, axes = randomized_svd(rows[:, columns], number, n_iter=2, random_state=0)
    return Space(columns, np.ascontiguousarray(rounded(axes.T)))


def _targets(relevance: Numbers, novelty: Numbers) -> Floats:
    """Return the training targets, a column for each of `SCALES`: ratings and their ranks.

    Ranks are for the order of all papers: half of them are rated 1 or 2, where a point means more than at 8 or 9. For
    p_relevant the targets are the rating itself and the classes middling and good: at the top every point counts.
    """
    ranked = _standard(rankdata(relevance)) + _standard(relevance)
    new = _standard(rankdata(novelty)) + _standard(novelty)
    middling, good = (_standard((relevance >= minimum).astype(np.float64)) for minimum in (MIDDLING, GOOD))
    top = _standard(relevance) + middling + good
    return np.column_stack([ranked, top, new]).astype(np.float32)


def _standard(values: Numbers) -> Numbers:
    return np.asarray((values - values.mean()) / _spread(values), np.float64)


def _spread(values: Any) -> Any:
    """Return the standard deviation of each column, and 1 for a constant one, whose deviation is rounding."""
    spread = values.std(axis=0)
    return np.where(spread > NO_SPREAD, spread, 1)


def _predicted_comments(papers: Sequence[Paper], views: _Views, targets: Floats, folds: Folds) -> _Comments:
    """Return the prediction of comments, and that of each paper out of fold.

    A scorer's comment names the topic of a paper, so its prediction is a good feature for the rating.
    """
    comments = np.asarray(_comment_rows(papers) * COMMENT_SHARE, np.float32)
    word_rows = views.word_rows[:, views.word_space.columns]
    weights, offset, draft = _linear(word_rows, comments, DRAFT_RIDGE, folds)
    points = rounded(np.hstack([views.word_space.project(views.word_rows), draft]))
    fit = COMMENTS.fit(points, np.hstack([comments, targets * np.float32(RATING_SHARE)]), folds)
    return _Comments(rounded(weights), offset, points[fit.landmarks], fit)


def _comment_rows(papers: Sequence[Paper]) -> Floats:
    terms = features.count_terms(features.comment_terms(paper.comment or "") for paper in papers)
    rows = Vocabulary.of(terms, 3).rows(terms)
    if rows.nnz == 0:
        return np.zeros((len(papers), 1), np.float32)
    return _space(rows, 3, COMMENT_DIMENSIONS).project(rows)


def _correction(raw: Floats, surface: Floats, targets: Floats) -> Floats:
    """Return the weights of the surface beside out-of-fold predictions `raw`, in their units (surface × scales)."""
    spread = _spread(surface)
    weights = np.zeros((surface.shape[1], len(SCALES)), np.float32)
    for scale in range(len(SCALES)):
        inputs = np.column_stack([raw[:, scale], surface / spread])
        inputs -= inputs.mean(axis=0)
        penalty = np.diag([0.0] + [SURFACE_RIDGE] * surface.shape[1])
        slopes = np.linalg.lstsq(inputs.T @ inputs + penalty, inputs.T @ targets[:, scale], rcond=None)[0]
        weights[:, scale] = slopes[1:] / max(slopes[0], 0.1) / spread  # useless predictions have no slope
    return weights


def _folds(number: int) -> Folds:
    """Return the training and the test indices of each fold."""
    folds = np.arange(number) % FOLDS
    return [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(FOLDS)]


def _linear(rows: Rows, targets: Floats, ridge: float, folds: Folds) -> tuple[Floats, Floats, Floats]:
    """Return weights (columns × targets) and constants of a ridge regression, and its predictions out of fold."""
    held_out = np.empty_like(targets)
    for train, test in folds:
        weights, constant = _ridge(rows[train], targets[train], ridge)
        held_out[test] = rows[test] @ weights + constant
    return *_ridge(rows, targets, ridge), held_out


def _ridge(rows: Rows, targets: Floats, ridge: float) -> tuple[Floats, Floats]:
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - see _space

    if not rows.shape[1]:
        return np.zeros((0, targets.shape[1]), np.float32), targets.mean(axis=0)
    fit = Ridge(alpha=ridge, solver="sparse_cg", tol=1e-2).fit(rows, targets)
    weights = np.reshape(fit.coef_, (targets.shape[1], -1)).T
    return np.ascontiguousarray(weights, np.float32), np.asarray(fit.intercept_, np.float32)
