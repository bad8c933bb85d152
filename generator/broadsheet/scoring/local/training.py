"""Training of the local model on rated papers. The same papers give the same model, byte for byte."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.scoring.local import features
from broadsheet.scoring.local.calibration import Numbers, calibrate
from broadsheet.scoring.local.evaluation import GOOD, Evaluation, measure
from broadsheet.scoring.local.features import Floats, Rows, Vocabulary
from broadsheet.scoring.local.model import (
    COMMENT_WIDTH,
    RATING_WIDTH,
    SCALES,
    LocalModel,
    Space,
    gaussian_kernel,
    side_by_side,
    squared_distances,
)
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.scoring.local.ratings import MIN_PAPERS

MAX_PAPERS = 6000  # time and memory grow with their square
FOLDS = 3
THREADS = 2
DIMENSIONS = 150
COMMENT_DIMENSIONS = 60
RIDGE = 2.0
COMMENT_SHARE = 1.4  # weight of comments beside n-grams in the kernel
COMMENT_RIDGE = 0.3
RATING_RIDGE = 0.5
MIDDLING = 5  # the least relevance of a paper that is no clear miss
LINEAR = 0.5  # the linear part's share
SURFACE_RIDGE = 50.0


class TrainingResult(NamedTuple):
    """A model, and its evaluation out of fold."""

    model: LocalModel
    evaluation: Evaluation


class _Views(NamedTuple):
    """The training papers as rows of features and as points of the two spaces."""

    common: tuple[str, ...]
    words: Vocabulary
    rows: Rows
    word_space: Space
    ngrams: Vocabulary
    ngram_space: Space
    word_points: Floats
    ngram_points: Floats


def train(papers: Sequence[Paper]) -> TrainingResult:
    """Train a model on the latest `MAX_PAPERS` rated `papers`, which are unique and sorted by date.

    Raises DigestError if there are too few. The number of threads is fixed, since it changes how sums are rounded.
    """
    papers = [paper for paper in papers if paper.relevance is not None and paper.novelty is not None][-MAX_PAPERS:]
    if len(papers) < MIN_PAPERS:
        what = f"{len(papers)} papers with a rating, and {MIN_PAPERS} are needed to learn from"
        raise DigestError(Diagnostic("data/papers", what, "import or score more; until then the topics' words decide"))
    with threadpool_limits(THREADS):
        return _train(papers)


def _train(papers: Sequence[Paper]) -> TrainingResult:
    views = _views(papers)
    relevance = np.array([paper.relevance for paper in papers], np.float64)
    novelty = np.array([paper.novelty for paper in papers], np.float64)
    targets = _targets(relevance, novelty)
    comment_coef, comment_mean, comment_points = _predicted_comments(papers, views.word_points, targets)
    points = np.hstack([views.ngram_points, comment_points])
    kernel = gaussian_kernel(squared_distances(points, points), RATING_WIDTH)
    linear, compared = _out_of_fold(views.rows, kernel, targets)
    # Both parts get the same spread, so that LINEAR is their real share.
    linear_scale = np.array(LINEAR / _spread(linear), np.float32)
    kernel_scale = np.array((1 - LINEAR) / _spread(compared), np.float32)
    weights, constant = _ridge(views.rows, targets)
    surface = features.surface_features(papers)
    surface_coef = _correction(linear * linear_scale + compared * kernel_scale, surface, targets)
    raw = linear * linear_scale + compared * kernel_scale + surface @ surface_coef
    good = relevance >= GOOD
    calibrations = (
        calibrate(raw[:, 0], relevance, 1, 10),
        calibrate(raw[:, 1], good, 0, 1),
        calibrate(raw[:, 2], novelty, 1, 10),
    )
    predictions = Predictions(*(calibration(raw[:, scale]) for scale, calibration in enumerate(calibrations)))
    model = LocalModel(
        **_model_fields(views),
        weights=weights * linear_scale,
        comment_points=comment_points,
        comment_coef=comment_coef,
        comment_mean=comment_mean,
        kernel_coef=_solved(kernel, RATING_RIDGE, targets) * kernel_scale,
        surface_coef=surface_coef,
        offset=constant * linear_scale,
        calibrations=calibrations,
        thresholds=np.sort(predictions.p_relevant[good]),
        ids=tuple(paper.arxiv_id for paper in papers),
        train_relevance=relevance,
    )
    return TrainingResult(model, measure(relevance, novelty, predictions))


def _model_fields(views: _Views) -> dict[str, Any]:
    return {name: value for name, value in views._asdict().items() if name != "rows"}


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
    word_space, ngram_space = _space(word_rows), _space(ngram_rows)
    return _Views(
        common=tuple(sorted(ENGLISH_STOP_WORDS)),
        words=words,
        rows=side_by_side(word_rows, ngram_rows),
        word_space=word_space,
        ngrams=ngrams,
        ngram_space=ngram_space,
        word_points=word_space.project(word_rows),
        ngram_points=ngram_space.project(ngram_rows),
    )


def _space(rows: Rows, min_documents: int = 5, dimensions: int = DIMENSIONS) -> Space:
    """Return the directions in which the rows differ most, without the terms of few documents."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - loading it takes a second, for training only

    columns = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) >= min_documents)
    number = min(dimensions, rows.shape[0] - 1, max(1, len(columns) - 1))
    _, _, axes = randomized_svd(rows[:, columns], number, n_iter=2, random_state=0)
    return Space(columns, np.ascontiguousarray(axes.T, dtype=np.float32))


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
    spread = values.std(axis=0)
    return np.where(spread > 0, spread, 1)


