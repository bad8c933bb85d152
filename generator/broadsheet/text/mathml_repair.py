"""Mend TeX that math-core refuses: first what is always wrong in a lone formula, then what its message points to."""

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
    r"""``\ce{C2H2}``: the numbers behind letters are subscripts."""
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
    """`tex` as math-core should see it at first: no comment, no numbered environment, characters for code points."""
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
    if "\\operatorname" in tex:  # takes letters alone
        tex = re.sub(r"\\operatorname\*?\s*\{(\\[A-Za-z]+\s*\{[A-Za-z]+\})\}", r"{\1}", tex)
    if any(macro in tex for macro in _QUANTITIES):
        tex = in_formulas(tex)
    return tex.strip()


def _character(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return rf"\text{{\{character}}}" if character in "%#&_${}" else rf"\text{{{character}}}"


def mend(tex: str, complaint: str) -> str:
    """`tex` with one more fault mended; the same `tex` when there is no more to try. `complaint` is math-core's."""
    for remedy in _REMEDIES:
        better = remedy(tex, complaint)
        if better != tex:
            return better
    return tex


def _rewritten(tex: str, _: str) -> str:
    for pattern, better in _REWRITES:
        tex = pattern.sub(better, tex)
    return tex


def _known(tex: str, complaint: str) -> str:
    r"""The macro gone, its argument kept: ``\add{x}`` is x; alone, the likeliest meaning of its name."""
    unknown = _UNKNOWN.search(complaint)
    if unknown is None:
        return tex
    macro = rf"\\{unknown[1]}(?![A-Za-z])"
    meaning = guess(unknown[1])
    kept = re.sub(macro + r"\s*(?=\{[^}])", "", tex)
    return kept if kept != tex else re.sub(macro + r"(?:\{\})?", lambda _: meaning, tex)


def _without_environment(tex: str, complaint: str) -> str:
    unknown = _UNKNOWN_ENVIRONMENT.search(complaint)
    return re.sub(rf"\\(?:begin|end)\{{{re.escape(unknown[1])}\}}", "", tex) if unknown else tex


def _single_scripts(tex: str, complaint: str) -> str:
    """``x^a^b``: the second script gets a base of its own."""
    position = int(complaint.partition(":")[0]) if "Duplicate" in complaint else len(tex)
    return f"{tex[:position]}{{}}{tex[position:]}" if position < len(tex) else tex


def _aligned(tex: str, complaint: str) -> str:
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if "table-like" in complaint else tex


def _without_growing_delimiters(tex: str, _: str) -> str:
    return re.sub(r"\\(?:left|right|middle)(?![A-Za-z])\s*\.?", "", tex)


def _environment(found: re.Match[str]) -> str:
    name = _ENVIRONMENTS.get(found[2], found[2])
    return rf"\{found[1]}{{{name}}}" if name else ""


def _balanced(tex: str, _: str) -> str:
    """Every brace with its partner: superfluous closing ones dropped, missing ones added at the end."""
    depth, out, last = 0, [], 0
    for brace in _BRACE.finditer(tex):
        if brace[0] == "}" and depth == 0:
            out.append(tex[last : brace.start()])
            last = brace.end()
        depth = max(0, depth + {"{": 1, "}": -1}.get(brace[0], 0))
    return "".join(out) + tex[last:] + "}" * depth


def _text_arguments(tex: str, _: str) -> str:
    r"""Formulas inside ``\text{}`` moved out of it, and characters escaped that it does not take."""
    out, last = [], 0
    for macro in _TEXT_MACRO.finditer(tex):
        end = _closing_brace(tex, macro.end())
        if macro.start() < last or end is None:
            continue
        parts = tex[macro.end() : end].split("$")
        words = [f"{macro[0]}{_text(part)}}}" if part else "" for part in parts[::2]]
        mixed = [piece for pair in zip(words, [*parts[1::2], ""], strict=False) for piece in pair]
        out += [tex[last : macro.start()], "".join(mixed) or "{}"]
        last = end + 1
    return "".join(out) + tex[last:]


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
    _rewritten, _text_arguments, _known, _without_environment, _single_scripts, _aligned, _balanced,
    _without_growing_delimiters,
)  # fmt: skip
