"""The aliases of arXiv's categories.

A paper of a category with an alias is listed under both codes, and one of them is always the primary code.
Source: https://arxiv.org/category_taxonomy
"""

from collections.abc import Iterable

_ALIASES = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}
# Archives of the nineties, each of which is now a category of another archive.
SUBSUMED = {
    "acc-phys": "physics.acc-ph",
    "adap-org": "nlin.AO",
    "alg-geom": "math.AG",
    "ao-sci": "physics.ao-ph",
    "atom-ph": "physics.atom-ph",
    "bayes-an": "physics.data-an",
    "chao-dyn": "nlin.CD",
    "chem-ph": "physics.chem-ph",
    "cmp-lg": "cs.CL",
    "comp-gas": "nlin.CG",
    "dg-ga": "math.DG",
    "funct-an": "math.FA",
    "mtrl-th": "cond-mat.mtrl-sci",
    "patt-sol": "nlin.PS",
    "plasm-ph": "physics.plasm-ph",
    "q-alg": "math.QA",
    "solv-int": "nlin.SI",
    "supr-con": "cond-mat.supr-con",
}
_CANONICAL = {alias.casefold(): code for alias, code in (_ALIASES | SUBSUMED).items()}


def canonical(code: str) -> str:
    """Return the primary code of the category `code`; any other text unchanged."""
    return _CANONICAL.get(code.casefold(), code)


def distinct(codes: Iterable[str]) -> tuple[str, ...]:
    """Return each category of `codes` once, by its primary code."""
    return tuple(dict.fromkeys(map(canonical, codes)))


def is_in(codes: Iterable[str], wanted: str) -> bool:
    """Return whether one of `codes`, under any alias, is the category `wanted` or in the archive `wanted`."""
    return any(_belongs(code, wanted) for code in codes)


def other_names(wanted: str) -> tuple[str, ...]:
    """Return the aliases under which papers of a category or an archive may be listed."""
    pairs = [*_ALIASES.items(), *((code, alias) for alias, code in _ALIASES.items())]
    return tuple(other for code, other in pairs if _covers(wanted, code) and not _covers(wanted, other))


def _belongs(code: str, wanted: str) -> bool:
    names = [name for name in (*_ALIASES, *SUBSUMED) if canonical(name) == canonical(code)]
    targets = {wanted, canonical(wanted)}
    return any(_covers(target, name) for target in targets for name in (code, canonical(code), *names))


def _covers(wanted: str, code: str) -> bool:
    return f"{code}.".casefold().startswith(f"{wanted}.".casefold())
