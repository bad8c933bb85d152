"""The likeness of papers to those that the group likes: an interest model that needs no ratings and no training. Pure.

Papers are TF-IDF vectors against the background (Salton and Buckley 1988). The interest is the mean of the liked ones
(Rocchio 1971), without the part that any paper of the day shares with it: what a whole field has in common ranks none
of its papers. The mean of few papers is completed by that of the background.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from broadsheet.model.liked_paper import LikedPaper
from broadsheet.model.paper import Paper
from broadsheet.scoring.background import Background
from broadsheet.scoring.terms import terms

_TITLE = 2  # a term of the title counts as so many of the abstract
_USUAL_DAY = 50  # papers; with so many, the day itself counts as much as the background
_USUAL_LENGTH = 79.0  # of a vector, before it is scaled to 1
_USUAL_LIKENESS = 0.05  # of two papers of one interest; of a single liked paper no more is known
_LEAST_LIKENESS = 0.01
_WORDS = 3
_DIGITS = 9  # sums may differ in the last digits between machines

Vector = dict[str, float]


class Likeness(NamedTuple):
    """The likeness of a paper: 0 for a usual one, 1 for what liked papers have in common.

    `closest` is the most similar liked paper, if there is one; `words` count most for the paper.
    """

    degree: float
    closest: LikedPaper | None
    words: tuple[str, ...]


class LikedInterest:
    """The interest of a group in the words of the papers that it likes."""

    def __init__(self, papers: Sequence[LikedPaper], background: Background) -> None:
        self._papers = papers
        self._background = background
        vectors = [self._vector(*paper.text) for paper in papers]
        self._mean = _mean(vectors)
        self._usual_likeness = _usual_likeness(vectors, self._mean)
        self._liked_by_term: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, vector in enumerate(vectors):
            for term, weight in vector.items():
                self._liked_by_term[term].append((index, weight))

    @property
    def fingerprint(self) -> str:
        """A hash of the liked papers."""
        texts = sorted("\0".join(paper.text) for paper in self._papers)
        return "liked-" + hashlib.sha256("\1".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def compare(self, papers: Sequence[Paper]) -> list[Likeness]:
        """Return the likeness of each paper of a day."""
        vectors = [self._vector(paper.title, paper.abstract or "") for paper in papers]
        interest = self._distinct_from(self._usual_paper(vectors))
        return [self._likeness(vector, interest) for vector in vectors]

    def _likeness(self, vector: Vector, interest: Vector) -> Likeness:
        parts = {term: weight * interest[term] for term, weight in vector.items() if term in interest}
        best = sorted(
            (term for term in parts if parts[term] > 0), key=lambda term: (-round(parts[term], _DIGITS), term)
        )
        degree = round(sum(parts.values()) / self._usual_likeness, _DIGITS)
        return Likeness(degree, self._closest(vector), tuple(_without_parts(best[: 4 * _WORDS])[:_WORDS]))

    def _closest(self, vector: Vector) -> LikedPaper | None:
        similarity = [0.0] * len(self._papers)
        for term, weight in vector.items():
            for index, liked in self._liked_by_term.get(term, ()):
                similarity[index] += weight * liked
        highest = round(max(similarity), _DIGITS)
        best = next(index for index, value in enumerate(similarity) if round(value, _DIGITS) == highest)
        return self._papers[best] if similarity[best] >= _USUAL_LIKENESS else None

    def _usual_paper(self, vectors: Sequence[Vector]) -> Vector:
        """Return the mean paper of a day, completed by the background."""
        usual: defaultdict[str, float] = defaultdict(float)
        for vector in vectors:
            for term, weight in vector.items():
                usual[term] += weight
        for term in self._background.terms:
            rarity = self._background.rarity(term)
            usual[term] += _USUAL_DAY * math.exp(-rarity) * rarity / _USUAL_LENGTH
        return {term: weight / (len(vectors) + _USUAL_DAY) for term, weight in usual.items()}

    def _distinct_from(self, usual: Vector) -> Vector:
        """Return the mean liked paper without its projection on the `usual` one."""
        share = _product(self._mean, usual) / (_product(usual, usual) or 1)
        interest = {term: -share * weight for term, weight in usual.items()}
        for term, weight in self._mean.items():
            interest[term] = interest.get(term, 0.0) + weight
        return interest

    def _vector(self, title: str, abstract: str) -> Vector:
        counts = _counts(title, abstract)
        weights = {key: (1 + math.log(count)) * self._background.rarity(key) for key, count in counts.items()}
        length = math.sqrt(_product(weights, weights)) or 1
        return {key: weight / length for key, weight in weights.items()}


def _counts(title: str, abstract: str) -> Counter[str]:
    counts = Counter(term.key for term in terms(abstract))
    for term in terms(title):
        counts[term.key] += _TITLE
    return counts


def _mean(vectors: Sequence[Vector]) -> Vector:
    mean: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for term, weight in vector.items():
            mean[term] += weight / len(vectors)
    return dict(mean)


def _usual_likeness(vectors: Sequence[Vector], mean: Vector) -> float:
    """Return the median likeness of a liked paper to the other ones."""
    others = len(vectors) - 1
    if not others:
        return _USUAL_LIKENESS
    likeness = [(_product(vector, mean) * len(vectors) - _product(vector, vector)) / others for vector in vectors]
    return max(median(likeness), _LEAST_LIKENESS)


def _product(vector: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other[term] for term, weight in vector.items() if term in other)


def _without_parts(words: Iterable[str]) -> list[str]:
    """Return words and phrases without those that are a part of another one, or contain one that comes first."""
    distinct: list[str] = []
    for word in words:
        if not any(f" {word} " in f" {other} " or f" {other} " in f" {word} " for other in distinct):
            distinct.append(word)
    return distinct
