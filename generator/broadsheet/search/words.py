"""The words of a text, and their stems. ``search-words.js`` does the same, with the same table of suffixes."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

# These words are in nearly every abstract and a third of the index; the browser ignores them as well.
STOP_WORDS = frozenset(
    "a about also an and are as at be been both by can for from has have how in into is it its may more most not of on"
    " or our such than that the their them these they this those through to under using via we when where which while"
    " with".split()
)
# Steps, one after the other: in each, the first suffix that fits is replaced, if at least so many letters come before
# it. British and American spellings, and the forms of a word, get the same stem.
STEPS = (
    (
        ("sses", "ss", 1),
        ("ches", "ch", 2),
        ("shes", "sh", 2),
        ("xes", "x", 1),
        ("trices", "trix", 2),
        ("ies", "y", 2),
        ("ss", "ss", 0),
        ("us", "us", 0),
        ("is", "is", 0),
        ("as", "as", 0),
        ("s", "", 3),
    ),
    (
        *((end, "iz", 3) for end in ("isation", "ization", "ising", "izing", "ised", "ized", "iser", "izer")),
        *((end, "yz", 3) for end in ("ysing", "yzing", "ysed", "yzed", "yser", "yzer", "ysis", "yse", "yze")),
        *((end, "iz", 3) for end in ("ise", "ize")),
        ("ation", "", 4),
        ("ative", "", 4),
        ("ingly", "", 4),
        ("edly", "", 4),
        ("ivity", "", 4),
        ("ating", "", 4),
        ("ated", "", 4),
        ("ate", "", 4),
        ("ive", "", 4),
        ("ing", "e", 3),
        ("eed", "eed", 0),
        ("ed", "e", 3),
        ("ly", "", 4),
    ),
    (
        ("ourable", "orable", 2),
        ("oural", "oral", 2),
        ("oure", "or", 3),
        ("our", "or", 3),
        ("tre", "ter", 2),
        ("ogue", "og", 2),
        ("fence", "fens", 2),
        ("e", "", 3),
    ),
    tuple((letter * 2, letter, 2) for letter in "bdglmnprt"),
)
# A word of one syllable keeps its last letter: "code" is not "cod", nor "plane" "plan". "coding" becomes "code", too.
SYLLABLE = "^[^aeiou]+[aeiouy][^aeiouwxy]e$"
MAX_CHARS = 40  # of a word: what is longer is no word
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ß": "ss"}
# A Greek letter is found by its name, which is also its command in TeX.
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon"
    " phi chi psi omega"
)
_LETTERS |= dict(zip("αβγδεζηθικλμνξοπρςστυφχψω", _GREEK.split(), strict=True))
_TABLE = str.maketrans(_LETTERS)
_MARKS = re.compile("[\u0300-\u036f]")
# Chinese, Japanese and Korean have no spaces between words, or long words.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{CJK}]+|(?:(?![{CJK}])[^\W_])+")
_WORD_OR_LINE = re.compile(rf"\n|{_WORD.pattern}")
_SYLLABLE = re.compile(SYLLABLE)
_IS_CJK = re.compile(f"[{CJK}]")


def rules() -> dict[str, object]:
    """Return the rules for the browser."""
    stop = " ".join(sorted(STOP_WORDS))
    return {
        "steps": STEPS,
        "syllable": SYLLABLE,
        "stop": stop,
        "letters": _LETTERS,
        "cjk": CJK,
        "max": MAX_CHARS,
    }


def fold(text: str) -> str:
    """Return lower case without accents on letters."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain).lower().translate(_TABLE)


def words(text: str) -> list[str]:
    """Return the folded words of a text in their order, stop words included."""
    return _WORD.findall(fold(text))


def is_cjk(word: str) -> bool:
    """Return whether a word of `words` is a run of Chinese, Japanese or Korean characters."""
    return not word.isascii() and bool(_IS_CJK.match(word))


def _by_last_letter(step: Iterable[tuple[str, str, int]]) -> dict[str, list[tuple[str, str, int]]]:
    rules: dict[str, list[tuple[str, str, int]]] = {}
    for rule in step:
        rules.setdefault(rule[0][-1], []).append(rule)
    return rules


# Most words have no suffix of a step.
_RULES = tuple(map(_by_last_letter, STEPS))


def stem(word: str) -> str:
    """Return the form that a word shares with its plural, its other forms and its other spelling."""
    if not (word.isascii() and word.isalpha()):
        return word[:MAX_CHARS]
    for rules in _RULES:
        if word[-1] == "e" and _SYLLABLE.match(word):
            break
        for suffix, ending, letters in rules.get(word[-1], ()):
            if word.endswith(suffix) and len(word) >= len(suffix) + letters:
                word = word.removesuffix(suffix) + ending
                break
    return word[:MAX_CHARS]


def tokens(text: str) -> list[str]:
    """Return the words of a text, stop words included; for a run of CJK each character, and each with its next.

    The end of a line is a token, too.
    """
    folded = fold(text)
    plain = _WORD_OR_LINE.findall(folded)
    if not _IS_CJK.search(folded):
        return plain
    return [token for word in plain for token in (_grams(word) if is_cjk(word) else [word])]


def _grams(run: str) -> list[str]:
    return [gram for first, second in pairwise(run) for gram in (first, first + second)] + [run[-1]]
