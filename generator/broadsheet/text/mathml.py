"""Conversion of TeX formulas to MathML Core by math-core, whose output is sanitized.

The elements and attributes are those of MathML Core (W3C) and a few of HTML inside ``mtext``. Anything else that
math-core may write is dropped or makes the formula stay TeX. Nothing here links, loads, or runs.
"""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from functools import lru_cache

from math_core import LatexError, LatexToMathML

from broadsheet.text.mathml_macros import MACROS
from broadsheet.text.mathml_repair import prepare, repair
from broadsheet.text.sanitize import clean

MAX_CHARS = 5000
MAX_DEPTH = 60
_MAX_REPAIRS = 16
_MAX_OUTPUT_CHARS = 200_000
_CACHE_SIZE = 16_384  # formulas are short and most of them rare: a larger cache has hardly more hits

ELEMENTS = frozenset([
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msub", "msup", "msubsup", "mover", "munder",
    "munderover", "mmultiscripts", "mprescripts", "none", "msqrt", "mroot", "mfrac", "mtable", "mtr", "mtd", "mpadded",
    "mphantom", "mstyle", "merror", "em", "strong", "code", "span",
])  # fmt: skip
_RENAMED = {"menclose": "mrow", "i": "em", "b": "strong", "a": "span"}
_LENGTH = re.compile(r"-?(?:\d{0,2}(?:\.\d+)?(?:em|ex|pt|px|mu)?|100%|50%)")
_WORD = re.compile(r"[a-z-]+|\d")
_BACK = re.compile(r"margin-left:-(\d{0,2}(?:\.\d+)?)em")
# A strict Content-Security-Policy forbids style attributes: these rules of math-core's are classes of the style sheet.
CLASSES = {
    "text-align:left": "left", "text-align:right": "right", "padding-left:0": "flush-left",
    "padding-right:0": "flush-right", "padding-left:1em": "apart", "font-variant-caps:small-caps": "small-caps",
}  # fmt: skip
STEPS = (1, 2, 3, 4, 5, 6, 9, 12, 18, 36)  # distances by which parts of a formula may close up, in mu (1/18 em)
ATTRIBUTES = {
    "display": _WORD, "displaystyle": _WORD, "scriptlevel": _WORD, "mathvariant": _WORD, "form": _WORD,
    "stretchy": _WORD, "symmetric": _WORD, "largeop": _WORD, "movablelimits": _WORD, "accent": _WORD,
    "accentunder": _WORD, "separator": _WORD, "fence": _WORD, "lspace": _LENGTH, "rspace": _LENGTH,
    "minsize": _LENGTH, "maxsize": _LENGTH, "width": _LENGTH, "height": _LENGTH, "depth": _LENGTH,
    "voffset": _LENGTH, "linethickness": _LENGTH, "columnspan": _WORD, "rowspan": _WORD,
}  # fmt: skip
_TAG = re.compile(r"<[^>]*>")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)(\w+;)")

_options = {"fancy_error": False, "allow_unreliable_rendering": True, "max_expansions": 200}
_converter = LatexToMathML(macros=MACROS, **_options)  # type: ignore[arg-type]
_bare_converter = LatexToMathML(**_options)  # type: ignore[arg-type]


@lru_cache(_CACHE_SIZE)  # 2 % of a cold build: pages, alternates and feeds share formulas
def to_mathml(tex: str, display: bool = False) -> str | None:
    """Return a ``<math>`` element, well-formed XML without entities, or None if the formula has to stay TeX."""
    source = _source(tex, display)
    return None if source is None else sanitize_xml(source)


def to_tree(tex: str, display: bool = False) -> ET.Element | None:
    """Return the ``<math>`` element as a tree."""
    source = _source(tex, display)
    return None if source is None else _parsed(source)


def symbol(name: str) -> str | None:
    r"""Return the characters of a macro without arguments (``alpha``: α, ``times``: ×), or None if it is no such."""
    try:
        source = _bare_converter.convert_with_local_state(rf"\{name}", displaystyle=False)
    except LatexError:
        return None
    text = html.unescape(_TAG.sub("", source)).strip("\u2061\ufe00\ufe01")
    return clean(text) if text and "<mspace width" not in source else None


def takes_arguments(name: str) -> bool:
    r"""Return whether math-core has ``\name`` as a macro with one or two arguments (``frac``, ``mathcal``, ``dot``)."""
    try:
        _bare_converter.convert_with_local_state(rf"\{name}{{x}}{{x}}", displaystyle=False)
    except LatexError:
        return False
    return symbol(name) is None


def _convert(tex: str, display: bool) -> str | None:
    tex = clean(prepare(tex))
    for repairs in range(_MAX_REPAIRS):
        try:
            source = _converter.convert_with_local_state(tex, displaystyle=display)
            return None if repairs and not _TAG.sub("", source).strip() else source  # repairs must leave something
        except LatexError as error:
            repaired = repair(tex, str(error))
            if repaired == tex or len(repaired) > 2 * MAX_CHARS:
                return None
            tex = repaired
    return None


def _source(tex: str, display: bool) -> str | None:
    """Return the unsanitized output of math-core for `tex`, repaired if need be, without entities but XML's."""
    source = _convert(tex, display) if len(tex) <= MAX_CHARS else None
    if source is None or len(source) > _MAX_OUTPUT_CHARS:
        return None
    source = clean(source)
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), source) if "&" in source else source


def sanitize_xml(source: str) -> str | None:
    """Return `source` as well-formed XML of allowed elements and attributes, or None if it cannot be that."""
    tree = _parsed(source)
    return None if tree is None else ET.tostring(tree, encoding="unicode", short_empty_elements=False)


def _parsed(source: str) -> ET.Element | None:
    try:
        tree = ET.fromstring(source)
    except ET.ParseError:  # math-core does not escape some characters that it should
        return None
    return tree if sanitize_tree(tree) else None


def sanitize_tree(tree: ET.Element) -> bool:
    """Drop the attributes of `tree` that are not allowed; return whether its elements are, and its depth is."""
    level = [tree]
    for _ in range(MAX_DEPTH):
        for element in level:
            element.tag = _RENAMED.get(element.tag, element.tag)
            if element.tag not in ELEMENTS:
                return False
            element.attrib = dict(_allowed(element.attrib.items()))
        level = [child for element in level for child in element]
        if not level:
            return True
    return False


def _allowed(attributes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in attributes:
        if name in ATTRIBUTES and ATTRIBUTES[name].fullmatch(value):
            yield name, value
        elif name == "style" and (classes := " ".join(_classes(value))):
            yield "class", classes


def _classes(style: str) -> Iterator[str]:
    """Yield the classes for the rules of a style attribute; a rule without a class is dropped."""
    for rule in style.replace(" ", "").split(";"):
        if rule in CLASSES:
            yield CLASSES[rule]
        elif (margin := _BACK.fullmatch(rule)) and (width := float(margin[1] or 0)):
            yield f"back-{min(STEPS, key=lambda step: abs(step - 18 * width))}"
