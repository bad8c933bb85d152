"""The words of the domain as types: paper, score, receipt, state of a day.

These are also the shapes of the files in ``data/``; `broadsheet.store.records` reads and writes them.
"""

from enum import StrEnum
from typing import Annotated, Any

import msgspec

LOCAL = "local"  # the model of the scorer that needs no language model
LARGEST_NUMBER = (1 << 53) - 1  # the largest whole number that JSON readers, floats and SQLite agree on

Count = Annotated[int, msgspec.Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]


class State(StrEnum):
    """What became of a day; the six are never confused with each other."""

    OK = "ok"
    QUIET = "quiet"  # nothing was announced
    PARTIAL = "partial"
    FAILED = "failed"
    MISSING = "missing"
    UNKNOWN = "unknown"  # it has papers, and no receipt says whether they are all


class Scorer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who gave a score: the model's name and the hash or name of the rubric it was given."""

    model: str
    rubric: str | None = None


class Links(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Places that belong to a paper: http(s) URLs, still untrusted."""

    code: str | None = None
    project: str | None = None
    discussion: str | None = None


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One preprint as one source gave it on one day: a line of ``data/papers/YYYY/YYYY-MM-DD.jsonl``.

    All text is as the source wrote it (TeX and all), without control characters: escaping is the view's work.
    `arxiv_id` has no version; an old-style id whose archive was lost (``0411431``) stays as it is and is not linked.
    `relevance` and `novelty` are 1 to 10, or None for an unscored paper. Dates are ISO 8601 text.
    `reasons` say in words which wish of the settings the paper meets (``Followed author: …``, ``Negative keyword: …``).
    `extra` holds the keys of the line that are not named here; they survive a round trip.
    """

    arxiv_id: str
    title: str
    authors: tuple[str, ...] = msgspec.field(default_factory=lambda: ())  # a factory's value is written, a default not
    abstract: str | None = None
    categories: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    version: Count | None = None
    doi: str | None = None
    journal_ref: str | None = None
    arxiv_comment: str | None = None
    relevance: int | float | None = None
    novelty: int | float | None = None
    comment: str | None = None
    topics: tuple[str, ...] = ()
    scorer: Scorer | None = None
    reasons: tuple[str, ...] = ()
    source: str = msgspec.field(default_factory=lambda: "arxiv")
    links: Links | None = None
    upvotes: Count | None = None
    comments: Count | None = None
    announce_type: str | None = None
    extra: dict[str, Any] = {}

    @property
    def score(self) -> int | float | None:
        """Relevance plus novelty, 2 to 20, by which a day is ordered."""
        if self.relevance is None or self.novelty is None:
            return None
        return self.relevance + self.novelty


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


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    state: State
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
    sources: dict[str, Tally] = {}
    started: str | None = None
    finished: str | None = None
    errors: tuple[str, ...] = ()
    note: str | None = None
    extra: dict[str, Any] = {}

    @property
    def scored_nothing(self) -> bool:
        """Papers were scanned by a language model that was never paid: a failure, whatever the file calls it."""
        paid = self.tokens is not None and self.tokens.total > 0
        return bool(self.scanned) and not paid and self.tokens is not None and self.model != LOCAL
