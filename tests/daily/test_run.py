"""``broadsheet run`` with good and faulty services and models: the receipt matches the servers' records."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.checks.check import check
from broadsheet.daily.run import preview_day
from broadsheet.http.client import HttpClient
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.model.state import DayState
from tests import model_server
from tests.example import digest, paper, tree
from tests.loopback import Answer, Loopback, endless, hung_up
from tests.model_server import KEY, ModelServer
from tests.recorded_replies import play, read
from tests.run_setup import API, DAY, EXPORT, FEED, HF, WEEKS_LATER, RunSetup, hf_list

IDS = ["2609.30001", "2609.30005", "2609.30008"]  # of relevance 2, 6 and 9
ALL = "run: {min_relevance: 1}\n"
OPEN_LIST = "Hugging Face adds papers until the day ends in UTC, and a few after that"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(KEY) as running:
        yield running


@pytest.fixture
def run_setup(tmp_path: Path, server: Loopback, model: ModelServer) -> RunSetup:
    return RunSetup(tmp_path, server, model)


@pytest.fixture
def local(tmp_path: Path, server: Loopback) -> RunSetup:
    return RunSetup(tmp_path, server)


def play_all(server: Loopback) -> None:
    play(server, "arxiv_feed", "arxiv_details", "hf", "librecat", "librecat_end")


def sound(root: Path) -> None:
    """`broadsheet check` finds nothing that is wrong in data/."""
    found = [str(problem) for problem in check(root).problems if not problem.is_note]
    assert [problem for problem in found if problem.startswith("data/")] == []


# -- days ----------------------------------------------------------------------------------------------------------


def test_a_day_of_everything(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    play_all(server)
    run_setup.make_all(ALL, papers={"2026-09-23": [paper("2609.20005")]})
    receipt = run_setup.run().receipt
    asked = [arxiv_id for ids in model.request_ids for arxiv_id in ids]
    assert sorted(asked) == ["2609.19009", "2609.20001", "2609.20002", "2609.20003"]
    assert receipt == run_setup.receipt()
    assert receipt.sources == {
        "arxiv": SourceStats(status="ok", announced=4, fetched=4, replaced=2, duplicates={"2609.20005": "2026-09-23"}),
        "hf": SourceStats(status="ok", announced=2, fetched=2, replaced=0, open=OPEN_LIST),
        "librecat ista": SourceStats(status="ok"),
    }
    # 2609.20001 is in both lists, 2609.20005 stands on the day before
    assert (receipt.announced, receipt.fetched, receipt.duplicates, receipt.replaced) == (6, 6, 2, 2)
    assert (receipt.scanned, receipt.scored, receipt.shown, receipt.unscored) == (4, 4, 4, {})
    assert (receipt.tokens, receipt.model, receipt.state) == (model.tokens, "model-1", DayState.OK)
    assert receipt.cost is not None
    assert receipt.cost.total == pytest.approx(model.tokens.prompt * 2.5e-6 + model.tokens.completion * 1e-5)
    assert receipt.rubric
    assert (receipt.started, receipt.finished) == ("2026-09-24T04:00:01Z", receipt.finished)
    assert receipt.errors == ()
    sound(run_setup.root)


def test_a_second_run_changes_nothing_and_pays_nothing(
    run_setup: RunSetup, server: Loopback, model: ModelServer
) -> None:
    server.on(HF, hf_list(*IDS))
    run_setup.make()
    run_setup.run()
    assert run_setup.drop_reasons() == {"2609.30001": "below 5"}
    before, asked = tree(run_setup.root / "data"), len(model.request_ids)
    run_setup.run()
    assert (tree(run_setup.root / "data"), len(model.request_ids)) == (before, asked)


def test_a_list_that_has_grown_adds_to_the_day(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    server.on(HF, hf_list(*IDS[:2]), hf_list(), hf_list(*IDS, "2609.30009"))
    run_setup.make()
    run_setup.run()
    receipt = run_setup.run().receipt
    assert model.request_ids[1:] == [("2609.30008", "2609.30009")]
    assert (receipt.scanned, receipt.shown, receipt.dropped) == (4, 3, {"below 5": 1})
    sound(run_setup.root)


@pytest.mark.parametrize("day", ["2026-09-27", "2026-09-07"])  # a Sunday, and Labor Day's closing is on the 8th
def test_a_quiet_day(run_setup: RunSetup, server: Loopback, model: ModelServer, day: str) -> None:
    server.on(HF, Answer(200, b"[]"))
    arxiv = {"categories": ["cs.LG", "stat.ML"]}
    run_setup.make(arxiv=arxiv, huggingface=True)
    holiday = "2026-09-08" if day == "2026-09-07" else day
    receipt = run_setup.run(holiday, today="2026-11-20").receipt
    assert (receipt.state, receipt.scanned, receipt.fetched, receipt.errors) == (DayState.QUIET, 0, 0, ())
    assert {tally.status for tally in receipt.sources.values()} == {"quiet"}
    assert model.request_ids == []
    sound(run_setup.root)


def test_a_stale_feed_is_no_quiet_day_and_the_next_run_repairs_it(
    run_setup: RunSetup, server: Loopback, model: ModelServer
) -> None:
    server.on(FEED, Answer(200, read("arxiv_feed").answer.body.replace(b"24 Sep 2026", b"23 Sep 2026")))
    server.on(API, Answer(200, b"<feed></feed>"))
    run_setup.make(ALL, arxiv={"categories": ["cs.LG", "stat.ML"], "replacements": False})
    receipt = run_setup.run().receipt
    assert (receipt.state, receipt.sources["arxiv"].status) == (DayState.FAILED, "stale")
    assert receipt.errors == (f"arXiv: no papers for {DAY}, a working day: the next run asks again; two empty answers"
                              " settle it as quiet, once papers of a later day came",)  # fmt: skip
    assert model.request_ids == []
    sound(run_setup.root)
    play(server, "arxiv_feed")
    server.on(API, read("arxiv_details").answer)
    again = run_setup.run_all(DAY)
    assert [(ran.receipt.date, ran.receipt.state) for ran in again] == [(DAY, DayState.OK)]
    assert again[0].receipt.shown == 4


@pytest.mark.parametrize("answer", [Answer(503), Answer(429, b"", (("Retry-After", "86400"),)), Answer(200, b"<html>"),
                                    hung_up, endless], ids=["503", "429", "html", "hung up", "endless"])  # fmt: skip
def test_a_dead_source_leaves_a_partial_day(run_setup: RunSetup, server: Loopback, answer: Any) -> None:
    server.on(HF, hf_list(*IDS))
    server.on(EXPORT, answer)
    run_setup.make(ALL, huggingface=True, librecat=[{"url": f"{server.url}{EXPORT}", "name": "ista"}])
    receipt = run_setup.run().receipt
    assert (receipt.state, receipt.shown) == (DayState.PARTIAL, 3)
    assert receipt.sources["librecat ista"] == SourceStats(status="failed")
    assert len(receipt.errors) == 1
    sound(run_setup.root)
    play_librecat = read("librecat").answer
    server.on(EXPORT, play_librecat, Answer(200, b"---\n"))
    assert run_setup.run_all(DAY)[0].receipt.state is DayState.OK
    assert run_setup.run().receipt.errors == ()


def test_a_source_that_fails_the_second_time_removes_nothing(run_setup: RunSetup, server: Loopback) -> None:
    server.on(HF, hf_list(*IDS), Answer(400))
    run_setup.make()
    before = run_setup.run().receipt
    again = run_setup.run()
    assert again.receipt == before
    assert again.notes[0].endswith("check the address")


def test_everything_dead_is_a_failed_day(run_setup: RunSetup, server: Loopback) -> None:
    for path in (FEED, API, HF, EXPORT):
        server.on(path, Answer(404))
    run_setup.make_all()
    receipt = run_setup.run().receipt
    assert (receipt.state, receipt.scanned, len(receipt.errors)) == (DayState.FAILED, 0, 3)
    sound(run_setup.root)


def test_limits_are_waited_for(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    server.on(HF, Answer(429, b"", (("Retry-After", "7"),)), hf_list(*IDS))
    model.then(model_server.error(429, "slow down", retry_after="11"))
    run_setup.make(ALL)
    receipt = run_setup.run().receipt
    assert (receipt.state, receipt.shown) == (DayState.OK, 3)
    assert {7, 11} <= {round(seconds) for seconds in run_setup.time.slept}
    assert receipt.tokens == model.tokens


# -- scoring -------------------------------------------------------------------------------------------------------


def test_300_papers_with_30_failing_replies(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    ids = [f"2609.{31000 + number}" for number in range(300)]
    failing = set(ids[::10])
    server.on(HF, *(hf_list(*ids[at : at + 100]) for at in (0, 100, 200)), hf_list())
    for arxiv_id in failing:
        model.on(arxiv_id, model_server.declining)
    run_setup.make(ALL)
    receipt = run_setup.run().receipt
    assert (receipt.state, receipt.scanned, receipt.scored, receipt.shown) == (DayState.PARTIAL, 300, 270, 270)
    assert receipt.unscored == dict.fromkeys(sorted(failing), "declined: content filter")
    assert receipt.tokens == model.tokens
    sound(run_setup.root)
    model.behave()
    model.requests.clear()
    server.on(HF, *(hf_list(*ids[at : at + 100]) for at in (0, 100, 200)), hf_list())
    again = run_setup.run().receipt
    assert sorted(arxiv_id for question in model.request_ids for arxiv_id in question) == sorted(failing)
    assert (again.state, again.scored, again.shown, again.unscored) == (DayState.OK, 300, 300, {})
    assert again.tokens == model.tokens
    sound(run_setup.root)


def test_a_model_that_fails_altogether_is_a_failed_day(
    run_setup: RunSetup, server: Loopback, model: ModelServer
) -> None:
    server.on(HF, hf_list(*IDS))
    run_setup.environment["DIGEST_LLM_KEY"] = "sk-another-5ecret-key"
    run_setup.make()
    receipt = run_setup.run().receipt
    assert (receipt.state, receipt.scanned, receipt.scored, list(receipt.unscored)) == (DayState.FAILED, 3, 0, IDS)
    assert "5ecret" not in str(tree(run_setup.root / "data"))
    sound(run_setup.root)
    run_setup.environment["DIGEST_LLM_KEY"] = KEY
    assert run_setup.run_all("2026-09-25")[0].receipt.state is DayState.OK


def test_an_endpoint_half_set_is_no_reason_to_score_without_it(local: RunSetup, server: Loopback) -> None:
    server.on(HF, hf_list(*IDS))
    local.environment = {"DIGEST_LLM_KEY": KEY}
    local.make(ALL)
    receipt = local.run().receipt
    assert receipt.state is DayState.FAILED
    assert receipt.errors[0].startswith("run: llm: no endpoint: set DIGEST_LLM_URL")
    assert set(receipt.unscored.values()) == {f"not tried: {receipt.errors[0].removeprefix('run: ')}"}
    sound(local.root)


def test_without_a_model_the_local_scorer_does_it(local: RunSetup, server: Loopback) -> None:
    server.on(HF, hf_list("2609.30001"), hf_list("2609.30001", "2609.30002", title="A Novel"))
    local.make("run: {min_relevance: 4}\n")
    receipt = local.run().receipt
    assert (receipt.model, receipt.rubric, receipt.tokens, receipt.state) == ("local", "words", None, DayState.OK)
    assert (local.store.papers(DAY)[0].comment or "").startswith("Compression (low rank")
    assert local.run().receipt.dropped == {"below 4": 1}
    sound(local.root)


def test_both_together(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    titles = {"2609.30008": "Low-rank pruning of an LLM", "2609.30006": "Pruning", "2609.30007": "A Novel"}
    listed = [{"paper": {"id": i, "title": t, "summary": "Words.", "authors": [{"name": "Grace Hopper"}]}}
              for i, t in titles.items()]  # fmt: skip
    listed.append({"paper": {"id": "2609.30000", "title": "Cats", "authors": [{"name": "Ada K. Lovelace"}]}})
    server.on(HF, Answer(200, json.dumps(listed).encode()))
    run_setup.make(
        "prefilter: {keep: 0.5, near_misses: 1}\nfollow: {authors: [Ada Lovelace]}\nnegative_keywords: [pruning]\n"
    )
    receipt = run_setup.run().receipt
    # Two of four are kept; a negative keyword comes last; a followed author always passes, and is always shown.
    assert sorted(i for ids in model.request_ids for i in ids) == ["2609.30000", "2609.30007"]
    assert receipt.dropped == {"prefilter": 2}
    assert [miss.arxiv_id for miss in receipt.near_misses] == ["2609.30008"]
    assert (receipt.scanned, receipt.scored, receipt.shown) == (4, 2, 2)
    reasons = {row.arxiv_id: row.reasons for row in run_setup.store.papers(DAY)}
    assert reasons["2609.30000"] == ("Followed author: Ada Lovelace (as Ada K. Lovelace)",)
    sound(run_setup.root)


def test_what_passed_the_prefilter_is_not_sifted_again(
    run_setup: RunSetup, server: Loopback, model: ModelServer
) -> None:
    server.on(HF, hf_list(*(f"2609.3000{n}" for n in range(8))))
    model.then(*[model_server.error(400, "no")] * 9)
    run_setup.make("run: {min_relevance: 1}\nprefilter: {keep: 0.5}\n")
    first = run_setup.run().receipt
    assert (first.state, first.dropped, len(first.unscored)) == (DayState.FAILED, {"prefilter": 4}, 4)
    sound(run_setup.root)
    model.behave()
    again = run_setup.run().receipt
    assert (again.state, again.dropped, again.shown) == (DayState.OK, {"prefilter": 4}, 4)


def test_a_rescore_keeps_the_earlier_score_and_the_sums(
    run_setup: RunSetup, server: Loopback, model: ModelServer
) -> None:
    server.on(HF, hf_list(*IDS))
    run_setup.make(ALL)
    run_setup.run()
    (run_setup.root / "digest.yml").write_text(
        (run_setup.root / "digest.yml").read_text().replace("You read", "You judge")
    )
    for arxiv_id in IDS:
        model.on(arxiv_id, lambda question: model_server.completion(question, model_server.lines(question, NOVELTY=10)))
    environment = run_setup.environment | {"DIGEST_LLM_MODEL": ""}
    done = digest("score", "--root", run_setup.root, "--date", DAY, "--rescore", env=environment)
    assert done.returncode == 0, done.stderr
    row = run_setup.store.papers(DAY)[0]
    assert (row.novelty, row.extra["earlier_scores"][0]["novelty"]) == (10, 1)
    sound(run_setup.root)


# -- once ----------------------------------------------------------------------------------------------------------


def test_a_dropped_paper_is_not_new_again(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    server.on(HF, hf_list(*IDS), hf_list(), hf_list("2609.30001", "2609.30009"))
    run_setup.make()
    run_setup.run("2026-09-23", today="2026-11-20")
    receipt = run_setup.run(today="2026-11-20").receipt
    assert model.request_ids[1:] == [("2609.30009",)]
    assert receipt.sources["hf"].duplicates == {"2609.30001": "2026-09-23"}
    assert (receipt.fetched, receipt.duplicates, receipt.scanned) == (2, 1, 1)
    sound(run_setup.root)


def test_a_paper_that_arrives_withdrawn_is_dropped(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    notice = b"This paper has been withdrawn by the authors"
    body = read("arxiv_feed").answer.body.replace(b"Words about counting samples", notice)
    server.on(FEED, Answer(200, body))
    run_setup.make(ALL, arxiv={"categories": ["cs.LG", "stat.ML"], "details": False})
    receipt = run_setup.run().receipt
    assert receipt.dropped == {"withdrawn": 1}
    assert run_setup.drop_reasons() == {"2609.20003": "withdrawn"}
    assert "2609.20003" not in str(model.request_ids)
    assert (receipt.fetched, receipt.scanned, receipt.scored, receipt.shown) == (4, 4, 3, 3)
    sound(run_setup.root)


def test_a_lost_archive_stops_the_run_with_a_message(run_setup: RunSetup, server: Loopback) -> None:
    run_setup.make()
    run_setup.store.write_receipt(Receipt(date="2026-09-22", state=DayState.OK, shown=14))
    receipt = run_setup.run().receipt
    assert (receipt.state, server.requests, run_setup.listed_ids()) == (DayState.FAILED, [], set())
    assert "bring data/papers back" in receipt.errors[0]


# -- which days ----------------------------------------------------------------------------------------------------


def test_missing_and_failed_days_are_repaired(run_setup: RunSetup, server: Loopback) -> None:
    for number, date in enumerate(("2026-09-21", "2026-09-22", "2026-09-23", DAY)):
        server.on(f"{HF}?date={date}&limit=100", hf_list(f"2609.3001{number}"))
    run_setup.make(ALL)
    run_setup.store.write_receipt(Receipt(date="2026-09-18", state=DayState.FAILED))  # not ours, and not ok
    run_setup.run("2026-09-21", today="2026-09-21")
    failed = Receipt(date="2026-09-22", state=DayState.FAILED, errors=("run: begun, and not finished",))
    run_setup.store.write_receipt(failed)
    done = run_setup.run_all(DAY)
    # The list of the 21st, of which a run made a day that was ok, has to be looked at again.
    dates = ["2026-09-21", "2026-09-22", "2026-09-23", DAY]
    assert [(ran.receipt.date, ran.receipt.state) for ran in done] == [(date, DayState.OK) for date in dates]
    assert [ran.receipt.date for ran in run_setup.run_all(DAY)] == dates
    sound(run_setup.root)


def test_a_new_digest_has_no_unfinished_days(run_setup: RunSetup, server: Loopback) -> None:
    server.on(HF, hf_list(*IDS))
    run_setup.make(papers={"2026-01-05": [paper("2601.00001")], "2026-09-22": [paper("2609.00001")]})
    assert [ran.receipt.date for ran in run_setup.run_all(DAY)] == [DAY]


# -- what is said --------------------------------------------------------------------------------------------------


def test_the_command(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    server.on(HF, hf_list(*IDS))
    run_setup.make()
    model.on(IDS[2], model_server.declining)
    environment = run_setup.environment | {"DIGEST_LLM_MODEL": ""}
    done = digest("run", "--root", run_setup.root, "--date", DAY, now=WEEKS_LATER, env=environment)
    assert done.stderr.splitlines() == [
        f"{DAY}: scoring: 2 × declined: content filter",
        f"{DAY}: 2609.30008: unscored: declined: content filter",
    ]
    assert done.stdout.splitlines()[:2] == [
        f"{DAY} hf: ok: 3 announced, 3 fetched, 0 replaced",
        f"{DAY}: partial: 3 scanned, 2 scored, 1 below 5, 1 unscored, 1 shown with a score",
    ]
    assert done.returncode == 1
    page = (run_setup.root / "site/daily/2026/09/24/index.html").read_text("utf-8")
    assert "2609.30005" in page
    model.behave()
    again = digest(
        "run", "--root", run_setup.root, "--date", DAY, "--quiet", "--no-build", now=WEEKS_LATER, env=environment
    )
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    report = json.loads(
        digest("run", "--root", run_setup.root, "--date", DAY, "--json", now=WEEKS_LATER, env=environment).stdout
    )
    assert [(day["date"], day["state"], day["shown"]) for day in report] == [(DAY, "ok", 2)]


def test_a_dry_run_prices_the_day_and_writes_nothing(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    server.on(HF, hf_list(*IDS, "2609.00001"))
    run_setup.make("prefilter: {keep: 0.5}\n", papers={"2026-09-22": [paper("2609.00001")]})
    before = {name: data for name, data in tree(run_setup.root).items() if not name.startswith(".digest/")}
    done = digest(
        "run", "--root", run_setup.root, "--date", DAY, "--dry-run", now=WEEKS_LATER, env=run_setup.environment
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        f"{DAY} hf: ok",
        f"{DAY}: 3 new papers, 1 on an earlier day; 1 left out by the prefilter",
        f"{DAY}: 2 papers to score: 1 request",
    ]
    assert re.search(r"cost \$0\.00\d+", lines[3])
    assert {name: data for name, data in tree(run_setup.root).items() if not name.startswith(".digest/")} == before
    assert model.request_ids == []
    with HttpClient("test", clock=run_setup.time.clock, sleep=run_setup.time.sleep) as web:
        assert preview_day(run_setup.work(web), DAY).left_out == 1


def test_a_build_that_fails_fails_the_run_but_not_the_day(local: RunSetup, server: Loopback) -> None:
    server.on(HF, hf_list(*IDS))
    local.make("run: {min_relevance: 1}\n")
    (local.root / "docs" / "mine.md").write_text("[nowhere](nowhere.md)\n")
    done = digest("run", "--root", local.root, "--date", DAY, now=WEEKS_LATER)
    assert done.returncode == 1
    assert "build: docs/mine.md:1: the link nowhere.md leads to no page" in done.stderr
    assert local.receipt().state is DayState.OK


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--date", "2098-01-01"], "--date 2098-01-01 is in the future: give a day up to today."),
        (["--date", "1"], "is not a day as YYYY-MM-DD, from 1991 to 2099."),
    ],
)
def test_wrong_usage(local: RunSetup, arguments: list[str], says: str) -> None:
    local.make()
    done = digest("run", "--root", local.root, *arguments, now=WEEKS_LATER)
    assert done.returncode == 2
    assert says in done.stderr


# -- secrets -------------------------------------------------------------------------------------------------------


def test_no_secret_in_any_file_log_or_error(run_setup: RunSetup, server: Loopback, model: ModelServer) -> None:
    server.on(HF, hf_list(*IDS))
    run_setup.make()
    echo = model_server.error(400, f"the key {KEY} and Bearer {KEY} are bad at ?token=qu3ry-s3cret-value", "bad")
    model.on(IDS[0], echo)
    model.on(IDS[1], lambda question: model_server.completion(question, model_server.lines(question, COMMENT=KEY)))
    environment = {"DIGEST_LLM_KEY": KEY, "DIGEST_LLM_URL": f"{model.url}?token=qu3ry-s3cret-value"}
    output = ""
    for arguments in (("--dry-run",), (), ("--json",)):
        done = digest("run", "--root", run_setup.root, "--date", DAY, *arguments, now=WEEKS_LATER, env=environment)
        output += done.stdout + done.stderr
    assert "unscored" in output
    assert len(model.requests) > 2
    for secret in ("5up3r", "s3cret"):
        assert secret not in output
        for name, data in tree(run_setup.root).items():
            assert secret.encode() not in data, name
