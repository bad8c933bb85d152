"""Followed authors and institutions, and negative keywords: which paper meets them, and the words that say so.

Applied to what any scorer gave. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from broadsheet.index.days import phrases, words
from broadsheet.model import names
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.scoring.scores import Scores
from broadsheet.settings.config import Settings

PENALTY = 3  # points of relevance that a negative keyword costs, once a paper
NEGATIVE = "Negative keyword: "
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


class Met(NamedTuple):
    """What a paper meets: followed names (with how the paper writes them), and negative keywords."""

    authors: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()

    @property
    def followed(self) -> bool:
        """Whether the paper is to be kept whatever it is about."""
        return bool(self.authors or self.institutions)


class Interests:
    """The names to follow and the words to avoid of some settings, ready to be looked for."""

    def __init__(self, settings: Settings) -> None:
        self._authors: dict[str, list[tuple[str, Name]]] = {}
        for author in settings.follow.authors:
            name = names.of_text(author)
            self._authors.setdefault(_family(name), []).append((author, name))
        self._institutions = {name: f" {' '.join(words(_plain(name)))} " for name in settings.follow.institutions}
        self._negative = {
            word: [f" {phrase} " for phrase in sorted(phrases([word]))] for word in settings.negative_keywords
        }

    def match(self, paper: Paper) -> Met:
        """What `paper` meets, in the order of the settings."""
        return Met(tuple(self._followed(paper)), tuple(self._places(paper)), tuple(self._avoided(paper)))

    def apply(self, papers: Iterable[Paper]) -> tuple[Paper, ...]:
        """The papers with their `reasons`; a negative keyword lowers the relevance of a scored one."""
        return tuple(self._applied(paper, self.match(paper)) for paper in papers)

    def wrap(self, scorer: Callable[[Sequence[Paper]], Scores]) -> Callable[[Sequence[Paper]], Scores]:
        """`scorer` with these wishes applied to what it gives."""

        def scored(papers: Sequence[Paper]) -> Scores:
            scores = scorer(papers)
            return scores._replace(papers=self.apply(scores.papers))

        return scored

    def _applied(self, paper: Paper, met: Met) -> Paper:
        reasons = [f"Followed author: {author}" for author in met.authors]
        reasons += [f"Followed institution: {place}" for place in met.institutions]
        relevance = paper.relevance
        if met.negative:
            said = NEGATIVE + ", ".join(met.negative)
            if relevance is not None:
                relevance = max(1, relevance - PENALTY)
                said += f" (relevance {paper.relevance} → {relevance})"
            reasons.append(said)
        return msgspec.structs.replace(paper, relevance=relevance, reasons=tuple(reasons))

    def _followed(self, paper: Paper) -> Iterable[str]:
        found: dict[str, str] = {}
        for author in paper.authors if self._authors else ():
            name = names.of_text(author)
            for followed, wanted in self._authors.get(_family(name), ()):
                if _agree(_given(wanted), _given(name)):
                    found.setdefault(followed, author)
        for followed in (author for group in self._authors.values() for author, _ in group):
            if followed in found:
                same = _plain(found[followed]) == _plain(followed)
                yield followed if same else f"{followed} (as {found[followed]})"

    def _places(self, paper: Paper) -> Iterable[str]:
        given = paper.extra.get("affiliations") or ()
        teams = [author for author in paper.authors if names.of_text(author).literal] if self._institutions else []
        texts = [place for place in given if isinstance(place, str)] if isinstance(given, list | tuple) else []
        told = [f" {' '.join(words(_plain(text)))} " for text in (*texts, *teams)] if self._institutions else []
        yield from (name for name, wanted in self._institutions.items() if any(wanted in text for text in told))

    def _avoided(self, paper: Paper) -> Iterable[str]:
        if self._negative:
            text = f" {' '.join(words(paper.title))}   {' '.join(words(paper.abstract or ''))} "
            yield from (word for word, forms in self._negative.items() if any(form in text for form in forms))


def _plain(text: str) -> str:
    """`text` without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(character for character in apart if not unicodedata.combining(character))


def _family(name: Name) -> str:
    return f"= {_plain(name.literal)}" if name.literal else _plain(name.family)


def _given(name: Name) -> list[str]:
    return [part for part in re.split(r"[\s.\-‐]+", _plain(name.given)) if part]


def _agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether given names may be one person's: each is the other's, or its initial; middle names may be missing."""
    return all(a == b or (1 in (len(a), len(b)) and a[0] == b[0]) for a, b in zip(one, other, strict=False))
