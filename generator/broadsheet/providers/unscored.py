"""The reasons why rows come in without a score, so that none is dropped in silence."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from broadsheet.model.paper import Paper
from broadsheet.providers import fields, normalize
from broadsheet.providers.fields import SCORES, Scale

SCORE_THEM = "run 'broadsheet score' to score them"


class ScoreColumn(NamedTuple):
    """All the scores of a file under one name: the scale that the user gave, else the one on which they seem to be.

    `is_off` if most of them are out of range.
    """

    scale: Scale | None = None
    guess: str | None = None
    is_off: bool = False

    @classmethod
    def of(cls, values: Sequence[object], scale: Scale | None) -> "ScoreColumn":
        """Judge these values, which are on our scale already if there is a `scale`."""
        numbers = [normalize.number(raw) for raw in values if raw is not None]
        off = sum(not normalize.is_score(number) for number in numbers)
        return cls(scale, None if scale else fields.guess_scale(numbers), off > 1 and 2 * off > len(numbers))


def _is_off(raw: object) -> bool:
    return not normalize.is_score(normalize.number(raw))


def raw_score(row: object, name: str) -> object:
    """Return a score as it stands in a row, under the key of assistants or ours."""
    return row.get(name.upper(), row.get(name)) if isinstance(row, dict) else None


def explain_unscored(
    paper: Paper, row: dict[str, Any], odd: Mapping[str, str] = {}, columns: Mapping[str, ScoreColumn] = {}
) -> tuple[str, str]:
    """Return why a paper came in without a score, and what to do; `odd` are its scores that are on another scale."""
    if odd:
        options = " ".join(f"--scale {name}={scale}" for name, scale in odd.items())
        return f"{' and '.join(odd)} on a scale that is not 1 to 10", f"pass {options}"
    missing = [name for name in SCORES if raw_score(row, name) is None]
    useless = [name for name in SCORES if name not in missing and _is_off(raw_score(row, name))]
    if useless:
        return _why_out_of_range(useless, columns)
    alike = fields.score_like_keys({name: value for name, value in paper.extra.items() if name != "affiliations"})
    if row.get("SCORE") is not None and alike == ["score"]:
        return "SCORE alone, as of a paper chosen for its author", "nothing to do: it is kept, and orders the paper"
    what = _half(missing[0]) if len(missing) == 1 else f"no {' and no '.join(missing)}"
    if alike:
        keys = ", ".join(map(normalize.excerpt, alike[:5]))
        do = f"pass --map {missing[0]}={normalize.excerpt(alike[0])}, and --scale LOW-HIGH unless it goes from 1 to 10"
        return f"{what}, but {keys} {'looks' if len(alike) == 1 else 'look'} like a score", do
    if len(missing) == 1:
        return what, f"add {missing[0]} (1 to 10), or name its key with --map {missing[0]}=KEY"
    return f"{what}, and no key that looks like a score", SCORE_THEM


def _half(missing: str) -> str:
    (other,) = {*SCORES} - {missing}
    return f"{other} without {missing}"


def _why_out_of_range(names: Sequence[str], columns: Mapping[str, ScoreColumn]) -> tuple[str, str]:
    column = columns.get(names[0], ScoreColumn())
    what = f"{' and '.join(names)} not from {column.scale or '1 to 10'}"
    if not column.is_off:
        return what, "correct the value"
    return what, "pass the scale that they are on with --scale" if column.scale else "pass --scale LOW-HIGH"
