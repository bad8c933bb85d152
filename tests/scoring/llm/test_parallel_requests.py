"""Parallel requests: the same scores, files and costs in any order of replies."""

import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broadsheet.daily.score import ScoringContext, ScoringResult, estimate_day, score_with_llm
from broadsheet.http.client import HttpClient
from broadsheet.model.receipt import Tokens
from broadsheet.model.state import DayState
from broadsheet.scoring.llm import replies
from broadsheet.scoring.llm.reply_log import MAX_USELESS
from broadsheet.scoring.llm.scorer import GIVEN_UP
from broadsheet.settings import config
from tests import model_server
from tests.example import make_digest, paper, tree
from tests.model_server import KEY, ModelRequest, ModelServer, Reply, error, lines, well
from tests.scoring.llm.test_replies import ASKED, FORMS, SCORES
from tests.scoring.llm.test_scorer import DAY, PROMPT, Digest, cost_of

WIDE = PROMPT.replace("parallel: 1", "parallel: 4").replace("timeout: 0.3", "timeout: 30")
REPLIES = f"data/replies/2025/{DAY}.jsonl"


class Real(Digest):
    """A digest with real time."""

    def score(self, *, again: bool = False, **limits: Any) -> ScoringResult:
        with HttpClient("test", clock=time.monotonic, sleep=time.sleep) as web:
            context = ScoringContext(
                root=self.root,
                settings=config.load(self.root),
                environment=self.environment,
                web=web,
                clock=time.monotonic,
                **limits,
            )
            return score_with_llm(context, DAY, rescore=again)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(KEY) as running:
        yield running


@pytest.fixture
def digest(tmp_path: Path, server: ModelServer) -> Real:
    return Real(tmp_path, server.url)


def late(seconds: float) -> model_server.Behaviour:
    """Reply well after a pause."""
    return lambda question: well(question)._replace(seconds=seconds)


def test_replies_in_any_order_give_the_same_files(tmp_path: Path) -> None:
    """Only the id of a batch's first paper decides how late its reply is; its order in the files does not change."""
    outcomes = []
    for number, seconds in enumerate(((0.0, 0.0, 0.0, 0.0), (0.0, 0.3, 0.2, 0.1), (0.1, 0.0, 0.3, 0.0))):
        with ModelServer(KEY) as server:
            digest = Real(tmp_path / str(number), server.url)
            ids = digest.holds(80, WIDE)
            for batch in range(8):
                behaviour = model_server.saying("no") if batch == 5 else late(seconds[batch % 4])
                server.on(ids[batch * 10], behaviour)
            done = digest.score()
            assert (done.scored, digest.receipt.tokens) == (79, server.tokens)
        outcomes.append((tree(digest.root / "data"), done))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    sent = [
        next(iter(json.loads(line)["input_hashes"]))
        for line in outcomes[0][0]["replies/2025/" + DAY + ".jsonl"].splitlines()
    ]
    assert sent[:8] == [f"2505.{10000 + place}" for place in range(0, 80, 10)]


def test_four_are_under_way_at_once_and_the_first_goes_alone(digest: Real, server: ModelServer) -> None:
    ids = digest.holds(90, WIDE)
    busy: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    class Counted:
        def __call__(self, question: ModelRequest) -> Reply:
            with lock:
                busy.append(1)
                most.append(len(busy))
            threading.Timer(0.2, busy.pop).start()
            return well(question)._replace(seconds=0.25)

    for place in range(0, 90, 10):
        server.on(ids[place], Counted())
    digest.score()
    assert most[0] == 1
    assert max(most) == 4
    assert len(server.request_ids) == 9


