"""Whom to ask about next, and when to stop: batches, what is left in batches again, then one by one. Pure.

No paper takes another one with it: what a reply lacks is asked for again, what is declined in company is asked alone,
and what still has no verdict gets the reason.

Several batches may be under way at once. They are judged in the order in which they were sent, and each is sent when a
fixed number of those before it has been judged: so what is asked, and what comes of it, does not depend on timing. The
first goes alone. It finds out whether the endpoint answers at all, and endpoints that keep the beginning of a prompt
have it for the others.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from broadsheet.model.model import Paper
from broadsheet.scoring.llm.client import Why
from broadsheet.scoring.llm.prompt import batches
from broadsheet.scoring.llm.replies import Verdict

_UNREACHED = 3  # requests in a row, each of them tried several times: then the endpoint is down
_REFUSED = 5  # requests, while nothing was ever answered: then it refuses everything

Progress = Callable[[int, int], None]


class Heard(NamedTuple):
    """What came of asking about some papers: verdicts, and the reason for each paper without; `why` if none came."""

    verdicts: dict[str, Verdict]
    faults: dict[str, str]
    why: Why | None = None


Reply = Callable[[], Heard]  # waits for what comes of a request that was sent
Send = Callable[[Sequence[Paper]], Reply | None]  # None while the budget does not cover one more


class Rounds:
    """The rounds over some papers, `parallel` requests at a time; afterwards each has a verdict or a reason.

    `unpaid` is the reason of those for whom the budget is too small.
    """

    def __init__(
        self, papers: Sequence[Paper], send: Send, progress: Progress, *, parallel: int = 1, unpaid: str = ""
    ) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.reasons: dict[str, str] = {}
        self._papers, self._send, self._progress = papers, send, progress
        self._parallel, self._unpaid = parallel, unpaid
        self._under_way: deque[tuple[Reply, Sequence[Paper]]] = deque()
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
                self._ask(batch, patience)
            while self._under_way:
                self._judge_next(patience)
        if self._stop:
            self._leave()

    def _ask(self, batch: Sequence[Paper], patience: int) -> None:
        """Send `batch` as soon as there is room for it, if nothing says stop before."""
        while len(self._under_way) >= (self._parallel if self._answered else 1):
            self._judge_next(patience)
        while not self._stop:
            if reply := self._send(batch):
                self._under_way.append((reply, batch))
                return
            if not self._under_way:
                self._hear(Heard({}, {paper.arxiv_id: self._unpaid for paper in batch}, Why.HOPELESS), batch, patience)
                return
            self._judge_next(patience)

    def _judge_next(self, patience: int) -> None:
        reply, batch = self._under_way.popleft()
        self._hear(reply(), batch, patience)

    def _hear(self, heard: Heard, batch: Sequence[Paper], patience: int) -> None:
        self.verdicts |= heard.verdicts
        self._done |= heard.verdicts.keys()
        self.reasons |= heard.faults
        if not self._stop:
            self._last = next(iter(heard.faults.values()), "")
        self._answered |= heard.why is None
        self._unreached = self._unreached + 1 if heard.why is Why.UNREACHED else 0
        self._refused += heard.why is Why.REFUSED
        refuses_all = not self._answered and self._refused >= patience
        self._stop |= heard.why is Why.HOPELESS or self._unreached >= _UNREACHED or refuses_all
        if heard.why in (Why.DECLINED, Why.REFUSED):
            (self._done if len(batch) == 1 else self._alone).update(heard.faults)
        self._progress(len(self.verdicts), len(self._papers))

    def _leave(self) -> None:
        """Name the reason for the stop for those who were not asked about any more."""
        for paper in self._papers:
            if paper.arxiv_id not in self._done:
                self.reasons.setdefault(paper.arxiv_id, self._last)
