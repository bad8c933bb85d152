"""What papers say, as numbers that can be compared: their words, each with its weight. Pure.

The weights are the saturated counts of Okapi BM25 (Robertson and Zaragoza 2009, *The Probabilistic Relevance
Framework*), as whole numbers.
"""

import hashlib
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import accumulate, pairwise

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.text.rendering import plain

TITLE = 3  # a word of the title counts as so many of the abstract
TERMS = 1 << 20
_NONE = -1
_WORD = re.compile(r"[^\W_]{2,}")
# Half of all words, and no help: the weights would say so as well, at some cost.
_UNTOLD = frozenset(
    "about above across additionally all also although among an and any approach approache are as at based be because"
    " been being between both but by can could demonstrate do does due during each effective even existing experiment"
    " extensive first for found framework from further furthermore had has have how however if improve improved"
    " improvement in including information into introduce is it its large learn learning leverage like many may method"
    " model more moreover most much need new no not novel number of often on one only or other our out outperform over"
    " paper performance present problem propose proposed provide recent result same second several should show"
    " significant significantly since some specific specifically state study such task than that the their them then"
    " there these they this those three through thu thus to too training two under up use used using various via was we"
    " well were what when where whether which while who will with within without work yet".split()
)
# BM25: how soon a count is saturated, how much length matters, how long a text is; what a count can come to at most.
_K, _B, _LENGTH, _MOST = 1.2, 0.4, 200, 44


class DayVectors(msgspec.Struct, frozen=True, array_like=True):
    """What a day's papers say, as numbers, in the order of their ids.

    `titles` are what tells two titles apart; `ends` say where the terms of each paper end in `terms` (4 bytes each) and
    `weights` (1 byte each). `digest` changes when a title or an abstract does.
    """

    ids: tuple[str, ...]
    titles: tuple[int, ...]
    ends: tuple[int, ...]
    terms: bytes
    weights: bytes
    digest: str

    def without(self, names: Collection[str]) -> "DayTexts":
        """The same without the papers of these ids."""
        kept = [at for at, name in enumerate(self.ids) if name not in names]
        if len(kept) == len(self.ids):
            return self
        bounds = (0, *self.ends)
        spans = [(bounds[at], bounds[at + 1]) for at in kept]
        return msgspec.structs.replace(
            self,
            ids=tuple(self.ids[at] for at in kept),
            titles=tuple(self.titles[at] for at in kept),
            ends=tuple(accumulate(end - start for start, end in spans)),
            terms=b"".join(self.terms[4 * start : 4 * end] for start, end in spans),
            weights=b"".join(self.weights[start:end] for start, end in spans),
        )


def term_vectors(papers: Iterable[Paper]) -> DayVectors:
    """The texts of a day's papers, each paper once."""
    ordered = sorted(papers, key=lambda paper: paper.arxiv_id)
    terms, weights, ends = array("I"), bytearray(), []
    whole = hashlib.sha256()
    for paper in ordered:
        whole.update(f"{paper.arxiv_id}\0{paper.title}\0{paper.abstract}\0".encode("utf-8", "surrogatepass"))
        for term, weight in sorted(_weighted(paper).items()):
            terms.append(term)
            weights.append(weight)
        ends.append(len(terms))
    return DayVectors(
        ids=tuple(paper.arxiv_id for paper in ordered),
        titles=tuple(_title(paper) for paper in ordered),
        ends=tuple(ends),
        terms=terms.tobytes(),
        weights=bytes(weights),
        digest=whole.hexdigest()[:16],
    )


def _weighted(paper: Paper) -> dict[int, int]:
    """The weight of each term: a word, or a pair of words that follow each other in the title."""
    title = _told(paper.title)
    counts = Counter(map(_term, _words(paper.abstract or "")))
    del counts[_NONE]
    for term in (*title, *((one * 31 + other) % TERMS for one, other in pairwise(title))):
        counts[term] += TITLE
    damping = _K * (1 - _B + _B * counts.total() / _LENGTH)
    return {term: round(_MOST * count / (count + damping)) for term, count in counts.items()}


def _words(text: str) -> list[str]:
    return _WORD.findall((plain(text) if "\\" in text or "$" in text else text).lower())


def _told(text: str) -> list[int]:
    return [term for term in map(_term, _words(text)) if term != _NONE]


@lru_cache(1 << 16)
def _term(word: str) -> int:
    """The number of a word, the same for its plural; `_NONE` for one that says nothing."""
    singular = word[:-1] if word[-1] == "s" and len(word) > 3 else word
    return _NONE if singular in _UNTOLD else zlib.crc32(singular.encode("utf-8", "surrogatepass")) % TERMS


def _title(paper: Paper) -> int:
    """What is the same for titles of the same words."""
    said = repr(_told(paper.title) or paper.arxiv_id)
    return int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()[:7])
