"""Anybody's HTML as a stream of tokens, in one pass: what is nested, left open or wrong costs no more than other text.

HTML parsers build a tree, and the standard makes that quadratic: an end tag is looked for in all open elements, and
open ``<b>`` and ``<font>`` are repeated in each paragraph. Source: https://html.spec.whatwg.org/multipage/parsing.html
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from broadsheet.text.sanitize import clean, unescaped

_EMPTY = re.compile(r"(?:\A|[ \t\r\n\f\"'])/\Z")  # not the end of an address without quotes
# Nothing in an atomic group is tried again, and each part begins with a character that no other does.
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
        for found in _ATTRIBUTE.finditer(self.attributes):
            if found[1].lower() == name:
                return clean(unescaped(found[2] or found[3] or found[4] or ""))
        return None


class End(NamedTuple):
    """An end tag, whether or not anything is open that it ends."""

    tag: str


class Words(NamedTuple):
    """Text, without entities and the characters that `clean` takes out."""

    text: str


Token: TypeAlias = Start | End | Words


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of `source`; of scripts, styles, forms and pictures there are none."""
    at = 0
    while at < len(source):
        mark = source.find("<", at)
        end = len(source) if mark < 0 else mark
        if at < end:
            yield Words(clean(unescaped(source[at:end])))
        found = _TOKEN.match(source, end)
        if found is None:
            if end < len(source):
                yield Words("<")
            at = end + 1
            continue
        at = found.end()
        if found["start"] and found["cut"] is None:
            tag, empty = found["start"].lower(), bool(_EMPTY.search(found["attributes"][-2:]))
            if tag not in _DROPPED:
                yield Start(tag, found["attributes"], empty)
            elif not empty:
                at = _after(source, tag, at)
        elif found["end"]:
            yield End(found["end"].lower())


def _after(source: str, tag: str, at: int) -> int:
    """Return where the dropped element ends whose start tag ends at `at`: with its last end tag, or with the text."""
    depth = 1
    for found in re.compile(rf"<(/?){tag}(?![^ \t\r\n\f/>])[^>]*>?", re.IGNORECASE).finditer(source, at):
        depth += -1 if found[1] else tag not in _RAW
        if depth == 0:
            return found.end()
    return len(source)
