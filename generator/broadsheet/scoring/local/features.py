"""What a model sees of a text: its words and pairs of words, and the four-letter pieces of its words, weighted.

TF-IDF with sublinear counts and rows of length one (Salton and Buckley 1988, *Term-weighting approaches in automatic
text retrieval*). numpy and scipy alone: what was trained once is applied without loading scikit-learn.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from broadsheet.model.paper import Paper

Floats = NDArray[np.float32]
Rows: TypeAlias = Any  # scipy.sparse.csr_matrix, which has no type stubs

TITLE = 2  # a word of the title counts as two of the abstract
PIECE = 4
_BOUNDS = ((20, 400, 1), (200, 2500, 100))  # characters of title and abstract, authors
_WORD = re.compile(r"[^\W\d_]\w+")


class Counted(NamedTuple):
    """How often (`counts`, a row a document) each of `names` (a column each) occurs."""

    names: list[str]
    counts: Rows


def words(text: str) -> list[str]:
    """The words of a text in lower case: two characters at least, a letter first."""
    return _WORD.findall(text.lower())


def texts(paper: Paper) -> list[list[str]]:
    """The words of the title, as often as it counts, and of the abstract."""
    return [words(paper.title)] * TITLE + [words(paper.abstract or "")]


def manner(papers: Sequence[Paper]) -> Floats:
    """How papers are presented (a row each): roots of the lengths of title and abstract, logarithm of the authors.

    Within bounds, so that a broken record counts no more than an unusual paper.
    """
    rows = [(len(paper.title), len(paper.abstract or ""), len(paper.authors)) for paper in papers]
    title, abstract, authors = np.clip(np.array(rows, np.float32).reshape(-1, 3), *_BOUNDS).T
    return np.column_stack([np.sqrt(title), np.sqrt(abstract), np.log(authors)])


def terms(paper: Paper, split: list[list[str]], common: Collection[str]) -> list[str]:
    """Words and pairs of words of its texts without the `common` ones, and the categories (``[astro-ph.GA]``)."""
    found = [f"[{category}]" for category in paper.categories]
    for text in split:
        rest = [word for word in text if word not in common]
        found += rest
        found += map(" ".join, pairwise(rest))
    return found


def comment_terms(comment: str) -> list[str]:
    """Words and pairs of words of a comment."""
    found = words(comment)
    return [*found, *map(" ".join, pairwise(found))]


def counted(documents: Iterable[Iterable[str]]) -> Counted:
    """Count the terms of each document."""
    places: defaultdict[str, int] = defaultdict()
    places.default_factory = places.__len__  # a new term takes the next column
    columns: list[int] = []
    ends = [0]
    for document in documents:
        columns += map(places.__getitem__, document)
        ends.append(len(columns))
    made = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(ends) - 1, len(places)))
    made.sum_duplicates()
    return Counted(list(places), made)


def pieces_of(names: Iterable[str]) -> Counted:
    """The four-letter pieces of each word, ends marked: what related words have in common."""
    return counted(_pieces(word) for word in names)


def in_pieces(found: Counted, pieces: Counted) -> Counted:
    """How often documents whose words are counted have the `pieces` of those words."""
    return Counted(pieces.names, csr_matrix(found.counts @ pieces.counts))


def _pieces(word: str) -> list[str]:
    marked = f"<{word}>"
    return [marked[at : at + PIECE] for at in range(len(marked) - PIECE + 1)]


def frequencies(found: Counted) -> NDArray[np.int64]:
    """In how many documents each term occurs."""
    return np.bincount(found.counts.indices, minlength=len(found.names))


class Vocabulary:
    """The terms a model knows, sorted, each with its inverse document frequency."""

    def __init__(self, names: Sequence[str], idf: Floats) -> None:
        self.names = tuple(names)
        self.idf = idf
        self._places = {name: place for place, name in enumerate(self.names)}

    @classmethod
    def of(cls, found: Counted, least: int) -> "Vocabulary":
        """The terms that at least `least` documents have."""
        pairs = zip(found.names, frequencies(found).tolist(), strict=True)
        kept = sorted((name, number) for name, number in pairs if number >= least)
        documents = found.counts.shape[0]
        idf = np.log((1 + documents) / (1 + np.array([number for _, number in kept], np.float64))) + 1
        return cls([name for name, _ in kept], idf.astype(np.float32))

    def places(self, names: Iterable[str]) -> NDArray[np.int64]:
        """The column of each name, -1 where it is not known."""
        return np.array([self._places.get(name, -1) for name in names], np.int64)

    def rows(self, found: Counted) -> Rows:
        """A row of weights a document, of length one, or empty where no term is known."""
        places = self.places(found.names)
        counts = found.counts.tocoo()
        columns = places[counts.col] if len(places) else counts.col
        known = columns >= 0
        lines, columns = counts.row[known], columns[known]
        weights = (1 + np.log(counts.data[known])) * self.idf[columns]
        made = csr_matrix((weights, (lines, columns)), shape=(counts.shape[0], len(self.names)), dtype=np.float32)
        made.sort_indices()
        return _of_length_one(made)


def _of_length_one(rows: Any) -> Rows:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    rows.data /= np.repeat(lengths, np.diff(rows.indptr)).astype(np.float32)
    return rows
