"""The rubric of the scores, and the prompt that contains it."""

import msgspec


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A span of scores, such as 9 to 10 of relevance, and its meaning."""

    low: int
    high: int
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
