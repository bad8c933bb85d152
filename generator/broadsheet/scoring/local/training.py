"""Train the local model on papers that have been rated. The same papers give the same model, byte for byte."""

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
from broadsheet.scoring.local.evaluation import GOOD, Evaluation, evaluate
from broadsheet.scoring.local.features import Floats, Rows, Vocabulary
from broadsheet.scoring.local.model import (
    COMMENT_WIDTH,
    RATING_WIDTH,
    SCALES,
    LocalModel,
    Ratings,
    Space,
    closeness,
    distances,
    side_by_side,
)

LEAST = 50  # rated papers, to begin with
MOST = 6000  # the latest ones: time and memory grow with their square
FOLDS = 3
THREADS = 2
DIMENSIONS = 150
COMMENT_DIMENSIONS = 60
RIDGE = 2.0
COMMENT_SHARE = 1.4  # how much comments count beside pieces of words when papers are compared
COMMENT_RIDGE = 0.3
RATING_RIDGE = 0.5
MIDDLING = 5  # a relevance from here on is no clear miss
LINEAR = 0.5  # the linear part's share
MANNER_RIDGE = 50.0


class TrainingResult(NamedTuple):
    """A model, and how good it was on papers that it was not shown."""

    model: LocalModel
    evaluate: Evaluation


class _Views(NamedTuple):
    """The training papers as the model sees them."""

    common: tuple[str, ...]
    words: Vocabulary
    rows: Rows
    word_space: Space
    pieces: Vocabulary
    piece_space: Space
    by_words: Floats
    by_pieces: Floats


def train(papers: Sequence[Paper]) -> TrainingResult:
    """A model of the ratings of `papers`, oldest first, each once; of more than `MOST` the latest count.

    Raises DigestError if there are too few. The number of threads is set, since another would round differently.
    """
    papers = [paper for paper in papers if paper.relevance is not None and paper.novelty is not None][-MOST:]
    if len(papers) < LEAST:
        what = f"{len(papers)} papers with a rating, and {LEAST} are needed to learn from"
        raise DigestError(Diagnostic("data/papers", what, "import or score more; until then the topics' words decide"))
    with threadpool_limits(THREADS):
        return _train(papers)


def _train(papers: Sequence[Paper]) -> TrainingResult:
    views = _views(papers)
    relevance = np.array([paper.relevance for paper in papers], np.float64)
    novelty = np.array([paper.novelty for paper in papers], np.float64)
    targets = _targets(relevance, novelty)
    guess, guess_mean, comments = _guesses(papers, views.by_words, targets)
    places = np.hstack([views.by_pieces, comments])
    near = closeness(distances(places, places), RATING_WIDTH)
    linear, compared = _out_of_fold(views.rows, near, targets)
    # Each part speaks with the same spread, so that the shares are what they say.
    by_word = np.array(LINEAR / _spread(linear), np.float32)
    by_paper = np.array((1 - LINEAR) / _spread(compared), np.float32)
    weights, constant = _ridge(views.rows, targets)
    manner = features.manner(papers)
    by_manner = _correction(linear * by_word + compared * by_paper, manner, targets)
    raw = linear * by_word + compared * by_paper + manner @ by_manner
    good = relevance >= GOOD
    calibrations = (
        calibrate(raw[:, 0], relevance, 1, 10),
        calibrate(raw[:, 1], good, 0, 1),
        calibrate(raw[:, 2], novelty, 1, 10),
    )
    ratings = Ratings(*(line(raw[:, at]) for at, line in enumerate(calibrations)))
    model = LocalModel(
        **_kept(views),
        weights=weights * by_word,
        comments=comments,
        guess=guess,
        guess_mean=guess_mean,
        pull=_solved(near, RATING_RIDGE, targets) * by_paper,
        manner=by_manner,
        offset=constant * by_word,
        calibrations=calibrations,
        thresholds=np.sort(ratings.promise[good]),
        ids=tuple(paper.arxiv_id for paper in papers),
        train_relevance=relevance,
    )
    return TrainingResult(model, evaluate(relevance, novelty, ratings))


def _kept(views: _Views) -> dict[str, Any]:
    return {name: value for name, value in views._asdict().items() if name != "rows"}


def _views(papers: Sequence[Paper]) -> _Views:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415

    common = tuple(sorted(ENGLISH_STOP_WORDS))
    texts = [features.texts(paper) for paper in papers]
    pairs = zip(papers, texts, strict=True)
    found = features.counted(features.terms(paper, text, ENGLISH_STOP_WORDS) for paper, text in pairs)
    words = Vocabulary.of(found, 2)
    rows = words.rows(found)
    single = features.counted(chain.from_iterable(text) for text in texts)
    inside = features.in_pieces(single, features.pieces_of(single.names))
    pieces = Vocabulary.of(inside, 3)
    in_pieces = pieces.rows(inside)
    word_space, piece_space = _space(rows), _space(in_pieces)
    return _Views(
        common=common,
        words=words,
        rows=side_by_side(rows, in_pieces),
        word_space=word_space,
        pieces=pieces,
        piece_space=piece_space,
        by_words=word_space.place(rows),
        by_pieces=piece_space.place(in_pieces),
    )


