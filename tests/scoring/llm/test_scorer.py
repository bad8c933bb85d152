"""A day scored by a misbehaving LLM over real HTTP: published papers, receipts, logged replies and costs."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broadsheet.checks.check import check
from broadsheet.daily.score import ScoringContext, ScoringResult, estimate_day, score_with_llm
from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState
from broadsheet.scoring.llm.signers import signers
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests import model_server
from tests.example import SETTINGS, make_digest, paper, tree
from tests.loopback import FakeTime
from tests.model_server import KEY, ModelRequest, ModelServer, Reply, completion, error, rating, well

DAY = "2025-05-27"
PRICES = '{model-1: {prompt: "2.50", cached: "1.25", completion: "10", currency: EUR}}'
PROMPT = """\
prompt:
  system: You read preprints.
  user: |
    Rate each paper from {{"RELEVANCE": 1}} on.
    {rubric}
    {topics}
    Papers
    {papers}
llm:
  model: model-1
  batch: 10
  timeout: 0.3
  max_tokens: 1000
  parallel: 1
  prices: PRICES
""".replace("{{", "{").replace("}}", "}")


class Digest:
    """A digest with some unscored papers on one day."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.store, self.time = root, Store(root), FakeTime()
        self.environment = {"DIGEST_LLM_URL": url, "DIGEST_LLM_KEY": KEY}

    def holds(self, number: int, settings: str = PROMPT, **fields: Any) -> list[str]:
        ids = [f"2505.{10000 + place}" for place in range(number)]
        none = {"relevance": None, "novelty": None, "comment": None} | fields
        rows = [{k: v for k, v in paper(arxiv_id, **none).items() if v is not None} for arxiv_id in ids]
        make_digest(self.root, {DAY: rows}, SETTINGS + settings.replace("PRICES", PRICES))
        return ids

    def score(self, *, again: bool = False, **limits: Any) -> ScoringResult:
        with HttpClient("test", clock=self.time.clock, sleep=self.time.sleep) as web:
            context = ScoringContext(
                root=self.root,
                settings=config.load(self.root),
                environment=self.environment,
                web=web,
                clock=self.time.clock,
                **limits,
            )
            return score_with_llm(context, DAY, rescore=again)

    @property
    def papers(self) -> dict[str, Paper]:
        return {row.arxiv_id: row for row in self.store.papers(DAY)}

    @property
    def scored(self) -> set[str]:
        return {row.arxiv_id for row in self.papers.values() if row.score is not None}

    @property
    def receipt(self) -> Receipt:
        receipt = self.store.receipt(DAY)
        assert receipt
        return receipt

    def faults(self) -> list[str]:
        """Return the problems that `broadsheet check` finds."""
        return [str(problem) for problem in check(self.root).problems if problem.location.startswith("data/")]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(KEY) as running:
        yield running


@pytest.fixture
def digest(tmp_path: Path, server: ModelServer) -> Digest:
    return Digest(tmp_path, server.url)


def cost_of(tokens: Tokens) -> float:
    fresh, cached = tokens.prompt - tokens.cached, tokens.cached
    return float(fresh * Decimal("2.5e-6") + cached * Decimal("1.25e-6") + tokens.completion * Decimal("10e-6"))


# -- all is well ---------------------------------------------------------------------------------------------------


def test_a_day_is_scored_and_the_receipt_matches_the_server(digest: Digest, server: ModelServer) -> None:
    ids = digest.holds(25)
    done = digest.score()
    assert (done.scored, done.unscored, done.errors) == (25, {}, ())
    assert [len(batch) for batch in server.request_ids] == [10, 10, 5]
    usage, receipt = server.tokens, digest.receipt
    assert usage.cached > 0
    assert receipt.tokens == done.tokens == usage
    assert receipt.cost is not None
    assert receipt.cost.total == pytest.approx(cost_of(usage), abs=1e-12)
    assert receipt.cost.currency == "EUR"
    assert receipt.cost.total == pytest.approx((receipt.cost.prompt or 0) + (receipt.cost.completion or 0))
    assert (receipt.state, receipt.model, receipt.scored, receipt.unscored) == (DayState.UNKNOWN, "model-1", 25, {})
    for arxiv_id in ids:
        row, line = digest.papers[arxiv_id], rating(arxiv_id)
        assert (row.relevance, row.novelty, row.comment) == (line["RELEVANCE"], line["NOVELTY"], line["COMMENT"])
        assert row.scorer is not None
        assert (row.scorer.model, row.scorer.rubric) == ("model-1", receipt.rubric)
    assert digest.faults() == []


