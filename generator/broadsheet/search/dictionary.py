"""The archive's own words with their numbers of uses, front-coded: a capital letter for the letters that a word shares
with the one before it (A for none), then the rest. Words have no capitals, so nothing needs to be escaped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log2
from string import ascii_lowercase

import msgspec
import numpy as np

COMMON_WORDS = 8_000  # loaded with every search; the others only if a word is not among these
_MAX_SHARED = 25
# The grade of a word is the power of the root of two that is nearest to its uses, as a character.
_FIRST_GRADE, _MAX_GRADE = ord("0"), 40
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
    """Return lists of words: the most common ones (``""``), and the others by their first letter and by their last.

    ``a*`` has the words that begin with a, ``*a`` those that end with it, ``?*`` and ``*?`` those with another letter.
    A word with a wrong letter is near the word that was meant in one of two lists.
    """
    ordered = sorted(counts)
    common = set(sorted(ordered, key=counts.__getitem__, reverse=True)[:COMMON_WORDS])
    lists = {"": [word for word in ordered if word in common]}
    for word in ordered:
        if word not in common:
            for name in (f"{_letter(word[0])}*", f"*{_letter(word[-1])}"):
                lists.setdefault(name, []).append(word)
    grades = {uses: _grade(uses) for uses in set(counts.values())}
    return {
        name: msgspec.json.encode([_front_coded(lists[name]), "".join(grades[counts[word]] for word in lists[name])])
        for name in sorted(lists)
    }


def _letter(character: str) -> str:
    return character if character in ascii_lowercase else "?"


def _grade(uses: int) -> str:
    return chr(_FIRST_GRADE + min(round(2 * log2(uses)), _MAX_GRADE))


def _front_coded(words: list[str]) -> str:
    return "".join([chr(65 + shared) + word[shared:] for word, shared in zip(words, _shared(words), strict=True)])


def _shared(words: list[str]) -> list[int]:
    """Return the number of letters that each word shares with the one before it, up to a limit."""
    letters = np.array(words, f"U{_MAX_SHARED + 1}").view(np.uint32).reshape(len(words), _MAX_SHARED + 1)
    differ = letters[1:] != letters[:-1]
    differ[:, _MAX_SHARED] = True
    return [0, *differ.argmax(axis=1).tolist()][: len(words)]