@pytest.mark.parametrize("budget", ["0.004", "0.02", "0.05", "0.09"])
def test_a_budget_holds_with_requests_under_way(digest: Real, server: ModelServer, budget: str) -> None:
    ids = digest.holds(100, WIDE)
    for arxiv_id in ids[::7]:
        server.on(arxiv_id, model_server.saying("nothing"))
    done = digest.score(budget=Decimal(budget))
    assert cost_of(server.tokens) <= float(budget)
    assert len(done.unscored) + done.scored == 100
    assert (digest.receipt.tokens or Tokens()) == server.tokens


def test_as_many_papers_are_scored_for_a_budget_as_one_after_the_other(tmp_path: Path) -> None:
    done = []
    for width in ("parallel: 1", "parallel: 4"):
        with ModelServer(KEY) as server:
            digest = Real(tmp_path / width[-1], server.url)
            digest.holds(100, WIDE.replace("parallel: 4", width))
            done.append((digest.score(budget=Decimal("0.03")).scored, len(server.request_ids), server.tokens))
    assert done[0] == done[1]
    assert 0 < done[0][0] < 100


def test_a_rate_limit_stops_all_of_them(digest: Real, server: ModelServer) -> None:
    digest.holds(60, WIDE)
    times: list[float] = []

    def noted(behaviour: model_server.Behaviour) -> model_server.Behaviour:
        def answer(question: ModelRequest) -> Reply:
            times.append(time.monotonic())
            return behaviour(question)

        return answer

    server.then(noted(well), *[noted(error(429, "slow down", retry_after="1"))] * 4, *[noted(well)] * 5)
    assert digest.score().scored == 60
    limited, after = times[1:5], times[5:]
    assert min(after) - min(limited) >= 1
    assert len(times) == 10


def test_a_wrong_key_sends_one_request(digest: Real, server: ModelServer) -> None:
    digest.holds(60, WIDE)
    digest.environment["DIGEST_LLM_KEY"] = "sk-another-0123456789"
    assert len(digest.score().unscored) == 60
    assert len(server.request_ids) == 1


def test_what_came_back_before_an_interruption_is_not_asked_again(digest: Real, server: ModelServer) -> None:
    ids = digest.holds(50, WIDE)
    server.on(ids[20], late(1.0))

    def stop(done: int, total: int) -> None:
        if done < 20:
            return
        deadline = time.monotonic() + 20
        while (digest.root / REPLIES).read_bytes().count(b"\n") < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digest.score(progress=stop)
    held = [msgspec.json.decode(line) for line in (digest.root / REPLIES).read_bytes().splitlines()]
    assert len(held) >= 4  # of those that were under way, only the late one is missing
    server.behave()
    before = len(server.request_ids)
    done = digest.score()
    assert done.scored == 50
    again = {name for batch in server.request_ids[before:] for name in batch}
    assert again.isdisjoint(name for line in held for name in line["input_hashes"])
    assert digest.faults() == []


HABITS = [
    "comma before the brace",
    "ids as numbers",
    "quotes in the comment",
    "answer",
    "both channels",
    "table",
    "YAML",
]
HABITS += ["a mark in a comment", "reasoning without its opening mark", "numbered headings", "keys with spaces"]


@pytest.mark.parametrize("habit", HABITS)
def test_a_usual_format_needs_one_request(digest: Real, server: ModelServer, habit: str) -> None:
    digest.holds(0, WIDE)
    bare = {"relevance": None, "novelty": None, "comment": None}
    make_digest(
        digest.root, {DAY: [paper(arxiv_id, **bare) for arxiv_id in ASKED]}, (digest.root / "digest.yml").read_text()
    )
    server.then(model_server.saying(FORMS[habit]))
    done = digest.score()
    assert (done.scored, done.unscored, len(server.request_ids)) == (3, {}, 1)
    assert {row.arxiv_id: (row.relevance, row.novelty) for row in digest.papers.values()} == SCORES


# -- what was paid for in vain -------------------------------------------------------------------------------------


