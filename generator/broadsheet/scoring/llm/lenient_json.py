"""JSON as language models write it, read without guessing: values stay as written, and what breaks says so. Pure.

Repair libraries (json-repair and its kin) return plain values: a number that was cut off in the middle is a number to
them, ``2501.10000`` loses its zero, and of two equal keys the last one wins in silence. Scores must not be made up, so
this reader keeps what decides: every pair of an object, numbers as text, and whether an object came to its end.
"""

import json
import re
from typing import Any

_DEEPEST = 12
_LONGEST_STRING = 20_000
_SEPARATOR = r"\s*(?:=>|[:=：])"
_OPENING = "\"'“”„‘’«`"
_CLOSING = {"“": '”“"', "”": '”"', "„": '“”"', "‘": "’'", "’": "’'", "«": "»"}

_SPACE = re.compile(r"(?:\s+|//[^\n]*|#[^\n]*|/\*.{0,2000}?\*/)*", re.DOTALL)
_KEY = re.compile(
    rf"""(?:"(?P<a>[^"\n{{}}]{{1,200}})"|'(?P<b>[^'\n{{}}]{{1,200}})'|[“”„](?P<c>[^“”"\n{{}}]{{1,200}})[”“"]"""
    rf"""|[`*_]*(?P<d>\w[\w .\-/]{{0,60}}?)[`*_]*){_SEPARATOR}"""
)
_BARE = re.compile(r"(?:(?!//|/\*|#)[^,;，}\]\n{\[\"“”„])+")
_ITEM_END = re.compile(r"\s*[,;，\]]")
_FOLLOWED = rf"""(?:"[^"\n{{}}]{{1,60}}"|'[^'\n{{}}]{{1,60}}'|[“„][^“”\n{{}}]{{1,60}}[”“]){_SEPARATOR}"""
_BARE_FIELD = r"(?:arxiv|paper|relevance|novelty|comment|topic)[\w ]{0,20}" + _SEPARATOR
_VALUE_END = re.compile(
    rf"""(?:\s|[,;，]|/\*[^*\n]{{0,200}}\*/|//[^\n"']{{0,200}}\n)*(?:{_FOLLOWED}|\}}(?=\s*(?:[,;\]}}`'"<|{{*]|\n|\Z)))|\s*(?:[,;，]|\n)\s*{_BARE_FIELD}""",
    re.IGNORECASE,
)
_LINE_START = re.compile(r"""(?:\A|\n)[\s\[,`'"*\-•0-9.)]*\Z""")
_NEXT_OBJECT = r"\n[\s\[,*\-0-9.)]*\{"
_ESCAPES = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')


class Bare(str):
    """A value that stood without quotes, as written: a number, ``NaN``, ``null``, a word."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The pairs of an object in order, repeated keys and all.

    `closed`: its brace was there. `followed`: it was not, but another object begins on the next line.
    """

    def __init__(self, pairs: list[tuple[str, Any]] | None = None, *, closed: bool = True) -> None:
        super().__init__(pairs or [])
        self.closed, self.followed = closed, False


_DECODER = json.JSONDecoder(
    strict=False, object_pairs_hook=Members, parse_int=Bare, parse_float=Bare, parse_constant=Bare
)


def mend_backslashes(text: str) -> str:
    r"""Double each backslash that JSON does not know: in JSON they stand in texts only, so all else stays as it was."""
    return _ESCAPES.sub(lambda escape: escape[0] if escape[1] else r"\\", text)


def is_line_start(text: str, at: int) -> bool:
    """Return whether nothing but a mark of a list stands before `at` on its line."""
    return _LINE_START.search(text[max(0, at - 40) : at]) is not None


