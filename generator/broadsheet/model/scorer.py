"""The scorer of a paper."""

from typing import NamedTuple

import msgspec

LOCAL_MODEL = "local"  # the name of the local scorer's model
UNTRAINED = "words"  # the local scorer's rubric without a trained model


class Scorer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The scorer of a paper: the name of its model, and the hash or name of its rubric."""

    model: str
    rubric: str | None = None


class ScorerName(NamedTuple):
    """A scorer as drift tells scorers apart. An empty part is unknown."""

    model: str
    rubric: str


def scorer_name(model: str | None, rubric: str | None) -> ScorerName:
    """Return the name of a scorer. The local model has a new hash after each training: that is no other rubric."""
    is_trained = model == LOCAL_MODEL and rubric not in (None, "", UNTRAINED)
    return ScorerName(model or "", "trained" if is_trained else rubric or "")
