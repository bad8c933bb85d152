"""Markup that other programs leave in titles and abstracts: HTML, JATS (as Crossref has it).

What is known becomes the TeX that `broadsheet.text.tex` reads, so that every page, feed and bibliography says the
same; what is not known stays text. Source: https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/face-markup/
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
# None of these goes past where another of its kind begins: an unclosed one costs no more than what follows it.
_FORMULA = re.compile(
    r"<(?:jats:)?tex-math\b[^<>]*>((?:[^<]|<(?!/?(?:jats:)?tex-math\b))*+)</(?:jats:)?tex-math>", re.IGNORECASE
)
_MATHML = re.compile(r"<((?:mml:|m:)?math)\b[^<>]*>(?:[^<]|<(?!/?(?:mml:|m:)?math\b))*+</\1>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[((?:[^\]<]|\](?!\]>)|<(?!!\[CDATA\[))*+)\]\]>")
_DEEPEST = 20
_HEADING = re.compile(r"\s*(?:\\textbf\{)?(?:abstract|summary)(?:\})?\s*[.:]?\s*\n", re.IGNORECASE)


def without_entities(text: str) -> str:
    """Return `text` with characters in place of HTML's entities, also where they are escaped twice."""
    for _ in range(3):
        if "&" not in text or not ENTITY.search(text):
            break
        text = ENTITY.sub(lambda match: unescaped(match[0]), text)
    return text


def to_tex(text: str) -> str:
    """Return `text` with TeX's styles in place of known tags, an empty line where a paragraph begins."""
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
            self.out.append("")  # of JATS or MathML: its content counts
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
        if len(self.opened) < _DEEPEST:
            self.opened.append((name, len(self.out)))
            self.out.append(written)

    def _end_of(self, name: str) -> bool:
        """Make a heading bold, if it was opened and has balanced braces."""
        start = self._opening(name)
        if start is None or not is_balanced(inside := "".join(self.out[start + 1 :])) or not inside.strip():
            return False
        self.out[start] += "\\textbf{"
        return True

    def _close(self, name: str) -> None:
        start = self._opening(name)
        if start is None:
            return
        inside = "".join(self.out[start + 1 :])
        style = _STYLES[name]
        if style and inside.strip() and is_balanced(inside) and "\n\n" not in inside:
            self.out[start:] = [f"\\{style}{{{inside}}}"]
        else:
            self.out[start:] = [inside]

    def _opening(self, name: str) -> int | None:
        """Forget what was opened since the last `name`, and return where that begins."""
        for at in range(len(self.opened) - 1, -1, -1):
            if self.opened[at][0] == name:
                start = self.opened[at][1]
                for _, inner in self.opened[at + 1 :]:
                    self.out[inner] = ""
                del self.opened[at:]
                return start
        return None
