"""The archive's own words with their numbers of uses, front-coded: a capital letter for the letters that a word shares
with the one before it (A for none), then the rest. Words have no capitals, so nothing needs to be escaped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from string import ascii_lowercase

import msgspec

COMMON_WORDS = 16_000  # loaded with every search; the others only if a word is not among these
OTHER = "-"
_MAX_SHARED = 25
_CODED = re.compile("([A-Z])([^A-Z]*)")


def encode(counts: Mapping[str, int]) -> bytes:
    """Return the words in order, and the numbers of their uses."""
    ordered = sorted(counts)
    return msgspec.json.encode([_front_coded(ordered), [counts[word] for word in ordered]])


def decode(data: bytes) -> dict[str, int]:
    """Return the words and their uses."""
    text, counts = msgspec.json.decode(data)
    word, words = "", []
    for shared, rest in _CODED.findall(text):
        word = word[: ord(shared) - 65] + rest
        words.append(word)
    return dict(zip(words, counts, strict=True))


def total(dictionaries: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the words of all `dictionaries`, with the sums of their uses."""
    counts: Counter[str] = Counter()
    for words in dictionaries:
        counts.update(words)
    return counts


def for_browser(counts: Mapping[str, int]) -> dict[str, bytes]:
    """Return lists of words: the most common ones (``""``), and the others by their first letter (``-``: another)."""
    by_use = sorted(counts, key=lambda word: (-counts[word], word))
    lists = {"": by_use[:COMMON_WORDS]}
    for word in by_use[COMMON_WORDS:]:
        lists.setdefault(word[0] if word[0] in ascii_lowercase else OTHER, []).append(word)
    return {initial: _for_browser(counts, sorted(lists[initial])) for initial in sorted(lists)}


def _for_browser(counts: Mapping[str, int], words: list[str]) -> bytes:
    powers = "".join(chr(96 + min(counts[word].bit_length(), 26)) for word in words)
    return msgspec.json.encode([_front_coded(words), powers])


def _front_coded(words: Iterable[str]) -> str:
    coded, before = [], ""
    for word in words:
        shared = _shared(before, word)
        coded.append(chr(65 + shared) + word[shared:])
        before = word
    return "".join(coded)


def _shared(before: str, word: str) -> int:
    """Return the number of letters that both begin with, up to a limit."""
    for place, (letter, other) in enumerate(zip(before[:_MAX_SHARED], word, strict=False)):
        if letter != other:
            return place
    return min(len(before), len(word), _MAX_SHARED)
