"""Topics proposed from texts: terms that are more frequent in them than in the background, in groups. Pure.

A topic grows from a seed, the term with most weight in texts that no other topic has yet. Every other term joins the
topic with whose texts it occurs. The same texts give the same topics.
"""

import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from broadsheet.scoring.background import Background
from broadsheet.scoring.spellings import Spellings
from broadsheet.scoring.terms import is_noun
from broadsheet.settings.topics import Topic, topic_id

MOST_TOPICS = 6
MOST_WORDS = 12
_FEWEST = 3  # topics; with fewer, those of only two texts are topics too
_CANDIDATES = 150
_MOST_TEXTS = 2000  # of more, a sample says as much
_MANY = 100  # texts; titles alone of fewer share few terms, so that a listed phrase of a single one counts
_FEW = 4  # texts; terms of so few are grouped by sentences
_TITLE = 2  # a term of the title counts as so many of the abstract
_PHRASE = 1.6  # phrases say more than words, and are better names
_RAREST = 30  # documents of the background: below this, rarity is chance
_SEED = 0.2  # the least weight of a seed, as a share of the first one's
_COVERED = 0.2  # the weight of a text that a topic has, when the next seed is chosen
_EXCESS = 3  # so many times more frequent than in the background, a single word says something
_COMMON = 0.05  # documents of the background: a single word of more says little about a subject
_SELDOM = 0.03  # documents of the background: a single word of more needs several texts
_RARE = 0.01  # documents of the background: a word of fewer makes a phrase a subject
_USUAL = 0.25  # the least share of texts with an abbreviation that is a name
_COMPOUND = 0.6  # the least share of uses of a compound that end a phrase: "post-hoc" mostly precedes a noun
_FIXED = 4  # so many times more frequent than by chance, a phrase stays one within a longer phrase
_NEAR = 0.15  # the least share of texts that a term has in common with its topic
_NUMBERED = re.compile(r"\d{3}")  # a single object, not a subject
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class _Candidate(NamedTuple):
    """A term, its weight in all texts, and the texts with it: a bit for each."""

    key: str
    weight: float
    texts: int

    def affinity(self, texts: int) -> float:
        """Return the share of texts that both have."""
        both = (self.texts & texts).bit_count()
        return both / math.sqrt(self.texts.bit_count() * texts.bit_count()) if both else 0.0


def propose_topics(texts: Sequence[tuple[str, str]], background: Background) -> tuple[Topic, ...]:
    """Return up to six topics of papers, each of them a title and an abstract, which may be empty."""
    texts = _sample(texts)
    titles_alone = 2 * sum(bool(abstract.strip()) for _, abstract in texts) < len(texts)
    spellings = Spellings(background)
    counts = [_count(title, abstract, spellings) for title, abstract in texts]
    weights = {
        key: weight
        for key, weight in _weights(counts, background, titles_alone).items()
        if _is_word(key, spellings, background)
    }
    parts = _sentences(texts, spellings) if len(texts) < _FEW else counts
    candidates = _candidates(weights, parts)
    candidates = [term for term in candidates if _says_enough(term, len(texts), background)]
    names = [term for term in candidates if _is_name(term, spellings, background, len(texts))]
    fewest_texts = 1 if titles_alone or len(texts) < _FEW else 2
    groups = _groups(candidates, _supported_seeds(names, len(texts), fewest_texts), len(parts))
    return tuple(_named(groups, spellings))


