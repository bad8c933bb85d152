"""The reasons for rows without a score, with what to do about each."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from broadsheet.model.paper import Paper
from broadsheet.providers import fields, normalize
from broadsheet.providers.fields import SCORES, Scale

SCORE_THEM = "run 'broadsheet score' to score them"


class ScoreColumn(NamedTuple):
    """The scores of a file under one name: the user's `scale`, else a `guess` of their likely scale.

    `is_off` means that most of them are out of range.
    """

    scale: Scale | None = None
    guess: str | None = None
    is_off: bool = False

    @classmethod
    def of(cls, values: Sequence[object], scale: Scale | None) -> "ScoreColumn":
        """Return the column of these values, which are already on our scale if there is a `scale`."""
        numbers = [normalize.number(raw) for raw in values if raw is not None]
        off = sum([not normalize.is_score(number) for number in numbers])
        return cls(scale, None if scale else fields.guess_scale(numbers), off > 1 and 2 * off > len(numbers))


def _is_off(raw: object) -> bool:
    return not normalize.is_score(normalize.number(raw))


def raw_score(row: object, name: str) -> object:
    """Return the raw score of a row, under an assistant's key or ours."""
    return row.get(name.upper(), row.get(name)) if isinstance(row, dict) else None


def explain_unscored(
    paper: Paper, row: dict[str, Any], odd: Mapping[str, str], columns: Mapping[str, ScoreColumn]
) -> tuple[str, str]:
    """Return the reason why a paper has no score, and a hint; `odd` maps a score to its scale, which is not ours."""
    if odd:
        options = " ".join(f"--scale {name}={scale}" for name, scale in odd.items())
        return f"{' and '.join(odd)} on a scale that is not 1 to 10", f"pass {options}"
    missing = [name for name in SCORES if raw_score(row, name) is None]
    invalid = [name for name in SCORES if name not in missing and _is_off(raw_score(row, name))]
    if invalid:
        return _out_of_range(invalid, columns)
    similar = fields.score_like_keys({name: value for name, value in paper.extra.items() if name != "affiliations"})
    if row.get("SCORE") is not None and similar == ["score"]:
        return "SCORE alone, as of a paper chosen for its author", "nothing to do: it is kept, and orders the paper"
    reason = _missing_reason(missing)
    if similar:
        return _looks_like_score(reason, missing, similar)
    if len(missing) == 1:
        return reason, f"add {missing[0]} (1 to 10), or name its key with --map {missing[0]}=KEY"
    return f"{reason}, and no key that looks like a score", SCORE_THEM


def _missing_reason(missing: Sequence[str]) -> str:
    others = [name for name in SCORES if name not in missing]
    return f"{others[0]} without {missing[0]}" if others else f"no {' and no '.join(missing)}"


def _looks_like_score(reason: str, missing: Sequence[str], similar: Sequence[str]) -> tuple[str, str]:
    keys = ", ".join(map(normalize.excerpt, similar[:5]))
    sources = {name: next((key for key in similar if name in key.casefold()), similar[0]) for name in missing}
    options = " ".join(f"--map {name}={normalize.excerpt(key)}" for name, key in sources.items())
    hint = f"pass {options}, and --scale LOW-HIGH unless it goes from 1 to 10"
    return f"{reason}, but {keys} {'looks' if len(similar) == 1 else 'look'} like a score", hint


def _out_of_range(names: Sequence[str], columns: Mapping[str, ScoreColumn]) -> tuple[str, str]:
    column = columns.get(names[0], ScoreColumn())
    reason = f"{' and '.join(names)} not from {column.scale or '1 to 10'}"
    if not column.is_off:
        return reason, "correct the value"
    return reason, "pass the scale that they are on with --scale" if column.scale else "pass --scale LOW-HIGH"
