"""A trained model: what it makes of papers, and its file.

Two parts. The linear one adds up weights of words, of pairs of words, and of the pieces that words are made of, which
come down to words again: those are the reasons it gives. The other compares: a paper is rated like the training papers
it is close to, in what its words are made of and in what a scorer's comment on it would say. (Gaussian kernel ridge
regression; the comment is guessed first, in the same way, from the comments that the training papers got.) A small
correction follows from a paper's manner, how long it is and how many signed it; it matters for novelty.
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
from broadsheet.scoring.local.features import Counted, Floats, Rows, Vocabulary
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular

FORMAT = 2
SCALES = ("relevance", "promise", "novelty")
COMMENT_WIDTH = 1.4  # of the kernel that guesses comments
RATING_WIDTH = 2.0


class Space(NamedTuple):
    """A low-dimensional view of some columns of a vocabulary (latent semantic analysis)."""

    columns: Any
    axes: Floats  # columns × dimensions

    def place(self, rows: Rows) -> Floats:
        """Where the rows are, at distance one from the origin."""
        return of_length_one(rows[:, self.columns] @ self.axes)


class Ratings(NamedTuple):
    """What papers are expected to be rated, unrounded: relevance and novelty 1 to 10, promise 0 to 1.

    `promise` is how likely a relevance of 7 or more is; it orders a day for the prefilter.
    """

    relevance: Numbers
    promise: Numbers
    novelty: Numbers


class LocalModel(NamedTuple):
    """A model as its file keeps it. `ids` and `rated` (relevance) are of the training papers, a row each."""

    common: tuple[str, ...]
    words: Vocabulary
    weights: Floats  # words, then pieces × scales
    word_space: Space
    pieces: Vocabulary
    piece_space: Space
    by_words: Floats  # the training papers in the two spaces, and the comments they were guessed to get
    by_pieces: Floats
    comments: Floats
    guess: Floats  # training papers × comment dimensions: coefficients of the guess, then their mean
    guess_mean: Floats
    pull: Floats  # training papers × scales: coefficients of the comparison
    manner: Floats  # (features of the manner) × scales: what each adds
    offset: Floats
    calibrations: tuple[Calibration, ...]
    thresholds: Numbers  # promise, out of fold, of the papers rated 7 or more, ascending
    ids: tuple[str, ...]
    train_relevance: Numbers

    @property
    def fingerprint(self) -> str:
        """Changes when the model does."""
        return hashlib.sha256(encode(self)).hexdigest()[:12]

    def predict(self, papers: Sequence[Paper]) -> Ratings:
        """What the papers are expected to be rated."""
        return self.judge(self.see(papers))

    def judge(self, seen: "Seen") -> Ratings:
        """What papers seen are expected to be rated."""
        raw = seen.rows @ self.weights + seen.closeness @ self.pull + seen.manner @ self.manner + self.offset
        return Ratings(*(self.calibrations[at](raw[:, at]) for at in range(len(SCALES))))

    def see(self, papers: Sequence[Paper]) -> "Seen":
        """The papers as the two parts of the model see them."""
        texts = [features.texts(paper) for paper in papers]
        common = frozenset(self.common)
        found = (features.terms(*pair, common) for pair in zip(papers, texts, strict=True))
        rows = self.words.rows(features.counted(found))
        single = features.counted(chain.from_iterable(text) for text in texts)
        inside = features.pieces_of(single.names)
        in_pieces = self.pieces.rows(features.in_pieces(single, inside))
        near = closeness(distances(self.word_space.place(rows), self.by_words), COMMENT_WIDTH)
        comments = near @ self.guess + self.guess_mean
        apart = distances(
            np.hstack([self.piece_space.place(in_pieces), comments]), np.hstack([self.by_pieces, self.comments])
        )
        places = (self.words.places(single.names), self.pieces.places(inside.names))
        both, near = side_by_side(rows, in_pieces), closeness(apart, RATING_WIDTH)
        return Seen(both, near, features.manner(papers), single, inside, *places)

    def by_word(self, seen: "Seen", at: int) -> "Additions":
        """What each word and pair of words of a paper added to the linear part.

        What a piece added is divided among the words that have it, by how often they have it.
        """
        columns, values = _row(seen.rows, at)
        added = values[:, None] * self.weights[columns]
        border = len(self.words.names)
        terms = columns < border
        of_pieces = np.zeros((len(self.pieces.names) + 1, len(SCALES)), np.float32)  # the last one stands for unknown
        of_pieces[columns[~terms] - border] = added[~terms]
        words, counts = _row(seen.single.counts, at)
        starts, ends = seen.inside.counts.indptr[words], seen.inside.counts.indptr[words + 1]
        lengths = ends - starts
        firsts = np.cumsum(lengths) - lengths
        having = np.repeat(starts - firsts, lengths) + np.arange(lengths.sum())
        pieces, often = seen.inside.counts.indices[having], seen.inside.counts.data[having] * np.repeat(counts, lengths)
        shares = often / np.bincount(pieces, often, len(seen.piece_places))[pieces]
        shared: Any = (
            np.add.reduceat(of_pieces[seen.piece_places[pieces]] * shares[:, None], firsts) if len(words) else []
        )
        return Additions.of(columns[terms], added[terms], words, shared, seen.word_places[words])

    def name(self, seen: "Seen", key: int) -> str:
        """The word or pair of words of a key of `Additions`."""
        return self.words.names[key] if key >= 0 else seen.single.names[-key - 1]


class Seen(NamedTuple):
    """Weighted words and pieces (papers × both), and the closeness to each training paper, 0 to 1.

    The rest says how words are made of pieces: the words of each paper, the pieces of each of these words, and the
    columns of both in the model's vocabularies.
    """

    rows: Rows
    closeness: Floats  # papers × training papers
    manner: Floats
    single: Counted
    inside: Counted
    word_places: Any
    piece_places: Any


class Additions(NamedTuple):
    """What words and pairs of words added (words × scales). A key is a column of the vocabulary of words.

    For a word that is not in it, and counts by its pieces alone, it is -1 - its column in `Seen.single`.
    """

    keys: Any
    added: Floats

    @classmethod
    def of(cls, terms: Any, added: Floats, words: Any, shared: Any, places: Any) -> "Additions":
        """Put what whole `terms` added together with what pieces `shared` with their words; `terms` ascend."""
        total = added.copy()
        at = np.searchsorted(terms, places)
        known = (at < len(terms)) & (np.append(terms, -2)[at] == places)
        total[at[known]] += np.reshape(shared, (-1, len(SCALES)))[known]
        others = np.reshape(shared, (-1, len(SCALES)))[~known]
        return cls(np.concatenate([terms, -1 - words[~known]]), np.concatenate([total, others]).astype(np.float32))


def _row(rows: Rows, at: int) -> tuple[Any, Any]:
    """Columns and values of a row. (Taking rows of a sparse matrix is twenty times slower.)"""
    inside = slice(rows.indptr[at], rows.indptr[at + 1])
    return rows.indices[inside], rows.data[inside]


def side_by_side(rows: Rows, in_pieces: Rows) -> Rows:
    """What the linear part adds up: words and pairs of words, then pieces."""
    return csr_matrix(hstack([rows, in_pieces]))


def of_length_one(rows: Any) -> Floats:
    """Each row divided by its length; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths), np.float32)


