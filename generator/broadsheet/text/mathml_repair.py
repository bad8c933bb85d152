"""Repair of TeX that math-core rejects: first of common faults, then of those that its error message names."""

import re
from collections.abc import Callable

from broadsheet.text.mathml_macros import guess
from broadsheet.text.tex_accents import accents
from broadsheet.text.tex_units import in_formulas

_ENVIRONMENTS = {
    "equation": "", "displaymath": "", "math": "", "split": "aligned", "align": "aligned", "alignat": "aligned",
    "flalign": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered",
}  # fmt: skip
_TEXT_MACRO = re.compile(r"\\(?:text(?:rm|bf|it|sf|tt|sc|sl|up|normal)?|[mh]box|operatorname)\s*\{")


def _chemistry(formula: re.Match[str]) -> str:
    r"""Return ``\ce{C2H2}`` with subscripts for the numbers behind letters."""
    return "\\mathrm{" + re.sub(r"(?<=[A-Za-z)])(\d+)", r"_{\1}", formula[1]) + "}"


_REWRITES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\\(?:label|tag|ref|eqref|cite[a-z]*|footnote|vspace|hspace)\*?\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\(?:nonumber|notag|limits|scriptsize|small|tiny|large|Large|centering)(?![A-Za-z])"), ""),
    (re.compile(r"\\(?:href\s*\{[^{}]*\}|url)\s*\{([^{}\\]*)\}"), r"\\text{\1}"),
    (re.compile(r"\\href\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\verb([^A-Za-z\s*])(.*?)\1"), r"\\texttt{\2}"),
    (re.compile(r"\\iso(?:tope)?\s*[\[{](\d+)[\]}]\s*"), r"{}^{\1}\\mathrm"),
    (re.compile(r"\\ce\s*\{([^{}]*)\}"), _chemistry),
    (re.compile(r"([_^])\s*\\(rm|bf|it|tt|sf|cal|frak)(?![A-Za-z])\s*(\{[^{}]*\}|[^\s\\{}])"), r"\1{\\\2 \3}"),
    (re.compile(r"\\\\([{}])"), r"\\\1"),  # escaped twice
)
_DASHES = re.compile(r"\\(?:text[a-z]*|mbox|hbox)\{[^{}]*--[^{}]*\}")
_QUANTITIES = ("\\SI", "\\si{", "\\qty", "\\unit{")
_UNKNOWN = re.compile(r'Unknown command "\\([A-Za-z]+)"')
_UNKNOWN_ENVIRONMENT = re.compile(r'Unknown environment "([^"]+)"')
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def prepare(tex: str) -> str:
    """Return `tex` as math-core's first input: no comment, no numbered environment, characters for code points."""
    if "¥" in tex:  # a Japanese keyboard's backslash
        tex = re.sub(r"¥(?=[A-Za-z,%!;{}])", r"\\", tex)
    if "%" in tex:  # in metadata it is per cent, never a comment
        tex = re.sub(r"(?<!\\)((?:\\\\)*)%", r"\1\\%", tex)
    if "\\deg" in tex:  # after a number it is the sign, not the function
        tex = re.sub(r"(?<=\d)\s*(?:\^?\s*\\deg(?![A-Za-z])|\^\s*\{\s*\\deg\s*\})", r"^{\\circ}", tex)
    if "\\begin" in tex:
        tex = re.sub(r"\\(begin|end)\{([a-z]+)\*?\}(\{\d\})?", _environment, tex)
    if "\\unicode" in tex:
        tex = re.sub(r"\\unicode\{x([0-9A-Fa-f]{1,5})\}", _character, tex)
    if "--" in tex:
        tex = _DASHES.sub(lambda words: words[0].replace("---", "—").replace("--", "–"), tex)
    if "\\operatorname" in tex:  # takes letters only
        tex = re.sub(r"\\operatorname\*?\s*\{(\\[A-Za-z]+\s*\{[A-Za-z]+\})\}", r"{\1}", tex)
    if any(macro in tex for macro in _QUANTITIES):
        tex = in_formulas(tex)
    return tex.strip()


