"""Text from outside as Markdown, whose characters any parser reads as text; formulas stay TeX.

A formula is a code span between dollars, as on GitHub and GitLab. A parser without mathematics leaves it alone, but
would read ``$a_i$`` as Markdown. Grammar: CommonMark 0.31, with GitHub's extensions.
"""

import re

from broadsheet.text import tex
from broadsheet.text.rendering import plain_node
from broadsheet.text.sanitize import clean, one_line

# Characters with a meaning anywhere; then those that GitHub's Markdown takes for the start of an address.
_SIGNS = re.compile(r"[\\`*_\[\]<>&#~|$^{}@!]")
_ADDRESS = re.compile(r"(?<=www)\.|:(?=//)", re.IGNORECASE)
# The start of a heading, a list, a rule or a definition at the beginning of a line.
_START = re.compile(r"(\d{1,9})(?=[.)])|(?=[-+=:])")
_TICKS = re.compile(r"`+")


def text(source: str) -> str:
    """Return running text (abstracts, comments) as Markdown on one line, which may begin a paragraph."""
    return _started(" ".join("".join(map(_node, tex.parse(clean(source)))).split()))


def title(source: str) -> str:
    """Return `text` of `source` without links, for a place that is a link itself."""
    return _started(" ".join("".join(map(_unlinked, tex.parse(clean(source)))).split()))


def escaped(source: str) -> str:
    """Return plain text (names, venues) as Markdown on one line, which may begin a paragraph."""
    return _started(_inert(one_line(source)))


def link(label: str, url: str) -> str:
    """Return a link. `label` is Markdown already; `url` is approved by `safe_url`, or an address of ours."""
    target = url.replace("&", "&amp;")
    return f"[{label}](<{target}>)" if "(" in target or ")" in target else f"[{label}]({target})"


def _started(line: str) -> str:
    return _START.sub(lambda match: f"{match[0]}\\", line, count=1) if _START.match(line) else line


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
    """Return a code span of `words`, with more backticks around than there are in it."""
    if "`" not in words:
        return f"`{words}`"
    fence = "`" * (1 + max(map(len, _TICKS.findall(words))))
    return f"{fence} {words} {fence}"
