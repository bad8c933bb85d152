"""Untrusted HTML as plain blocks of text, without any markup.

The blocks are paragraphs, list items and headings. Their text keeps emphasis and http(s) links. Formulas become
Unicode.
"""

import re
import xml.etree.ElementTree as ET
from typing import NamedTuple

from broadsheet.mail.html_tokens import End, Start, Token, Words, tokens
from broadsheet.text import rendering
from broadsheet.text.mathml import ELEMENTS
from broadsheet.text.sanitize import safe_url
from broadsheet.text.unicode_math import mathml_text, script

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STYLES = {"em": "em", "i": "em", "cite": "em", "strong": "strong", "b": "strong", "code": "code", "tt": "code"}
_BLOCKS = frozenset(["p", "div", "section", "article", "header", "footer", "blockquote", "figure", "figcaption", "hr",
                     "ul", "ol", "dl", "dt", "dd", "table", "tr", "details", "summary", "main", "aside"])  # fmt: skip
_CONTAINERS = frozenset([*HEADINGS, "ul", "ol", "li", "pre"])
_TRACKED = _CONTAINERS | {*_STYLES, "a", "sub", "sup"}
_IN_FORMULAS = ELEMENTS | {"semantics", "annotation", "annotation-xml"}
_OUT_OF_FORMULAS = _BLOCKS | _CONTAINERS | {"br", "a"}
_IN_CODE = frozenset({"pre", "code", "tt"})
_WHITE = re.compile(r"[ \t\r\n\f]+")
_FORMULAS = (("$", "$", 2), ("\\(", "\\)", 3), ("\\[", "\\]", 3))
_MAX_CHARACTERS = 4_000_000
_MAX_DEPTH = 60  # open elements on record; text of deeper ones belongs to the last of them


class Inline(NamedTuple):
    """A piece of text. `style` is ``em``, ``strong``, ``code`` or nothing; `url` is safe; ``\\n`` is a line break."""

    text: str
    style: str = ""
    url: str | None = None


class Block(NamedTuple):
    """A paragraph (``p``), list item (``li``, with its marker), preformatted text (``pre``) or heading (``h1`` …)."""

    kind: str
    inlines: tuple[Inline, ...]
    marker: str = ""

    @property
    def text(self) -> str:
        """The text of all parts."""
        return "".join(inline.text for inline in self.inlines)

    @property
    def url(self) -> str | None:
        """The address of the first link."""
        return next((inline.url for inline in self.inlines if inline.url), None)


class _Open(NamedTuple):
    """An open element; `inlines` is their number before it. `url` is that of a link."""

    tag: str
    inlines: int
    url: str | None


def blocks(source: str) -> tuple[Block, ...]:
    """Return the blocks of an HTML fragment without the empty ones."""
    reader = _BlockReader()
    for token in tokens(source[:_MAX_CHARACTERS]):
        reader.take(token)
    return reader.finish()


def readable(words: str) -> str:
    """Return plain text with its TeX formulas as Unicode; white space at the ends stays."""
    if not _has_formula(words):
        return words
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    return before + rendering.plain(words) + after


def _has_formula(words: str) -> bool:
    starts = ((words.find(opening), closing, min_length) for opening, closing, min_length in _FORMULAS)
    return any(start >= 0 and words.find(closing, start + length) >= 0 for start, closing, length in starts)


class _Formula:
    """A builder of a ``<math>`` element, without anything but MathML."""

    def __init__(self, start: Start) -> None:
        self._builder, self._open = ET.TreeBuilder(), list[str]()
        self.start(start)

    def start(self, token: Start) -> None:
        """Open an element."""
        if token.tag not in _IN_FORMULAS or len(self._open) == _MAX_DEPTH:
            return
        names = ("encoding", "alttext", "width", "linethickness", "accent", "accentunder")
        attributes = {name: value for name in names if token.attributes and (value := token.attribute(name))}
        self._builder.start(token.tag, attributes)
        self._open.append(token.tag)
        if token.empty:
            self.end(token.tag)

    def end(self, tag: str) -> None:
        """Close the innermost element `tag` and the open elements in it."""
        while tag in self._open:
            inner = self._open.pop()
            self._builder.end(inner)
            if inner == tag:
                return

    def words(self, words: str) -> None:
        """Append text."""
        self._builder.data(words)

    def text(self) -> str:
        """Return the formula in Unicode."""
        self.end("math")
        return mathml_text(self._builder.close())


