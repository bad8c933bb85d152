r"""Macros torn apart on their way: arXiv took the ``\b`` of ``\beta`` for an accent, and wrote ``\b{eta}``."""

import re
from functools import cache

from generator.ground.mathml import symbol, takes_arguments

_TORN = re.compile(r"\\([A-Za-z])\{([a-z]{1,14})\}(?=(.?))")
_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho "
    "varrho sigma varsigma tau upsilon phi varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)
_SHORT = frozenset({"mu", "nu"})  # others of two letters may be anybody's: \p{i}, \x{i}
_ACCENTS = frozenset("bcdfhknrtuv")  # of TeX or of JSON: the macros that more than Greek was taken for


def mend(text: str) -> str:
    """Return `text` with torn macros whole."""
    return _TORN.sub(_whole, text) if "{" in text else text


def _whole(found: re.Match[str]) -> str:
    name = found[1] + found[2]
    return f"\\{name}{'' if found[3] in ('{', '_', '^') else '{}'}" if _is_macro(name) else found[0]


@cache
def _is_macro(name: str) -> bool:
    if name in _GREEK:
        return len(name) > 2 or name in _SHORT
    return len(name) > 2 and name[0] in _ACCENTS and (symbol(name) is not None or takes_arguments(name))
