r"""Repair of split macros: arXiv took the ``\b`` of ``\beta`` for an accent, and wrote ``\b{eta}``."""

import re

from broadsheet.text.mathml import symbol, takes_arguments

_SPLIT = re.compile(r"\\([A-Za-z])\{([a-z]{1,14})\}(?=(.?))")
_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho "
    "varrho sigma varsigma tau upsilon phi varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)
_SHORT = frozenset({"mu", "nu"})  # others of two letters may be an author's own: \p{i}, \x{i}
_STRUCTURE = frozenset(
    "begin end left right middle big bigl bigr bigg biggl biggr Big Bigl Bigr Bigg Biggl Biggr limits nolimits "
    "cite ref eqref label footnote href url".split()
)
_ACCENTS = frozenset("bcdfhknrtuv")  # of TeX or JSON: the first letters of split macros that are not Greek


def repair(text: str) -> str:
    """Return `text` with its split macros joined."""
    return _SPLIT.sub(_joined, text) if "{" in text else text


def _joined(match: re.Match[str]) -> str:
    name, following = match[1] + match[2], match[3]
    if not _is_macro(name):
        return match[0]
    if symbol(name) is not None:
        return f"\\{name}{'' if following in ('{', '_', '^') else '{}'}"
    if name.startswith("text") and following != "{":
        return name  # its words are lost: the name is all that is left to read
    return f"\\{name}{' ' if following.isalnum() else ''}"


def _is_macro(name: str) -> bool:
    if name in _GREEK:
        return len(name) > 2 or name in _SHORT
    if name in _STRUCTURE:
        return True
    return len(name) > 2 and name[0] in _ACCENTS and (symbol(name) is not None or takes_arguments(name))
