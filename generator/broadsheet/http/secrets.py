"""Secrets in other people's texts, whatever form they were given. Pure."""

import base64
import codecs
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

SHORTEST = 8  # characters; shorter keys are stand-ins, such as those that local servers want
_WINDOW = 12  # characters of a secret in a row that give it away, where people write nothing like them
_LONG_WINDOW = 20  # characters that give it away whatever they are
_FEWEST_DIGITS = 4  # different ones; fewer may be a number
_HUMP = re.compile("[a-z][A-Z]")
_MOST_HUMPS = 2  # in a window of words that are written together
_SEPARATORS = re.compile(r"[\W_]+")
_LINES = re.compile(r"\\+[bfnrt]")
_ESCAPED = re.compile(r"\\+(?:u\{?|U0000|x)([0-9A-Fa-f]{2,4})\}?|=([0-9A-F]{2})|&#x0*([0-9A-Fa-f]{2})(?![0-9A-Fa-f])")


class Secrets:
    """Some secrets, to be taken out of texts, and to be looked for in disguise."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True))
        self._marks = frozenset(mark for secret in self._secrets for mark in _marks(secret))
        self._packed = frozenset(mark for secret in self._secrets for mark in _base64_marks(secret))

    def without(self, text: str) -> str:
        """Return `text` with stars in place of each exact copy."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def disguised(self, text: str) -> bool:
        """Return whether a part of a secret stands in `text` encoded, split or reversed."""
        for plain in _readings(text) if self._marks else ():
            folded = plain.casefold()
            if any(mark in folded for mark in self._marks) or any(mark in plain for mark in self._packed):
                return True
        return False


def _marks(secret: str) -> Iterator[str]:
    """Yield what gives a secret away in any case: a part of it without separators, or of what it is encoded as."""
    bare, data = _SEPARATORS.sub("", secret), secret.encode()
    parts = [part for part in _windows(bare, _WINDOW) if _is_no_word(part)]
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
    return (text[at : at + width] for at in range(len(text) - width + 1))


def _is_no_word(part: str) -> bool:
    """Return whether `part` is nothing that people write: a number, or letters in mixed cases or with digits."""
    if part.isdigit():
        return len(set(part)) >= _FEWEST_DIGITS
    return any(map(str.isdigit, part)) or len(_HUMP.findall(part)) > _MOST_HUMPS


def _readings(text: str) -> Iterator[str]:
    """Yield `text` without separators, at each level of its escapes."""
    for _ in range(4):
        yield _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
        plain = html.unescape(unquote_plus(_LINES.sub(" ", _ESCAPED.sub(_character, text))))
        if plain == text:
            return
        text = plain


def _character(found: re.Match[str]) -> str:
    return chr(int(next(part for part in found.groups() if part), 16))