def _character(code: re.Match[str]) -> str:
    character = chr(int(code[1], 16))
    return rf"\text{{\{character}}}" if character in "%#&_${}" else rf"\text{{{character}}}"


def repair(tex: str, error: str) -> str:
    """Return `tex` with one more fault repaired, or unchanged if nothing is left to try. `error` is math-core's."""
    for remedy in _REMEDIES:
        repaired = remedy(tex, error)
        if repaired != tex:
            return repaired
    return tex


def _rewritten(tex: str, _: str) -> str:
    for pattern, replacement in _REWRITES:
        tex = pattern.sub(replacement, tex)
    return tex


def _without_unknown_macro(tex: str, error: str) -> str:
    r"""Replace an unknown macro by its argument (``\add{x}`` is x), or else by the likeliest meaning of its name."""
    unknown = _UNKNOWN.search(error)
    if unknown is None:
        return tex
    macro = rf"\\{unknown[1]}(?![A-Za-z])"
    meaning = guess(unknown[1])
    argument = re.sub(macro + r"\s*(?=\{[^}])", "", tex)
    return argument if argument != tex else re.sub(macro + r"(?:\{\})?", lambda _: meaning, tex)


def _without_environment(tex: str, error: str) -> str:
    unknown = _UNKNOWN_ENVIRONMENT.search(error)
    return re.sub(rf"\\(?:begin|end)\{{{re.escape(unknown[1])}\}}", "", tex) if unknown else tex


def _single_scripts(tex: str, error: str) -> str:
    """Give the second script of ``x^a^b`` a base of its own."""
    position = int(error.partition(":")[0]) if "Duplicate" in error else len(tex)
    return f"{tex[:position]}{{}}{tex[position:]}" if position < len(tex) else tex


def _aligned(tex: str, error: str) -> str:
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if "table-like" in error else tex


def _without_growing_delimiters(tex: str, _: str) -> str:
    return re.sub(r"\\(?:left|right|middle)(?![A-Za-z])\s*\.?", "", tex)


def _environment(delimiter: re.Match[str]) -> str:
    name = _ENVIRONMENTS.get(delimiter[2], delimiter[2])
    return rf"\{delimiter[1]}{{{name}}}" if name else ""


def _balanced(tex: str, _: str) -> str:
    """Drop superfluous closing braces, and add missing ones at the end."""
    depth, out, done = 0, [], 0
    for brace in _BRACE.finditer(tex):
        if brace[0] == "}" and depth == 0:
            out.append(tex[done : brace.start()])
            done = brace.end()
        depth = max(0, depth + {"{": 1, "}": -1}.get(brace[0], 0))
    return "".join(out) + tex[done:] + "}" * depth


def _text_arguments(tex: str, _: str) -> str:
    r"""Move formulas out of ``\text{}``, and escape characters that it does not take."""
    out, done = [], 0
    for macro in _TEXT_MACRO.finditer(tex):
        end = _closing_brace(tex, macro.end())
        if macro.start() < done or end is None:
            continue
        parts = tex[macro.end() : end].split("$")
        words = [f"{macro[0]}{_text(part)}}}" if part else "" for part in parts[::2]]
        mixed = [piece for pair in zip(words, [*parts[1::2], ""], strict=False) for piece in pair]
        out += [tex[done : macro.start()], "".join(mixed) or "{}"]
        done = end + 1
    return "".join(out) + tex[done:]


def _text(part: str) -> str:
    return re.sub(r"(?<!\\)([_&#])", r"\\\1", accents(part)).replace("^", "ˆ")


def _closing_brace(tex: str, pos: int) -> int | None:
    depth = 1
    for brace in _BRACE.finditer(tex, pos):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.start()
    return None


_REMEDIES = (
    _rewritten, _text_arguments, _without_unknown_macro, _without_environment, _single_scripts, _aligned, _balanced,
    _without_growing_delimiters,
)  # fmt: skip
