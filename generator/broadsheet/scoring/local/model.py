"""The trained local model: its predictions and its file.

It is the sum of two models. The linear one has weights of words, pairs of words and character n-grams. The weights of
n-grams are divided among their words, so words are the reasons it gives. The other one is Gaussian kernel ridge
regression on landmarks. It predicts the ratings of similar training papers, by the n-grams of a paper, by its surface
(its length and its number of authors), and by the comment that a scorer would write. That comment is predicted first,
from the comments on the training papers: a linear draft from words, which a kernel then improves. A small correction
depends on the surface again.
"""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.scoring.local import features
from broadsheet.scoring.local.calibration import Calibration, Numbers
from broadsheet.scoring.local.features import Floats, Rows, TermCounts, Vocabulary
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular

FORMAT = 3
SCALES = ("relevance", "promise", "novelty")
COMMENT_WIDTH = 1.4  # of the kernel that predicts comments
RATING_WIDTH = 2.0


class Space(NamedTuple):
    """A low-dimensional view of some columns of a vocabulary (latent semantic analysis)."""

    columns: Any
    axes: Floats  # columns × dimensions

    def project(self, rows: Rows) -> Floats:
        """Return the points of rows, at distance one from the origin."""
        return normalized(rows[:, self.columns] @ self.axes)


class LocalModel(NamedTuple):
    """A trained model. `ids` and `train_relevance` are those of the training papers."""

    common: tuple[str, ...]
    words: Vocabulary
    weights: Floats  # words, then n-grams × scales
    word_space: Space
    ngrams: Vocabulary
    ngram_space: Space
    draft_weights: Floats  # columns of the word space × comment dimensions: the linear draft of the comment
    draft_offset: Floats
    comment_points: Floats  # landmarks of the predicted comment: words and draft
    comment_coef: Floats  # landmarks × comment dimensions
    comment_offset: Floats
    surface_scale: Floats  # of the surface features in the kernel
    points: Floats  # the training papers: n-grams, predicted comment, surface
    landmarks: Any  # rows of `points`
    kernel_coef: Floats  # landmarks × scales
    surface_coef: Floats  # surface features × scales
    offset: Floats
    calibrations: tuple[Calibration, ...]
    thresholds: Numbers  # p_relevant, out of fold, of the papers rated 7 or more, ascending
    ids: tuple[str, ...]
    train_relevance: Numbers

    @property
    def fingerprint(self) -> str:
        """A hash of the model."""
        return hashlib.sha256(encode(self)).hexdigest()[:12]

    def predict(self, papers: Sequence[Paper]) -> Predictions:
        """Predict the ratings of `papers`."""
        return self.predict_features(self.featurize(papers))

    def predict_features(self, inputs: "ModelInput") -> Predictions:
        """Predict the ratings of papers from their features."""
        linear = inputs.rows @ self.weights
        raw = (
            linear
            + inputs.kernel[:, self.landmarks] @ self.kernel_coef
            + inputs.surface @ self.surface_coef
            + self.offset
        )
        return Predictions(*(self.calibrations[scale](raw[:, scale]) for scale in range(len(SCALES))))

    def featurize(self, papers: Sequence[Paper]) -> "ModelInput":
        """Return the features of `papers`."""
        texts = [features.texts(paper) for paper in papers]
        common = frozenset(self.common)
        terms = (features.terms(*pair, common) for pair in zip(papers, texts, strict=True))
        word_rows = self.words.rows(features.count_terms(terms))
        single_words = features.count_terms(chain.from_iterable(text) for text in texts)
        ngrams_of_words = features.char_ngrams(single_words.names)
        ngram_rows = self.ngrams.rows(features.count_ngrams(single_words, ngrams_of_words))
        surface = features.surface_features(papers)
        blocks = [self.ngram_space.project(ngram_rows), self._comments(word_rows), surface * self.surface_scale]
        distances = squared_distances(np.hstack(blocks), self.points)
        return ModelInput(
            rows=side_by_side(word_rows, ngram_rows),
            kernel=gaussian_kernel(distances, RATING_WIDTH),
            surface=surface,
            single_words=single_words,
            ngrams_of_words=ngrams_of_words,
            word_columns=self.words.columns(single_words.names),
            ngram_columns=self.ngrams.columns(ngrams_of_words.names),
        )

    def _comments(self, word_rows: Rows) -> Floats:
        """Return the predicted comments."""
        draft = word_rows[:, self.word_space.columns] @ self.draft_weights + self.draft_offset
        points = np.hstack([self.word_space.project(word_rows), draft])
        kernel = gaussian_kernel(squared_distances(points, self.comment_points), COMMENT_WIDTH)
        return np.asarray(kernel @ self.comment_coef + self.comment_offset, np.float32)

    def contributions(self, inputs: "ModelInput", index: int) -> "Contributions":
        """Return the contribution of each word and pair of words of a paper to the linear part.

        The contribution of an n-gram is divided among the words that have it, by their number of occurrences.
        """
        columns, values = _row(inputs.rows, index)
        amounts = values[:, None] * self.weights[columns]
        border = len(self.words.names)
        is_word = columns < border
        of_ngrams = np.zeros((len(self.ngrams.names) + 1, len(SCALES)), np.float32)  # the last row is for unknown ones
        of_ngrams[columns[~is_word] - border] = amounts[~is_word]
        words, counts = _row(inputs.single_words.counts, index)
        ngram_counts = inputs.ngrams_of_words.counts
        starts, ends = ngram_counts.indptr[words], ngram_counts.indptr[words + 1]
        lengths = ends - starts
        firsts = np.cumsum(lengths) - lengths
        positions = np.repeat(starts - firsts, lengths) + np.arange(lengths.sum())
        ngrams, occurrences = ngram_counts.indices[positions], ngram_counts.data[positions] * np.repeat(counts, lengths)
        shares = occurrences / np.bincount(ngrams, occurrences, len(inputs.ngram_columns))[ngrams]
        shared: Any = (
            np.add.reduceat(of_ngrams[inputs.ngram_columns[ngrams]] * shares[:, None], firsts) if len(words) else []
        )
        return Contributions.of(columns[is_word], amounts[is_word], words, shared, inputs.word_columns[words])

    def term(self, inputs: "ModelInput", key: int) -> str:
        """Return the word or pair of words of a key of `Contributions`."""
        return self.words.names[key] if key >= 0 else inputs.single_words.names[-key - 1]