def distances(one: Floats, other: Floats) -> Floats:
    """Squared distances between the rows of two matrices."""
    apart: Floats = one @ other.T  # in place from here on: these are large
    apart *= -2
    apart += (one**2).sum(axis=1)[:, None]
    apart += (other**2).sum(axis=1)
    np.maximum(apart, 0, out=apart)
    return apart


def closeness(apart: Floats, width: float) -> Floats:
    """The Gaussian kernel of squared distances; overwrites them."""
    apart /= -width
    np.exp(apart, out=apart)
    return apart


# -- the file ------------------------------------------------------------------------------------------------------


def encode(model: LocalModel) -> bytes:
    """The model as a NumPy archive of plain arrays (``.npz``): no pickle, so reading one runs nothing."""
    arrays = {
        "format": np.array([FORMAT]),
        **{name: _packed(names) for name, names in _names(model).items()},
        "words_idf": model.words.idf,
        "pieces_idf": model.pieces.idf,
        **{f"{name}_{part}": getattr(getattr(model, name), part) for name in _SPACES for part in Space._fields},
        **{name: getattr(model, name) for name in _ARRAYS},
        **{f"{scale}_{part}": getattr(model.calibrations[at], part)
           for at, scale in enumerate(SCALES) for part in Calibration._fields},
    }  # fmt: skip
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def decode(data: bytes) -> LocalModel:
    """The model in a file of `encode`. Raises ValueError if it is none, or of another version of the program."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if int(file["format"][0]) != FORMAT:
                raise ValueError("made by another version of the program")
            return _model({name: file[name] for name in file.files})
    except (KeyError, IndexError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("damaged") from error


def save(model: LocalModel, path: Path) -> bool:
    """Write the model's file; False if it was the same."""
    return write_atomically(path, encode(model), sole=True)


def load(path: Path, label: str) -> LocalModel | None:
    """The model in a file, None if there is none. Raises DigestError, naming it `label`, if it cannot be read."""
    try:
        return decode(read_regular(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DigestError(
            Diagnostic(label, f"no model can be read here: {error}", "run 'broadsheet train' again")
        ) from error


_SPACES = ("word_space", "piece_space")
_ARRAYS = tuple("weights by_words by_pieces comments guess guess_mean pull manner offset thresholds rated".split())


def _names(model: LocalModel) -> dict[str, Sequence[str]]:
    return {"common": model.common, "words": model.words.names, "pieces": model.pieces.names, "ids": model.ids}


def _packed(names: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def _unpacked(data: Any) -> tuple[str, ...]:
    return tuple(data.tobytes().decode().split("\n")) if len(data) else ()


def _model(file: dict[str, Any]) -> LocalModel:
    texts = {name: _unpacked(file[name]) for name in ("common", "words", "pieces", "ids")}
    return LocalModel(
        common=texts["common"],
        ids=texts["ids"],
        words=Vocabulary(texts["words"], file["words_idf"]),
        pieces=Vocabulary(texts["pieces"], file["pieces_idf"]),
        word_space=Space(file["word_space_columns"], file["word_space_axes"]),
        piece_space=Space(file["piece_space_columns"], file["piece_space_axes"]),
        calibrations=tuple(Calibration(file[f"{scale}_before"], file[f"{scale}_after"]) for scale in SCALES),
        **{name: file[name] for name in _ARRAYS},
    )