def test_what_is_sent_is_the_prompt_of_the_settings_and_one_line_a_paper(digest: Digest, server: ModelServer) -> None:
    digest.holds(1, PROMPT.replace("  batch: 10", "  temperature: 0"), title="Two\nlines", abstract='End"}\n{"ARXIVID"')
    digest.score()
    body = server.requests[0].body
    system, user = (message["content"] for message in body["messages"])
    assert body["model"], body["max_tokens"] == ("model-1", 1000)
    assert body["temperature"] == 0
    assert system == "You read preprints."
    assert "1. Model Compression\n   - Relevant: Low rank, pruning and the KV cache." in user
    assert "   - Keywords: low-rank, pruning, KV cache" in user
    lines = user.partition("Papers\n")[2].splitlines()
    expected = {"ARXIVID": "2505.10000", "TITLE": "Two lines", "ABSTRACT": 'End"} {"ARXIVID"'}
    assert [json.loads(line) for line in lines] == [expected]


def test_only_papers_without_a_score_are_asked_about_each_once(digest: Digest, server: ModelServer) -> None:
    digest.holds(0)
    bare = {"relevance": None, "novelty": None, "comment": None}
    rows = [paper("2505.10001"), paper("2505.10002", **bare), paper("2505.10002", source="hf", upvotes=9, **bare)]
    rows += [paper("2505.10001", source="hf", **bare), paper("2505.10003", title="2505.10003", **bare)]
    make_digest(digest.root, {DAY: rows}, SETTINGS + PROMPT.replace("PRICES", PRICES))
    digest.score()
    assert server.request_ids == [("2505.10002",)]
    after = digest.store.papers(DAY)
    assert [row.score is not None for row in after] == [True, True, False, False, False]
    assert after[0].comment == "On low-rank methods."


def test_topics_of_a_reply_become_those_of_the_digest(digest: Digest, server: ModelServer) -> None:
    digest.holds(1)
    line = json.dumps(rating("2505.10000", TOPICS=["Large Language Models", "LLM", "compression", "no such"]))
    server.then(model_server.saying(line))
    digest.score()
    assert digest.papers["2505.10000"].topics == ("llm", "compression")


def test_a_new_score_keeps_the_earlier_one(digest: Digest, server: ModelServer) -> None:
    digest.holds(1, relevance=3, novelty=4, comment="Before.", scorer={"model": "local"}, topics=["llm"])
    assert digest.score().scored == 0
    assert server.request_ids == []
    digest.score(again=True)
    digest.score(again=True)
    row = digest.papers["2505.10000"]
    before = {"relevance": 3, "novelty": 4, "comment": "Before.", "topics": ["llm"], "scorer": {"model": "local"}}
    assert row.extra == {"earlier_scores": [before]}
    assert row.comment == "About 2505.10000."
    assert len(server.request_ids) == 1
    server.behave()
    (digest.root / "digest.yml").write_text((digest.root / "digest.yml").read_text().replace("Rate", "Now rate"))
    digest.score(again=True)
    earlier = digest.papers["2505.10000"].extra["earlier_scores"]
    assert [score["comment"] for score in earlier] == ["Before.", "About 2505.10000."]
    assert len(server.request_ids) == 2


# -- failing replies -----------------------------------------------------------------------------------------------


