"""Titles and names in another language than the page: their language, and a direction of their own.

A script tells a language only where one language has nearly all texts in it; a few Greek letters are mathematics.
"""

import re
import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

from broadsheet import translations
from broadsheet.text.sanitize import escaped

# More precise ranges come first: kana stand beside Han, and four letters of Persian are not in Arabic.
_LANGUAGES = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("fa", re.compile("[\u067e\u0686\u0698\u06af]")),
    ("ar", re.compile("[\u0620-\u064a]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_FOREIGN = re.compile(
    "[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U00020000-\U0003ffff]"
)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_NONE = Markup("")


def language(text: str) -> str:
    """Return the language of a text in a script that is not Latin, or an empty string."""
    foreign = 0 if text.isascii() else len(_FOREIGN.findall(text))
    if not foreign or 2 * foreign <= sum(map(str.isalpha, text)):
        return ""
    return next((name for name, letter in _LANGUAGES if letter.search(text)), "")


def attributes(text: str, latin: str = translations.SOURCE) -> Markup:
    """Return the attributes of an element with such a text, each after a space.

    `latin` is the language of a text in Latin letters: that of papers is English; "" for the words of the page itself.
    """
    if name := language(text):
        return Markup(f' dir="auto" lang="{name}"')
    if _is_right_to_left(text):
        return Markup(' dir="auto"')
    page = translations.language().split("-")[0]
    return Markup(f' dir="ltr" lang="{latin}"') if latin not in ("", page) else _NONE


def isolated(text: str) -> Markup:
    """Return the HTML of a name; one from right to left leaves the order of its neighbours alone."""
    return Markup(f"<bdi>{escaped(text)}</bdi>" if _is_right_to_left(text) else escaped(text))


def names(texts: Sequence[str]) -> Markup:
    """Return the HTML of names with commas between them."""
    line = ", ".join(texts)
    return Markup(", ".join(map(isolated, texts)) if _is_right_to_left(line) else escaped(line))


def _is_right_to_left(text: str) -> bool:
    return not text.isascii() and not _RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, text))
