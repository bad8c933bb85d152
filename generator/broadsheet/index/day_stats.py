"""Counts of a day: its scores, topics and scorers. Pure.

They are a few hundred bytes in the day's row, so that counting through ten years reads no paper.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from broadsheet.index.days import Entry
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.scorer import ScorerName, scorer_name


class ScorerStats(msgspec.Struct, frozen=True, array_like=True):
    """The listed papers of a day that one scorer scored, and the sums of their scores."""

    model: str
    rubric: str
    papers: int
    relevance: float
    novelty: float

    @property
    def name(self) -> ScorerName:
        """The name of the scorer."""
        return ScorerName(self.model, self.rubric)


class DayStats(msgspec.Struct, frozen=True, array_like=True):
    """The counts of a day.

    `scores` are (relevance, novelty, number of papers), `topics` the number of papers of each, `dropped` (score, number
    of papers) of the papers that are scored but not listed, `unscored` the number of those listed without a score.
    """

    scores: tuple[tuple[float, float, int], ...] = ()
    topics: dict[str, int] = {}
    scorers: tuple[ScorerStats, ...] = ()
    dropped: tuple[tuple[float, int], ...] = ()
    unscored: int = 0


def day_stats(entries: Sequence[Entry], receipt: Receipt | None = None, dropped: Sequence[Paper] = ()) -> DayStats:
    """Count the scores, topics and scorers of a day. A paper without a scorer has that of the receipt."""
    papers = (entry.paper for entry in entries)
    scores = Counter((p.relevance, p.novelty) for p in papers if p.relevance is not None and p.novelty is not None)
    topics = Counter(topic for entry in entries for topic in entry.topics)
    return DayStats(
        tuple((*pair, number) for pair, number in sorted(scores.items())),
        dict(sorted(topics.items())),
        tuple(_scorer_stats(entries, receipt)),
        tuple(sorted(_dropped_scores(entries, dropped).items())),
        sum(entry.paper.score is None for entry in entries),
    )


def _scorer_stats(entries: Sequence[Entry], receipt: Receipt | None) -> Iterator[ScorerStats]:
    groups: dict[ScorerName, list[Paper]] = {}
    for entry in entries:
        if entry.paper.score is not None:
            groups.setdefault(_name(entry.paper, receipt), []).append(entry.paper)
    for name, papers in sorted(groups.items()):
        sums = [round(sum(getattr(paper, scale) for paper in papers), 6) for scale in ("relevance", "novelty")]
        yield ScorerStats(*name, len(papers), *sums)


def _name(paper: Paper, receipt: Receipt | None) -> ScorerName:
    model, rubric = (receipt.model, receipt.rubric) if receipt else (None, None)
    if paper.scorer is None:
        return scorer_name(model, rubric)
    return scorer_name(paper.scorer.model, paper.scorer.rubric or (rubric if paper.scorer.model == model else None))


def _dropped_scores(entries: Sequence[Entry], dropped: Sequence[Paper]) -> Counter[float]:
    """Count the scores of the papers that are not listed, each once."""
    listed_ids = {entry.paper.arxiv_id for entry in entries}
    scores = {paper.arxiv_id: paper.score for paper in dropped if paper.arxiv_id not in listed_ids}
    return Counter(score for score in scores.values() if score is not None)