def test_thirty_papers_that_fail_take_no_other_with_them_and_are_all_that_is_paid_for_again(
    digest: Digest, server: ModelServer
) -> None:
    ids = digest.holds(300)
    bad = dict(zip(ids[::10], [*range(5)] * 6, strict=True))

    def without(question: ModelRequest) -> Reply:
        """Each bad paper fails in its own way; the good ones of the same reply have their lines."""
        kinds = [
            lambda p: "",
            lambda p: json.dumps(rating(p, RELEVANCE=12)),
            lambda p: json.dumps(rating("2401.99999")),
            lambda p: json.dumps(rating(p))[:-15],
            lambda p: json.dumps(rating(p)) + "\n" + json.dumps(rating(p, NOVELTY=1, RELEVANCE=1)),
        ]
        lines = [kinds[bad[p]](p) if p in bad else json.dumps(rating(p)) for p in question.ids]
        return completion(question, "\n".join(lines))

    for arxiv_id in bad:
        server.on(arxiv_id, without)
    done = digest.score()
    assert digest.scored == set(ids) - set(bad)
    assert set(done.unscored) == set(bad) == set(digest.receipt.unscored)
    assert set(done.unscored.values()) == {
        "no line that can be read",
        "RELEVANCE 12 is not from 1 to 10",
        "two lines that contradict each other",
    }
    assert (digest.receipt.state, digest.receipt.scored) == (DayState.PARTIAL, 270)
    assert digest.receipt.tokens == server.tokens
    assert [len(batch) for batch in server.request_ids] == [10] * 30 + [10] * 3 + [1] * 30
    assert digest.faults() == []

    server.behave()
    before, first = server.tokens, len(server.request_ids)
    again = digest.score()
    assert (again.scored, again.unscored) == (30, {})
    assert sorted(paper for batch in server.request_ids[first:] for paper in batch) == sorted(bad)
    assert again.tokens is not None
    assert again.tokens.total == server.tokens.total - before.total
    assert digest.receipt.tokens == server.tokens
    assert digest.receipt.cost is not None
    assert digest.receipt.cost.total == pytest.approx(cost_of(server.tokens), abs=1e-12)
    assert (digest.receipt.state, digest.receipt.errors) == (DayState.UNKNOWN, ())
    third = digest.score()
    assert (third.scored, third.tokens, len(server.request_ids)) == (0, Tokens(), first + 3)


def test_a_declined_paper_is_isolated_and_named(digest: Digest, server: ModelServer) -> None:
    ids = digest.holds(10)
    server.on(ids[3], model_server.declining)
    filtered = error(400, "The response was filtered", "content_filter")
    server.on(ids[7], filtered)
    done = digest.score()
    assert done.unscored == {
        ids[3]: "declined: content filter",
        ids[7]: "the endpoint answers 400 Bad Request: content filter",
    }
    assert [len(batch) for batch in server.request_ids] == [10] + [1] * 10
    assert digest.receipt.tokens == server.tokens


def test_a_reply_that_breaks_off_gives_what_it_has(digest: Digest, server: ModelServer) -> None:
    ids = digest.holds(10)
    server.then(model_server.cut)
    done = digest.score()
    assert (done.scored, server.request_ids[1:]) == (10, [(ids[-1],)])
    assert done.errors == ("the reply broke off at 1,000 tokens (llm.max_tokens)",)
    server.then(*[model_server.saying("<think>and so on", "length")] * 12)
    (digest.root / "data/replies/2025" / f"{DAY}.jsonl").unlink()
    done = digest.score(again=True)
    assert set(done.unscored.values()) == {"the reply broke off at 1,000 tokens (llm.max_tokens)"}
    assert [len(batch) for batch in server.request_ids[2:]] == [10] + [1] * 10


def test_rate_limits_and_passing_failures_are_waited_for(digest: Digest, server: ModelServer) -> None:
    digest.holds(10)
    server.then(error(429, "slow down", retry_after="7"), error(503, "overloaded"), error(529, "overloaded"))
    assert digest.score().scored == 10
    assert digest.time.slept == [7, 4, 8]


