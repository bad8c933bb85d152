"""The terms of a text: words, and phrases of two or three words, without plurals and stop words. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from broadsheet.scoring.stop_words import STOP_WORDS
from broadsheet.text.rendering import plain

MAX_WORDS = 3
_LONGEST = 50  # characters of a word; what is longer is no word
# Particles and the like of Chinese end a word, and so does hiragana: most of it are particles of Japanese.
_CHINESE = "基于|研究|方法|一种|及其|关于|通过|利用|以及|分析|应用|[的了和与在对及是从为被由之于并将]"
_BREAK = re.compile(rf"{_CHINESE}|[\u3040-\u309f]+|" r"[.,;:!?()\[\]{}<>=\"“”„«»|/…•]|[-–—]{2,}|\s[-–—]\s|—|\n")
_WORD = re.compile(r"([-‐‑]?)([^\W_]+(?:['’][^\W_]+)*)")
_SUBJECT = re.compile(r"[^\W\d_][^\W_]|[1-9]d$")  # "x10" and "3D", but no "10x"
_POSSESSIVE = re.compile(r"['’]s?$")
_NO_TERMS = re.compile(r"https?://\S+|www\.\S+|\bstate[-\s]of[-\s]the[-\s]art\b", re.IGNORECASE)
_INNER = "of"  # "mixture of experts"
_NO_PLURAL = ("ss", "us", "is", "ics", "as", "os")
_ABBREVIATIONS = re.compile(r"[A-Z]\w*[A-Z]s")  # "WDs", "MoEs"
_IS_CJK = re.compile("[\u30a0-\u30ff\u3400-\u9fff]")
_LONGEST_CJK = 8  # characters: these scripts have no spaces, and what is longer is a sentence
_NO_NOUN = re.compile(r".{4,}(?:ed|ly|[^s]ize|ify)")  # verbs and adverbs, mostly
_NOUNS = frozenset({"anomaly", "assembly", "embed", "family", "monopoly", "supply"})
_IRREGULAR = {
    "means": "means",
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
    key = lower[:-1] if _ABBREVIATIONS.fullmatch(text) else singular(lower)
    longest = _LONGEST_CJK if _IS_CJK.search(text) else _LONGEST
    is_term = len(text) <= longest and _SUBJECT.match(lower) and STOP_WORDS.isdisjoint((lower, key))
    return TermWord(text, key if is_term else "", "-" if hyphen else " ")


def is_noun(word: str) -> bool:
    """Return whether a key may be a noun by its ending; short words and adjectives may."""
    return word in _NOUNS or _NO_NOUN.fullmatch(word) is None


def singular(word: str) -> str:
    """Return the singular of an English word in lower case; other words, and those that may have none, stay."""
    if word in _IRREGULAR or len(word) < 4 or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return _IRREGULAR.get(word, word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]
