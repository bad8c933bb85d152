"""Anybody's HTML as plain blocks of text: hostile until here, and nothing of it is markup afterwards.

nh3 drops what is no text (scripts, styles, pictures, forms); what it leaves is read as paragraphs, list items and
headings whose text keeps emphasis and http(s) links. Formulas become Unicode.
"""

import re
from typing import Any, NamedTuple

import nh3
from lxml import etree, html

from generator.ground import text
from generator.ground.mathml import ELEMENTS
from generator.ground.unicode_math import mathml_text, script

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STYLES = {"em": "em", "i": "em", "cite": "em", "strong": "strong", "b": "strong", "code": "code", "tt": "code"}
_BLOCKS = frozenset(["p", "div", "section", "article", "header", "footer", "blockquote", "figure", "figcaption", "hr",
                     "ul", "ol", "dl", "dt", "dd", "table", "tr", "details", "summary", "main", "aside"])  # fmt: skip
_INLINE = frozenset(["a", "br", "span", "sub", "sup", "td", "th", "tbody", "thead", "q", "small", "u", "s", "del"])
_TAGS = {*HEADINGS, *_STYLES, *_BLOCKS, *_INLINE, *ELEMENTS, "li", "pre", "semantics", "annotation"}
_ATTRIBUTES = {"a": {"href"}, "annotation": {"encoding"}, "math": {"alttext"}, "mspace": {"width"},
               "mfrac": {"linethickness"}, "mover": {"accent"}, "munder": {"accentunder"}}  # fmt: skip
_DROPPED = {"script", "style", "template", "noscript", "iframe", "object", "svg", "title", "textarea", "select"}
_WHITE = re.compile(r"[ \t\r\n\f]+")
_TEX = re.compile(r"\$[^$]+\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_LONGEST = 4_000_000


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


def blocks(source: str) -> tuple[Block, ...]:
    """The blocks of an HTML fragment, empty ones left out."""
    kept = nh3.clean(
        text.clean(source[:_LONGEST]),
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel=None,
    )
    parser = html.HTMLParser(huge_tree=True, encoding="utf-8")
    tree = html.document_fromstring(f"<html><body>{kept}</body></html>".encode(), parser=parser)
    reader = _Reader()
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if reader.start(element):
                walk.skip_subtree()
        else:
            reader.end(element)
    reader.flush()
    return tuple(reader.blocks)


def readable(words: str) -> str:
    """Plain text with the TeX formulas a foreign feed left in it as Unicode; white space at the ends stays."""
    if not _TEX.search(words):
        return words
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    return before + text.plain(words) + after


class _Reader:
    """Takes the start and end of each element in turn (so depth costs nothing) and gathers blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._runs: list[Run] = []
        self._kind = "p"
        self._marker = ""
        self._lists: list[int | None] = []  # the next number of each open list; None has bullets
        self._open: list[str] = []

    def start(self, element: Any) -> bool:
        """Whether the element has been dealt with as a whole."""
        tag = element.tag
        if tag == "math":
            tail, element.tail = element.tail, None
            self._add(mathml_text(element), element.getparent())
            element.tail = tail
            return True
        if tag in ("sub", "sup") and not len(element):
            self._add(script("^" if tag == "sup" else "_", element.text or ""), element)
            return False
        self._begin(tag)
        self._open.append(tag)
        self._words(element.text, element)
        return False

    def end(self, element: Any) -> None:
        """Close what was opened, and take the words that follow."""
        tag = element.tag
        if tag != "math" and not (tag in ("sub", "sup") and not len(element)):
            self._open.pop()
            self._finish(tag)
        self._words(element.tail, element.getparent())

    def flush(self) -> None:
        """Make a block of what has been gathered."""
        runs = self._runs if self._kind == "pre" else _collapsed(self._runs)
        if any(run.text.strip() for run in runs):
            self.blocks.append(Block(self._kind, tuple(runs), self._marker))
            self._marker = ""
        self._runs = []

    def _begin(self, tag: str) -> None:
        if tag == "br":
            self._runs.append(Run("\n"))
        elif tag in ("td", "th") and self._runs:
            self._runs.append(Run(" \N{MIDDLE DOT} "))
        elif tag == "li":
            self.flush()
            self._kind, self._marker = "li", self._next_marker()
        elif tag in _BLOCKS or tag in HEADINGS or tag == "pre":
            self.flush()
            if tag in HEADINGS or tag == "pre":
                self._kind = tag
        if tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)

    def _finish(self, tag: str) -> None:
        if tag == "li" or tag in _BLOCKS or tag in HEADINGS or tag == "pre":
            self.flush()
            inside = tag != "li" and "li" in self._open
            self._kind = "li" if inside else "p"
            self._marker = self._marker if inside else ""
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "•"
        self._lists[-1] += 1
        return f"{self._lists[-1] - 1}."

    def _words(self, words: str | None, inside: Any) -> None:
        if words:
            in_code = any(tag in ("pre", "code", "tt") for tag in self._open)
            self._add(words if in_code else readable(words), inside)

    def _add(self, words: str, inside: Any) -> None:
        style = next((_STYLES[tag] for tag in reversed(self._open) if tag in _STYLES), "")
        link = inside if inside.tag == "a" else next(inside.iterancestors("a"), None)
        self._runs.append(Run(words, style, None if link is None else text.safe_url(link.get("href"))))


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
