"""A day with several scorers: scorer and cost of each paper are in the receipt, on the page and in the files."""

import json
import shutil
import time
from pathlib import Path

import msgspec
import pytest

from broadsheet.checks.check import check
from broadsheet.daily import import_ as importing
from broadsheet.daily.choose_scorer import score_day
from broadsheet.daily.merge import merge_receipts
from broadsheet.daily.score import ScoringContext
from broadsheet.daily.scorers import total_cost, total_tokens, with_scorers
from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, ScorerShare, Tokens
from broadsheet.model.scorer import Scorer
from broadsheet.model.state import DayState
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests import model_server
from tests.example import ROOT, digest, make_digest, paper
from tests.model_server import ModelServer
from tests.scoring.llm.test_scorer import DAY as MODEL_DAY
from tests.scoring.llm.test_scorer import Digest as PaidDigest

DAY = "2025-05-27"
GPT = Scorer(model="gpt-4o", rubric="2025-05")
IMPORTED = Receipt(
    date=DAY,
    state=DayState.OK,
    model="gpt-4o",
    rubric="2025-05",
    tokens=Tokens(prompt=90, completion=10, total=100),
    cost=Cost(prompt=0.2, completion=0.16, total=0.36),
    announced=10,
    scanned=10,
    shown=2,
    dropped={"not relevant enough": 8},
)


def faults(root: Path) -> list[str]:
    problems = [str(problem) for problem in check(root).problems if not problem.is_note]
    return [problem for problem in problems if problem.startswith("data/")]


