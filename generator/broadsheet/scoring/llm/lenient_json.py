"""A reader of JSON as LLMs write it, without guesses. Values stay as written; broken objects are marked. Pure.

Repair libraries such as json-repair return plain values. To them a truncated number is a number, ``2501.10000`` loses
its zero, and the last of two equal keys wins silently. Scores must not be invented, so this reader keeps the evidence:
every pair of an object, numbers as text, and the fact that an object was not closed.
"""

import json
import re
from typing import Any

_MAX_DEPTH = 12
_MAX_STRING = 20_000
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
    """A value without quotes, as written: a number, ``NaN``, ``null``, a word."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The pairs of an object in order, repeated keys included.

    `closed`: the closing brace is there. `followed`: it is missing, but another object begins on the next line.
    """

    def __init__(self, pairs: list[tuple[str, Any]] | None = None, *, closed: bool = True) -> None:
        super().__init__(pairs or [])
        self.closed, self.followed = closed, False


_DECODER = json.JSONDecoder(
    strict=False, object_pairs_hook=Members, parse_int=Bare, parse_float=Bare, parse_constant=Bare
)


def double_backslashes(text: str) -> str:
    r"""Double each backslash that is no JSON escape. JSON has backslashes in texts only, so nothing else changes."""
    return _ESCAPES.sub(lambda escape: escape[0] if escape[1] else r"\\", text)


def is_line_start(text: str, position: int) -> bool:
    """Return True if only a list marker precedes `position` on its line."""
    return _LINE_START.search(text[max(0, position - 40) : position]) is not None


def read_object(text: str, start: int) -> tuple[Members, int]:
    """Return the object at `start` and its end. A broken object has the pairs before the break and is not `closed`."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        reader = _ObjectReader(text)
        members = reader.members(start, 0)
        return members, max(reader.position, start + 1)
    return value, end


class _BrokenError(Exception):
    """A place from which on the text is no JSON."""


class _ObjectReader:
    """A reader of one object. `position` is the current one."""

    def __init__(self, text: str) -> None:
        self._text, self.position = text, 0

    def members(self, start: int, depth: int) -> Members:
        """Return the readable pairs of the object that opens at `start`."""
        members = Members(closed=False)
        self.position = start + 1
        try:
            while not self._ends("}"):
                if self._begins_another():
                    members.followed = True
                    return members
                key = self._match(_KEY)
                # A broken value breaks its object, too. The pairs before the break stay.
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
        self.position += 1
        while not self._ends("]"):
            items.append(self._value(_ITEM_END, depth + 1))
            if _is_broken(items[-1]):
                return items
            self._separate("]{", items[-1])
        return items

    def _value(self, ends: re.Pattern[str], depth: int) -> Any:
        self.position = self._skip(self.position)
        first = self._text[self.position : self.position + 1]
        if depth > _MAX_DEPTH or not first:
            raise _BrokenError
        if first == "{":
            return self.members(self.position, depth)
        if first == "[":
            return self._items(depth)
        if first in _OPENING:
            return self._string(first, ends)
        return Bare(self._match(_BARE)[0].strip())

    def _string(self, quote: str, ends: re.Pattern[str]) -> str:
        """Return the string up to the quote after which the object continues. Earlier quotes were not escaped."""
        start = self.position + 1
        marks = re.compile(rf"\\.|[{_CLOSING.get(quote, quote)}]|{_NEXT_OBJECT}", re.DOTALL)
        for mark in marks.finditer(self._text, start, start + _MAX_STRING):
            if mark[0][0] == "\n":
                break
            if mark[0][0] != "\\" and ends.match(self._text, mark.end()):
                self.position = mark.end()
                return _unescaped(self._text[start : mark.start()], quote)
        raise _BrokenError

    def _separate(self, closing: str, value: Any) -> None:
        """Skip the separator after `value`. Without one, a brace in a text was mistaken for the object's end."""
        start, self.position = self.position, self._skip(self.position)
        gap, after = self._text[start : self.position], self._text[self.position : self.position + 1]
        quoted = after in _OPENING and isinstance(value, str)
        if after not in ",;，" and "\n" not in gap and not quoted and after not in closing:
            if isinstance(value, Members):
                value.closed = False
            raise _BrokenError

    def _ends(self, closing: str) -> bool:
        """Skip commas, then `closing`; return True if it was there."""
        self.position = self._skip(self.position)
        while self._text[self.position : self.position + 1] in (",", ";", "，"):
            self.position = self._skip(self.position + 1)
        if not self._text.startswith(closing, self.position):
            return False
        self.position += 1
        return True

    def _begins_another(self) -> bool:
        return self._text.startswith("{", self.position) and is_line_start(self._text, self.position)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self._text, self.position)
        if not match:
            raise _BrokenError
        self.position = match.end()
        return match

    def _skip(self, start: int) -> int:
        match = _SPACE.match(self._text, start)
        return match.end() if match else start


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
