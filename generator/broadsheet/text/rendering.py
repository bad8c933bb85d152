"""Rendering of text from outside: as HTML, as one line of plain characters, as a citation.

All foreign text goes through here before readers see it. `html` and `citation` return `Markup`, which templates do not
escape again. The others return plain characters, which templates escape.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import nh3
from markupsafe import Markup

from broadsheet.text.mathml import to_mathml
from broadsheet.text.sanitize import clean, escaped, one_line
from broadsheet.text.tex import Link, Math, Node, Styled, Text, parse
from broadsheet.text.unicode_math import linear, script, unicode_math

CITATION_TAGS = frozenset(["i", "b", "em", "strong", "sub", "sup"])

_PARAGRAPH = re.compile(r"\n[ \t]*\r?\n\s*")
_SPACE = re.compile(r"[\t\r\n][ \t\r\n]*| [ \t\r\n]+")  # all but the single space


@lru_cache(4096)  # 2 % of a cold build
def plain(text: str) -> str:
    """Return `text` as one line of Unicode without TeX, Markdown or markup: for titles and mail. Not escaped."""
    return one_line("".join(map(plain_node, parse(clean(text)))))


def html(text: str) -> Markup:
    """Return `text` as inline HTML that is also well-formed XML: escaped, formulas as MathML, safe addresses linked.

    Elements are those of MathML and ``a em strong code sub sup span br``. A formula that cannot be converted stays TeX
    in ``<code class="tex">``. An empty line becomes a line break.
    """
    return Markup(inline(text))


def linear_html(text: str) -> Markup:
    """Return `html` of `text` without MathML, sub- and superscripts: it says the same once all tags are removed.

    Formulas are Unicode on one line. One that cannot be that stays TeX.
    """
    return Markup(_from_nodes(parse(clean(text)), _linear).strip())


def linear_title(text: str) -> Markup:
    """Return `linear_html` of `text` without links, for a place that is a link itself."""
    markup = linear_html(text)
    return Markup(escaped(plain(text))) if "<a " in markup else markup


def inline(text: str) -> str:
    """Return `html` of `text` as a plain string, for functions that write markup themselves."""
    return _from_nodes(parse(clean(text)), _html).strip()


def title(text: str) -> Markup:
    """Return `html` of `text` without links, for a place that is a link itself."""
    markup = html(text)
    return Markup(escaped(plain(text))) if "<a " in markup else markup


def citation(html: str) -> Markup:
    """Return a repository's citation, whose inline HTML keeps no tags but ``i b em strong sub sup``."""
    cleaned = nh3.clean(
        clean(html),
        tags=set(CITATION_TAGS),
        clean_content_tags={"script", "style"},
        attributes={},
        strip_comments=True,
        link_rel=None,
    )
    return Markup(one_line(cleaned.replace("&nbsp;", "\N{NO-BREAK SPACE}")))


def plain_node(node: Node) -> str:
    """Return a node as plain characters, not escaped."""
    match node:
        case Text(text):
            return text
        case Math(tex):
            return unicode_math(tex)
        case Styled(element, children):
            content = "".join(map(plain_node, children))
            return script("^" if element == "sup" else "_", content) if element in ("sub", "sup") else content
        case Link(_, children):
            return "".join(map(plain_node, children))


def _from_nodes(nodes: Iterable[Node], to_html: Callable[[Node], str]) -> str:
    return "".join(map(to_html, nodes))


def _html(node: Node) -> str:
    match node:
        case Math(tex, display):
            mathml = to_mathml(tex, display)
            return _with_alttext(mathml, tex) if mathml else f'<code class="tex">{_paragraphs(tex.strip())}</code>'
        case _:
            return _around(node, _html)


def _with_alttext(mathml: str, tex: str) -> str:
    """Add the TeX for programs that do not render MathML (MathML 3, section 2.2.1)."""
    return f'<math alttext="{escaped(one_line(tex))}"{mathml.removeprefix("<math")}'


def _linear(node: Node) -> str:
    match node:
        case Math(tex):
            text = linear(tex)
            return escaped(text) if text is not None else f'<code class="tex">{_paragraphs(tex.strip())}</code>'
        case Styled(element, _) if element in ("sub", "sup"):
            return escaped(plain_node(node))
        case _:
            return _around(node, _linear)


def _around(node: Text | Styled | Link, to_html: Callable[[Node], str]) -> str:
    """Return a node that is no formula, with its children as `to_html` returns them."""
    match node:
        case Text(text):
            return _paragraphs(text)
        case Styled(element, children):
            return f"<{element}>{_from_nodes(children, to_html)}</{element}>"
        case Link(url, children):
            return f'<a href="{escaped(url)}" rel="noopener nofollow ugc">{_from_nodes(children, to_html)}</a>'


def _paragraphs(text: str) -> str:
    if "\n" in text:
        return "<br/>".join([escaped(_SPACE.sub(" ", paragraph)) for paragraph in _PARAGRAPH.split(text)])
    return escaped(_SPACE.sub(" ", text) if "  " in text or "\t" in text or "\r" in text else text)
