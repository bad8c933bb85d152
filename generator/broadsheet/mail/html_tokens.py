"""A tokenizer of untrusted HTML. One pass: nested, unclosed or invalid markup takes no more time than other text.

HTML parsers build a tree, and the standard makes that quadratic: they search all open elements for an end tag, and
repeat open ``<b>`` and ``<font>`` in each paragraph. Source: https://html.spec.whatwg.org/multipage/parsing.html
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from broadsheet.text.sanitize import clean, unescaped

_EMPTY = re.compile(r"(?:\A|[ \t\r\n\f\"'])/\Z")  # not the end of an unquoted address
# Linear time: an atomic group is never retried, and each alternative begins with a different character.
_TOKEN = re.compile(
    r"<!--(?P<comment>)(?:-?>|.*?(?:--!?>|\Z))"
    r"|</(?P<end>[A-Za-z][^ \t\r\n\f/>]*)[^>]*(?:>|\Z)"
    r"|<[!?/][^>]*(?:>|\Z)"
    r"|<(?P<start>[A-Za-z][^ \t\r\n\f/>]*)"
    r"(?P<attributes>(?>(?:[ \t\r\n\f/]+|=[ \t\r\n\f]*(?:\"[^\"]*\"|'[^']*')?|[^ \t\r\n\f/>=]+)*))(?:>|(?P<cut>\Z))",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([^ \t\r\n\f/>=]+)(?:[ \t\r\n\f]*=[ \t\r\n\f]*(?:\"([^\"]*)\"|'([^']*)'|([^ \t\r\n\f>\"'][^ \t\r\n\f>]*)))?"
)
_RAW = frozenset({"script", "style", "title", "textarea", "iframe", "noscript", "noembed", "noframes", "xmp"})
_DROPPED = _RAW | {"template", "object", "svg", "select"}


class Start(NamedTuple):
    """A start tag. `empty` is ``<br/>``."""

    tag: str
    attributes: str
    empty: bool

    def attribute(self, name: str) -> str | None:
        """Return the value of an attribute."""
        for match in _ATTRIBUTE.finditer(self.attributes):
            if match[1].lower() == name:
                return clean(unescaped(match[2] or match[3] or match[4] or ""))
        return None


class End(NamedTuple):
    """An end tag; its element may not be open."""

    tag: str


class Words(NamedTuple):
    """Text without entities and without the characters that `clean` removes."""

    text: str


Token: TypeAlias = Start | End | Words


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of `source`, without those in scripts, styles, forms and pictures."""
    position = 0
    while position < len(source):
        mark = source.find("<", position)
        end = len(source) if mark < 0 else mark
        if position < end:
            yield Words(clean(unescaped(source[position:end])))
        if end == len(source):
            return
        match = _TOKEN.match(source, end)
        if match is None:
            yield Words("<")
            position = end + 1
        elif token := _token(match):
            yield token
            position = match.end()
        else:
            position = _next_position(source, match)


def _token(match: re.Match[str]) -> Start | End | None:
    """Return the tag; None for a comment, a declaration, a cut-off tag or a dropped element."""
    if match["end"]:
        return End(match["end"].lower())
    if not match["start"] or match["cut"] is not None:
        return None
    tag = match["start"].lower()
    return None if tag in _DROPPED else Start(tag, match["attributes"], _is_empty(match))


def _is_empty(match: re.Match[str]) -> bool:
    return bool(_EMPTY.search(match["attributes"][-2:]))


def _next_position(source: str, match: re.Match[str]) -> int:
    """Return the end of a comment, declaration or cut-off tag, or of the whole element that it opens."""
    is_dropped = match["start"] and match["cut"] is None and not _is_empty(match)
    return _element_end(source, match["start"].lower(), match.end()) if is_dropped else match.end()


def _element_end(source: str, tag: str, start: int) -> int:
    """Return the end of the dropped element with its start tag before `start`: its end tag, or the end of the text."""
    depth = 1
    for match in re.compile(rf"<(/?){tag}(?![^ \t\r\n\f/>])[^>]*>?", re.IGNORECASE).finditer(source, start):
        depth += -1 if match[1] else tag not in _RAW
        if depth == 0:
            return match.end()
    return len(source)