class _BlockReader:
    """A reader of tokens that collects blocks."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._inlines: list[Inline] = []
        self._words: list[str] = []  # since the last tag that matters
        self._formula: _Formula | None = None
        self._kind = "p"
        self._marker = ""
        self._lists: list[int | None] = []  # the next number of each open list; None has bullets
        self._open: list[_Open] = []

    def take(self, token: Token) -> None:
        """Process the next token."""
        if self._formula and isinstance(token, Start | End) and token.tag in _OUT_OF_FORMULAS:
            self._end_formula()
        match token:
            case Words(words):
                self._formula.words(words) if self._formula else self._words.append(words)
            case Start():
                self._formula.start(token) if self._formula else self._start(token)
            case End("math"):
                self._end_formula()
            case End(tag):
                self._formula.end(tag) if self._formula else self._end(tag)

    def finish(self) -> tuple[Block, ...]:
        """Return all blocks."""
        self._end_formula()
        self._flush_block()
        return tuple(self._blocks)

    def _start(self, token: Start) -> None:
        if token.tag == "math":
            self._flush_words()
            self._formula = _Formula(token)
            if token.empty:
                self._end_formula()
            return
        self._begin(token.tag)
        if token.tag in _TRACKED and not token.empty and len(self._open) < _MAX_DEPTH:
            self._flush_words()
            url = safe_url(token.attribute("href")) if token.tag == "a" else None
            self._open.append(_Open(token.tag, len(self._inlines), url))
        elif token.empty:
            self._end(token.tag)

    def _end(self, tag: str) -> None:
        last = self._open[-1] if self._open else None
        if tag in ("sub", "sup") and last and (last.tag, last.inlines) == (tag, len(self._inlines)):
            self._words = [script("^" if tag == "sup" else "_", "".join(self._words))]
        if tag in _TRACKED:
            self._flush_words()
            self._close(tag)
        self._finish(tag)

    def _close(self, tag: str) -> None:
        """Remove the innermost open `tag`; a container together with its content."""
        index = next((index for index in reversed(range(len(self._open))) if self._open[index].tag == tag), None)
        if index is not None:
            del self._open[index : None if tag in _CONTAINERS else index + 1]

    def _end_formula(self) -> None:
        if self._formula:
            formula, self._formula = self._formula, None
            self._add(formula.text())

    def _flush_block(self) -> None:
        """Append the collected parts as a block."""
        self._flush_words()
        inlines = self._inlines if self._kind == "pre" else _collapsed(self._inlines)
        if any(inline.text.strip() for inline in inlines):
            self._blocks.append(Block(self._kind, tuple(inlines), self._marker))
            self._marker = ""
        self._inlines = []

    def _begin(self, tag: str) -> None:
        if tag == "br":
            self._flush_words()
            self._inlines.append(Inline("\n"))
        elif tag in ("td", "th"):
            self._flush_words()
            if self._inlines:
                self._inlines.append(Inline(" \N{MIDDLE DOT} "))
        elif tag == "a":
            self._flush_words()
            self._close("a")  # links cannot be nested
        elif tag == "li":
            self._flush_block()
            self._end_item()
            self._kind, self._marker = "li", self._next_marker()
        elif tag in _BLOCKS or tag in HEADINGS or tag == "pre":
            self._flush_block()
            if tag in HEADINGS or tag == "pre":
                self._kind = tag
        if tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)

    def _end_item(self) -> None:
        """End the previous list item, whose end tag is optional."""
        tags = [element.tag for element in self._open if element.tag in ("li", "ul", "ol")]
        if tags[-1:] == ["li"]:
            self._close("li")

    def _finish(self, tag: str) -> None:
        if tag == "li" or tag in _BLOCKS or tag in HEADINGS or tag == "pre":
            self._flush_block()
            inside = tag != "li" and any(element.tag == "li" for element in self._open)
            self._kind = "li" if inside else "p"
            self._marker = self._marker if inside else ""
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "•"
        self._lists[-1] += 1
        return f"{self._lists[-1] - 1}."

    def _flush_words(self) -> None:
        """Append the words since the last tag."""
        words, self._words = "".join(self._words), []
        if words:
            in_code = any(element.tag in _IN_CODE for element in self._open)
            self._add(words if in_code else readable(words))

    def _add(self, words: str) -> None:
        style = next((_STYLES[element.tag] for element in reversed(self._open) if element.tag in _STYLES), "")
        url = next((element.url for element in reversed(self._open) if element.tag == "a"), None)
        self._inlines.append(Inline(words, style, url))


def _collapsed(inlines: list[Inline]) -> list[Inline]:
    """Collapse white space as a browser does: to one space, and to none at the ends or beside a line break."""
    out: list[Inline] = []
    for inline in inlines:
        if inline.text != "\n":
            _append_collapsed(out, inline)
        elif out:
            out[-1] = out[-1]._replace(text=out[-1].text.rstrip(" ") or out[-1].text)
            out.append(inline)
    while out and not out[-1].text.strip():
        out.pop()
    if out:
        out[-1] = out[-1]._replace(text=out[-1].text.rstrip())
    return _merged(out)


def _append_collapsed(out: list[Inline], inline: Inline) -> None:
    words = _WHITE.sub(" ", inline.text)
    if not out or out[-1].text[-1] in " \n":
        words = words.removeprefix(" ")
    if words:
        out.append(inline._replace(text=words))


def _merged(inlines: list[Inline]) -> list[Inline]:
    out: list[Inline] = []
    for inline in inlines:
        if out and out[-1][1:] == inline[1:] and "\n" not in (inline.text, out[-1].text):
            out[-1] = out[-1]._replace(text=out[-1].text + inline.text)
        else:
            out.append(inline)
    return out
