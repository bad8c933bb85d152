"""The scorer of a paper."""

import msgspec

LOCAL_MODEL = "local"  # the model of the scorer that needs no language model


class Scorer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who gave a score: the model's name and the hash or name of the rubric it was given."""

    model: str
    rubric: str | None = None
