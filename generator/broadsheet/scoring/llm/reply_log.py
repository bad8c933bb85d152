"""``data/replies/YYYY/YYYY-MM-DD.jsonl``: what a language model was paid for on a day, request by request.

Nothing in there is asked, or paid, twice. It stands in ``data/`` since it cannot be made again for nothing: CI keeps
that folder by a commit, while caches come and go. A line with the reply is on the disk before anything is made of it.
At the end of a run the new lines stand in the order of their requests, whichever came back first, with the verdicts in
place of the reply; a reply that lacks some stays, to be read again by a later version of the program. A line that a
crash cut off counts for nothing.
"""

import itertools
import os
import threading
from collections import Counter
from pathlib import Path

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.model import Tokens
from broadsheet.scoring.llm import replies as verdicts
from broadsheet.scoring.llm.budget import Charge
from broadsheet.scoring.llm.replies import Verdict
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular

# Paid replies without a verdict on a paper after which it is not asked about again: in all, which is two runs' worth,
# and to requests about it alone. A paper in its company may be the reason why the others failed.
MOST_USELESS, MOST_USELESS_ALONE = 6, 2
_LONGEST_REPLY = 100_000  # characters of a reply that is worth keeping for later


class LoggedRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request that was answered: verdicts by arXiv id, and for each paper the hash of what the model saw of it.

    `tokens` and `bill` are None where they are unknown. `reply` is what the model wrote, `cut` whether it came to the
    limit of tokens. In lines of earlier versions `sent` has the papers with a verdict only.
    """

    model: str
    rubric: str | None = None
    tokens: Tokens | None = None
    charge: Charge | None = None
    input_hashes: dict[str, str] = {}
    verdicts: dict[str, Verdict] = {}
    reply: str | None = None
    cut: bool = False

    @property
    def useless(self) -> set[str]:
        """The papers that were asked about for nothing."""
        return self.input_hashes.keys() - self.verdicts.keys()


_REQUEST = msgspec.json.Decoder(LoggedRequest)


class ReplyLog:
    """The requests of one day, in the order in which they were made. `label` names the file in messages."""

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._verdicts: dict[tuple[str, str, str, str | None], Verdict] = {}
        self._useless: Counter[tuple[str, str, str, str | None]] = Counter()
        self._useless_alone: Counter[tuple[str, str, str, str | None]] = Counter()
        self._old: list[LoggedRequest] = []
        self._new: dict[int, LoggedRequest] = {}
        self._places = itertools.count()
        self.problems: list[Diagnostic] = []
        data = read_regular(path) if os.path.lexists(path) else b""
        self._before = data if data.endswith(b"\n") or not data else data + b"\n"
        self._broken_off = data != self._before
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                self._read(line, f"{label}:{number}")

    @property
    def requests(self) -> list[LoggedRequest]:
        """All of them, those of this run by their place."""
        return [*self._old, *(self._new[place] for place in sorted(self._new))]

    def _read(self, line: bytes, where: str) -> None:
        try:
            request = _REQUEST.decode(line)
        except (msgspec.MsgspecError, RecursionError):
            do = "mend it from the history of data/, or delete it: its papers are then paid for again"
            self.problems.append(Diagnostic(where, "a kept reply that cannot be read", do, is_note=True))
        else:
            if request.reply is not None:
                found = verdicts.judge(request.reply, request.input_hashes, cut=request.cut).verdicts
                request = msgspec.structs.replace(request, verdicts=request.verdicts | found)
            self._old.append(request)
            self._remember(request)

    def _remember(self, request: LoggedRequest) -> None:
        for arxiv_id, sent in request.input_hashes.items():
            key = (arxiv_id, sent, request.model, request.rubric)
            if arxiv_id in request.verdicts:
                self._verdicts[key] = request.verdicts[arxiv_id]
            else:
                self._useless[key] += 1
                self._useless_alone[key] += len(request.input_hashes) == 1

    def verdict(self, arxiv_id: str, sent: str, model: str, rubric: str) -> Verdict | None:
        """What this model said, under this very rubric, of a paper of which it saw just what it would see now."""
        return self._verdicts.get((arxiv_id, sent, model, rubric))

    def is_given_up(self, arxiv_id: str, sent: str, model: str, rubric: str) -> bool:
        """Return whether this model was paid often enough for replies without a verdict on the paper."""
        key = (arxiv_id, sent, model, rubric)
        return self._useless[key] >= MOST_USELESS and self._useless_alone[key] >= MOST_USELESS_ALONE

    def place(self) -> int:
        """Return the place of the next request among those of this run."""
        return next(self._places)

    def add(self, request: LoggedRequest, place: int | None = None) -> None:
        """Keep one more; it is on the disk when this returns. Several threads may do so at once."""
        place = self.place() if place is None else place
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write((b"\n" if self._broken_off else b"") + msgspec.json.encode(request) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._broken_off = False
            self._new[place] = request

    def judged(self, place: int, found: dict[str, Verdict]) -> None:
        """Remember what was found in the reply at `place`."""
        with self._lock:
            request = self._new[place] = msgspec.structs.replace(self._new[place], verdicts=found)
        self._remember(request)

    def settle(self) -> None:
        """Write the lines of this run in their order, and without replies that have told all they could."""
        if self._new:
            lines = [_settled(self._new[place]) for place in sorted(self._new)]
            write_atomically(self._path, self._before + b"".join(lines), durable=True)


def _settled(request: LoggedRequest) -> bytes:
    reply = request.reply
    if reply is not None and (not request.useless or len(reply) > _LONGEST_REPLY):
        request = msgspec.structs.replace(request, reply=None, cut=False)
    return msgspec.json.encode(request) + b"\n"
