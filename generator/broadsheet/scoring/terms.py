"""The terms of a text: words, and phrases of two or three words, without plurals and stop words. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from broadsheet.scoring.stop_words import STOP_WORDS
from broadsheet.text.rendering import plain

MAX_WORDS = 3
_LONGEST = 50  # characters of a word; what is longer is no word
_BREAK = re.compile(r"[.,;:!?()\[\]{}<>=\"“”„«»|/…•]|[-–—]{2,}|\s[-–—]\s|—|\n")
_WORD = re.compile(r"([-‐‑]?)([^\W_]+(?:['’][^\W_]+)*)")
_SUBJECT = re.compile(r"[^\W\d_][^\W_]|[1-9]d$")  # "x10" and "3D", but no "10x"
_POSSESSIVE = re.compile(r"['’]s?$")
_NO_TERMS = re.compile(r"https?://\S+|www\.\S+|\bstate[-\s]of[-\s]the[-\s]art\b", re.IGNORECASE)
_INNER = "of"  # "mixture of experts"
_NO_PLURAL = ("ss", "us", "is", "ics", "as", "os")
_IRREGULAR = {
    "news": "news",
    "lens": "lens",
    "series": "series",
    "bayes": "bayes",
    "species": "species",
    "matrices": "matrix",
}


class TermWord(NamedTuple):
    """A word as it is written, and its key: lower case, singular; empty for a stop word. `joint` is before it."""

    text: str
    key: str
    joint: str = " "


_STOP = TermWord("", "")


class Term(NamedTuple):
    """A word or phrase as it is written, and its key. It is `whole` if it is no part of a longer phrase."""

    text: str
    key: str
    whole: bool = True

    @property
    def words(self) -> int:
        """The number of words."""
        return self.key.count(" ") + 1


def terms(text: str) -> Iterator[Term]:
    """Yield the words and phrases of a text, in order. TeX is read; a hyphen separates words as a space does."""
    for segment in segments(text):
        for run in runs(segment):
            for start, word in enumerate(run):
                if word.key:
                    yield Term(word.text, word.key)
                    yield from _phrases(run, start)


def runs(segment: list[TermWord]) -> Iterator[list[TermWord]]:
    """Yield the parts of a segment between its stop words. An "of" between other words is a part of them."""
    run: list[TermWord] = []
    for word, after in zip(segment, [*segment[1:], _STOP], strict=True):
        if word.key or (run and word.text == _INNER and after.key):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _phrases(run: list[TermWord], start: int) -> Iterator[Term]:
    for end in range(start + 2, min(start + MAX_WORDS, len(run)) + 1):
        words = run[start:end]
        if words[-1].key:
            others = "".join(word.joint + word.text for word in words[1:])
            key = " ".join(word.key or word.text for word in words)
            is_whole = all(index in (-1, len(run)) or not run[index].key for index in (start - 1, end))
            yield Term(words[0].text + others, key, is_whole)


def segments(text: str) -> Iterator[list[TermWord]]:
    """Yield the words between marks of punctuation. Numbers are words without a key."""
    if "\\" in text or "$" in text or "{" in text:
        text = plain(text).replace("{", "").replace("}", "")  # braces that are left keep capitals in BibTeX
    for part in _BREAK.split(_NO_TERMS.sub(" . ", text)):
        if words := [_word(*match) for match in _WORD.findall(part)]:
            yield words


def key_of(text: str) -> str:
    """Return the key of a term from one of its spellings."""
    return " ".join(_word("", word).key or word for word in text.replace("-", " ").split(" "))


@lru_cache(1 << 16)  # 14 % of the scores by liked papers: a day uses the same words again and again
def _word(hyphen: str, text: str) -> TermWord:
    text = _POSSESSIVE.sub("", text)
    lower = text.lower()
    is_term = len(text) <= _LONGEST and _SUBJECT.match(lower) and lower not in STOP_WORDS
    return TermWord(text, singular(lower) if is_term else "", "-" if hyphen else " ")


def singular(word: str) -> str:
    """Return the singular of an English word in lower case; other words, and those that may have none, stay."""
    if word in _IRREGULAR or len(word) < 4 or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return _IRREGULAR.get(word, word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]
