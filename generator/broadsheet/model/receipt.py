"""A receipt: a file of ``data/runs/``, which `broadsheet.store.records` reads and writes."""

from typing import Any

import msgspec

from broadsheet.model.count import Count
from broadsheet.model.scorer import LOCAL_MODEL
from broadsheet.model.state import DayState


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Language-model tokens of a run; `cached` are the part of `prompt` that was billed as cached."""

    prompt: Count = 0
    completion: Count = 0
    total: Count = 0
    cached: Count = 0


class Cost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money, in `currency` (ISO 4217). None is unknown, which is not nothing."""

    prompt: float | None = None
    completion: float | None = None
    total: float | None = None
    currency: str = "USD"


class NearMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that the prefilter left out by a little; `score` is the relevance, 1 to 10, it was expected to have."""

    arxiv_id: str
    title: str
    score: float


class SourceStats(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one source gave for a day. `condition`: ok, quiet, stale or failed.

    `fetched` papers were given as new, `duplicates` of them stand on an earlier day (id → that day); both are unknown
    for a source that is not asked by the day. `replaced` counts new versions of papers that were announced before,
    `renewed` the papers whose votes or comments changed since. `open` says why more may come; it is empty once nothing
    more can. `empty_since` is the UTC time of the first request that brought nothing, though papers were usual; older
    receipts have its day alone, as `empty_on`, of which the last second is taken.
    """

    condition: str
    announced: Count | None = None
    fetched: Count | None = None
    replaced: Count | None = None
    renewed: Count | None = None
    duplicates: dict[str, str] = {}
    open: str = ""
    empty_since: str | None = None
    empty_on: str | None = None

    def __post_init__(self) -> None:
        if self.empty_on:
            msgspec.structs.force_setattr(self, "empty_since", self.empty_since or f"{self.empty_on}T23:59:59Z")
            msgspec.structs.force_setattr(self, "empty_on", None)


class ScorerShare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of several scorers of a day: how many of its papers have their score from it, and what it was paid.

    `model` is empty where it is not on record.
    """

    model: str = ""
    rubric: str | None = None
    scored: int = msgspec.field(default_factory=lambda: 0)  # a factory's value is written, a default not
    tokens: Tokens | None = None
    cost: Cost | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened on a day: ``data/runs/YYYY/YYYY-MM-DD.json``. None is unknown, which is not zero.

    announced → fetched → (minus duplicates) scanned → relevant (shown); `dropped` counts the rest by reason.
    `scored` counts the papers that the scorer was to score and did; `unscored` says of each other one why not.
    `near_misses` are the most promising of those that the prefilter left out, best first.
    `scorers` stand there if a day has more than one: `model` is then the main one, `tokens` and `cost` are the sums.
    `sources` stand in the receipts that `broadsheet run` writes, whose sums are exact (docs/running.md): fetched =
    duplicates + scanned, and scanned = relevant + dropped + unscored. `started` and `finished` are UTC.
    """

    date: str
    state: DayState
    model: str | None = None
    rubric: str | None = None
    tokens: Tokens | None = None
    cost: Cost | None = None
    scorers: tuple[ScorerShare, ...] = ()
    announced: Count | None = None
    fetched: Count | None = None
    duplicates: Count | None = None
    scanned: Count | None = None
    relevant: Count | None = None
    replaced: Count | None = None
    dropped: dict[str, Count] = {}
    scored: Count | None = None
    unscored: dict[str, str] = {}
    near_misses: tuple[NearMiss, ...] = ()
    sources: dict[str, SourceStats] = {}
    started: str | None = None
    finished: str | None = None
    errors: tuple[str, ...] = ()
    note: str | None = None
    extra: dict[str, Any] = {}

    @property
    def scored_nothing(self) -> bool:
        """Papers were scanned by a language model that was never paid: a failure, whatever the file calls it."""
        paid = self.tokens is not None and self.tokens.total > 0
        return bool(self.scanned) and not paid and self.tokens is not None and self.model != LOCAL_MODEL
