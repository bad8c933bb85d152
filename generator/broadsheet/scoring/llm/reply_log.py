"""``data/replies/YYYY/YYYY-MM-DD.jsonl``: the paid LLM requests of a day, one a line.

A logged reply is never requested, or paid for, twice. The log is in ``data/`` since it cannot be rebuilt for free: CI
commits that folder, while caches expire. A line with the reply is on disk before the reply is parsed. At the end of a
run the new lines are sorted by request, and ratings replace the reply. A reply without some ratings stays: a later
version of the parser may read it. A line that a crash cut off is ignored.
"""

import itertools
import os
import threading
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm import replies
from broadsheet.scoring.llm.budget import Charge
from broadsheet.scoring.llm.prompt import paper_hash
from broadsheet.scoring.llm.replies import Rating
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular

# A paper is given up after this many paid replies without its rating: in all (two runs have that many), and to requests
# for it alone. In a batch, another paper may be the reason.
MAX_USELESS, MAX_USELESS_ALONE = 6, 2
_MAX_REPLY = 100_000  # characters; a longer reply is not worth storing


class LoggedRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paid request: ratings by arXiv id, and the hash of each paper as the model saw it.

    `tokens` and `charge` are None if unknown. `reply` is the text of the model; `cut`: it reached the token limit. In
    lines of earlier versions `input_hashes` has rated papers only.
    """

    model: str
    rubric: str | None = None
    tokens: Tokens | None = None
    charge: Charge | None = None
    input_hashes: dict[str, str] = {}
    ratings: dict[str, Rating] = {}
    reply: str | None = None
    cut: bool = False

    @property
    def unrated(self) -> set[str]:
        """The papers without a rating."""
        return self.input_hashes.keys() - self.ratings.keys()


class _OldRequest(LoggedRequest, frozen=True, kw_only=True):
    """A line from before 0.1.0, which has other keys. Lines of earlier runs are never written anew."""

    charge: Charge | None = msgspec.field(default=None, name="bill")
    input_hashes: dict[str, str] = msgspec.field(default_factory=dict, name="sent")
    ratings: dict[str, Rating] = msgspec.field(default_factory=dict, name="verdicts")


_REQUEST, _OLD_REQUEST = msgspec.json.Decoder(LoggedRequest), msgspec.json.Decoder(_OldRequest)


class ReplyKey(NamedTuple):
    """The input that a rating depends on: a paper as the model sees it, the model and the rubric."""

    arxiv_id: str
    paper_hash: str
    model: str
    rubric: str | None

    @classmethod
    def of(cls, paper: Paper, model: str, rubric: str) -> "ReplyKey":
        """Return the key of a paper."""
        return cls(paper.arxiv_id, paper_hash(paper), model, rubric)


class ReplyLog:
    """The paid requests of one day, in order. `label` names the file in messages."""

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._ratings: dict[ReplyKey, Rating] = {}
        self._useless: Counter[ReplyKey] = Counter()
        self._useless_alone: Counter[ReplyKey] = Counter()
        self._old: list[LoggedRequest] = []
        self._new: dict[int, LoggedRequest] = {}
        self._places = itertools.count()
        self.problems: list[Diagnostic] = []
        data = read_regular(path) if os.path.lexists(path) else b""
        self._before = data if data.endswith(b"\n") or not data else data + b"\n"
        self._is_cut_off = data != self._before
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                self._read(line, f"{label}:{number}")

    @property
    def requests(self) -> list[LoggedRequest]:
        """All requests, those of this run sorted by their place."""
        return [*self._old, *(self._new[place] for place in sorted(self._new))]

    def _read(self, line: bytes, where: str) -> None:
        try:
            request = _REQUEST.decode(line)
            if not (request.input_hashes or request.charge):
                request = _OLD_REQUEST.decode(line)
        except (msgspec.MsgspecError, RecursionError):
            hint = "restore it from the history of data/, or delete it: its papers are then paid for again"
            self.problems.append(Diagnostic(where, "a cached reply that cannot be read", hint, is_note=True))
        else:
            if request.reply is not None:
                ratings = replies.parse_safely(request.reply, request.input_hashes, cut=request.cut).ratings
                request = msgspec.structs.replace(request, ratings=request.ratings | ratings)
            self._old.append(request)
            self._register(request)

    def _register(self, request: LoggedRequest) -> None:
        for arxiv_id, input_hash in request.input_hashes.items():
            key = ReplyKey(arxiv_id, input_hash, request.model, request.rubric)
            if arxiv_id in request.ratings:
                self._ratings[key] = request.ratings[arxiv_id]
            else:
                self._useless[key] += 1
                self._useless_alone[key] += len(request.input_hashes) == 1

    def rating(self, key: ReplyKey) -> Rating | None:
        """Return the logged rating for this very input."""
        return self._ratings.get(key)

    def is_given_up(self, key: ReplyKey) -> bool:
        """Return True if enough was paid for replies without a rating for this input."""
        return self._useless[key] >= MAX_USELESS and self._useless_alone[key] >= MAX_USELESS_ALONE

    def next_place(self) -> int:
        """Return the place of the next request among those of this run."""
        return next(self._places)

    def add(self, request: LoggedRequest, place: int | None = None) -> None:
        """Append a request; it is on disk when this returns. Several threads may call this at once."""
        place = self.next_place() if place is None else place
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write((b"\n" if self._is_cut_off else b"") + msgspec.json.encode(request) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._is_cut_off = False
            self._new[place] = request

    def record_ratings(self, place: int, ratings: dict[str, Rating]) -> None:
        """Record the ratings in the reply at `place`."""
        with self._lock:
            request = self._new[place] = msgspec.structs.replace(self._new[place], ratings=ratings)
        self._register(request)

    def compact(self) -> None:
        """Sort the lines of this run, and drop the replies that no later parser can need."""
        if self._new:
            lines = [_compacted(self._new[place]) for place in sorted(self._new)]
            write_atomically(self._path, self._before + b"".join(lines), durable=True)


def _compacted(request: LoggedRequest) -> bytes:
    reply = request.reply
    if reply is not None and (not request.unrated or len(reply) > _MAX_REPLY):
        request = msgspec.structs.replace(request, reply=None, cut=False)
    return msgspec.json.encode(request) + b"\n"
