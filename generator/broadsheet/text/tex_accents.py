"""Accents and letters that TeX writes with macros: ``Schr\\"{o}dinger``, ``{\\L}ukasz``, ``Kara\\c{c}ayl{\\i}``.

Only what makes one letter of Unicode is an accent, so prose with a stray backslash stays as it is.
"""

import re
import unicodedata

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
_MAX_DEPTH = 4  # an accent on an accented letter is Vietnamese; more is nonsense


def accent_at(text: str, pos: int, end: int | None = None) -> tuple[str, int] | None:
    """Return the accented letter whose macro begins at `pos` and where it ends, or None."""
    return _accent(text, pos, len(text) if end is None else end, 0)


def letter_at(text: str, pos: int, end: int | None = None) -> tuple[str, int] | None:
    """Return the letter whose macro (``\\ss``, ``\\o``) begins at `pos` and where it ends, or None."""
    macro = _LETTER.match(text, pos, len(text) if end is None else end)
    if macro is None:
        return None
    stop = macro.end() - 1 if macro[1] == "AA" and macro[0].endswith(" ") else macro.end()  # the unit is a word
    return LETTERS[macro[1]], stop


def accents(text: str) -> str:
    """Return `text` with every accent and letter macro replaced, and everything else unchanged."""
    out, done = [], 0
    pos = text.find("\\")
    while pos >= 0:
        if letter := accent_at(text, pos) or letter_at(text, pos):
            out += [text[done:pos], letter[0]]
            done = letter[1]
        pos = text.find("\\", max(done, pos + 1))
    return "".join([*out, text[done:]])


def _accent(text: str, pos: int, end: int, depth: int) -> tuple[str, int] | None:
    head = _ACCENT.match(text, pos, end)
    if head is None or depth > _MAX_DEPTH:
        return None
    base = _base(text, head.end(), end, depth)
    if base is None:
        return None
    letter = {"ı": "i", "ȷ": "j"}.get(base[0], base[0])
    accented = unicodedata.normalize("NFC", letter + COMBINING[head[1] or head[2]])
    return (accented, base[1]) if len(accented) == 1 else None


def _base(text: str, pos: int, end: int, depth: int) -> tuple[str, int] | None:
    """Return the letter that an accent goes on: ``e``, ``{e}``, ``\\i``, ``{\\i}``, ``{\\^e}``."""
    if pos >= end or depth > _MAX_DEPTH:
        return None
    if text[pos] == "{":
        inner = _base(text, pos + 1, end, depth + 1)
        closed = inner is not None and inner[1] < end and text[inner[1]] == "}"
        return (inner[0], inner[1] + 1) if inner and closed else None
    if text[pos] == "\\":
        return _accent(text, pos, end, depth + 1) or letter_at(text, pos, end)
    return (text[pos], pos + 1) if text[pos].isalpha() else None