def _predicted_comments(papers: Sequence[Paper], word_points: Floats, targets: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients and the mean of predicted comments, and the out-of-fold prediction of each paper.

    A scorer's comment names the topic of a paper, so its prediction is a good feature for the rating.
    """
    comments = np.hstack([_comment_rows(papers) * COMMENT_SHARE, targets / 8]).astype(np.float32)
    mean = comments.mean(axis=0)
    kernel = gaussian_kernel(squared_distances(word_points, word_points), COMMENT_WIDTH)
    predicted = np.empty_like(comments)
    for train, test in _folds(len(papers)):
        coef = _solved(kernel[np.ix_(train, train)], COMMENT_RIDGE, comments[train] - mean)
        predicted[test] = kernel[np.ix_(test, train)] @ coef
    return _solved(kernel, COMMENT_RIDGE, comments - mean), mean, predicted + mean


def _comment_rows(papers: Sequence[Paper]) -> Floats:
    terms = features.count_terms(features.comment_terms(paper.comment or "") for paper in papers)
    rows = Vocabulary.of(terms, 3).rows(terms)
    if rows.nnz == 0:
        return np.zeros((len(papers), 1), np.float32)
    return _space(rows, 3, COMMENT_DIMENSIONS).project(rows)


def _out_of_fold(rows: Rows, kernel: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Return the out-of-fold predictions of the linear part and of the kernel part."""
    linear, compared = np.empty_like(targets), np.empty_like(targets)
    for train, test in _folds(len(targets)):
        weights, constant = _ridge(rows[train], targets[train])
        linear[test] = rows[test] @ weights + constant
        coef = _solved(kernel[np.ix_(train, train)], RATING_RIDGE, targets[train])
        compared[test] = kernel[np.ix_(test, train)] @ coef
    return linear, compared


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


def _folds(number: int) -> list[tuple[Any, Any]]:
    """Return the training and the test indices of each fold."""
    folds = np.arange(number) % FOLDS
    return [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(FOLDS)]


def _ridge(rows: Rows, targets: Floats) -> tuple[Floats, Floats]:
    """Return the weights (terms × scales) and constants of the linear part."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - see _space

    ridge = Ridge(alpha=RIDGE, solver="sparse_cg", tol=1e-2).fit(rows, targets)
    return np.ascontiguousarray(ridge.coef_.T, dtype=np.float32), np.asarray(ridge.intercept_, np.float32)


def _solved(kernel: Floats, ridge: float, targets: Floats) -> Floats:
    """Return the coefficients of kernel ridge regression."""
    matrix = kernel.copy()
    matrix.flat[:: len(matrix) + 1] += ridge
    factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, targets, check_finite=False), np.float32)