def test_every_day_of_the_demo_may_be_scored(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    make_digest(tmp_path, settings=(ROOT / "digest.yml").read_text("utf-8"))
    store, before = Store(tmp_path), {}
    with HttpClient("test", clock=time.monotonic, sleep=time.sleep) as web:
        context = ScoringContext(
            root=tmp_path, settings=config.load(tmp_path), environment={}, web=web, clock=time.monotonic
        )
        for date in store.dates():
            before[date] = store.receipt(date)
            try:
                score_day(context, date)
            except DigestError as error:
                assert "no papers to score" in str(error)  # noqa: PT017 - other days go on
    assert faults(tmp_path) == []
    for date, receipt in before.items():
        after = store.receipt(date)
        if receipt and after and receipt.cost:
            assert (after.cost, after.tokens) == (receipt.cost, receipt.tokens)
            assert receipt.model in {after.model, *(share.model for share in after.scorers)}
    shares = {share.model for date in store.dates() if (receipt := store.receipt(date)) for share in receipt.scorers}
    assert shares == {"gpt-4o", "local"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = [paper(f"2505.1000{n}", scorer={"model": "gpt-4o", "rubric": "2025-05"}) for n in range(2)]
    bare = {name: value for name, value in paper("2505.10009", source="hf").items() if name not in SCORE}
    make_digest(tmp_path, {DAY: [*rows, bare]})
    Store(tmp_path).write_receipt(IMPORTED)
    return tmp_path


SCORE = ("relevance", "novelty", "comment")


def test_both_scorers_are_in_the_receipt_on_the_page_and_beside_it(root: Path) -> None:
    assert digest("score", "--root", root, "--date", DAY).returncode == 0
    receipt = Store(root).receipt(DAY)
    assert receipt
    assert receipt.scorers == (
        ScorerShare(model="gpt-4o", rubric="2025-05", scored=2, tokens=IMPORTED.tokens, cost=IMPORTED.cost),
        ScorerShare(model="local", rubric="words", scored=1),
    )
    assert (receipt.model, receipt.tokens, receipt.cost) == ("gpt-4o", IMPORTED.tokens, IMPORTED.cost)
    assert (receipt.scanned, receipt.shown, receipt.dropped) == (11, 3, IMPORTED.dropped)
    assert faults(root) == []
    assert digest("build", "--root", root).returncode == 0
    text = "gpt-4o (2 papers, $0.36) and the local scorer (1 paper)"
    place = root / "site/daily/2025/05/27"
    assert text in (place / "index.html").read_text("utf-8")
    assert f"Scored by {text}." in (place / "index.md").read_text("utf-8").replace("\\", "")
    (day,) = json.loads((place / "index.json").read_bytes())["days"]
    assert [share["model"] for share in day["receipt"]["scorers"]] == ["gpt-4o", "local"]


def test_each_scored_row_has_the_local_score_that_breaks_ties(root: Path, tmp_path: Path) -> None:
    assert digest("score", "--root", root, "--date", DAY).returncode == 0
    rows = {row.arxiv_id: row for row in Store(root).papers(DAY)}
    local = rows["2505.10009"].local_score
    assert local is not None
    assert rows["2505.10000"].local_score  # imported scores tie as often
    assert rows["2505.10000"].scorer == GPT
    with ModelServer(model_server.KEY) as server:
        paid = PaidDigest(tmp_path / "paid", server.url)
        paid.holds(3)
        with HttpClient("test", clock=paid.time.clock, sleep=paid.time.sleep) as web:
            settings = config.load(paid.root)
            environment = paid.environment
            score_day(
                ScoringContext(
                    root=paid.root, settings=settings, environment=environment, web=web, clock=paid.time.clock
                ),
                MODEL_DAY,
            )
        assert all(row.score and row.local_score for row in paid.papers.values())


def test_scored_again_by_another_the_first_is_still_on_record(root: Path) -> None:
    assert digest("score", "--root", root, "--date", DAY, "--rescore").returncode == 0
    receipt = Store(root).receipt(DAY)
    assert receipt
    assert [(share.model, share.scored, share.cost) for share in receipt.scorers] == [
        ("gpt-4o", 0, IMPORTED.cost),
        ("local", 3, None),
    ]
    assert (receipt.model, receipt.rubric, receipt.cost) == ("local", "words", IMPORTED.cost)
    assert faults(root) == []


def test_a_day_of_one_scorer_needs_no_list() -> None:
    rows = [Paper(arxiv_id="2505.10001", title="T", relevance=8, novelty=8, scorer=GPT)]
    assert with_scorers(IMPORTED, rows) == IMPORTED


def test_rows_without_a_name_are_of_the_receipt_s_scorer() -> None:
    rows = [Paper(arxiv_id=f"2505.1000{n}", title="T", relevance=8, novelty=8) for n in range(2)]
    rows.append(Paper(arxiv_id="2505.10009", title="T", relevance=8, novelty=8, scorer=Scorer(model="local")))
    assert [(share.model, share.scored) for share in with_scorers(IMPORTED, rows).scorers] == [
        ("gpt-4o", 2),
        ("local", 1),
    ]
    unnamed = Receipt(date=DAY, state=DayState.OK, model="local")
    assert [(share.model, share.scored) for share in with_scorers(unnamed, rows).scorers] == [("", 2), ("local", 1)]


UNSIGNED = [Paper(arxiv_id=f"2505.2000{n}", title="T", relevance=8, novelty=8) for n in range(3)]


def shares(receipt: Receipt) -> list[tuple[str, int]]:
    return [(share.model, share.scored) for share in receipt.scorers]


def test_rows_without_a_name_are_not_of_a_scorer_that_signs() -> None:
    signed = Paper(arxiv_id="2505.10001", title="T", relevance=8, novelty=8, scorer=GPT)
    receipt = with_scorers(IMPORTED, [signed, *UNSIGNED])
    assert (receipt.model, receipt.cost, shares(receipt)) == ("gpt-4o", IMPORTED.cost, [("gpt-4o", 1), ("", 3)])
    assert with_scorers(receipt, [signed, *UNSIGNED]) == receipt
    all_refused = with_scorers(IMPORTED, UNSIGNED, {"gpt-4o"})
    assert shares(all_refused) == [("gpt-4o", 0), ("", 3)]
    assert with_scorers(all_refused, UNSIGNED, {"gpt-4o"}) == all_refused
    assert with_scorers(IMPORTED, UNSIGNED) == IMPORTED


def imported(root: Path, numbers: range) -> Receipt:
    rows = [{"arxiv_id": f"2609.{n:05}", "title": "T", "relevance": 9, "novelty": 9, "comment": "C"} for n in numbers]
    file = root.parent / f"{root.name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    importing.run(root, [str(file)], date=MODEL_DAY)
    receipt = Store(root).receipt(MODEL_DAY)
    assert receipt
    return receipt


@pytest.mark.parametrize("declines", [False, True])
def test_imported_rows_are_not_credited_to_the_model_of_the_run(tmp_path: Path, declines: bool) -> None:
    with ModelServer() as server:
        digest = PaidDigest(tmp_path / "digest", server.url)
        ids = digest.holds(3)
        if declines:
            server.then(*[model_server.declining] * 9)
        digest.score()
        before = digest.receipt
    ours = 0 if declines else len(ids)
    receipt = imported(digest.root, range(10, 20))
    assert (receipt.tokens, receipt.cost, receipt.scored) == (before.tokens, before.cost, ours + 10)
    assert shares(receipt) == [(before.model, ours), ("", 10)]
    path = Store(digest.root).receipt_path(MODEL_DAY)
    path.write_text(path.read_text().replace(f'"scored": {ours},', f'"scored": {ours + 1},', 2))
    assert any("are not those of the rows" in fault for fault in faults(digest.root))


def test_a_receipt_that_comes_in_keeps_what_another_scorer_was_paid() -> None:
    local = Receipt(date=DAY, state=DayState.OK, model="local", rubric="words", shown=1)
    merged = merge_receipts(local, IMPORTED)
    assert (merged.model, merged.rubric, merged.cost, merged.shown) == ("local", "words", IMPORTED.cost, 1)
    assert [(share.model, share.cost) for share in merged.scorers] == [("gpt-4o", IMPORTED.cost)]
    usage = Receipt(date=DAY, state=DayState.OK, tokens=Tokens(total=9))
    page = Receipt(date=DAY, state=DayState.OK, model="gpt-4o", cost=Cost(total=1))
    for first, second in ((usage, page), (page, usage)):
        merged = merge_receipts(first, second)
        assert (merged.model, merged.tokens, merged.cost) == ("gpt-4o", Tokens(total=9), Cost(total=1))
        assert merged.scorers == ()


def test_sums_are_unknown_where_a_part_is() -> None:
    assert total_cost([None]) is None
    assert total_cost([Cost(prompt=1, completion=1, total=2), Cost(total=0.5)]) == Cost(total=2.5)
    assert total_cost([Cost(total=1), Cost(total=1, currency="EUR")]) == Cost(currency="EUR")
    assert total_tokens([Tokens(total=5), Tokens(prompt=1, completion=1, total=2), None]) == Tokens(total=7)
    assert total_tokens([]) is None


def test_imported_scores_get_a_local_score_once_and_stay_as_they_are(tmp_path: Path) -> None:
    texts = ["Nothing of the kind.", "Pruning.", "Pruning, low-rank factors and the KV cache of models."]
    rows = [paper(f"2505.1000{n}", title="A title", comment=None, abstract=text) for n, text in enumerate(texts)]
    make_digest(tmp_path, {DAY: [{key: value for key, value in row.items() if value} for row in rows]})
    store = Store(tmp_path)
    before = store.papers(DAY)
    assert digest("score", "--root", tmp_path, "--date", DAY).returncode == 0
    after = store.papers(DAY)
    assert [msgspec.structs.replace(row, local_score=None) for row in after] == list(before)
    scores = [row.local_score for row in after]
    assert scores == sorted(scores, key=lambda score: score or 0)
    assert len(set(scores)) == 3
    data = store.papers_path(DAY).read_bytes()
    assert digest("score", "--root", tmp_path, "--date", DAY).returncode == 0
    assert store.papers_path(DAY).read_bytes() == data


def test_a_local_scorer_that_fails_loses_no_score_of_a_language_model(tmp_path: Path) -> None:
    with ModelServer(model_server.KEY) as server:
        paid = PaidDigest(tmp_path / "digest", server.url)
        paid.holds(3)
        other = paid.store.papers_path("2025-05-20")
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text("{broken\n", "utf-8")
        result = digest(
            *("score", "--root", paid.root, "--date", MODEL_DAY),
            env={"DIGEST_LLM_URL": server.url, "DIGEST_LLM_KEY": model_server.KEY},
        )
    assert len(paid.scored) == 3, result.stderr
    assert result.returncode == 0
    assert "ties are not broken: data/papers/2025/2025-05-20.jsonl:1" in result.stdout + result.stderr
    assert paid.receipt.state is not DayState.FAILED
