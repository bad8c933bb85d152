"""Text from outside, made fit for the place it goes: a page, a feed, a title, a name.

This is the one door between strangers' text and what readers see. `html` and `citation` return `Markup`, which
templates do not escape again; everything else returns plain characters, which they do.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import nh3
from markupsafe import Markup

from broadsheet.text.json_escapes import repair_json_escapes
from broadsheet.text.mathml import to_mathml
from broadsheet.text.sanitize import clean, escaped, one_line, safe_url, signs
from broadsheet.text.tex import Link, Math, Node, Styled, Text, is_marked, parse
from broadsheet.text.tex_names import name
from broadsheet.text.unicode_math import script, unicode_math

__all__ = [
    "citation", "clean", "html", "inline", "name", "one_line", "plain", "repair_json_escapes", "safe_url", "title",
]  # fmt: skip

CITATION_TAGS = frozenset(["i", "b", "em", "strong", "sub", "sup"])

_PARAGRAPH = re.compile(r"\n[ \t]*\r?\n\s*")
_ESCAPED = frozenset("<>&'\"")
_SPACE = re.compile(r"[\t\r\n][ \t\r\n]*| [ \t\r\n]+")  # all but the single space, which is to stay as it is


@lru_cache(4096)
def plain(text: str) -> str:
    """`text` as one line of Unicode without TeX, Markdown or markup: for titles, feed titles, mail. Not escaped."""
    return one_line("".join(map(plain_node, parse(clean(text)))))


def html(text: str) -> Markup:
    """`text` as inline HTML that is also well-formed XML: escaped, formulas as MathML, safe addresses linked.

    Elements: those of MathML, ``a em strong code sub sup span br``. A formula that cannot be converted stays TeX in
    ``<code class="tex">``. An empty line is a line break.
    """
    return Markup(inline(text))


def inline(text: str) -> str:
    """What `html` gives, as a string like any other: for functions that write markup themselves."""
    told = signs(text)
    if is_marked(told) or not told.isprintable() or "--" in text or "://" in text or "  " in text:
        return _from_nodes(parse(clean(text))).strip()
    return (text if _ESCAPED.isdisjoint(told) else escaped(text)).strip()


@lru_cache(4096)
def title(text: str) -> Markup:
    """`text` as `html` has it, yet without links, for a place that is one itself."""
    marked = html(text)
    return Markup(escaped(plain(text))) if "<a " in marked else marked


def citation(html: str) -> Markup:
    """The inline HTML a repository wrote into a citation, with ``i b em strong sub sup`` and no other tag."""
    kept = nh3.clean(
        clean(html),
        tags=set(CITATION_TAGS),
        clean_content_tags={"script", "style"},
        attributes={},
        strip_comments=True,
        link_rel=None,
    )
    return Markup(one_line(kept.replace("&nbsp;", "\N{NO-BREAK SPACE}")))


def plain_node(node: Node) -> str:
    """A node as plain characters, not escaped."""
    match node:
        case Text(text):
            return text
        case Math(tex):
            return unicode_math(tex)
        case Styled(element, children):
            inside = "".join(map(plain_node, children))
            return script("^" if element == "sup" else "_", inside) if element in ("sub", "sup") else inside
        case Link(_, children):
            return "".join(map(plain_node, children))


def _from_nodes(nodes: Iterable[Node]) -> str:
    return "".join([_paragraphs(it.text) if type(it) is Text else _html(it) for it in nodes])


def _html(node: Node) -> str:
    match node:
        case Math(tex, display):
            return to_mathml(tex, display) or f'<code class="tex">{_paragraphs(tex.strip())}</code>'
        case Text(text):
            return _paragraphs(text)
        case Styled(element, children):
            return f"<{element}>{_from_nodes(children)}</{element}>"
        case Link(url, children):
            return f'<a href="{escaped(url)}" rel="noopener nofollow ugc">{_from_nodes(children)}</a>'


def _paragraphs(text: str) -> str:
    if "\n" in text:
        return "<br/>".join([escaped(_SPACE.sub(" ", paragraph)) for paragraph in _PARAGRAPH.split(text)])
    return escaped(_SPACE.sub(" ", text) if "  " in text or "\t" in text or "\r" in text else text)
