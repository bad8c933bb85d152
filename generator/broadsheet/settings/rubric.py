"""The rubric of the scores, and the prompt that contains it."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from broadsheet.settings.document import Fault
from broadsheet.text.suggestion import closest

LOWEST, HIGHEST = 1, 10
PLACEHOLDERS = ("{rubric}", "{topics}", "{papers}")
Score = Annotated[int, msgspec.Meta(ge=LOWEST, le=HIGHEST)]


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A span of scores, such as 9 to 10 of relevance, and its meaning."""

    low: Score
    high: Score
    name: str
    description: str
    example: str = ""


class Rubric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The two scales, best grade first."""

    relevance: tuple[Grade, ...] = ()
    novelty: tuple[Grade, ...] = ()


class Prompt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The prompt of a language model; ``{rubric}``, ``{topics}`` and ``{papers}`` stand for those parts."""

    system: str = ""
    user: str = ""


def faults(rubric: Rubric, prompt: Prompt) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    yield from _scale_faults("relevance", rubric.relevance)
    yield from _scale_faults("novelty", rubric.novelty)
    if prompt.user:
        yield from _prompt_faults(prompt.user, rubric)


def _scale_faults(scale: str, grades: Sequence[Grade]) -> Iterator[Fault]:
    """Yield the faults of one scale: grades upside down are errors, scores with no grade or with two are warnings."""
    owners: dict[int, list[Grade]] = {score: [] for score in range(LOWEST, HIGHEST + 1)}
    for index, grade in enumerate(grades):
        if grade.low > grade.high:
            what = f"rubric.{scale}[{index}]: low {grade.low} is above high {grade.high}"
            yield Fault(("rubric", scale, str(index), "low"), what, "exchange them")
        for score in range(grade.low, grade.high + 1):
            owners[score].append(grade)
    missing = [str(score) for score, names in owners.items() if not names]
    if grades and missing:
        what = f"rubric.{scale}: no grade for {', '.join(missing)}"
        yield Fault(("rubric", scale), what, "let the grades cover 1 to 10", is_warning=True)
    for index, grade in enumerate(grades):
        shared = [str(score) for score, names in owners.items() if grade in names[1:]]
        if shared:
            what = f"rubric.{scale}[{index}]: {', '.join(shared)} has another grade too"
            yield Fault(("rubric", scale, str(index), "low"), what, "give each score one grade", is_warning=True)


def _prompt_faults(text: str, rubric: Rubric) -> Iterator[Fault]:
    path = ("prompt", "user")
    if "{papers}" not in text:
        yield Fault(path, "prompt.user: no {papers}", "write {papers} where the papers are to be")
    names = [name for name in re.findall(r"\{[A-Za-z_]+\}", text) if name not in PLACEHOLDERS]
    for name in dict.fromkeys(names):
        if match := closest(name, PLACEHOLDERS):
            yield Fault(path, f"prompt.user: {name} stands for nothing", f"did you mean {match}?", is_warning=True)
    for name, is_set in (("{topics}", True), ("{rubric}", bool(rubric.relevance or rubric.novelty))):
        if is_set and name not in text:
            what = f"prompt.user: no {name}, so the model is not given them"
            yield Fault(path, what, f"write {name} where they are to be", is_warning=True)
