r"""Characters of mathematics as TeX's macros: ``μ`` as ``\mu``. LaTeX rejects most of them in a UTF-8 file."""

import itertools
import re
import unicodedata
from collections.abc import Iterable

from broadsheet.text.mathml import symbol

_MACROS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho"
    " sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
    " leq geq neq approx equiv sim simeq cong propto ll gg subset subseteq supset supseteq in notin ni cup cap emptyset"
    " forall exists wedge vee oplus otimes odot ast star circ bullet infty partial nabla sum prod int oint"
    " rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow mapsto uparrow downarrow langle rangle"
    " ell hbar aleph perp parallel angle triangle dagger ddagger gtrsim lesssim lfloor rfloor lceil rceil models vdash"
    " longrightarrow longleftarrow Longrightarrow Longleftarrow triangleq Vert checkmark"
)
_FIXED = {
    "μ": r"\mu", "µ": r"\mu", "−": "-", "∗": "*", "×": r"\times", "±": r"\pm", "·": r"\cdot", "÷": r"\div",
    "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "ε": r"\varepsilon", "ϵ": r"\epsilon", "φ": r"\varphi", "ϕ": r"\phi",
    "√": r"\surd", "∆": r"\Delta", "′": r"{}^\prime", "″": r"{}^{\prime\prime}", "≔": ":=",
    "☉": r"\odot", "★": r"\star",
    **{letter: rf"\mathbb{{{name}}}" for letter, name in zip("ℂℕℙℚℝℤ", "CNPQRZ", strict=True)},
}  # fmt: skip
_SMALL = dict(zip("⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀₁₂₃₄₅₆₇₈₉", "0456789+-n0123456789", strict=True))
_IN_EVERY_FONT = frozenset("×±·÷µ†‡")  # LaTeX has these in text
_ENDS_IN_FORMULA = re.compile(r"(?<!\\)\$\Z")
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot"}
_ACCENTED = re.compile(f"([^\\W\\d_][{''.join(_ACCENTS)}])")
_ALPHABETS = {"DOUBLE-STRUCK": "mathbb", "SCRIPT": "mathcal", "FRAKTUR": "mathfrak"}
_STYLED = re.compile("[\U0001d400-\U0001d7ff]")
_MACRO_OF = {character: rf"\{name}" for name in _MACROS.split() if (character := symbol(name))} | _FIXED
_GREEK = re.compile(r"[Ͱ-Ͽ]+")


def with_macros(formula: str) -> str:
    """Return a formula with macros instead of characters; a space follows where a letter would join the macro."""
    if formula.isascii():
        return formula
    return re.sub(r"[^\x00-\x7f](?P<letter>(?=[A-Za-z]))?", _macro, formula)


def _macro(match: re.Match[str]) -> str:
    character = match[0]
    macro = _styled(character) if _STYLED.match(character) else _MACRO_OF.get(character, character)
    return f"{macro} " if match["letter"] is not None and macro[-1:].isalpha() else macro


def _styled(character: str) -> str:
    """Return the macro of a letter of Unicode's mathematical alphabets."""
    letter = unicodedata.normalize("NFKC", character)
    words = unicodedata.name(character, "")
    alphabet = next((macro for word, macro in _ALPHABETS.items() if word in words and letter.isupper()), "")
    return rf"\{alphabet}{{{letter}}}" if alphabet else _MACRO_OF.get(letter, letter)


def joined(parts: Iterable[str]) -> str:
    """Join text and formulas; empty braces part two formulas, since ``$$`` has another meaning."""
    text = ""
    for part in parts:
        text += "{}" + part if part.startswith("$") and _ENDS_IN_FORMULA.search(text) else part
    return text


def text_with_formulas(text: str) -> str:
    """Return text, whose own characters are escaped, with formulas for symbols and single Greek letters."""
    if text.isascii():
        return text
    parts = _ACCENTED.split(unicodedata.normalize("NFC", text))
    return joined(
        _with_symbols(part) if is_text else _accented(part)
        for part, is_text in zip(parts, itertools.cycle((True, False)))
    )


def _accented(letter_and_mark: str) -> str:
    letter = letter_and_mark[0]
    return rf"$\{_ACCENTS[letter_and_mark[1]]}{{{_MACRO_OF.get(letter, letter)}}}$"


def _with_symbols(text: str) -> str:
    parts = re.split(f"({_GREEK.pattern})", text)
    parts[1::2] = [f"${_MACRO_OF[part]}$" if part in _MACRO_OF else part for part in parts[1::2]]
    parts[::2] = [joined(map(_symbol, part)) for part in parts[::2]]
    return joined(parts)


def _symbol(character: str) -> str:
    if character in _SMALL:
        return rf"\text{'sub' if '₀' <= character <= '₉' else 'super'}script{{{_SMALL[character]}}}"
    if _STYLED.match(character):
        return f"${_styled(character)}$"
    is_macro = character in _MACRO_OF and character not in _IN_EVERY_FONT
    return f"${_MACRO_OF[character]}$" if is_macro else character
