"""Interests: followed authors and institutions, and negative keywords, applied to the scores of any scorer. Pure."""

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

PENALTY = 3  # points of relevance that negative keywords cost, once a paper
NEGATIVE = "Negative keyword: "
# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


class Match(NamedTuple):
    """The interests that match a paper: followed names, with the spelling of the paper, and negative keywords."""

    authors: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()

    @property
    def followed(self) -> bool:
        """True if the paper is always selected."""
        return bool(self.authors or self.institutions)


class Interests:
    """The followed names and negative keywords of the settings, prepared for matching."""

    def __init__(self, settings: Settings) -> None:
        self._authors: dict[str, list[tuple[str, Name]]] = {}
        for author in settings.follow.authors:
            name = names.of_text(author)
            self._authors.setdefault(_family(name), []).append((author, name))
        self._institutions = {name: f" {' '.join(words(_plain(name)))} " for name in settings.follow.institutions}
        self._negative = {
            word: [f" {phrase} " for phrase in sorted(phrases([word]))] for word in settings.negative_keywords
        }

    def match(self, paper: Paper) -> Match:
        """Return the interests that match `paper`, in the order of the settings."""
        return Match(
            authors=tuple(self._matching_authors(paper)),
            institutions=tuple(self._matching_institutions(paper)),
            negative=tuple(self._matching_keywords(paper)),
        )

    def apply(self, papers: Iterable[Paper]) -> tuple[Paper, ...]:
        """Return the papers with `reasons`. A negative keyword lowers the relevance of a scored paper."""
        return tuple(self._applied(paper, self.match(paper)) for paper in papers)

    def wrap(self, scorer: Callable[[Sequence[Paper]], Scores]) -> Callable[[Sequence[Paper]], Scores]:
        """Return `scorer` with these interests applied to its scores."""

        def scored(papers: Sequence[Paper]) -> Scores:
            scores = scorer(papers)
            return scores._replace(papers=self.apply(scores.papers))

        return scored

    def _applied(self, paper: Paper, match: Match) -> Paper:
        reasons = [f"Followed author: {author}" for author in match.authors]
        reasons += [f"Followed institution: {institution}" for institution in match.institutions]
        relevance = paper.relevance
        if match.negative:
            reason = NEGATIVE + ", ".join(match.negative)
            if relevance is not None:
                relevance = max(1, relevance - PENALTY)
                reason += f" (relevance {paper.relevance} → {relevance})"
            reasons.append(reason)
        return msgspec.structs.replace(paper, relevance=relevance, reasons=tuple(reasons))

    def _matching_authors(self, paper: Paper) -> Iterable[str]:
        spellings: dict[str, str] = {}
        for author in paper.authors if self._authors else ():
            name = names.of_text(author)
            for followed, followed_name in self._authors.get(_family(name), ()):
                if _agree(_given_names(followed_name), _given_names(name)):
                    spellings.setdefault(followed, author)
        for followed in (author for group in self._authors.values() for author, _ in group):
            if spelling := spellings.get(followed):
                is_same = _plain(spelling) == _plain(followed)
                yield followed if is_same else f"{followed} (as {spelling})"

    def _matching_institutions(self, paper: Paper) -> Iterable[str]:
        if not self._institutions:
            return
        affiliations = paper.extra.get("affiliations") or ()
        affiliations = affiliations if isinstance(affiliations, list | tuple) else ()
        teams = [author for author in paper.authors if names.of_text(author).literal]
        texts = [*(place for place in affiliations if isinstance(place, str)), *teams]
        texts = [f" {' '.join(words(_plain(text)))} " for text in texts]
        yield from (name for name, wanted in self._institutions.items() if any(wanted in text for text in texts))

    def _matching_keywords(self, paper: Paper) -> Iterable[str]:
        if self._negative:
            text = f" {' '.join(words(paper.title))}   {' '.join(words(paper.abstract or ''))} "
            yield from (word for word, forms in self._negative.items() if any(form in text for form in forms))


def _plain(text: str) -> str:
    """Return `text` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _family(name: Name) -> str:
    return f"= {_plain(name.literal)}" if name.literal else _plain(name.family)


def _given_names(name: Name) -> list[str]:
    return [part for part in re.split(r"[\s.\-‐]+", _plain(name.given)) if part]


def _agree(given_names: Sequence[str], other: Sequence[str]) -> bool:
    """Return True if the names may be one person's: equal or an initial of each other. Middle names may be missing."""
    return all(a == b or (1 in (len(a), len(b)) and a[0] == b[0]) for a, b in zip(given_names, other, strict=False))