def _sample(texts: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return texts, at most 2,000 of them, that do not depend on the order."""
    if len(texts) <= _MOST_TEXTS:
        return texts
    return sorted(texts, key=lambda text: (zlib.crc32("\0".join(text).encode("utf-8", "replace")), text))[:_MOST_TEXTS]


def _sentences(texts: Iterable[tuple[str, str]], spellings: Spellings) -> list[list[str]]:
    """Return the terms of each title and each sentence."""
    sentences = [sentence for title, abstract in texts for sentence in (title, *_SENTENCE.split(abstract))]
    return [[term.key for term in spellings.read(sentence)] for sentence in sentences]


# -- terms ---------------------------------------------------------------------------------------------------------


def _count(title: str, abstract: str, spellings: Spellings) -> Counter[str]:
    counts = Counter(term.key for term in spellings.read(abstract))
    for term in spellings.read_title(title):
        counts[term.key] += _TITLE
    return counts


def _weights(counts: Sequence[Counter[str]], background: Background, titles_alone: bool) -> dict[str, float]:
    """Return the weight of each term: its share of the texts times the logarithm of what exceeds the background's."""
    documents: Counter[str] = Counter()
    support: defaultdict[str, float] = defaultdict(float)
    for text in counts:
        for key, count in text.items():
            documents[key] += 1
            support[key] += math.sqrt(count)
    least = 1 if len(counts) < _FEW else max(2, len(counts) // 100)
    listed = 1 if titles_alone and len(counts) < _MANY else least
    rarest = (_RAREST + 1) / (background.documents + 1)
    weights = {}
    for key, number in documents.items():
        excess = math.log(number / len(counts) / max(background.share(key), rarest))
        least_excess = 0 if " " in key else math.log(_EXCESS)
        is_enough = number >= least or (number >= listed and _is_listed_subject(key, background))
        if is_enough and excess > least_excess:
            weights[key] = support[key] / len(counts) * excess**2 * (_PHRASE if " " in key else 1)
    return weights


def _candidates(weights: dict[str, float], parts: Sequence[Iterable[str]]) -> list[_Candidate]:
    """Return the terms with most weight, without those that are a part of a better one."""
    ordered = sorted(weights, key=lambda key: (-round(weights[key], 9), key))[: 3 * _CANDIDATES]
    texts = dict.fromkeys(ordered, 0)
    for number, keys in enumerate(parts):
        for key in set(keys) & texts.keys():
            texts[key] |= 1 << number
    better: list[_Candidate] = []
    for key in ordered:
        candidate = _Candidate(key, weights[key], texts[key])
        if candidate.texts and not any(_is_same(candidate, other) for other in better):
            better.append(candidate)
    return better[:_CANDIDATES]


def _is_same(candidate: _Candidate, other: _Candidate) -> bool:
    """Return whether one term contains the other, and mostly stands in the same texts."""
    shorter, longer = sorted((candidate, other), key=lambda term: len(term.key))
    if f" {shorter.key} " not in f" {longer.key} ":
        return False
    return candidate is longer or 2 * longer.texts.bit_count() >= shorter.texts.bit_count()


def _is_word(key: str, spellings: Spellings, background: Background) -> bool:
    """Return whether a term may be a word of a topic: whole or a fixed phrase; a single one is a rare noun."""
    if not spellings.is_whole(key) and background.cohesion(key) < _FIXED:
        return False
    if " " in key or _is_abbreviation(key, spellings):
        return True
    return background.share(key) <= _COMMON and is_noun(key) and background.ends_phrases(key)


def _says_enough(term: _Candidate, number: int, background: Background) -> bool:
    """Return whether a term is a phrase, or rare, or stands in several texts."""
    return " " in term.key or background.share(term.key) <= _SELDOM or term.texts.bit_count() >= _several(number)


def _is_name(candidate: _Candidate, spellings: Spellings, background: Background, number: int) -> bool:
    """Return whether a term names a subject of several of the texts: a phrase that is whole, or an abbreviation."""
    key, texts = candidate.key, candidate.texts.bit_count()
    if _NUMBERED.search(key) or not background.ends_phrases(key):
        return False
    if key.count(" ") == spellings.usual(key).count("-") == 1 and spellings.wholeness(key) < _COMPOUND:
        return False
    if number < _FEW:
        return " " in key and spellings.number(key) > 1 and _is_subject(key, background)
    if " " not in key:
        return texts >= max(2, _USUAL * number) and _is_abbreviation(key, spellings)
    return _is_subject(key, background)


def _several(number: int) -> int:
    """Return the number of texts that a topic is about, at least, if there are topics of so many."""
    return 1 if number < _FEW else min(3, max(2, number // 4))


def _is_subject(key: str, background: Background) -> bool:
    """Return whether a phrase is more than common words side by side."""
    words = key.split(" ")
    if len(words) == 2 and words[0].endswith("ly") and not is_noun(words[0]):
        return False  # an adverb stands before no noun: "prohibitively expensive"
    if background.is_listed(key):
        return any(background.share(word) <= _RARE for word in words) or background.cohesion(key) >= 1
    return all(map(is_noun, words)) and any(background.share(word) <= _RARE for word in words)


def _is_listed_subject(key: str, background: Background) -> bool:
    return " " in key and background.is_listed(key) and _is_subject(key, background)


def _is_abbreviation(key: str, spellings: Spellings) -> bool:
    usual = spellings.usual(key)
    return " " not in key and usual[1:].lower() != usual[1:]


# -- groups --------------------------------------------------------------------------------------------------------


def _supported_seeds(names: Sequence[_Candidate], number: int, fewest_texts: int) -> list[_Candidate]:
    """Return the seeds of several texts each; if there are few, also those of fewer texts."""
    seeds: list[_Candidate] = []
    for least in range(_several(number), fewest_texts - 1, -1):
        if len(seeds) < _FEWEST:
            seeds = _seeds([name for name in names if name.texts.bit_count() >= least], number)
    return seeds


def _seeds(candidates: Sequence[_Candidate], number: int) -> list[_Candidate]:
    """Return the terms from which topics grow: each has most weight in the texts that others have not."""
    long_forms = {_initials(candidate.key.split()) for candidate in candidates}
    candidates = [candidate for candidate in candidates if candidate.key not in long_forms]
    seeds: list[_Candidate] = []
    covered, first = 0, 0.0
    while len(seeds) < min(MOST_TOPICS, number + 1):
        rest = [candidate for candidate in candidates if not any(_is_like(candidate, seed) for seed in seeds)]
        gains = {candidate: _gain(candidate, covered) for candidate in rest}
        best = min(gains, key=lambda candidate: (-round(gains[candidate], 9), candidate.key), default=None)
        if best is None or gains[best] < _SEED * first:
            break
        first = first or gains[best]
        seeds.append(best)
        covered |= best.texts
    return seeds


def _gain(candidate: _Candidate, covered: int) -> float:
    new = (candidate.texts & ~covered).bit_count() / candidate.texts.bit_count()
    return candidate.weight * (_COVERED + (1 - _COVERED) * new)


def _is_like(candidate: _Candidate, seed: _Candidate) -> bool:
    """Return whether two terms share a word, or one abbreviates the other."""
    words, others = candidate.key.split(), seed.key.split()
    return not set(words).isdisjoint(others) or _initials(words) in others or _initials(others) in words


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def _groups(candidates: Sequence[_Candidate], seeds: Sequence[_Candidate], parts: int) -> list[list[_Candidate]]:
    """Return the terms of each topic, the seed first."""
    areas = _areas(candidates, seeds, parts)
    groups = [[seed] for seed in seeds]
    for candidate in candidates:
        if candidate not in seeds:
            affinities = [round(candidate.affinity(area), 9) for area in areas]
            if max(affinities, default=0.0) >= _NEAR:
                groups[affinities.index(max(affinities))].append(candidate)
    return groups


def _areas(candidates: Sequence[_Candidate], seeds: Sequence[_Candidate], parts: int) -> list[int]:
    """Return the texts of each topic: those in which the terms that go with its seed have most weight."""
    votes = [[0.0] * len(seeds) for _ in range(parts)]
    for candidate in candidates:
        affinities = [candidate.weight * candidate.affinity(seed.texts) for seed in seeds]
        for number in _bits(candidate.texts):
            votes[number] = [vote + more for vote, more in zip(votes[number], affinities, strict=True)]
    areas = [0] * len(seeds)
    for number, vote in enumerate(votes):
        if any(vote):
            areas[max(range(len(seeds)), key=lambda seed: (round(vote[seed], 9), -seed))] |= 1 << number
    return areas


def _bits(number: int) -> Iterator[int]:
    """Yield the places of the bits that are set."""
    digits = f"{number:b}"[::-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


# -- names ---------------------------------------------------------------------------------------------------------


def _named(groups: Iterable[Sequence[_Candidate]], spellings: Spellings) -> Iterator[Topic]:
    ids: list[str] = []
    for group in groups:
        name = spellings.name(group[0].key)
        words = dict.fromkeys(word for term in group for word in spellings.matching(term.key))
        if len(words) < 2 and " " not in group[0].key:
            continue
        ids.append(topic_id(name, ids))
        yield Topic(id=ids[-1], name=name, words=tuple(words)[:MOST_WORDS])