def read_object(text: str, start: int) -> tuple[Members, int]:
    """Return the object at `start` and where it ends; one that breaks has what came before, and is not `closed`."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        reader = _Reader(text)
        members = reader.members(start, 0)
        return members, max(reader.at, start + 1)
    return value, end


class _BrokenError(Exception):
    """The text is no JSON from here on."""


class _Reader:
    """One attempt at one object; `at` is how far it came."""

    def __init__(self, text: str) -> None:
        self._text, self.at = text, 0

    def members(self, start: int, depth: int) -> Members:
        """Return the pairs of the object that opens at `start`, as far as they can be read."""
        members = Members(closed=False)
        self.at = start + 1
        try:
            while not self._ends("}"):
                if self._begins_another():
                    members.followed = True
                    return members
                key = self._match(_KEY)
                # A value that breaks, breaks what it is in; what it holds up to there is kept.
                value = self._value(_VALUE_END, depth + 1)
                members.append((next(part for part in key.groups() if part is not None).strip(), value))
                if _is_broken(value):
                    return members
                self._separate("}", value)
        except _BrokenError:
            return members
        members.closed = True
        return members

    def _items(self, depth: int) -> list[Any]:
        items: list[Any] = []
        self.at += 1
        while not self._ends("]"):
            items.append(self._value(_ITEM_END, depth + 1))
            if _is_broken(items[-1]):
                return items
            self._separate("]{", items[-1])
        return items

    def _value(self, ends: re.Pattern[str], depth: int) -> Any:
        self.at = self._skip(self.at)
        first = self._text[self.at : self.at + 1]
        if depth > _DEEPEST or not first:
            raise _BrokenError
        if first == "{":
            return self.members(self.at, depth)
        if first == "[":
            return self._items(depth)
        if first in _OPENING:
            return self._string(first, ends)
        return Bare(self._match(_BARE)[0].strip())

    def _string(self, quote: str, ends: re.Pattern[str]) -> str:
        """Return the string up to the quote after which the object goes on; those before it were not escaped."""
        start = self.at + 1
        marks = re.compile(rf"\\.|[{_CLOSING.get(quote, quote)}]|{_NEXT_OBJECT}", re.DOTALL)
        for mark in marks.finditer(self._text, start, start + _LONGEST_STRING):
            if mark[0][0] == "\n":
                break
            if mark[0][0] != "\\" and ends.match(self._text, mark.end()):
                self.at = mark.end()
                return _unescaped(self._text[start : mark.start()], quote)
        raise _BrokenError

    def _separate(self, closing: str, value: Any) -> None:
        """Go on behind `value`: to a comma, a line, a quote or the end. Else a brace of a text closed an object."""
        start, self.at = self.at, self._skip(self.at)
        gap, after = self._text[start : self.at], self._text[self.at : self.at + 1]
        quoted = after in _OPENING and isinstance(value, str)
        if after not in ",;，" and "\n" not in gap and not quoted and after not in closing:
            if isinstance(value, Members):
                value.closed = False
            raise _BrokenError

    def _ends(self, closing: str) -> bool:
        """Pass commas; return whether `closing` is there, and pass it."""
        self.at = self._skip(self.at)
        while self._text[self.at : self.at + 1] in (",", ";", "，"):
            self.at = self._skip(self.at + 1)
        if not self._text.startswith(closing, self.at):
            return False
        self.at += 1
        return True

    def _begins_another(self) -> bool:
        return self._text.startswith("{", self.at) and is_line_start(self._text, self.at)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self.at)
        if not found:
            raise _BrokenError
        self.at = found.end()
        return found

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at


def _is_broken(value: Any) -> bool:
    if isinstance(value, Members):
        return not value.closed
    return isinstance(value, list) and bool(value) and _is_broken(value[-1])


def _unescaped(text: str, quote: str) -> str:
    quoted = re.sub(r'\\.|"', lambda part: part[0] if part[0] != '"' else r"\"", text, flags=re.DOTALL)
    try:
        plain = str(json.loads(f'"{quoted}"', strict=False))
    except ValueError:
        return text
    return plain.replace("\\'", "'") if quote in "'‘’" else plain
