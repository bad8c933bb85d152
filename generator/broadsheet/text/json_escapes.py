"""Backslashes that JSON ate: a model writes ``"\\beta"`` with one backslash, and the reader gets U+0008 and ``eta``.

JSON (RFC 8259, section 7) knows the escapes b, f, n, r and t. Backspace and form feed stand in no text, so before a
letter they are proof. Tab and line ends do stand in texts: there the rest of a known macro must follow, in a formula.
"""

import re

_EATEN = {
    "\t": "an anh au binom ext extbf extcolor extit extrm extsc extsf extsubscript extsuperscript exttt extup frac "
    "herefore heta hickapprox hicksim hinspace ilde imes o op r riangle riangledown riangleleft rianglelefteq riangleq "
    "riangleright rianglerighteq woheadleftarrow woheadrightarrow",
    "\r": "angle brace brack ceil ef floor ho hd ight ightarrow ightarrowtail ightharpoondown ightharpoonup "
    "ightleftarrows ightleftharpoons ightrightarrows ightsquigarrow ing isingdotseq lap m times vert Vert",
    "\n": "Leftarrow Leftrightarrow Rightarrow VDash Vdash abla cong e earrow eg eq exists geq geqq geqslant gtr i "
    "leftarrow leftrightarrow leq leqq leqslant less mid olimits onumber ot otag otin parallel prec preceq rightarrow "
    "shortmid sim subseteq succ succeq supseteq triangleleft trianglelefteq triangleright trianglerighteq u vDash "
    "vdash warrow ewline",
}


def _macros(mark: str) -> str:
    return rf"{mark}(?:{'|'.join(sorted(_EATEN[mark].split(), key=len, reverse=True))})"


_CERTAIN = re.compile(r"[\b\f](?=[A-Za-z])")
_LIKELY = rf"(?:{'|'.join(map(_macros, _EATEN))})(?![A-Za-z])"  # compiled for the first text that needs it
_GOING_ON = frozenset("=<>+,;:-")  # behind these, a line may have been broken before a variable
_FORMULA = re.compile(r"(?<!\\)\$[^$]{1,400}(?<!\\)\$|\\\([^$]{1,400}?\\\)|\\\[[^$]{1,400}?\\\]")
_LETTERS = {"\b": "b", "\f": "f", "\t": "t", "\r": "r", "\n": "n"}


def repair_json_escapes(text: str) -> str:
    """`text` with its TeX macros restored where JSON turned their first letter into a control character."""
    if not any(mark in text for mark in _LETTERS):
        return text
    text = _CERTAIN.sub(_restored, text)
    if "$" not in text and "\\" not in text:  # no formula, as in most: `_FORMULA` would try every letter
        return text
    return _FORMULA.sub(lambda formula: re.sub(_LIKELY, _restored, formula[0]), text)


def _restored(found: re.Match[str]) -> str:
    if found[0] in ("\ne", "\ni", "\nu") and found.string[found.start() - 1] in _GOING_ON:
        return found[0]
    return "\\" + _LETTERS[found[0][0]] + found[0][1:]