def test_a_reply_that_cannot_be_parsed_is_stored_with_its_cost(
    digest: Real, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = digest.holds(20, WIDE)
    whole = replies.parse

    def failing(content: str, asked: Any, **options: Any) -> Any:
        if ids[0] in content:
            raise OverflowError
        return whole(content, asked, **options)

    monkeypatch.setattr(replies, "parse", failing)
    done = digest.score()
    assert done.scored == 19
    assert done.unscored == {ids[0]: "the reply could not be parsed (OverflowError)"}
    assert digest.receipt.tokens == server.tokens
    monkeypatch.undo()
    before = len(server.request_ids)
    assert digest.score().scored == 1  # by a better reader, of what was kept
    assert (len(server.request_ids), digest.receipt.state) == (before, DayState.UNKNOWN)


def test_useless_replies_are_not_paid_for_without_end(digest: Real, server: ModelServer) -> None:
    ids = digest.holds(12, WIDE)
    server.on(
        ids[3],
        lambda question: model_server.completion(question, lines(question._replace(ids=_without(question, ids[3])))),
    )
    asked = []
    for _ in range(7):
        done = digest.score()
        assert done.unscored.keys() == {ids[3]}
        asked.append(sum(ids[3] in batch for batch in server.request_ids))
    assert asked == [3, 6, 6, 6, 6, 6, 6]
    assert MAX_USELESS == 6
    assert digest.receipt.unscored == {ids[3]: GIVEN_UP}
    assert digest.receipt.state is DayState.PARTIAL
    assert digest.receipt.tokens == server.tokens
    assert estimate_day(digest.root, DAY, {}).requests == 0
    assert digest.faults() == []
    server.behave()
    assert digest.score(again=True).scored == 12  # who asks for it gets it
    assert len([batch for batch in server.request_ids if ids[3] in batch]) == 7


@pytest.mark.parametrize("runs", [1, 3, 8])
def test_a_paper_is_not_given_up_for_failures_of_its_batch(digest: Real, server: ModelServer, runs: int) -> None:
    ids = digest.holds(4, WIDE)
    for arxiv_id in ids[:2]:
        server.on(arxiv_id, _declining_in_company)
    for _ in range(runs):
        assert digest.score().unscored.keys() == set(ids[:2])
    server.behave()
    assert digest.score().unscored == {}
    assert digest.receipt.tokens == server.tokens


def _declining_in_company(question: ModelRequest) -> Reply:
    behaviour = model_server.declining if len(question.ids) > 1 else model_server.hanging_up
    return behaviour(question)


def test_another_text_or_model_is_another_question(digest: Real, server: ModelServer) -> None:
    ids = digest.holds(1, WIDE)
    server.then(*[model_server.saying("no")] * 6)
    for _ in range(3):
        digest.score()
    assert len(server.request_ids) == 6
    digest.holds(1, WIDE, abstract="Revised.")
    assert digest.score().scored == 1
    digest.holds(1, WIDE)
    digest.environment["DIGEST_LLM_MODEL"] = "another"
    assert digest.score().scored == 1
    assert server.request_ids == [(ids[0],)] * 8


@pytest.mark.parametrize("number", ["9" * 309, "9" * 400, "9" * 5000, "1e400", "NaN"])
def test_one_number_of_many_digits_loses_no_other_paper(digest: Real, server: ModelServer, number: str) -> None:
    ids = digest.holds(20, WIDE)

    def degenerate(question: ModelRequest) -> Reply:
        text = lines(question)
        return model_server.completion(question, text.replace('"RELEVANCE": 1,', f'"RELEVANCE": {number},', 1))

    server.on(ids[0], degenerate)
    done = digest.score()
    assert done.scored == 19
    assert done.unscored[ids[0]].startswith("RELEVANCE ")
    assert len(done.unscored[ids[0]]) < 80
    assert digest.faults() == []


def _without(question: ModelRequest, arxiv_id: str) -> tuple[str, ...]:
    return tuple(name for name in question.ids if name != arxiv_id)
