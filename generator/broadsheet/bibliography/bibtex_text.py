"""Text in BibTeX values: formulas stay TeX, all else is Unicode with TeX's own characters escaped.

TeX runs a title in every document that cites it, so titles are never copied: they are written from the nodes of
`broadsheet.text.tex`. A formula stays TeX only if all its macros are known ones of mathematics.
"""

import re
from urllib.parse import quote

from broadsheet.bibliography.tex_symbols import joined, text_with_formulas, with_macros
from broadsheet.text import tex
from broadsheet.text.mathml import symbol, takes_arguments, to_mathml
from broadsheet.text.sanitize import clean, one_line
from broadsheet.text.unicode_math import unicode_math

# BibTeX counts braces even behind a backslash, hence the long names.
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: "\\" + character for character in "&%$#_"}
_ESCAPED = str.maketrans(_ESCAPES)
_IS_PLAIN = re.compile(r"[A-Za-z0-9.'-]+(?: [A-Za-z0-9.'-]+)*").fullmatch
_STYLES = {"em": "emph", "strong": "textbf", "code": "texttt", "sub": "textsubscript", "sup": "textsuperscript"}
_SIZES = [f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "m", "r")]
_STRUCTURES = frozenset(
    ["begin", "end", "left", "right", "middle", "limits", "nolimits", "displaystyle", "not", *_SIZES]
)
_MACRO = re.compile(r"\\([A-Za-z]+|.|$)")
_SYMBOLS = frozenset(",;:!>|{}%#&_ \\")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)(?:\{(?:[bBpvV]?matrix|smallmatrix|aligned|array|cases|gathered|split)\})?")
_BARE_SPECIAL = re.compile(r"(?<!\\)[%#]")


def text(source: str) -> str:
    """Return running text (titles, venues) as a BibTeX value with balanced braces, without the outer braces."""
    return one_line(joined(map(_node, tex.parse(clean(source)))))


def escaped(source: str) -> str:
    """Return plain text (names, numbers) as a BibTeX value. Most names need no change."""
    return source if _IS_PLAIN(source) else one_line(source).translate(_ESCAPED)


def verbatim(source: str) -> str:
    """Return an address or identifier, unchanged but for percent-encoded spaces, braces and backslashes."""
    return re.sub(r"[\s{}\\]", lambda match: quote(match[0]), source)


def _node(node: tex.Node) -> str:
    match node:
        case tex.Text(words):
            return text_with_formulas(words.translate(_ESCAPED))
        case tex.Math(formula):
            safe = formula_as_tex(formula)
            return f"${safe}$" if safe else text_with_formulas(escaped(unicode_math(formula)))
        case tex.Styled(element, children):
            return f"\\{_STYLES[element]}{{{joined(map(_node, children))}}}"
        case tex.Link(_, children):
            return joined(map(_node, children))


def formula_as_tex(formula: str) -> str | None:
    """Return a formula that TeX may run (known macros, balanced braces, no character codes like ``^^5c``), or None."""
    line = one_line(formula).replace(r"\{", r"\lbrace ").replace(r"\}", r"\rbrace ")
    if "$" in line or "^^" in line or not _is_balanced(line) or to_mathml(formula) is None:
        return None
    has_known_environments = all(delimiter.endswith("}") for delimiter in _ENVIRONMENT.findall(line))
    if not has_known_environments or not all(map(_is_known, _MACRO.findall(line))):
        return None
    line = with_macros(_BARE_SPECIAL.sub(r"\\\g<0>", line))
    return line if r"\begin" in line else re.sub(r"(?<!\\)&", r"\\&", line)


def _is_known(name: str) -> bool:
    return name in _SYMBOLS or name in _STRUCTURES or symbol(name) is not None or takes_arguments(name)


def _is_balanced(line: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", line):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
