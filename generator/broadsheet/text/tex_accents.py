"""Accents and letters that TeX writes with macros: ``Schr\\"{o}dinger``, ``{\\L}ukasz``, ``Kara\\c{c}ayl{\\i}``.

A whitelist: only what makes one letter of Unicode is an accent, so prose with a stray backslash stays as it is.
"""

import re
import unicodedata
from functools import cache

COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "textcommabelow": "\u0326",
}  # fmt: skip
LETTERS = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "ss": "ß", "SS": "ẞ", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ",
    "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip

_LETTER = re.compile(r"\\(" + "|".join(sorted(LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}| )?")
_ACCENT = re.compile(r"""\\(?:(["'`^~=.])|(textcommabelow|[uvHcdbkr])(?![A-Za-z])) *""")
_USUAL = re.compile(r"""\\["'`^~=.](?:[A-Za-z]|\{[A-Za-z]\})""")
_DEEPEST = 4  # an accent on an accented letter is Vietnamese; more is nonsense


def accent_at(text: str, pos: int, end: int | None = None) -> tuple[str, int] | None:
    """The accented letter whose macro begins at `pos` and where it ends, or None."""
    return _accent(text, pos, len(text) if end is None else end, 0)


def letter_at(text: str, pos: int, end: int | None = None) -> tuple[str, int] | None:
    """The letter whose macro (``\\ss``, ``\\o``) begins at `pos` and where it ends, or None."""
    found = _LETTER.match(text, pos, len(text) if end is None else end)
    if found is None:
        return None
    stop = found.end() - 1 if found[1] == "AA" and found[0].endswith(" ") else found.end()  # the unit is a word
    return LETTERS[found[1]], stop


def accents(text: str) -> str:
    """`text` with every accent and letter macro replaced; everything else as it was."""
    text = _USUAL.sub(_usual, text)  # what most are, without a look at each by itself
    out, last = [], 0
    at = text.find("\\")
    while at >= 0:
        found = accent_at(text, at) or letter_at(text, at)
        if found:
            out += [text[last:at], found[0]]
            last = found[1]
        at = text.find("\\", max(last, at + 1))
    return "".join([*out, text[last:]])


def _usual(found: re.Match[str]) -> str:
    return _accented(found[0])


@cache
def _accented(macro: str) -> str:
    found = accent_at(macro, 0)
    return found[0] if found else macro


def _accent(text: str, pos: int, end: int, depth: int) -> tuple[str, int] | None:
    head = _ACCENT.match(text, pos, end)
    if head is None or depth > _DEEPEST:
        return None
    base = _base(text, head.end(), end, depth)
    if base is None:
        return None
    letter = {"ı": "i", "ȷ": "j"}.get(base[0], base[0])
    accented = unicodedata.normalize("NFC", letter + COMBINING[head[1] or head[2]])
    return (accented, base[1]) if len(accented) == 1 else None


def _base(text: str, pos: int, end: int, depth: int) -> tuple[str, int] | None:
    """The letter an accent goes on: ``e``, ``{e}``, ``\\i``, ``{\\i}``, ``{\\^e}``."""
    if pos >= end or depth > _DEEPEST:
        return None
    if text[pos] == "{":
        inner = _base(text, pos + 1, end, depth + 1)
        closed = inner is not None and inner[1] < end and text[inner[1]] == "}"
        return (inner[0], inner[1] + 1) if inner and closed else None
    if text[pos] == "\\":
        return _accent(text, pos, end, depth + 1) or letter_at(text, pos, end)
    return (text[pos], pos + 1) if text[pos].isalpha() else None
