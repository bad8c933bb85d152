"""The features of a text: its words, pairs of words and character n-grams, weighted.

TF-IDF with sublinear counts and rows of length one (Salton and Buckley 1988, *Term-weighting approaches in automatic
text retrieval*). It needs NumPy and SciPy only: a trained model predicts without loading scikit-learn.
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
NGRAM = 4
_BOUNDS = ((20, 400, 1), (200, 2500, 100))  # characters of title and abstract, authors
_WORD = re.compile(r"[^\W\d_]\w+")


class TermCounts(NamedTuple):
    """The number of times (`counts`, one row a document) that each term (`names`, one column each) occurs."""

    names: list[str]
    counts: Rows


def words(text: str) -> list[str]:
    """Return the words of a text in lower case: two or more characters, the first a letter."""
    return _WORD.findall(text.lower())


def texts(paper: Paper) -> list[list[str]]:
    """Return the words of the title, repeated by its weight, and of the abstract."""
    return [words(paper.title)] * TITLE + [words(paper.abstract or "")]


def surface_features(papers: Sequence[Paper]) -> Floats:
    """Return one row a paper: the roots of the lengths of title and abstract, and the logarithm of the authors.

    Values are clipped, so that a broken record has no more weight than an unusual paper.
    """
    rows = [(len(paper.title), len(paper.abstract or ""), len(paper.authors)) for paper in papers]
    title, abstract, authors = np.clip(np.array(rows, np.float32).reshape(-1, 3), *_BOUNDS).T
    return np.column_stack([np.sqrt(title), np.sqrt(abstract), np.log(authors)])


def terms(paper: Paper, split: list[list[str]], common: Collection[str]) -> list[str]:
    """Return words and pairs of words without the `common` ones, and the categories (``[astro-ph.GA]``)."""
    all_terms = [f"[{category}]" for category in paper.categories]
    for text in split:
        rest = [word for word in text if word not in common]
        all_terms += rest
        all_terms += map(" ".join, pairwise(rest))
    return all_terms


def comment_terms(comment: str) -> list[str]:
    """Return the words and pairs of words of a comment."""
    single_words = words(comment)
    return [*single_words, *map(" ".join, pairwise(single_words))]


def count_terms(documents: Iterable[Iterable[str]]) -> TermCounts:
    """Count the terms of each document."""
    column_of: defaultdict[str, int] = defaultdict()
    column_of.default_factory = column_of.__len__  # a new term takes the next column
    columns: list[int] = []
    ends = [0]
    for document in documents:
        columns += map(column_of.__getitem__, document)
        ends.append(len(columns))
    counts = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(ends) - 1, len(column_of)))
    counts.sum_duplicates()
    return TermCounts(list(column_of), counts)


def char_ngrams(names: Iterable[str]) -> TermCounts:
    """Count the four-letter n-grams of each word, with its ends marked. Related words share n-grams."""
    return count_terms(_ngrams(word) for word in names)


def count_ngrams(word_counts: TermCounts, ngrams_of_words: TermCounts) -> TermCounts:
    """Return the n-gram counts of documents, from their word counts and the n-grams of each word."""
    return TermCounts(ngrams_of_words.names, csr_matrix(word_counts.counts @ ngrams_of_words.counts))


def _ngrams(word: str) -> list[str]:
    marked = f"<{word}>"
    return [marked[start : start + NGRAM] for start in range(len(marked) - NGRAM + 1)]


def document_frequencies(terms: TermCounts) -> NDArray[np.int64]:
    """Return the number of documents with each term."""
    return np.bincount(terms.counts.indices, minlength=len(terms.names))


class Vocabulary:
    """The sorted terms of a model, with their inverse document frequencies."""

    def __init__(self, names: Sequence[str], idf: Floats) -> None:
        self.names = tuple(names)
        self.idf = idf
        self._columns = {name: column for column, name in enumerate(self.names)}

    @classmethod
    def of(cls, terms: TermCounts, min_documents: int) -> "Vocabulary":
        """Return the terms of at least `min_documents` documents."""
        pairs = zip(terms.names, document_frequencies(terms).tolist(), strict=True)
        frequent = sorted((name, number) for name, number in pairs if number >= min_documents)
        documents = terms.counts.shape[0]
        idf = np.log((1 + documents) / (1 + np.array([number for _, number in frequent], np.float64))) + 1
        return cls([name for name, _ in frequent], idf.astype(np.float32))

    def columns(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Return the column of each name, -1 if it is not in the vocabulary."""
        return np.array([self._columns.get(name, -1) for name in names], np.int64)

    def rows(self, terms: TermCounts) -> Rows:
        """Return one row of weights a document, of length one, or empty if it has no term of the vocabulary."""
        column_of = self.columns(terms.names)
        counts = terms.counts.tocoo()
        columns = column_of[counts.col] if len(column_of) else counts.col
        in_vocabulary = columns >= 0
        documents, columns = counts.row[in_vocabulary], columns[in_vocabulary]
        weights = (1 + np.log(counts.data[in_vocabulary])) * self.idf[columns]
        shape = (counts.shape[0], len(self.names))
        rows = csr_matrix((weights, (documents, columns)), shape=shape, dtype=np.float32)
        rows.sort_indices()
        return _normalized(rows)


def _normalized(rows: Any) -> Rows:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    rows.data /= np.repeat(lengths, np.diff(rows.indptr)).astype(np.float32)
    return rows
