"""Term vectors: the words of papers, as numbers with weights that can be compared. Pure."""

import hashlib
from collections.abc import Collection, Iterable
from itertools import accumulate, pairwise

import msgspec

from broadsheet.model.paper import Paper


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
    from broadsheet.index.term_counts import terms_of, weighted, word_bounds  # noqa: PLC0415 - 50 ms: loads NumPy

    ordered = sorted(papers, key=lambda paper: paper.arxiv_id)
    whole = hashlib.sha256()
    for paper in ordered:
        whole.update(f"{paper.arxiv_id}\0{paper.title}\0{paper.abstract}\0".encode("utf-8", "surrogatepass"))
    count = len(ordered)
    terms, texts = terms_of([*(paper.title for paper in ordered), *(paper.abstract or "" for paper in ordered)])
    titles = [terms[start:end].tobytes() for start, end in pairwise(word_bounds(texts, count))]
    ends, numbers, weights = weighted(terms, texts, count)
    return DayVectors(
        ids=tuple(paper.arxiv_id for paper in ordered),
        titles=tuple(_title(words or paper.arxiv_id.encode()) for words, paper in zip(titles, ordered, strict=True)),
        ends=tuple(ends),
        terms=numbers,
        weights=weights,
        digest=whole.hexdigest()[:16],
    )


def _title(words: bytes) -> int:
    """Return a number that is the same for titles of the same words; an id stands in for no words."""
    return int.from_bytes(hashlib.sha256(words).digest()[:7])