class ModelInput(NamedTuple):
    """The features of papers: weighted words and n-grams (papers × both), kernel and surface.

    The other fields are for `contributions`: the words of each paper, the n-grams of each of these words, and the
    columns of both in the model's vocabularies.
    """

    rows: Rows
    kernel: Floats  # papers × training papers, 0 to 1
    surface: Floats
    single_words: TermCounts
    ngrams_of_words: TermCounts
    word_columns: Any
    ngram_columns: Any


class Contributions(NamedTuple):
    """The contributions of words and pairs of words (words × scales). A key is a column of the vocabulary of words.

    A word outside the vocabulary contributes by its n-grams only; its key is -1 - its column in `single_words`.
    """

    keys: Any
    amounts: Floats

    @classmethod
    def of(cls, terms: Any, amounts: Floats, words: Any, shared: Any, columns: Any) -> "Contributions":
        """Add the contributions of `terms`, which ascend, and those that n-grams `shared` among their words."""
        total = amounts.copy()
        indices = np.searchsorted(terms, columns)
        in_vocabulary = (indices < len(terms)) & (np.append(terms, -2)[indices] == columns)
        total[indices[in_vocabulary]] += np.reshape(shared, (-1, len(SCALES)))[in_vocabulary]
        others = np.reshape(shared, (-1, len(SCALES)))[~in_vocabulary]
        keys = np.concatenate([terms, -1 - words[~in_vocabulary]])
        return cls(keys, np.concatenate([total, others]).astype(np.float32))


def _row(rows: Rows, index: int) -> tuple[Any, Any]:
    """Return the columns and values of a row. Slicing the sparse matrix would be twenty times slower."""
    span = slice(rows.indptr[index], rows.indptr[index + 1])
    return rows.indices[span], rows.data[span]


def side_by_side(word_rows: Rows, ngram_rows: Rows) -> Rows:
    """Return the rows of the linear part: words and pairs of words, then n-grams."""
    return csr_matrix(hstack([word_rows, ngram_rows]))


