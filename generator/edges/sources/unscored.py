"""The reasons why rows come in without a score, so that none is dropped in silence."""

from collections.abc import Mapping
from typing import Any

from generator.edges.sources import fields, mending
from generator.edges.sources.fields import SCORES
from generator.ground.model import Paper


def raw_score(row: object, name: str) -> object:
    """Return a score as it stands in a row, under the key of assistants or ours."""
    return row.get(name.upper(), row.get(name)) if isinstance(row, dict) else None


def why_unscored(paper: Paper, row: dict[str, Any], odd: Mapping[str, str] = {}) -> tuple[str, str]:
    """Return why a paper came in without a score, and what to do; `odd` are its scores that are on another scale."""
    if odd:
        options = " ".join(f"--scale {name}={scale}" for name, scale in odd.items())
        return f"{' and '.join(odd)} on a scale that is not 1 to 10", f"pass {options}"
    useless = [name for name in SCORES if getattr(paper, name) is None and raw_score(row, name) is not None]
    if useless:
        return f"{' and '.join(useless)} not from 1 to 10", "correct the value, or pass --scale LOW-HIGH"
    missing = [name for name in SCORES if getattr(paper, name) is None]
    alike = fields.keys_like_scores({name: value for name, value in paper.extra.items() if name != "affiliations"})
    if row.get("SCORE") is not None and alike == ["score"]:
        return "SCORE alone, as of a paper chosen for its author", "nothing: kept as score, listed before the unscored"
    what = "relevance without novelty" if missing == ["novelty"] else f"no {' and no '.join(missing)}"
    if alike:
        keys = ", ".join(map(mending.shown, alike[:5]))
        do = f"pass --map {missing[0]}={mending.shown(alike[0])}, and --scale LOW-HIGH unless it goes from 1 to 10"
        return f"{what}, but {keys} {'looks' if len(alike) == 1 else 'look'} like a score", do
    if len(missing) == 1:
        return what, f"add {missing[0]} (1 to 10), or name its key with --map {missing[0]}=KEY"
    return f"{what}, and no key that looks like a score", "nothing, if they have none; digest score gives them one"