def test_a_request_without_an_answer_is_not_sent_again_at_once_and_named(digest: Digest, server: ModelServer) -> None:
    digest.holds(20)
    server.then(model_server.silent(0.5), model_server.hanging_up)
    done = digest.score()
    assert done.scored == 20
    assert [len(batch) for batch in server.request_ids] == [10, 10, 10, 10]
    assert done.errors == (
        "the endpoint answers too slowly",
        "2 × a request without a reply: it may have been charged, and is not counted",
        "the endpoint breaks off the connection",
    )
    assert digest.receipt.errors == tuple(f"scoring: {what}" for what in done.errors)
    assert digest.receipt.tokens == server.tokens


def test_an_endpoint_that_is_down_is_left_after_three_requests(digest: Digest, server: ModelServer) -> None:
    digest.holds(100)
    server.then(well, *[error(500, "broken")] * 99)
    done = digest.score()
    assert (done.scored, len(done.unscored), len(server.request_ids)) == (10, 90, 1 + 3 * 6)
    assert set(done.unscored.values()) == {"the endpoint answers 500 Internal Server Error"}
    assert digest.receipt.state is DayState.PARTIAL


def test_an_unreachable_endpoint_is_a_failed_day(digest: Digest, server: ModelServer) -> None:
    digest.holds(5)
    server.__exit__()
    done = digest.score()
    assert set(done.unscored.values()) == {"the endpoint cannot be reached"}
    assert (digest.receipt.state, digest.receipt.tokens, digest.receipt.scored) == (DayState.FAILED, None, 0)
    assert digest.faults() == []


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (error(402, "Insufficient Balance"), "402 Payment Required: the account cannot pay"),
        (error(404, "no such model", "model_not_found"), "404 Not Found: no such model"),
        (error(429, "pay", "insufficient_quota"), "429 Too Many Requests: the quota is used up"),
        (model_server.raw(b"<html>Moved", 302), "302 Found"),
    ],
)
def test_what_cannot_get_better_stops_at_once(
    digest: Digest, server: ModelServer, behaviour: model_server.Behaviour, reason: str
) -> None:
    digest.holds(50)
    server.then(*[behaviour] * 60)
    done = digest.score()
    assert (done.scored, len(done.unscored)) == (0, 50)
    assert set(done.unscored.values()) == {f"the endpoint answers {reason}"}
    assert len(server.request_ids) in (1, 6)  # 429 is tried again by the door


def test_an_endpoint_that_refuses_everything_is_left(digest: Digest, server: ModelServer) -> None:
    digest.holds(30)
    server.then(*[error(400, "unknown field temperature")] * 99)
    assert len(digest.score().unscored) == 30
    assert len(server.request_ids) == 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "no answer: a reply that is not a chat completion"),
        (b"[" * 100_000, "no answer: a reply that is not a chat completion"),
        (b'{"choices": []}', "no answer: a reply that is not a chat completion"),
        (b'{"choices": [{"message": "x"}]}', "no answer: a reply that is not a chat completion"),
        (b'{"error": {"code": 502, "message": "upstream\\u001b[31m"}}', "no answer: an error in place of a reply"),
        (b'{"choices": [{"message": {"refusal": "I will not."}}]}', "declined: by the model"),
        (b'{"choices": [{"message": {"content": null}}]}', "no line that can be read"),
        (b'{"choices": [{"message": {"content": [{"type": "text", "text": "x"}]}}]}', "no line that can be read"),
    ],
)
def test_bodies_that_are_no_answer(digest: Digest, server: ModelServer, body: bytes, reason: str) -> None:
    digest.holds(1)
    server.then(*[model_server.raw(body)] * 9)
    assert digest.score().unscored == {"2505.10000": reason}