def normalized(rows: Any) -> Floats:
    """Return each row divided by its length; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths), np.float32)


def squared_distances(rows: Floats, other: Floats) -> Floats:
    """Return the squared distances between the rows of two matrices."""
    distances: Floats = rows @ other.T  # in place from here on: these are large
    distances *= -2
    distances += (rows**2).sum(axis=1)[:, None]
    distances += (other**2).sum(axis=1)
    np.maximum(distances, 0, out=distances)
    return distances


def gaussian_kernel(distances: Floats, width: float) -> Floats:
    """Return the Gaussian kernel of squared distances, in place."""
    distances /= -width
    np.exp(distances, out=distances)
    return distances


# -- the file ------------------------------------------------------------------------------------------------------


def encode(model: LocalModel) -> bytes:
    """Encode the model as a NumPy archive of plain arrays (``.npz``): without pickle, reading it runs no code."""
    arrays = {
        "format": np.array([FORMAT]),
        **{name: _packed(names) for name, names in _names(model).items()},
        "words_idf": model.words.idf,
        "ngrams_idf": model.ngrams.idf,
        **{f"{field}_columns": getattr(model, field).columns for field in _SPACES},
        **{f"{field}_axes": getattr(model, field).axes.astype(np.float16) for field in _SPACES},
        **{field: getattr(model, field).astype(np.float16) for field in _SHORT},
        **{field: getattr(model, field) for field in _ARRAYS},
        **{f"{scale}_{part}": getattr(model.calibrations[index], part)
           for index, scale in enumerate(SCALES) for part in Calibration._fields},
    }  # fmt: skip
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def decode(data: bytes) -> LocalModel:
    """Decode a model. Raises ValueError if the data are damaged or of another version of the program."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if int(file["format"][0]) != FORMAT:
                raise ValueError("made by another version of the program")
            return _model({name: file[name] for name in file.files})
    except (KeyError, IndexError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("damaged") from error


def save(model: LocalModel, path: Path) -> bool:
    """Write the model's file; return False if it is unchanged."""
    return write_atomically(path, encode(model), sole=True)


def load(path: Path, label: str) -> LocalModel | None:
    """Load a model; return None if there is no file. Raises DigestError, which names `label`, if it is unreadable."""
    try:
        return decode(read_regular(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DigestError(
            Diagnostic(label, f"no model can be read here: {error}", "run 'broadsheet train' again")
        ) from error


_SPACES = ("word_space", "ngram_space")
_SHORT = ("draft_weights", "comment_points", "points")  # large; `rounded`
_ARRAYS = (
    "weights",
    "draft_offset",
    "comment_coef",
    "comment_offset",
    "surface_scale",
    "landmarks",
    "kernel_coef",
    "surface_coef",
    "offset",
    "thresholds",
    "train_relevance",
)


def rounded(values: Any) -> Floats:
    """Return values that fit into 16 bits, so that the file is half as large and still the whole truth."""
    return np.asarray(values, np.float16).astype(np.float32)


def _names(model: LocalModel) -> dict[str, Sequence[str]]:
    return {"common": model.common, "words": model.words.names, "ngrams": model.ngrams.names, "ids": model.ids}


def _packed(names: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def _unpacked(data: Any) -> tuple[str, ...]:
    return tuple(data.tobytes().decode().split("\n")) if len(data) else ()


def _model(file: dict[str, Any]) -> LocalModel:
    texts = {name: _unpacked(file[name]) for name in ("common", "words", "ngrams", "ids")}
    return LocalModel(
        common=texts["common"],
        ids=texts["ids"],
        words=Vocabulary(texts["words"], file["words_idf"]),
        ngrams=Vocabulary(texts["ngrams"], file["ngrams_idf"]),
        calibrations=tuple(Calibration(file[f"{scale}_before"], file[f"{scale}_after"]) for scale in SCALES),
        word_space=_space(file, "word_space"),
        ngram_space=_space(file, "ngram_space"),
        **{field: file[field].astype(np.float32) for field in _SHORT},
        **{field: file[field] for field in _ARRAYS},
    )


def _space(file: dict[str, Any], name: str) -> Space:
    return Space(file[f"{name}_columns"], file[f"{name}_axes"].astype(np.float32))
