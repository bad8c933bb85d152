"""A trained model: what it makes of papers, and its file.

Two parts of equal say. The linear part adds up weights of words and pairs of words: those are the reasons it gives. The
other compares: a paper is rated like the training papers it is close to, in what its words are made of and in what a
scorer's comment on it would say. (Gaussian kernel ridge regression; the comment is guessed first, in the same way, from
the comments that the training papers got.)
"""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from generator.edges.atomic import write_atomically
from generator.edges.scoring import features
from generator.edges.scoring.calibration import Calibration, Numbers
from generator.edges.scoring.features import Floats, Rows, Vocabulary
from generator.ground.errors import DigestError, Problem
from generator.ground.model import Paper

FORMAT = 1
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


class Trained(NamedTuple):
    """A model as its file keeps it. `ids` and `rated` (relevance) are of the training papers, a row each."""

    common: tuple[str, ...]
    words: Vocabulary
    weights: Floats  # words × scales
    word_space: Space
    pieces: Vocabulary
    piece_space: Space
    by_words: Floats  # the training papers in the two spaces, and the comments they were guessed to get
    by_pieces: Floats
    comments: Floats
    guess: Floats  # training papers × comment dimensions: coefficients of the guess, then their mean
    guess_mean: Floats
    pull: Floats  # training papers × scales: coefficients of the comparison
    offset: Floats
    calibrations: tuple[Calibration, ...]
    thresholds: Numbers  # promise, out of fold, of the papers rated 7 or more, ascending
    ids: tuple[str, ...]
    rated: Numbers

    @property
    def fingerprint(self) -> str:
        """Changes when the model does."""
        return hashlib.sha256(encode(self)).hexdigest()[:12]

    def rate(self, papers: Sequence[Paper]) -> Ratings:
        """What the papers are expected to be rated."""
        return self.judge(self.see(papers))

    def judge(self, seen: "Seen") -> Ratings:
        """What papers seen are expected to be rated."""
        raw = seen.rows @ self.weights + seen.closeness @ self.pull + self.offset
        return Ratings(*(self.calibrations[at](raw[:, at]) for at in range(len(SCALES))))

    def see(self, papers: Sequence[Paper]) -> "Seen":
        """The papers as the two parts of the model see them."""
        rows = self.words.rows(features.counted(features.terms(paper, self._common) for paper in papers))
        single = features.counted(features.all_words(paper) for paper in papers)
        by_pieces = self.piece_space.place(self.pieces.rows(features.in_pieces(single)))
        near = closeness(distances(self.word_space.place(rows), self.by_words), COMMENT_WIDTH)
        comments = near @ self.guess + self.guess_mean
        apart = distances(by_pieces, self.by_pieces) + distances(comments, self.comments)
        return Seen(rows, closeness(apart, RATING_WIDTH))

    @property
    def _common(self) -> frozenset[str]:
        return frozenset(self.common)


class Seen(NamedTuple):
    """Weighted words (papers × words), and the closeness to each training paper (papers × training papers), 0 to 1."""

    rows: Rows
    closeness: Floats


def of_length_one(rows: Any) -> Floats:
    """Each row divided by its length; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def distances(one: Floats, other: Floats) -> Floats:
    """Squared distances between the rows of two matrices."""
    apart = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * (one @ other.T)
    return np.maximum(apart, 0, out=apart)


def closeness(apart: Floats, width: float) -> Floats:
    """The Gaussian kernel of squared distances; overwrites them."""
    apart /= -width
    return np.exp(apart, out=apart)


# -- the file ------------------------------------------------------------------------------------------------------


def encode(model: Trained) -> bytes:
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


def decode(data: bytes) -> Trained:
    """The model in a file of `encode`. Raises ValueError if it is none, or of another version of the program."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if int(file["format"][0]) != FORMAT:
                raise ValueError("made by another version of the program")
            return _model({name: file[name] for name in file.files})
    except (KeyError, IndexError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("damaged") from error


def save(model: Trained, path: Path) -> bool:
    """Write the model's file; False if it was the same."""
    return write_atomically(path, encode(model))


def load(path: Path, label: str) -> Trained | None:
    """The model in a file, None if there is none. Raises DigestError, naming it `label`, if it cannot be read."""
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DigestError(Problem(label, f"no model can be read here: {error}", "run 'digest train' again")) from error


_SPACES = ("word_space", "piece_space")
_ARRAYS = tuple(
    "weights by_words by_pieces comments guess guess_mean pull offset thresholds rated".split(),
)


def _names(model: Trained) -> dict[str, Sequence[str]]:
    return {"common": model.common, "words": model.words.names, "pieces": model.pieces.names, "ids": model.ids}


def _packed(names: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def _unpacked(data: Any) -> tuple[str, ...]:
    return tuple(data.tobytes().decode().split("\n")) if len(data) else ()


def _model(file: dict[str, Any]) -> Trained:
    texts = {name: _unpacked(file[name]) for name in ("common", "words", "pieces", "ids")}
    return Trained(
        common=texts["common"],
        ids=texts["ids"],
        words=Vocabulary(texts["words"], file["words_idf"]),
        pieces=Vocabulary(texts["pieces"], file["pieces_idf"]),
        word_space=Space(file["word_space_columns"], file["word_space_axes"]),
        piece_space=Space(file["piece_space_columns"], file["piece_space_axes"]),
        calibrations=tuple(Calibration(file[f"{scale}_before"], file[f"{scale}_after"]) for scale in SCALES),
        **{name: file[name] for name in _ARRAYS},
    )
