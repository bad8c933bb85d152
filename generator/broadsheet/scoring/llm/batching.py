"""Batch and retry policy: two rounds in batches, then one paper at a time. Pure.

No paper fails because of another one. A paper without a rating is sent again; a paper of a declined batch is sent
alone; a paper that still has no rating gets a reason.

Several requests may be in flight. Their results are recorded in the order of sending, and each request waits for a
fixed earlier one. So neither requests nor results depend on timing. The first request goes alone: it shows whether the
endpoint works, and an endpoint that caches the beginning of a prompt has it for the next ones.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from broadsheet.model.paper import Paper
from broadsheet.scoring.llm.completion import FailureKind
from broadsheet.scoring.llm.prompt import batches
from broadsheet.scoring.llm.replies import Rating

_MAX_UNAVAILABLE = 3  # requests in a row, each with its retries; then the endpoint is down
_MAX_REJECTED = 5  # requests before the first completion; then the endpoint rejects everything

Progress = Callable[[int, int], None]


class BatchResult(NamedTuple):
    """The result of one request: ratings, and a reason for every other paper; `failure` if there was no completion."""

    ratings: dict[str, Rating]
    faults: dict[str, str]
    failure: FailureKind | None = None


Pending = Callable[[], BatchResult]  # waits for the result of a request in flight
Send = Callable[[Sequence[Paper]], Pending | None]  # None while the budget cannot afford the request


class BatchRunner:
    """A runner of requests about `papers`, at most `parallel` at once. Each paper ends with a rating or a reason.

    `unaffordable` is the reason of papers that the budget is too small for.
    """

    def __init__(
        self, papers: Sequence[Paper], send: Send, progress: Progress, *, parallel: int = 1, unaffordable: str = ""
    ) -> None:
        self.ratings: dict[str, Rating] = {}
        self.reasons: dict[str, str] = {}
        self._papers, self._send, self._progress = papers, send, progress
        self._parallel, self._unaffordable = parallel, unaffordable
        self._in_flight: deque[tuple[Pending, Sequence[Paper]]] = deque()
        self._only_singly: set[str] = set()
        self._done: set[str] = set()
        self._stopped, self._last_fault = False, ""
        self._unavailable = self._rejected = 0
        self._completed = False
        self._max_rejected = _MAX_REJECTED

    def run(self, size: int) -> None:
        """Request ratings of all papers, first in batches of `size`."""
        self._max_rejected = max(_MAX_REJECTED, -(-len(self._papers) // size))
        for batch_size, batched in ((size, True), (size, True), (1, False)):
            skipped = self._done | self._only_singly if batched else self._done
            for batch in batches([paper for paper in self._papers if paper.arxiv_id not in skipped], batch_size):
                self._start(batch)
            while self._in_flight:
                self._finish_first()
        if self._stopped:
            self._explain_unsent()

    def _start(self, batch: Sequence[Paper]) -> None:
        """Send `batch` as soon as there is room for it, unless the run has stopped."""
        while len(self._in_flight) >= (self._parallel if self._completed else 1):
            self._finish_first()
        while not self._stopped:
            if pending := self._send(batch):
                self._in_flight.append((pending, batch))
                return
            if not self._in_flight:
                faults = {paper.arxiv_id: self._unaffordable for paper in batch}
                self._record(BatchResult({}, faults, FailureKind.FATAL), batch)
                return
            self._finish_first()

    def _finish_first(self) -> None:
        pending, batch = self._in_flight.popleft()
        self._record(pending(), batch)

    def _record(self, result: BatchResult, batch: Sequence[Paper]) -> None:
        self.ratings |= result.ratings
        self._done |= result.ratings.keys()
        self.reasons |= result.faults
        if not self._stopped:
            self._last_fault = next(iter(result.faults.values()), "")
        self._completed |= result.failure is None
        self._unavailable = self._unavailable + 1 if result.failure is FailureKind.UNAVAILABLE else 0
        self._rejected += result.failure is FailureKind.REJECTED
        rejects_all = not self._completed and self._rejected >= self._max_rejected
        self._stopped |= result.failure is FailureKind.FATAL or self._unavailable >= _MAX_UNAVAILABLE or rejects_all
        if result.failure in (FailureKind.DECLINED, FailureKind.REJECTED):
            (self._done if len(batch) == 1 else self._only_singly).update(result.faults)
        self._progress(len(self.ratings), len(self._papers))

    def _explain_unsent(self) -> None:
        """Give the reason of the stop to the papers of no request."""
        for paper in self._papers:
            if paper.arxiv_id not in self._done:
                self.reasons.setdefault(paper.arxiv_id, self._last_fault)
