"""Anybody's HTML as plain blocks of text: hostile until here, and nothing of it is markup afterwards.

It is read as paragraphs, list items and headings whose text keeps emphasis and http(s) links. Formulas become Unicode.
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
_REMEMBERED = _CONTAINERS | {*_STYLES, "a", "sub", "sup"}
_IN_FORMULAS = ELEMENTS | {"semantics", "annotation", "annotation-xml"}
_OUT_OF_FORMULAS = _BLOCKS | _CONTAINERS | {"br", "a"}
_IN_CODE = frozenset({"pre", "code", "tt"})
_WHITE = re.compile(r"[ \t\r\n\f]+")
_FORMULAS = (("$", "$", 2), ("\\(", "\\)", 3), ("\\[", "\\]", 3))
_LONGEST = 4_000_000
_DEEPEST = 60  # open elements that are remembered; what is nested deeper is text in the outer one


class Run(NamedTuple):
    """A piece of text. `style` is ``em``, ``strong``, ``code`` or nothing; `url` is safe; ``\\n`` is a line break."""

    text: str
    style: str = ""
    url: str | None = None


class Block(NamedTuple):
    """A paragraph (``p``), list item (``li``, with its marker), preformatted text (``pre``) or heading (``h1`` …)."""

    kind: str
    runs: tuple[Run, ...]
    marker: str = ""

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)

    @property
    def url(self) -> str | None:
        """Where its first link leads."""
        return next((run.url for run in self.runs if run.url), None)


class _Open(NamedTuple):
    """An element that is open since there were so many `runs`. `url` is that of a link."""

    tag: str
    runs: int
    url: str | None


def blocks(source: str) -> tuple[Block, ...]:
    """Return the blocks of an HTML fragment, empty ones left out."""
    reader = _Reader()
    for token in tokens(source[:_LONGEST]):
        reader.take(token)
    return reader.finish()


def readable(words: str) -> str:
    """Plain text with the TeX formulas a foreign feed left in it as Unicode; white space at the ends stays."""
    if not _has_formula(words):
        return words
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    return before + rendering.plain(words) + after


def _has_formula(words: str) -> bool:
    starts = ((words.find(opening), closing, least) for opening, closing, least in _FORMULAS)
    return any(at >= 0 and words.find(closing, at + least) >= 0 for at, closing, least in starts)


class _Formula:
    """A ``<math>`` element in the making; what is no MathML in it is left out."""

    def __init__(self, start: Start) -> None:
        self._builder, self._open = ET.TreeBuilder(), list[str]()
        self.start(start)

    def start(self, token: Start) -> None:
        """Open an element."""
        if token.tag not in _IN_FORMULAS or len(self._open) == _DEEPEST:
            return
        names = ("encoding", "alttext", "width", "linethickness", "accent", "accentunder")
        attributes = {name: value for name in names if token.attributes and (value := token.attribute(name))}
        self._builder.start(token.tag, attributes)
        self._open.append(token.tag)
        if token.empty:
            self.end(token.tag)

    def end(self, tag: str) -> None:
        """Close the innermost element `tag`, and what is open in it."""
        while tag in self._open:
            inner = self._open.pop()
            self._builder.end(inner)
            if inner == tag:
                return

    def words(self, words: str) -> None:
        """Take text."""
        self._builder.data(words)

    def text(self) -> str:
        """Return all of it in Unicode."""
        self.end("math")
        return mathml_text(self._builder.close())


class _Reader:
    """Takes one token after the other and gathers blocks."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._runs: list[Run] = []
        self._words: list[str] = []  # since the last tag that matters
        self._formula: _Formula | None = None
        self._kind = "p"
        self._marker = ""
        self._lists: list[int | None] = []  # the next number of each open list; None has bullets
        self._open: list[_Open] = []

    def take(self, token: Token) -> None:
        """Go on with the next token."""
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
        self._flush()
        return tuple(self._blocks)

    def _start(self, token: Start) -> None:
        if token.tag == "math":
            self._say()
            self._formula = _Formula(token)
            if token.empty:
                self._end_formula()
            return
        self._begin(token.tag)
        if token.tag in _REMEMBERED and not token.empty and len(self._open) < _DEEPEST:
            self._say()
            url = safe_url(token.attribute("href")) if token.tag == "a" else None
            self._open.append(_Open(token.tag, len(self._runs), url))
        elif token.empty:
            self._end(token.tag)

    def _end(self, tag: str) -> None:
        last = self._open[-1] if self._open else None
        if tag in ("sub", "sup") and last and (last.tag, last.runs) == (tag, len(self._runs)):
            self._words = [script("^" if tag == "sup" else "_", "".join(self._words))]
        if tag in _REMEMBERED:
            self._say()
            self._forget(tag)
        self._finish(tag)

    def _forget(self, tag: str) -> None:
        """Take the innermost `tag` from what is open: a container with all that is in it."""
        at = next((at for at in reversed(range(len(self._open))) if self._open[at].tag == tag), None)
        if at is not None:
            del self._open[at : None if tag in _CONTAINERS else at + 1]

    def _end_formula(self) -> None:
        if self._formula:
            formula, self._formula = self._formula, None
            self._add(formula.text())

    def _flush(self) -> None:
        """Make a block of what has been gathered."""
        self._say()
        runs = self._runs if self._kind == "pre" else _collapsed(self._runs)
        if any(run.text.strip() for run in runs):
            self._blocks.append(Block(self._kind, tuple(runs), self._marker))
            self._marker = ""
        self._runs = []

    def _begin(self, tag: str) -> None:
        if tag == "br":
            self._say()
            self._runs.append(Run("\n"))
        elif tag in ("td", "th"):
            self._say()
            if self._runs:
                self._runs.append(Run(" \N{MIDDLE DOT} "))
        elif tag == "a":
            self._say()
            self._forget("a")  # no link has another in it
        elif tag == "li":
            self._flush()
            self._end_item()
            self._kind, self._marker = "li", self._next_marker()
        elif tag in _BLOCKS or tag in HEADINGS or tag == "pre":
            self._flush()
            if tag in HEADINGS or tag == "pre":
                self._kind = tag
        if tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)

    def _end_item(self) -> None:
        """End the item before, which needs no end tag."""
        tags = [it.tag for it in self._open if it.tag in ("li", "ul", "ol")]
        if tags[-1:] == ["li"]:
            self._forget("li")

    def _finish(self, tag: str) -> None:
        if tag == "li" or tag in _BLOCKS or tag in HEADINGS or tag == "pre":
            self._flush()
            inside = tag != "li" and any(it.tag == "li" for it in self._open)
            self._kind = "li" if inside else "p"
            self._marker = self._marker if inside else ""
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "•"
        self._lists[-1] += 1
        return f"{self._lists[-1] - 1}."

    def _say(self) -> None:
        """Add the words since the last tag."""
        words, self._words = "".join(self._words), []
        if words:
            in_code = any(it.tag in _IN_CODE for it in self._open)
            self._add(words if in_code else readable(words))

    def _add(self, words: str) -> None:
        style = next((_STYLES[it.tag] for it in reversed(self._open) if it.tag in _STYLES), "")
        url = next((it.url for it in reversed(self._open) if it.tag == "a"), None)
        self._runs.append(Run(words, style, url))


def _collapsed(runs: list[Run]) -> list[Run]:
    """As a browser shows them: white space is one space, and none stands at the ends or beside a line break."""
    out: list[Run] = []
    for run in runs:
        words = run.text if run.text == "\n" else _WHITE.sub(" ", run.text)
        if words.startswith(" ") and (not out or out[-1].text[-1] in " \n"):
            words = words[1:]
        if words == "\n" and out:
            out[-1] = out[-1]._replace(text=out[-1].text.rstrip(" ")) if out[-1].text.strip(" ") else out[-1]
        if words and not (words == "\n" and not out):
            out.append(run._replace(text=words))
    while out and not out[-1].text.strip():
        out.pop()
    if out:
        out[-1] = out[-1]._replace(text=out[-1].text.rstrip())
    return _merged(out)


def _merged(runs: list[Run]) -> list[Run]:
    out: list[Run] = []
    for run in runs:
        if out and out[-1][1:] == run[1:] and "\n" not in (run.text, out[-1].text):
            out[-1] = out[-1]._replace(text=out[-1].text + run.text)
        else:
            out.append(run)
    return out
