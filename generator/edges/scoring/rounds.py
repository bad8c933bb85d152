"""Whom to ask about next, and when to stop: batches, what is left in batches again, then one by one. Pure.

No paper takes another one with it: what a reply lacks is asked for again, what is declined in company is asked alone,
and what still has no verdict gets the reason.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from generator.edges.scoring.endpoint import Why
from generator.edges.scoring.question import batches
from generator.edges.scoring.verdicts import Verdict
from generator.ground.model import Paper

_UNREACHED = 3  # requests in a row, each of them tried several times: then the endpoint is down
_REFUSED = 5  # requests, while nothing was ever answered: then it refuses everything

Progress = Callable[[int, int], None]


class Heard(NamedTuple):
    """What came of asking about some papers: verdicts, and the reason for each paper without; `why` if none came."""

    verdicts: dict[str, Verdict]
    faults: dict[str, str]
    why: Why | None = None


class Rounds:
    """The rounds over some papers. `ask` asks about a few of them; afterwards each has a verdict or a reason."""

    def __init__(self, papers: Sequence[Paper], ask: Callable[[Sequence[Paper]], Heard], progress: Progress) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.reasons: dict[str, str] = {}
        self._papers, self._ask, self._progress = papers, ask, progress
        self._alone: set[str] = set()  # not to be asked about in company again
        self._done: set[str] = set()
        self._stop, self._last = False, ""
        self._unreached = self._refused = 0
        self._answered = False

    def make(self, size: int) -> None:
        """Ask about all papers, `size` at a time first."""
        patience = max(_REFUSED, -(-len(self._papers) // size))
        for now, company in ((size, True), (size, True), (1, False)):
            left = [paper for paper in self._papers if paper.arxiv_id not in self._done]
            for batch in batches([p for p in left if not (company and p.arxiv_id in self._alone)], now):
                self._hear(self._ask(batch), batch)
                self._progress(len(self.verdicts), len(self._papers))
                if self._stop or self._unreached >= _UNREACHED or (not self._answered and self._refused >= patience):
                    self._leave()
                    return

    def _hear(self, heard: Heard, batch: Sequence[Paper]) -> None:
        self.verdicts |= heard.verdicts
        self._done |= heard.verdicts.keys()
        self.reasons |= heard.faults
        self._last = next(iter(heard.faults.values()), "")
        self._answered |= heard.why is None
        self._unreached = self._unreached + 1 if heard.why is Why.UNREACHED else 0
        self._refused += heard.why is Why.REFUSED
        self._stop = heard.why is Why.HOPELESS
        if heard.why in (Why.DECLINED, Why.REFUSED):
            (self._done if len(batch) == 1 else self._alone).update(heard.faults)

    def _leave(self) -> None:
        """Name the reason for the stop for those who were not asked about any more."""
        for paper in self._papers:
            if paper.arxiv_id not in self._done:
                self.reasons.setdefault(paper.arxiv_id, self._last)
