"""The rubric of the scores, and the prompt that contains it."""

import re
from collections.abc import Iterable, Iterator, Sequence
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
    graded: set[int] = set()
    for index, grade in enumerate(grades):
        path, name = ("rubric", scale, str(index), "low"), f"rubric.{scale}[{index}]"
        scores = set(range(grade.low, grade.high + 1))
        if not scores:
            yield Fault(path, f"{name}: low {grade.low} is above high {grade.high}", "exchange them")
        if shared := graded & scores:
            what = f"{name}: {_numbers(shared)} has a second grade"
            yield Fault(path, what, "give each score one grade", is_warning=True)
        graded |= scores
    if grades and (missing := set(range(LOWEST, HIGHEST + 1)) - graded):
        what = f"rubric.{scale}: no grade for {_numbers(missing)}"
        yield Fault(("rubric", scale), what, "let the grades cover 1 to 10", is_warning=True)


def _numbers(scores: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(scores)))


def _prompt_faults(text: str, rubric: Rubric) -> Iterator[Fault]:
    path = ("prompt", "user")
    if "{papers}" not in text:
        yield Fault(path, "prompt.user: no {papers}", "write {papers} where the papers belong")
    names = [name for name in re.findall(r"\{[A-Za-z_]+\}", text) if name not in PLACEHOLDERS]
    for name in dict.fromkeys(names):
        if match := closest(name, PLACEHOLDERS):
            yield Fault(path, f"prompt.user: {name} is no placeholder", f"did you mean {match}?", is_warning=True)
    for name, is_set in (("{topics}", True), ("{rubric}", bool(rubric.relevance or rubric.novelty))):
        if is_set and name not in text:
            what = f"prompt.user: no {name}, so the model does not see them"
            yield Fault(path, what, f"write {name} where they belong", is_warning=True)