def test_newer_models_name_the_limit_otherwise(digest: Digest, server: ModelServer) -> None:
    digest.holds(20)
    server.then(error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."))
    assert digest.score().scored == 20
    assert [("max_tokens" in q.body, "max_completion_tokens" in q.body) for q in server.requests] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_a_hostile_abstract_that_the_model_obeys_reaches_no_other_day(digest: Digest, server: ModelServer) -> None:
    ids = digest.holds(2)
    lines = [json.dumps(rating(p)) for p in (*ids, "2501.00001")]
    server.then(model_server.saying("\n".join(lines)))
    done = digest.score()
    assert digest.papers.keys() == set(ids)
    assert done.errors == ("lines about papers that were not requested: 2501.00001",)


# -- money ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", ["0", "0.005", "0.02", "0.03"])
def test_a_budget_is_never_exceeded(digest: Digest, server: ModelServer, budget: str) -> None:
    ids = digest.holds(100)
    for arxiv_id in ids[::7]:
        server.on(arxiv_id, model_server.saying("nothing"))
    done = digest.score(budget=Decimal(budget))
    assert cost_of(server.tokens) <= float(budget)
    assert len(done.unscored) + done.scored == 100
    assert f"not sent: the budget of {budget} EUR would be exceeded" in done.unscored.values()
    assert (digest.receipt.tokens or Tokens()) == server.tokens


def test_without_a_price_the_cost_is_unknown_and_no_budget_can_be_held(digest: Digest, server: ModelServer) -> None:
    digest.holds(5)
    digest.environment["DIGEST_LLM_MODEL"] = "another"
    with pytest.raises(DigestError) as caught:
        digest.score(budget=Decimal(1))
    assert str(caught.value) == (
        "digest.yml: no price for another, so no budget can be held: "
        "add its price to llm.prices in digest.yml, or go without a budget"
    )
    assert server.request_ids == []
    done = digest.score()
    assert done.tokens == server.tokens
    assert done.cost == digest.receipt.cost == Cost(currency="USD")
    assert digest.receipt.model == "another"


def test_a_reply_without_usage_makes_the_cost_unknown_not_nothing(digest: Digest, server: ModelServer) -> None:
    digest.holds(20)
    server.then(model_server.without_usage)
    done = digest.score(budget=Decimal(1))
    assert done.cost == digest.receipt.cost == Cost(currency="EUR")
    assert digest.receipt.tokens == server.tokens


def test_what_others_paid_for_the_day_stays_in_the_receipt(digest: Digest, server: ModelServer) -> None:
    digest.holds(5)
    paid = Cost(prompt=0.27, completion=0.15, total=0.42, currency="EUR")
    tokens = Tokens(prompt=1000, completion=100, total=1100)
    digest.store.write_receipt(Receipt(date=DAY, state=DayState.OK, model="gpt", tokens=tokens, cost=paid, note="n"))
    for _ in range(2):
        digest.score()
        assert digest.receipt.tokens is not None
        assert digest.receipt.tokens.total == 1100 + server.tokens.total
        assert digest.receipt.cost is not None
        assert digest.receipt.cost.total == pytest.approx(0.42 + cost_of(server.tokens))
        assert digest.receipt.note == "n"


def test_after_a_crash_nothing_is_paid_twice_and_the_receipt_is_complete(digest: Digest, server: ModelServer) -> None:
    digest.holds(50)

    def crash(done: int, total: int) -> None:
        if done >= 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digest.score(progress=crash)
    assert digest.scored == set()
    replies = digest.store.replies_path(DAY)
    replies.write_bytes(replies.read_bytes()[:-40])  # and the last line did not reach the disk whole
    done = digest.score()
    assert done.scored == 50
    assert [len(batch) for batch in server.request_ids] == [10] * 6
    assert server.request_ids[3] == server.request_ids[2]
    note = "data/replies/2025/2025-05-27.jsonl:3: a cached reply that cannot be read: "
    assert [error.startswith(note) for error in done.errors] == [True]
    lost = server.usages[2]
    assert digest.receipt.tokens is not None
    assert digest.receipt.tokens.total == server.tokens.total - lost.total
    assert digest.score().scored == 0
    assert digest.faults() == []


def test_replies_from_before_0_1_0_are_read(digest: Digest, server: ModelServer) -> None:
    digest.holds(10)
    digest.score()
    receipt, replies = digest.receipt, digest.store.replies_path(DAY)
    text = replies.read_text(encoding="utf-8")
    for key, old_key in {"charge": "bill", "input_hashes": "sent", "ratings": "verdicts"}.items():
        assert f'"{key}":' in text
        text = text.replace(f'"{key}":', f'"{old_key}":')
    replies.write_text(text, encoding="utf-8")
    assert signers(replies) == {receipt.model}
    digest.holds(10)  # fetched anew: without scores, otherwise the same
    assert digest.score().scored == 10
    assert len(server.request_ids) == 1
    assert digest.receipt.cost == receipt.cost
    assert replies.read_text(encoding="utf-8") == text


def test_cached_replies_are_for_one_model_rubric_and_text(digest: Digest, server: ModelServer) -> None:
    digest.holds(10)
    digest.score()
    digest.holds(10)  # fetched anew: without scores, otherwise the same
    assert digest.score().scored == 10
    assert len(server.request_ids) == 1
    digest.holds(10, upvotes=7)
    digest.score()
    assert len(server.request_ids) == 1
    digest.holds(10, abstract="Revised.")
    digest.score()
    assert len(server.request_ids) == 2
    digest.holds(10)
    digest.environment["DIGEST_LLM_MODEL"] = "another"
    digest.score()
    assert len(server.request_ids) == 3


def test_an_estimate_sends_and_writes_nothing_and_is_close(digest: Digest, server: ModelServer) -> None:
    digest.holds(25)
    before = tree(digest.root)
    seen = estimate_day(digest.root, DAY, {})
    assert (server.request_ids, tree(digest.root)) == ([], before)
    done = digest.score()
    assert done.cost is not None
    assert done.cost.total is not None
    assert seen.cost is not None
    assert seen.max_cost is not None
    assert (seen.papers, seen.cached, seen.requests) == (25, 0, 3)
    assert seen.tokens.prompt == pytest.approx(server.tokens.prompt, rel=0.1)
    assert done.cost.total <= seen.cost <= seen.max_cost
    digest.holds(30)
    again = estimate_day(digest.root, DAY, {})
    assert (again.papers, again.cached, again.requests) == (30, 25, 1)
    assert estimate_day(digest.root, DAY, {"DIGEST_LLM_MODEL": "another"}).cost is None


def test_nothing_is_paid_where_no_reply_can_be_stored(digest: Digest, server: ModelServer) -> None:
    digest.holds(1)
    (digest.root / "data/replies").write_text("in the way")
    with pytest.raises(DigestError, match=r"cannot be written: .*check permissions and free space"):
        digest.score()
    assert server.request_ids == []


def test_a_crash_between_papers_and_receipt_loses_no_figure(digest: Digest, server: ModelServer) -> None:
    digest.holds(15)
    digest.score()
    receipt = digest.store.receipt_path(DAY)
    whole = receipt.read_bytes()
    receipt.unlink()
    digest.score()
    assert receipt.read_bytes() == whole
    assert len(server.request_ids) == 2


def test_a_day_with_all_scores_stays_unchanged(digest: Digest, server: ModelServer) -> None:
    digest.holds(3, relevance=3, novelty=4)
    digest.store.write_receipt(Receipt(date=DAY, state=DayState.OK, model="gpt", tokens=Tokens(prompt=1, total=1)))
    before = tree(digest.root / "data")
    digest.score()
    assert (tree(digest.root / "data"), server.request_ids) == (before, [])
    server.then(*[error(400, "no")] * 9)
    assert len(digest.score(again=True).unscored) == 3
    assert (digest.receipt.unscored, digest.receipt.state) == ({}, DayState.OK)


def test_a_failed_day_whose_papers_are_scored_has_failed_no_more(digest: Digest, server: ModelServer) -> None:
    digest.holds(3)
    digest.store.write_receipt(Receipt(date=DAY, state=DayState.FAILED, announced=9, errors=("arxiv: half a feed",)))
    digest.score()
    assert (digest.receipt.state, digest.receipt.errors) == (DayState.PARTIAL, ("arxiv: half a feed",))


# -- secrets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?api-key=qu3ry-s3cret-value"])
def test_the_key_is_in_no_file_and_no_message(
    digest: Digest, server: ModelServer, query: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ids = digest.holds(40)
    digest.environment["DIGEST_LLM_URL"] += query
    echo = f"your key {KEY} at {query}"
    server.then(
        model_server.saying(json.dumps(rating(ids[0], COMMENT=echo)) + "\n" + json.dumps(rating(f"no {echo}"))),
        error(400, echo),
        error(500, echo),
        model_server.raw(json.dumps({"choices": [{"message": {"refusal": echo}}]}).encode()),
    )
    done = digest.score()
    written = b"".join(tree(digest.root).values()).decode() + repr(done) + "".join(capfd.readouterr())
    assert (digest.papers[ids[0]].comment or "").startswith("your key *** at")
    assert "your key" not in str(done.unscored) + str(done.errors)
    assert KEY not in written
    assert "qu3ry-s3cret-value" not in written


def test_a_wrong_key_is_reported_without_it(digest: Digest, server: ModelServer) -> None:
    digest.holds(30)
    digest.environment["DIGEST_LLM_KEY"] = "sk-wr0ng-wr0ng"
    done = digest.score()
    assert set(done.unscored.values()) == {"the endpoint answers 401 Unauthorized: the key was refused"}
    assert len(server.request_ids) == 1


def test_missing_settings_are_reported_together(digest: Digest) -> None:
    digest.holds(1, PROMPT.replace("  model: model-1\n", ""))
    digest.environment = {"DIGEST_LLM_KEY": "sk-ünicode"}
    with pytest.raises(DigestError) as caught:
        digest.score()
    assert str(caught.value).splitlines() == [
        "llm: no endpoint: set DIGEST_LLM_URL, or llm.endpoint in digest.yml",
        "llm: no model: set DIGEST_LLM_MODEL, or llm.model in digest.yml",
        "DIGEST_LLM_KEY: has characters that no key has: copy the key anew",
    ]


@pytest.mark.parametrize("url", ["ftp://h/v1", "host/v1", "http://", "http://[::1/v1?key=s3cret-s3cret"])
def test_an_address_that_is_none_is_refused_without_showing_it(digest: Digest, url: str) -> None:
    digest.holds(1)
    digest.environment["DIGEST_LLM_URL"] = url
    with pytest.raises(DigestError) as caught:
        digest.score()
    assert str(caught.value) == "llm: the endpoint is not an http(s) address: write it as https://host/v1"


def test_a_digest_without_a_prompt_has_a_message(digest: Digest, server: ModelServer) -> None:
    digest.holds(1, "llm: {model: m}\n")
    with pytest.raises(DigestError, match=r"digest.yml: no prompt that could be sent to a model: write prompt\.user"):
        digest.score()
    assert server.request_ids == []


def test_a_day_without_papers_is_an_error(digest: Digest) -> None:
    digest.holds(0)
    with pytest.raises(DigestError, match="no papers to score: import or fetch the papers of 2025-05-27 first"):
        digest.score()


def test_an_endpoint_without_a_key_gets_none(digest: Digest) -> None:
    with ModelServer() as local:
        digest.holds(1)
        digest.environment = {"DIGEST_LLM_URL": local.url + "/chat/completions/"}
        assert digest.score().scored == 1
        assert local.requests[0].authorization == ""


def test_the_scored_report_can_be_written_as_json(digest: Digest, server: ModelServer) -> None:
    digest.holds(1)
    assert json.loads(msgspec.json.encode(digest.score()))["scored"] == 1
