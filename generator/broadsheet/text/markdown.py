"""Text from outside as it may stand in Markdown: characters that read as text to any parser, formulas as their TeX.

A formula is written as GitHub and GitLab write one, a code span between dollars: a parser that knows no mathematics
leaves it alone, where ``$a_i$`` would be read as Markdown. Grammar: CommonMark 0.31, with GitHub's extensions.
"""

import re

from broadsheet.text import tex
from broadsheet.text.rendering import plain_node
from broadsheet.text.sanitize import clean, one_line

# What starts something wherever it stands; and what GitHub's Markdown takes for the start of an address.
_SIGNS = re.compile(r"[\\`*_\[\]<>&#~|$^{}@!]")
_ADDRESS = re.compile(r"(?<=www)\.|:(?=//)", re.IGNORECASE)
# What starts something at the beginning of a line: a heading, a list, a rule, a definition.
_START = re.compile(r"(\d{1,9})(?=[.)])|(?=[-+=:])")
_TICKS = re.compile(r"`+")


def text(source: str) -> str:
    """Running text (abstracts, comments) on one line of Markdown, also fit for the start of one."""
    return _started(" ".join("".join(map(_node, tex.parse(clean(source)))).split()))


def title(source: str) -> str:
    """The same for a place that is a link itself: without links."""
    return _started(" ".join("".join(map(_unlinked, tex.parse(clean(source)))).split()))


def escaped(source: str) -> str:
    """Plain text (names, venues) on one line, also fit for the start of one."""
    return _started(_inert(one_line(source)))


def link(label: str, url: str) -> str:
    """A link; `label` is Markdown already, and `url` is one that `safe_url` has approved, or an address of ours."""
    to = url.replace("&", "&amp;")
    return f"[{label}](<{to}>)" if "(" in to or ")" in to else f"[{label}]({to})"


def _started(line: str) -> str:
    return _START.sub(lambda found: f"{found[0]}\\", line, count=1) if _START.match(line) else line


def _inert(words: str) -> str:
    words = _SIGNS.sub(r"\\\g<0>", words)
    return _ADDRESS.sub(r"\\\g<0>", words) if "://" in words or "www." in words.lower() else words


def _node(node: tex.Node) -> str:
    match node:
        case tex.Text(words):
            return _inert(words)
        case tex.Math(formula):
            return f"${_code(' '.join(formula.split()))}$"
        case tex.Styled(element, children):
            return _inert(plain_node(node)) if element in ("sub", "sup") else "".join(map(_node, children))
        case tex.Link(url, children):
            return link("".join(map(_node, children)), url)


def _unlinked(node: tex.Node) -> str:
    return "".join(map(_unlinked, node.children)) if isinstance(node, tex.Link) else _node(node)


def _code(words: str) -> str:
    """A code span that shows `words`, with more backticks around than there are in it."""
    if "`" not in words:
        return f"`{words}`"
    fence = "`" * (1 + max(map(len, _TICKS.findall(words))))
    return f"{fence} {words} {fence}"