def _space(rows: Rows, least: int = 5, dimensions: int = DIMENSIONS) -> Space:
    """The directions along which the rows differ most; terms of few documents have no part in them."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - costs a second, and only training pays it

    columns = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) >= least)
    number = min(dimensions, rows.shape[0] - 1, max(1, len(columns) - 1))
    _, _, axes = randomized_svd(rows[:, columns], number, n_iter=2, random_state=0)
    return Space(columns, np.ascontiguousarray(axes.T, dtype=np.float32))


def _targets(relevance: Numbers, novelty: Numbers) -> Floats:
    """What is learned, a column each of `SCALES`: ratings and their ranks.

    Ranks for the order of all papers: half of them are rated 1 or 2, where a point means more than between 8 and 9.
    For promise the plain rating, and whether it is middling or good: at the top every point counts.
    """
    ranked = _standard(rankdata(relevance)) + _standard(relevance)
    new = _standard(rankdata(novelty)) + _standard(novelty)
    middling, good = (_standard((relevance >= least).astype(np.float64)) for least in (MIDDLING, GOOD))
    top = _standard(relevance) + middling + good
    return np.column_stack([ranked, top, new]).astype(np.float32)


def _standard(values: Numbers) -> Numbers:
    return np.asarray((values - values.mean()) / _spread(values), np.float64)


def _spread(values: Any) -> Any:
    spread = values.std(axis=0)
    return np.where(spread > 0, spread, 1)


def _guesses(papers: Sequence[Paper], by_words: Floats, targets: Floats) -> tuple[Floats, Floats, Floats]:
    """Coefficients and mean of the guessed comments, and each training paper's own guess, made without its comment.

    A scorer's comment names the topic it saw. Where the guess puts a paper is what its rating hangs on.
    """
    said = _comment_rows(papers)
    aim = np.hstack([said * COMMENT_SHARE, targets / 8]).astype(np.float32)
    mean = aim.mean(axis=0)
    near = closeness(distances(by_words, by_words), COMMENT_WIDTH)
    own = np.empty_like(aim)
    for inside, outside in _folds(len(papers)):
        own[outside] = near[np.ix_(outside, inside)] @ _solved(
            near[np.ix_(inside, inside)], COMMENT_RIDGE, aim[inside] - mean
        )
    return _solved(near, COMMENT_RIDGE, aim - mean), mean, own + mean


def _comment_rows(papers: Sequence[Paper]) -> Floats:
    found = features.counted(features.comment_terms(paper.comment or "") for paper in papers)
    rows = Vocabulary.of(found, 3).rows(found)
    if rows.nnz == 0:
        return np.zeros((len(papers), 1), np.float32)
    return _space(rows, 3, COMMENT_DIMENSIONS).place(rows)


def _out_of_fold(rows: Rows, near: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """What the linear part and the comparison say of papers that they were not shown."""
    linear, compared = np.empty_like(targets), np.empty_like(targets)
    for inside, outside in _folds(len(targets)):
        weights, constant = _ridge(rows[inside], targets[inside])
        linear[outside] = rows[outside] @ weights + constant
        pull = _solved(near[np.ix_(inside, inside)], RATING_RIDGE, targets[inside])
        compared[outside] = near[np.ix_(outside, inside)] @ pull
    return linear, compared


def _correction(raw: Floats, manner: Floats, targets: Floats) -> Floats:
    """What the manner of papers says beside estimates `raw` of papers not shown, in their units (manner × scales)."""
    spread = _spread(manner)
    weights = np.zeros((manner.shape[1], len(SCALES)), np.float32)
    for scale in range(len(SCALES)):
        known = np.column_stack([raw[:, scale], manner / spread])
        known -= known.mean(axis=0)
        penalty = np.diag([0.0] + [MANNER_RIDGE] * manner.shape[1])
        slopes = np.linalg.lstsq(known.T @ known + penalty, known.T @ targets[:, scale], rcond=None)[0]
        weights[:, scale] = slopes[1:] / max(slopes[0], 0.1) / spread  # estimates that say nothing have no slope
    return weights


def _folds(number: int) -> list[tuple[Any, Any]]:
    fold = np.arange(number) % FOLDS
    return [(np.flatnonzero(fold != at), np.flatnonzero(fold == at)) for at in range(FOLDS)]


def _ridge(rows: Rows, targets: Floats) -> tuple[Floats, Floats]:
    """Weights (terms × scales) and constants of the linear part."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415

    fitted = Ridge(alpha=RIDGE, solver="sparse_cg", tol=1e-2).fit(rows, targets)
    return np.ascontiguousarray(fitted.coef_.T, dtype=np.float32), np.asarray(fitted.intercept_, np.float32)


def _solved(near: Floats, ridge: float, targets: Floats) -> Floats:
    """The coefficients of kernel ridge regression."""
    matrix = near.copy()
    matrix.flat[:: len(matrix) + 1] += ridge
    factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, targets, check_finite=False), np.float32)
