"""A receipt: a file of ``data/runs/``, which `broadsheet.store.records` reads and writes."""

from typing import Any

import msgspec

from broadsheet.model.count import Count
from broadsheet.model.scorer import LOCAL_MODEL
from broadsheet.model.state import DayState


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The LLM tokens of a run. `cached` is the part of `prompt` that was billed as cached."""

    prompt: Count = 0
    completion: Count = 0
    total: Count = 0
    cached: Count = 0


class Cost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount of money in `currency` (ISO 4217). None is unknown, which is not zero."""

    prompt: float | None = None
    completion: float | None = None
    total: float | None = None
    currency: str = "USD"


class NearMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A paper just below the prefilter's threshold. `score` is its predicted relevance, 1 to 10."""

    arxiv_id: str
    title: str
    score: float


class SourceStats(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The counts of one source on a day. `status` is ok, quiet, stale or failed.

    `fetched` counts new papers, of which `duplicates` are on an earlier day (id → that day). Both are unknown for a
    source that has no days. `replaced` counts new versions of announced papers, `renewed` papers with new votes or
    comments. `open` is the reason why more papers may come; it is empty once none can. `empty_since` is the UTC time of
    the first request without papers on a usual day. Older receipts have only its day (`empty_on`), read as its end.
    """

    status: str
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
    """One of several scorers of a day: the number of its papers and its cost. `model` is empty if unrecorded."""

    model: str = ""
    rubric: str | None = None
    scored: int = msgspec.field(default_factory=lambda: 0)  # a factory's value is written, a default not
    tokens: Tokens | None = None
    cost: Cost | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The receipt of a day: ``data/runs/YYYY/YYYY-MM-DD.json``. None is unknown, which is not zero.

    announced → fetched → (minus duplicates) scanned → shown; `dropped` counts the rest by reason. `scored`
    counts the scored papers; `unscored` has a reason for each of the others (id → reason). `near_misses` are the most
    promising papers that the prefilter dropped, best first. A day with several scorers has `scorers`: `model` is then
    the main one, `tokens` and `cost` are the sums. Only `broadsheet run` writes `sources`; then the sums are exact
    ('broadsheet docs running'): fetched = duplicates + scanned, and scanned = shown + dropped + unscored. `started` and
    `finished` are UTC.
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
    shown: Count | None = None
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
        """True if an LLM was to score papers but used no tokens: a failure, whatever `state` is."""
        return bool(self.scanned) and self.tokens is not None and self.tokens.total <= 0 and self.model != LOCAL_MODEL
