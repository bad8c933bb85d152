"""Any sequence of commands on any receipt: the counts add up, and scorers and costs stay recorded."""

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from broadsheet.checks.day import read_day
from broadsheet.checks.receipts import RECEIPT_CHECKS
from broadsheet.daily import import_ as importing
from broadsheet.daily import ledger
from broadsheet.daily.choose_scorer import score_day
from broadsheet.daily.fetch import fetch_days
from broadsheet.daily.score import ScoringContext
from broadsheet.daily.train import train
from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, NearMiss, Receipt, ScorerShare, SourceStats, Tokens
from broadsheet.model.scorer import Scorer
from broadsheet.model.state import DayState
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests import model_server
from tests.daily.test_receipts import row
from tests.loopback import FakeTime, Loopback
from tests.model_server import KEY, ModelServer
from tests.run_setup import HF, RunSetup, hf_list

DAY = "2026-09-24"
GPT = Scorer(model="gpt-4o", rubric="2025-05")
PAID = Tokens(prompt=900, completion=100, total=1000)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Loopback, ModelServer]]:
    with Loopback() as server, ModelServer(KEY) as model:
        server.on(HF, hf_list("2609.00001"))
        yield server, model
        server.on(HF, hf_list())
        server._unrequested.clear()


class Digest:
    """A digest of one day, and what its commands do."""

    def __init__(self, root: Path, servers: tuple[Loopback, ModelServer]) -> None:
        self.server, self.model = servers
        self.model.behave()
        self.root, self.store = root, Store(root)
        self.run_setup = RunSetup(root, self.server, self.model)
        self.run_setup.make("run: {min_relevance: 4}\nprefilter: {keep: 0.6, near_misses: 2}\n")
        self.spent = self.model.tokens.total
        self.listed: list[str] = []

    def faults(self) -> list[str]:
        """Return the faults that `broadsheet check` finds in the receipt."""
        day, problems = read_day(self.store, DAY)
        return [str(problem) for check in RECEIPT_CHECKS for problem in check(day)] + [
            str(problem) for problem in problems
        ]

    def play(self, command: str, number: int) -> None:
        """Do one command, with a number that says with what."""
        with contextlib.suppress(DigestError):  # nothing to score, nothing to learn from
            getattr(self, command)(number)

    def imports(self, number: int) -> None:
        """Scored rows, signed or not, and unscored ones, of papers that may be there or not."""
        rows = [
            {"arxiv_id": f"2609.{10 + (number + step) % 9:05}", "title": "T", "source": "arxiv"}
            | ({"relevance": 8, "novelty": 7, "comment": "C"} if step % 2 else {})
            | ({"scorer": {"model": "gpt-4o"}} if number % 2 else {})
            for step in range(3)
        ]
        self._import("papers.jsonl", "".join(json.dumps(row) + "\n" for row in rows), replace=number % 5 == 0)

    def imports_a_page(self, number: int) -> None:
        """Another receipt of the same day, as a page of an upstream digest has it. Of no papers it would be a fault."""
        if not self.store.papers(DAY):
            return
        page = f"# Personalized Daily ArXiv Papers {DAY}\n\nTotal arXiv papers: {50 + number}\n\n"
        page += f"Total scanned papers: {20 + number}\n\nTotal relevant papers: {number}\n\n**Table of contents**\n"
        self._import("page.md", page, replace=False)

    def fetches(self, number: int) -> None:
        """A list with papers that may be there or not."""
        self._list(number)
        with self.morning_web() as web:
            fetch_days(self.root, config.load(self.root), [DAY], web, DAY)

    def runs(self, number: int) -> None:
        """A run with the model, or with the local scorer."""
        self._list(number)
        self.run_setup.environment = self._environment(number)
        self.run_setup.run()

    def scores(self, number: int) -> None:
        """With the model or the local scorer, what has no score, or everything again; some papers are declined."""
        self.model.behave()
        if number % 3 == 0:
            self.model.on(f"2609.{number:05}", model_server.declining)
        with self.morning_web() as web:
            context = ScoringContext(
                root=self.root,
                settings=config.load(self.root),
                environment=self._environment(number),
                web=web,
                clock=time.perf_counter,
            )
            score_day(context, DAY, rescore=number % 4 == 0)

    def trains(self, number: int) -> None:
        """Train on the ratings, if there are enough."""
        train(self.root, time.perf_counter)

    def morning_web(self) -> HttpClient:
        """The way to the services, without waiting."""
        fake = FakeTime()
        from broadsheet.http.client import HttpClient

        return HttpClient("test", clock=fake.clock, sleep=fake.sleep)

    def _environment(self, number: int) -> dict[str, str]:
        return {"DIGEST_LLM_URL": self.model.url, "DIGEST_LLM_KEY": KEY} if number % 2 else {}

    def _list(self, number: int) -> None:
        self.listed += [f"2609.{(number * step) % 23:05}" for step in (1, 2)]
        self.server.on(HF, hf_list(*dict.fromkeys(self.listed), upvotes=number))

    def _import(self, name: str, text: str, *, replace: bool) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, name)
            file.write_text(text)
            importing.run(self.root, [str(file)], date=DAY, replace=replace)


