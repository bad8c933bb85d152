r"""Macros torn apart on their way: arXiv took the ``\b`` of ``\beta`` for an accent, and wrote ``\b{eta}``."""

import re
from functools import cache

from broadsheet.text.mathml import symbol, takes_arguments

_TORN = re.compile(r"\\([A-Za-z])\{([a-z]{1,14})\}(?=(.?))")
_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho "
    "varrho sigma varsigma tau upsilon phi varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)
_SHORT = frozenset({"mu", "nu"})  # others of two letters may be anybody's: \p{i}, \x{i}
_STRUCTURE = frozenset(
    "begin end left right middle big bigl bigr bigg biggl biggr Big Bigl Bigr Bigg Biggl Biggr limits nolimits "
    "cite ref eqref label footnote href url".split()
)
_ACCENTS = frozenset("bcdfhknrtuv")  # of TeX or of JSON: the macros that more than Greek was taken for


def mend(text: str) -> str:
    """Return `text` with torn macros whole."""
    return _TORN.sub(_whole, text) if "{" in text else text


def _whole(found: re.Match[str]) -> str:
    name, follows = found[1] + found[2], found[3]
    if not _is_macro(name):
        return found[0]
    if symbol(name) is not None:
        return f"\\{name}{'' if follows in ('{', '_', '^') else '{}'}"
    if name.startswith("text") and follows != "{":
        return name  # its words are lost: what is left is all that there is to read
    return f"\\{name}{' ' if follows.isalnum() else ''}"


@cache
def _is_macro(name: str) -> bool:
    if name in _GREEK:
        return len(name) > 2 or name in _SHORT
    if name in _STRUCTURE:
        return True
    return len(name) > 2 and name[0] in _ACCENTS and (symbol(name) is not None or takes_arguments(name))
