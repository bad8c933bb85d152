"""``data/replies/YYYY/YYYY-MM-DD.jsonl``: what a language model was paid for on a day, request by request.

Nothing in there is asked, or paid, twice. It stands in ``data/`` since it cannot be made again for nothing: CI keeps
that folder by a commit, while caches come and go. A line is on the disk before the next request is made; one that a
crash cut off counts for nothing.
"""

import os
from pathlib import Path

import msgspec

from generator.edges.scoring.pricing import Bill
from generator.edges.scoring.verdicts import Verdict
from generator.ground.errors import Problem
from generator.ground.files import read_regular
from generator.ground.model import Tokens


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request that was answered: verdicts by arXiv id, and for each the hash of what the model saw of the paper.

    `tokens` and `bill` are None where they are unknown.
    """

    model: str
    rubric: str | None = None
    tokens: Tokens | None = None
    bill: Bill | None = None
    sent: dict[str, str] = {}
    verdicts: dict[str, Verdict] = {}


_REQUEST = msgspec.json.Decoder(Request)


class Kept:
    """The requests of one day, in the order in which they were made. `label` names the file in messages."""

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self._verdicts: dict[tuple[str, str, str, str | None], Verdict] = {}
        self.requests: list[Request] = []
        self.problems: list[Problem] = []
        data = read_regular(path) if os.path.lexists(path) else b""
        self._broken_off = bool(data) and not data.endswith(b"\n")
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                self._read(line, f"{label}:{number}")

    def _read(self, line: bytes, where: str) -> None:
        try:
            self._take(_REQUEST.decode(line))
        except (msgspec.MsgspecError, RecursionError):
            do = "mend it from the history of data/, or delete it: its papers are then paid for again"
            self.problems.append(Problem(where, "a kept reply that cannot be read", do, note=True))

    def _take(self, request: Request) -> None:
        self.requests.append(request)
        for arxiv_id, verdict in request.verdicts.items():
            self._verdicts[arxiv_id, request.sent.get(arxiv_id, ""), request.model, request.rubric] = verdict

    def verdict(self, arxiv_id: str, sent: str, model: str, rubric: str) -> Verdict | None:
        """What this model said, under this very rubric, of a paper of which it saw just what it would see now."""
        return self._verdicts.get((arxiv_id, sent, model, rubric))

    def add(self, request: Request) -> None:
        """Keep one more; it is on the disk when this returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write((b"\n" if self._broken_off else b"") + msgspec.json.encode(request) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._broken_off = False
        self._take(request)
