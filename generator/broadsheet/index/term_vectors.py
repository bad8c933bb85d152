"""Term vectors: the words of papers, as numbers with weights that can be compared. Pure.

The weights are the saturated counts of Okapi BM25 (Robertson and Zaragoza 2009, *The Probabilistic Relevance
Framework*), as integers.
"""

import hashlib
import re
import zlib
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, chain, pairwise

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.text.rendering import plain

TITLE_WEIGHT = 3  # a word of the title counts as 3 of the abstract
TERMS = 1 << 20
MAX_WORDS = 100_000  # in memory
_NONE = -1
_WORD = re.compile(r"[^\W_]{2,}")
# The same words, and single letters, of a text in ASCII: in a quarter of the time.
_ASCII_WORDS = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
# Half of all words. Their rarity is near 0 anyway; without them the vectors are half as long.
_STOP_WORDS = frozenset(
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
# BM25: saturation of counts, influence of length, usual length; the limit of a weight.
_K, _B, _LENGTH, _MAX_WEIGHT = 1.2, 0.4, 200, 44


class DayVectors(msgspec.Struct, frozen=True, array_like=True):
    """The term vectors of a day's papers, in the order of their ids.

    `titles` identify the words of titles. The terms of each paper end at its place in `ends`, of `terms` (4 bytes
    each) and `weights` (1 byte each). `digest` changes with a title or an abstract.
    """

    ids: tuple[str, ...]
    titles: tuple[int, ...]
    ends: tuple[int, ...]
    terms: bytes
    weights: bytes
    digest: str

    def without(self, names: Collection[str]) -> "DayVectors":
        """Return the vectors without the papers of these ids."""
        rest = [index for index, name in enumerate(self.ids) if name not in names]
        if len(rest) == len(self.ids):
            return self
        bounds = (0, *self.ends)
        spans = [(bounds[index], bounds[index + 1]) for index in rest]
        return msgspec.structs.replace(
            self,
            ids=tuple(self.ids[index] for index in rest),
            titles=tuple(self.titles[index] for index in rest),
            ends=tuple(accumulate(end - start for start, end in spans)),
            terms=b"".join(self.terms[4 * start : 4 * end] for start, end in spans),
            weights=b"".join(self.weights[start:end] for start, end in spans),
        )


def term_vectors(papers: Iterable[Paper]) -> DayVectors:
    """Return the vectors of a day's papers, each paper once."""
    ordered = sorted(papers, key=lambda paper: paper.arxiv_id)
    whole = hashlib.sha256()
    for paper in ordered:
        whole.update(f"{paper.arxiv_id}\0{paper.title}\0{paper.abstract}\0".encode("utf-8", "surrogatepass"))
    titles = [_title_terms(paper.title) for paper in ordered]
    ends, terms, weights = _weighted([_terms(paper.abstract or "") for paper in ordered], titles)
    return DayVectors(
        ids=tuple(paper.arxiv_id for paper in ordered),
        titles=tuple(_title(words or paper.arxiv_id) for words, paper in zip(titles, ordered, strict=True)),
        ends=tuple(ends),
        terms=terms,
        weights=weights,
        digest=whole.hexdigest()[:16],
    )


def _weighted(abstracts: Sequence[list[int]], titles: Sequence[list[int]]) -> tuple[list[int], bytes, bytes]:
    """Return where the terms of each paper end, then all terms and their weights.

    A term is a word, or a pair of neighbours in the title. Those of a day are counted together, in half the time.
    """
    import numpy as np  # noqa: PLC0415 - 50 ms

    counted = [abstract + TITLE_WEIGHT * _with_pairs(title) for abstract, title in zip(abstracts, titles, strict=True)]
    numbers = np.fromiter(chain.from_iterable(counted), np.int64, sum(map(len, counted)))
    users = np.repeat(np.arange(len(counted)), [len(terms) for terms in counted])[numbers != _NONE]
    keys, counts = np.unique(users * TERMS + numbers[numbers != _NONE], return_counts=True)
    papers = keys // TERMS
    damping = _K * (1 - _B + _B * np.bincount(users, minlength=len(counted)) / _LENGTH)
    weights = np.rint(_MAX_WEIGHT * counts / (counts + damping[papers])).astype(np.uint8)
    ends = np.cumsum(np.bincount(papers, minlength=len(counted))).tolist()
    return ends, (keys % TERMS).astype("<u4").tobytes(), weights.tobytes()


def _with_pairs(title: list[int]) -> list[int]:
    return title + [(first * 31 + second) % TERMS for first, second in pairwise(title)]


def _words(text: str) -> list[str]:
    line = plain(text) if "\\" in text or "$" in text else text
    return line.translate(_ASCII_WORDS).split() if line.isascii() else _WORD.findall(line.lower())


def _terms(text: str) -> list[int]:
    return list(map(_TERMS.__getitem__, _words(text)))


def _title_terms(title: str) -> list[int]:
    return [term for term in _terms(title) if term != _NONE]


class _Terms(dict[str, int]):
    """The number of each word, the same for its plural; `_NONE` for a stop word or a letter.

    A year of papers has 90,000 words.
    """

    def __missing__(self, word: str) -> int:
        if len(self) > MAX_WORDS:
            self.clear()
        singular = word[:-1] if word[-1] == "s" and len(word) > 3 else word
        is_none = len(word) == 1 or singular in _STOP_WORDS
        number = _NONE if is_none else zlib.crc32(singular.encode("utf-8", "surrogatepass")) % TERMS
        return self.setdefault(word, number)


_TERMS = _Terms()  # a word is encoded and hashed once: 6,000 papers take 0.86 s instead of 1.00 s


def _title(words: list[int] | str) -> int:
    """Return a number that is the same for titles of the same words; an id stands in for no words."""
    return int.from_bytes(hashlib.sha256(repr(words).encode("utf-8", "surrogatepass")).digest()[:7])
