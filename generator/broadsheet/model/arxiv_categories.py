"""arXiv's categories and archives, and their aliases.

A paper of a category with an alias is listed under both codes, and one of them is always the primary code.
Source: https://arxiv.org/category_taxonomy
"""

from collections.abc import Iterable
from functools import lru_cache

_ALIASES = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}
# Archives of the nineties, each of which is now a category of another archive.
_SUBSUMED = {
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
_ARCHIVES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO SC"
    " SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph"
    " geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}
# Every archive and category of today, and the archives that are now categories of others.
CODES = frozenset(
    {*_ARCHIVES, *_SUBSUMED, *(f"{archive}.{name}" for archive, names in _ARCHIVES.items() for name in names.split())}
)
_CANONICAL = {alias.casefold(): code for alias, code in (_ALIASES | _SUBSUMED).items()}


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


@lru_cache(4096)
def _belongs(code: str, wanted: str) -> bool:
    names = [name for name in (*_ALIASES, *_SUBSUMED) if canonical(name) == canonical(code)]
    targets = {wanted, canonical(wanted)}
    return any(_covers(target, name) for target in targets for name in (code, canonical(code), *names))


def _covers(wanted: str, code: str) -> bool:
    return f"{code}.".casefold().startswith(f"{wanted}.".casefold())
