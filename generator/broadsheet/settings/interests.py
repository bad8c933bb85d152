"""What a digest's readers asked for beside topics: whom to follow, how much to read closely, how much to show."""

import re
from typing import Annotated

import msgspec

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?%")


class Follow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names whose papers are always kept: `authors` as they sign, `institutions` as their affiliations say."""

    authors: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of `broadsheet run`: the least relevance of a paper that is shown, and how many days back are repaired."""

    min_relevance: Annotated[float, msgspec.Meta(ge=1, le=10)] = 5
    backfill_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 7


class Prefilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a day the local model passes on to the language model: a share (``keep: 50 %``) or a `recall`.

    `recall` is the share of the good papers that must not be lost, 0 to 1. With neither, all are passed on.
    `near_misses` is how many of those left out are named on the day's page.
    """

    keep: str = ""
    recall: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    near_misses: Annotated[int, msgspec.Meta(ge=0, le=100)] = 10

    @property
    def share(self) -> float | None:
        """What `keep` says, 0 to 1."""
        found = _SHARE.fullmatch(self.keep.strip())
        return float(found[1]) / 100 if found else None

    @property
    def fault(self) -> tuple[str, str] | None:
        """What is wrong with it, and what to do."""
        if self.keep and self.recall is not None:
            return "prefilter has both keep and recall", "leave one of them out"
        if self.keep and not 0 < (self.share or 0) <= 1:
            return f"prefilter.keep: {self.keep!r} is no share of a day", "write a percentage, like 50 %"
        return None
