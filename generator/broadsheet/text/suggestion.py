"""Suggestions for misspelled names."""

from collections.abc import Iterable
from difflib import get_close_matches

CUTOFF = 0.7  # of the similarity of two names, from 0 to 1


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that `name` probably means, in any case; None if none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    matches = get_close_matches(name.casefold(), by_folded, 1, CUTOFF)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, names: Iterable[str], otherwise: str) -> str:
    """Return a hint that suggests the closest of `names`, or `otherwise`."""
    match = closest(name, names)
    return f"did you mean {match}?" if match else otherwise
