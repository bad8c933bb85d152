"""The scorer of a paper."""

import msgspec

LOCAL_MODEL = "local"  # the name of the local scorer's model


class Scorer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The scorer of a paper: the name of its model, and the hash or name of its rubric."""

    model: str
    rubric: str | None = None
