"""Backslashes that JSON took for escapes: an LLM writes ``"\\beta"``, which JSON reads as U+0008 and ``eta``.

JSON (RFC 8259, section 7) has the escapes b, f, n, r and t. No text has backspaces and form feeds, so before a letter
they are proof. Texts do have tabs and line ends: there the rest of a known macro must follow, in a formula.
"""

import re

_REST_OF_MACROS = {
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
    return rf"{mark}(?:{'|'.join(sorted(_REST_OF_MACROS[mark].split(), key=len, reverse=True))})"


_CERTAIN = re.compile(r"[\b\f](?=[A-Za-z])")
_LIKELY = rf"(?:{'|'.join(map(_macros, _REST_OF_MACROS))})(?![A-Za-z])"  # compiled on demand
_BEFORE_BREAK = frozenset("=<>+,;:-")  # behind these, a line may have been broken before a variable
# No alternative begins with a look behind: a pattern that knows its first characters searches three times as fast.
_FORMULA = re.compile(r"\$(?<!\\\$)[^$]{1,400}(?<!\\)\$|\\\([^$]{1,400}?\\\)|\\\[[^$]{1,400}?\\\]")
_LETTERS = {"\b": "b", "\f": "f", "\t": "t", "\r": "r", "\n": "n"}


def repair_json_escapes(text: str) -> str:
    """Restore the TeX macros of `text` whose first letter JSON turned into a control character."""
    if not any(mark in text for mark in _LETTERS):
        return text
    text = _CERTAIN.sub(_restored, text)
    return _FORMULA.sub(lambda formula: re.sub(_LIKELY, _restored, formula[0]), text)


def _restored(match: re.Match[str]) -> str:
    if match[0] in ("\ne", "\ni", "\nu") and match.string[match.start() - 1] in _BEFORE_BREAK:
        return match[0]
    return "\\" + _LETTERS[match[0][0]] + match[0][1:]
