"""Markup of other programs in titles and abstracts: HTML, and JATS as in Crossref's records.

Known tags become the TeX that `broadsheet.text.tex` parses, so that pages, feeds and bibliographies agree. Unknown
tags stay text. Source: https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/face-markup/
"""

import re

from broadsheet.text.braces import is_balanced
from broadsheet.text.sanitize import ENTITY, unescaped

_STYLES = {
    "i": "emph", "em": "emph", "it": "emph", "italic": "emph", "cite": "emph", "var": "emph", "dfn": "emph",
    "b": "textbf", "bold": "textbf", "strong": "textbf",
    "sub": "textsubscript", "inf": "textsubscript", "sup": "textsuperscript",
    "tt": "texttt", "code": "texttt", "monospace": "texttt", "kbd": "texttt", "samp": "texttt",
    "u": "", "underline": "", "sc": "", "scp": "", "smallcaps": "", "span": "", "font": "", "small": "", "big": "",
    "roman": "", "sans-serif": "", "styled-content": "", "named-content": "", "ovl": "", "nobr": "", "q": "",
}  # fmt: skip
_BLOCKS = frozenset("abstract br break def-list div disp-quote h1 h2 h3 h4 li list list-item ol p sec title ul".split())
_NAMES = "|".join(sorted((re.escape(name) for name in {*_STYLES, *_BLOCKS}), key=len, reverse=True))
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+))*"""
_TAG = re.compile(rf"<(/?)(?:((?:jats|mml|m):[\w-]+)|({_NAMES})){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
# No pattern goes past the start of another element of its kind, so that unclosed elements do not cost quadratic time.
_FORMULA = re.compile(
    r"<(?:jats:)?tex-math\b[^<>]*>((?:[^<]|<(?!/?(?:jats:)?tex-math\b))*+)</(?:jats:)?tex-math>", re.IGNORECASE
)
_MATHML = re.compile(r"<((?:mml:|m:)?math)\b[^<>]*>(?:[^<]|<(?!/?(?:mml:|m:)?math\b))*+</\1>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[((?:[^\]<]|\](?!\]>)|<(?!!\[CDATA\[))*+)\]\]>")
_MAX_DEPTH = 20
_HEADING = re.compile(r"\s*(?:\\textbf\{)?(?:abstract|summary)(?:\})?\s*[.:]?\s*\n", re.IGNORECASE)


def without_entities(text: str) -> str:
    """Return `text` with characters for HTML's entities, even if they are escaped twice."""
    for _ in range(3):
        if "&" not in text or not ENTITY.search(text):
            break
        text = ENTITY.sub(lambda match: unescaped(match[0]), text)
    return text


def to_tex(text: str) -> str:
    """Return `text` with TeX's styles for known tags, and an empty line before each paragraph."""
    if "<" not in text and "&" not in text:
        return text
    text = _CDATA.sub(r"\1", without_entities(text))
    if "<" not in text:
        return text
    if _FORMULA.search(text):
        text = _FORMULA.sub(_formula, _MATHML.sub("", text))
    if not _TAG.search(text):
        return text
    return _HEADING.sub("", re.sub(r"\n\s*\n\s*", "\n\n", _Tags(text).written().strip() + "\n"), count=1).strip()


def _formula(match: re.Match[str]) -> str:
    body = match[1].rpartition(r"\begin{document}")[2].partition(r"\end{document}")[0]
    tex = body.strip().strip("$").strip()
    return f"${tex}$" if tex else ""


class _Tags:
    """One pass over the tags of a text. A style that is not closed is text."""

    def __init__(self, text: str) -> None:
        self.out: list[str] = []
        self.opened: list[tuple[str, int]] = []  # elements, and where in `out` they begin
        done = 0
        for tag in _TAG.finditer(text):
            self.out.append(text[done : tag.start()])
            self._take(tag)
            done = tag.end()
        self.out.append(text[done:])

    def written(self) -> str:
        """Return the text with TeX in place of tags."""
        return "".join(self.out)

    def _take(self, tag: re.Match[str]) -> None:
        name = (tag[3] or tag[2].partition(":")[2]).casefold()
        if name in _BLOCKS:
            self.out.append(self._block(name, closes=bool(tag[1])))
        elif name not in _STYLES:
            self.out.append("")  # of JATS or MathML: only its content matters
        elif tag[1]:
            self._close(name)
        else:
            self._open(name, tag[0])

    def _block(self, name: str, *, closes: bool) -> str:
        if name == "title" and closes:
            return "}\n\n" if self._end_of("title") else "\n\n"
        if name == "title":
            self._open(name, "\n\n")
            return ""
        return "\n\n"

    def _open(self, name: str, written: str) -> None:
        if len(self.opened) < _MAX_DEPTH:
            self.opened.append((name, len(self.out)))
            self.out.append(written)

    def _end_of(self, name: str) -> bool:
        """Make a heading bold, if it was opened and has balanced braces; return whether it is."""
        start = self._opening(name)
        if start is None or not is_balanced(content := "".join(self.out[start + 1 :])) or not content.strip():
            return False
        self.out[start] += "\\textbf{"
        return True

    def _close(self, name: str) -> None:
        start = self._opening(name)
        if start is None:
            return
        content = "".join(self.out[start + 1 :])
        style = _STYLES[name]
        if style and content.strip() and is_balanced(content) and "\n\n" not in content:
            self.out[start:] = [f"\\{style}{{{content}}}"]
        else:
            self.out[start:] = [content]

    def _opening(self, name: str) -> int | None:
        """Discard elements opened since the last `name`, and return the index in `out` at which that begins."""
        for index in range(len(self.opened) - 1, -1, -1):
            if self.opened[index][0] == name:
                start = self.opened[index][1]
                for _, inner in self.opened[index + 1 :]:
                    self.out[inner] = ""
                del self.opened[index:]
                return start
        return None