@st.composite
def starts(draw: st.DrawFn) -> tuple[list[Paper], list[Paper], Receipt | None]:
    """A day: its papers, those it does not show, and a receipt of ours, an imported one with gaps, or none."""
    number = st.integers(0, 4)
    signed = draw(st.booleans())
    scored = [row(f"2609.{n:05}", "arxiv", 7) for n in range(1, 1 + draw(number))]
    if signed:
        scored = [msgspec.structs.replace(paper, scorer=GPT) for paper in scored]
    bare = [row(f"2609.{n:05}", draw(st.sampled_from(("arxiv", "hf"))), None) for n in range(10, 10 + draw(number))]
    kind = draw(st.sampled_from(("none", "imported", "ours")))
    if kind == "none":
        return [*scored, *bare], [], None
    paid: dict[str, Any] = {"model": "gpt-4o", "rubric": "2025-05", "tokens": PAID}
    paid["cost"] = draw(st.sampled_from((None, Cost(total=0.36), Cost(prompt=0.2, completion=0.16, total=0.36))))
    if kind == "ours":
        dropped = [row(f"2609.{n:05}", "arxiv", 2, "below 5") for n in range(20, 20 + draw(number))]
        assume(scored or bare or dropped)
        total = len(scored) + len(bare) + len(dropped)
        sources = {"arxiv": SourceStats(status="ok", announced=total, fetched=total)}
        receipt = Receipt(date=DAY, state=DayState.OK, started=f"{DAY}T04:00:00Z", sources=sources, **paid)
        return [*scored, *bare], dropped, receipt
    return [*scored, *bare], [], _imported(draw, len(scored), paid)


def _imported(draw: st.DrawFn, scored: int, paid: dict[str, Any]) -> Receipt:
    number = st.integers(0, 4)
    without_room, low, failed = draw(number), draw(number), draw(number)
    relevant, dropped = scored + without_room, low + without_room
    scanned = scored + dropped + (failed if not dropped else 0)
    near = NearMiss(arxiv_id=f"2609.{draw(st.integers(10, 18)):05}", title="T", score=4.0)
    counts: dict[str, Any] = {
        "announced": scanned + draw(number),
        "fetched": scanned,
        "duplicates": 0,
        "scanned": scanned,
        "shown": relevant,
        "dropped": {"left out": dropped} if dropped else {},
        "near_misses": draw(st.sampled_from(((), (near,)))),
        "scored": scored,
        **paid,
    }
    absent = draw(st.sets(st.sampled_from(sorted(counts))))
    return Receipt(date=DAY, state=DayState.OK, **{key: value for key, value in counts.items() if key not in absent})


COMMANDS = ("imports", "imports_a_page", "fetches", "runs", "scores", "trains")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    start=starts(), commands=st.lists(st.tuples(st.sampled_from(COMMANDS), st.integers(0, 24)), min_size=1, max_size=6)
)
@example(  # two papers of eighty that a language model left are scored by words
    start=(
        [row("2609.00001", "arxiv", 7), row("2609.00010", "arxiv", None)],
        [],
        Receipt(date=DAY, state=DayState.OK, model="gpt-4o", cost=Cost(total=0.36), scanned=9, shown=1,
                dropped={"left out": 8}, fetched=9),
    ),
    commands=[("scores", 2), ("scores", 1)],
)  # fmt: skip
@example(  # one scorer with a rubric and without
    start=([msgspec.structs.replace(row("2609.00001", "arxiv", 7), scorer=GPT)], [], None),
    commands=[("imports", 1), ("imports_a_page", 0)],
)
def test_sums_hold_and_spending_stays_on_record(
    servers: tuple[Loopback, ModelServer],
    start: tuple[list[Paper], list[Paper], Receipt | None],
    commands: list[tuple[str, int]],
) -> None:
    listed, dropped, receipt = start
    with tempfile.TemporaryDirectory() as folder:
        digest = Digest(Path(folder), servers)
        digest.store.write_papers(DAY, listed)
        digest.store.write_dropped(DAY, dropped)
        if receipt is not None and receipt.sources:
            ledger.write_recounted(digest.store, receipt)
        elif receipt is not None:
            digest.store.write_receipt(receipt)
        assume(not digest.faults())
        paid = receipt.tokens.total if receipt and receipt.tokens else 0
        for command, number in commands:
            digest.play(command, number)
            assert digest.faults() == [], command
            after = digest.store.receipt(DAY)
            spent = digest.model.tokens.total - digest.spent
            assert (after.tokens.total if after and after.tokens else 0) == paid + spent, command
            if receipt and receipt.cost and after:
                _cost_stays(receipt, after)


def _cost_stays(before: Receipt, after: Receipt) -> None:
    """Return whether the first scorer's spending is on record, as its share or as the day's."""
    assert before.cost
    shares = after.scorers or (
        ScorerShare(model=after.model or "", rubric=after.rubric, tokens=after.tokens, cost=after.cost),
    )
    own_key = (before.model or "", before.rubric)
    (own,) = [share for share in shares if (share.model, share.rubric) == own_key]
    assert own.cost is not None
    assert own.cost.total == pytest.approx(before.cost.total)
