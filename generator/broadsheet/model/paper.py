"""A paper: a line of ``data/papers/``, which `broadsheet.store.records` reads and writes."""

from typing import Any

import msgspec

from broadsheet.model.count import Count
from broadsheet.model.scorer import Scorer

# The key of a row for the UTC time of its last change after readers may have seen its day: the row was added to the
# day, or its text or scores were replaced.
CHANGED = "changed"


def total_score(relevance: float, novelty: float) -> float:
    """Return the sum of two scores, so that equal sums of decimals are equal."""
    return round(relevance + novelty, 6)


class Links(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Links of a paper: http(s) URLs, still untrusted."""

    code: str | None = None
    project: str | None = None
    discussion: str | None = None


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A preprint from one source on one day: a line of ``data/papers/YYYY/YYYY-MM-DD.jsonl``.

    All text is the source's, TeX included, without control characters; views escape it. `arxiv_id` has no version. An
    old-style id without its archive (``0411431``) is not linked. `relevance` and `novelty` are 1 to 10, or None for an
    unscored paper; `local_score`, their sum as the local scorer estimates it with decimals, breaks ties. Dates are ISO
    8601 text. `reasons` name the interests of the settings that match (``Followed author: …``, ``Negative keyword:
    …``). `extra` has the line's other keys, which survive a round trip.
    """

    arxiv_id: str
    title: str
    authors: tuple[str, ...] = msgspec.field(
        default_factory=lambda: ()
    )  # a factory's value is written, a default is not
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
    local_score: int | float | None = None
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
        """Relevance plus novelty, 2 to 20: the order of a day."""
        if self.relevance is None or self.novelty is None:
            return None
        return total_score(self.relevance, self.novelty)

    @property
    def total(self) -> int | float | None:
        """The score; of a paper without one, the total by which its source ranks it: 20 for a followed author."""
        score = self.score
        total = self.extra.get("score") if score is None else score
        return total if isinstance(total, int | float) and 2 <= total <= 20 else None
