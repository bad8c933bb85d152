"""Secrets in foreign texts, in any encoding. Pure."""

import base64
import codecs
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

MIN_LENGTH = 8  # characters; shorter keys are placeholders, such as local servers take
_WINDOW = 12  # characters of a secret in a row that reveal it, if no word looks like them
_LONG_WINDOW = 20  # characters in a row that reveal it, whatever they are
_MIN_DIGITS = 4  # different ones; fewer may be a number
_HUMP = re.compile("[a-z][A-Z]")
_MAX_HUMPS = 2  # in a window of words that are written together
_SEPARATORS = re.compile(r"[\W_]+")
_LINES = re.compile(r"\\+[bfnrt]")
_ESCAPED = re.compile(r"\\+(?:u\{?|U0000|x)([0-9A-Fa-f]{2,4})\}?|=([0-9A-F]{2})|&#x0*([0-9A-Fa-f]{2})(?![0-9A-Fa-f])")


class Secrets:
    """Secrets that must not appear in texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(
            sorted({secret for secret in secrets if len(secret) >= MIN_LENGTH}, key=len, reverse=True)
        )
        self._marks = frozenset(mark for secret in self._secrets for mark in _marks(secret))
        self._packed = frozenset(mark for secret in self._secrets for mark in _base64_marks(secret))

    def redact(self, text: str) -> str:
        """Return `text` with stars in place of each exact copy of a secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def contains_encoded(self, text: str) -> bool:
        """Return whether `text` contains a part of a secret encoded, split or reversed."""
        for plain in _readings(text) if self._marks else ():
            folded = plain.casefold()
            if any(mark in folded for mark in self._marks) or any(mark in plain for mark in self._packed):
                return True
        return False


def _marks(secret: str) -> Iterator[str]:
    """Yield the texts that reveal a secret, in any case: its parts without separators, and those of its encodings."""
    bare, data = _SEPARATORS.sub("", secret), secret.encode()
    parts = [part for part in _windows(bare, _WINDOW) if _is_code(part)]
    for part in (*parts, *_windows(bare, _LONG_WINDOW)):
        folded = part.casefold()
        yield from (folded, folded[::-1], codecs.encode(folded, "rot13"))
    for form in (data.hex(), "".join(map(str, data)), _SEPARATORS.sub("", base64.b32encode(data).decode()).casefold()):
        yield from _windows(form, 2 * _WINDOW)


def _base64_marks(secret: str) -> Iterator[str]:
    """Yield parts of the secret in base64, wherever in the encoded text it begins."""
    data = secret.encode()
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")[(0, 2, 3)[shift] : -1]
        yield from _windows(_SEPARATORS.sub("", packed), 16)


def _windows(text: str, width: int) -> Iterator[str]:
    return (text[start : start + width] for start in range(len(text) - width + 1))


def _is_code(part: str) -> bool:
    """Return whether `part` is not a word: a number, or letters in mixed cases or with digits."""
    if part.isdigit():
        return len(set(part)) >= _MIN_DIGITS
    return any(map(str.isdigit, part)) or len(_HUMP.findall(part)) > _MAX_HUMPS


def _readings(text: str) -> Iterator[str]:
    """Yield `text` without separators, at each level of its escapes."""
    for _ in range(4):
        yield _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
        plain = html.unescape(unquote_plus(_LINES.sub(" ", _ESCAPED.sub(_character, text))))
        if plain == text:
            return
        text = plain


def _character(escape: re.Match[str]) -> str:
    return chr(int(next(digits for digits in escape.groups() if digits), 16))
