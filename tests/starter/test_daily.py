"""The daily workflow of a new digest, executed step by step: green and red runs, and their messages."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.example import digest, paper
from tests.hourly_services import FEED, World
from tests.loopback import Answer
from tests.model_server import ModelServer, rating, saying
from tests.starter.actions import git
from tests.starter.lab import DAY, MODEL, NEXT_DAY, Lab, secrets

RECEIPT = f"data/runs/2026/{DAY}.json"
PAPERS = f"data/papers/2026/{DAY}.jsonl"
REPLIES = f"data/replies/2026/{DAY}.jsonl"


def test_before_fetch_is_set_the_schedule_is_green_with_a_notice(lab: Lab) -> None:
    run = lab.daily()
    assert run.is_green, run.log
    assert run.results == {"run": "success", "publish": "skipped", "report": "success"}
    (notice,) = run.messages("notice")
    assert notice.startswith("digest.yml: nothing to fetch: set fetch.arxiv.categories")
    assert lab.calls() == []


def test_a_run_by_hand_prints_what_to_fill_in(lab: Lab) -> None:
    run = lab.daily(event="workflow_dispatch")
    assert run.results["run"] == "failure"
    (error,) = run.messages("error")
    assert error.startswith("digest.yml: nothing to fetch: set fetch.arxiv.categories")
    assert "file=digest.yml" in {annotation.properties for annotation in run.annotations}


def test_imported_scores_without_fetch_are_no_problem(lab: Lab, tmp_path: Path) -> None:
    rows = [{"arxiv_id": "2609.20009", "title": "Ours", "relevance": 8, "novelty": 6, "comment": "Good."}]
    (tmp_path / f"{DAY}.json").write_text(json.dumps(rows))
    imported = digest("import", "--root", lab.desk, tmp_path / f"{DAY}.json")
    assert imported.returncode == 0, imported.stderr
    lab.push({})
    run = lab.daily()
    assert (run.is_green, len(run.messages("notice"))) == (True, 1), run.log
    assert lab.calls() == []


def test_the_first_and_the_second_day(lab: Lab, world: World) -> None:
    lab.fetch_from(world)
    run = lab.daily(world)
    assert run.is_green, run.log
    assert (run.messages("error"), run.messages("warning")) == ([], [])
    assert RECEIPT in lab.files()
    assert {row["arxiv_id"] for row in lab.papers(DAY)} | dropped(lab, DAY) == {"2609.20001", "2609.20002"}
    assert f"{DAY}: ok:" in run.jobs["run"].summary
    assert lab.calls() == ["workflow run"]
    run = lab.daily(world, now=f"{NEXT_DAY}T12:00+00:00")
    assert run.is_green, run.log
    assert f"data/runs/2026/{NEXT_DAY}.json" in lab.files()
    assert lab.calls() == ["workflow run"]
    assert digest("check", "--root", lab.desk).returncode == 0


def dropped(lab: Lab, date: str) -> set[str]:
    path = f"data/dropped/{date[:4]}/{date}.jsonl"
    lines = lab.read(path).splitlines() if path in lab.files() else []
    return {json.loads(line)["arxiv_id"] for line in lines}


def test_a_failed_day_opens_an_issue_which_the_next_good_one_closes(lab: Lab, world: World) -> None:
    lab.fetch_from(world)
    world.feed_down = world.api_down = True
    run = lab.daily(world)
    assert run.results == {"run": "failure", "publish": "success", "report": "success"}, run.log
    assert any("arxiv.org" in error for error in run.messages("error")), run.log
    assert "arxiv" in run.jobs["run"].summary
    assert RECEIPT in lab.files()
    assert lab.calls() == ["workflow run", "issue create"]
    assert f"\n    {DAY}: http" in lab.bodies[0]
    assert "::error" not in lab.bodies[0]
    assert not lab.daily(world, now=f"{DAY}T13:00+00:00").is_green
    assert lab.calls()[-1] == "issue comment"
    world.feed_down = world.api_down = False
    run = lab.daily(world)
    assert run.is_green, run.log
    assert lab.calls() == ["workflow run", "issue close"]


def test_an_unreachable_model_is_red_and_keeps_the_papers(lab: Lab, world: World) -> None:
    lab.fetch_from(world, MODEL)
    with ModelServer() as server:
        gone = secrets(server)
    run = lab.daily(world, secrets=gone)
    assert run.results == {"run": "failure", "publish": "success", "report": "success"}, run.log
    assert any("the endpoint cannot be reached" in error for error in run.messages("error")), run.log
    assert len(lab.papers(DAY)) == 2
    assert not any(gone["DIGEST_LLM_KEY"] in text for text in (run.log, *lab.files()))


def test_a_missing_secret_is_named(lab: Lab, world: World) -> None:
    lab.fetch_from(world, MODEL)
    run = lab.daily(world)
    assert run.results["run"] == "failure"
    assert any("DIGEST_LLM_URL" in error for error in run.messages("error")), run.log
    assert RECEIPT in lab.files()


def test_a_digest_that_another_host_builds_starts_no_workflow(lab: Lab, world: World) -> None:
    git(lab.desk, "rm", "--quiet", ".github/workflows/pages.yml")
    git(lab.desk, "commit", "--quiet", "--message", "Publish elsewhere")
    lab.fetch_from(world)
    run = lab.daily(world)
    assert run.results == {"run": "success", "publish": "skipped", "report": "success"}, run.log
    assert RECEIPT in lab.files()
    assert lab.calls() == []


def test_a_slow_run_ends_before_its_job_and_is_reported(lab: Lab, world: World) -> None:
    lab.fetch_from(world)
    run = lab.daily(world, overrides={"LIMIT": "0.2s"})
    assert run.results["run"] == "failure"
    assert any("stopped after 0.2s" in error for error in run.messages("error")), run.log
    assert lab.calls()[-1] == "issue create"
    assert "stopped after 0.2s" in lab.bodies[0]


def test_a_job_that_reaches_its_limit_is_reported(lab: Lab, world: World) -> None:
    lab.fetch_from(world)
    run = lab.daily(world, cancel_at="run")
    assert run.results == {"run": "cancelled", "publish": "skipped", "report": "success"}
    assert lab.calls() == ["issue create"]
    assert "    cancelled, by its time limit or by hand" in lab.bodies[0]


# -- somebody pushes during the run --------------------------------------------------------------------------------


def meanwhile(world: World, act: Callable[[], object]) -> None:
    """Let a member act once, when the run asks for papers."""
    waiting = [act]

    def answer(query: dict[str, str]) -> Answer:
        if waiting:
            waiting.pop()()
        return world._feed(query)

    world.server.on(FEED, world._play(answer))


def test_another_file_that_was_pushed_stays(lab: Lab, world: World) -> None:
    lab.fetch_from(world)
    meanwhile(world, lambda: lab.push({"docs/members.md": "# Members\n"}))
    run = lab.daily(world)
    assert run.is_green, run.log
    assert {"docs/members.md", RECEIPT} < set(lab.files())


def test_changes_of_both_sides_to_one_day_stay(lab: Lab, world: World, model: ModelServer) -> None:
    lab.fetch_from(world, MODEL)
    mine = paper("2609.20001", relevance=10, comment="Ours, read it.")
    meanwhile(world, lambda: lab.push({PAPERS: json.dumps(mine) + "\n", REPLIES: "{}\n"}))
    run = lab.daily(world, secrets=secrets(model))
    assert run.is_green, run.log
    assert any("changed during the run" in notice for notice in run.messages("notice")), run.log
    papers = {row["arxiv_id"]: row for row in lab.papers(DAY)}
    assert papers["2609.20001"]["comment"] == "Ours, read it."
    assert papers["2609.20002"]["relevance"] == 3
    assert len(model.requests) == 1  # nothing is paid for twice
    replies = lab.read(REPLIES).splitlines()
    assert "{}" in replies
    assert any("2609.20002" in reply for reply in replies)
    assert lab.calls() == ["workflow run"]


def test_two_runs_at_once_keep_the_replies_of_both(lab: Lab, world: World, model: ModelServer) -> None:
    lab.fetch_from(world, MODEL)

    def run_at_the_desk() -> None:
        model.then(saying(json.dumps(rating("2609.20001", COMMENT="At the desk."))))  # as if the second were cut off
        digest("run", "--no-build", "--root", lab.desk, now=f"{DAY}T12:01+00:00", env=secrets(model))
        lab.push({})

    meanwhile(world, run_at_the_desk)
    run = lab.daily(world, secrets=secrets(model))
    assert run.is_green, run.log
    assert {row["arxiv_id"] for row in lab.papers(DAY)} == {"2609.20001", "2609.20002"}
    assert all("relevance" in row for row in lab.papers(DAY))
    assert len(lab.read(REPLIES).splitlines()) == len(model.requests)
    lab.push({"README.md": "# Papers\n"})
    check = digest("check", "--root", lab.desk)
    assert not [line for line in check.stdout.splitlines() if line.startswith("data/runs")], check.stdout


def test_a_broken_setting_that_was_pushed_does_not_cost_the_replies(lab: Lab, world: World, model: ModelServer) -> None:
    lab.fetch_from(world, MODEL)
    text = (lab.desk / "digest.yml").read_text("utf-8")
    meanwhile(world, lambda: lab.push({"digest.yml": f"{text}\ntopics: [\n", PAPERS: "{}\n"}))
    run = lab.daily(world, secrets=secrets(model))
    assert run.results["run"] == "failure"
    assert any("digest.yml" in annotation.properties for annotation in run.annotations), run.log
    assert "2609.20002" in lab.read(REPLIES)
    assert lab.read(PAPERS) == "{}\n"


def test_data_that_cannot_be_pushed_is_an_artifact(lab: Lab, world: World, model: ModelServer) -> None:
    lab.fetch_from(world, MODEL)
    lab.service.hook("echo 'GH006: Protected branch update failed' >&2; exit 1")
    run = lab.daily(world, secrets=secrets(model))
    assert run.results == {"run": "failure", "publish": "skipped", "report": "success"}
    assert any("is the branch protected" in error for error in run.messages("error")), run.log
    artifact = lab.service.artifact("data")
    assert "2609.20001" in (artifact / "replies/2026" / f"{DAY}.jsonl").read_text("utf-8")
    assert "2609.20001" in (artifact / "papers/2026" / f"{DAY}.jsonl").read_text("utf-8")


# -- forks ---------------------------------------------------------------------------------------------------------


def test_a_fork_without_issues_says_so_and_is_red_by_its_run_alone(lab: Lab, world: World) -> None:
    (lab.service.folder / "gh" / "issues-are-off").touch()
    assert lab.daily().is_green
    lab.fetch_from(world)
    world.feed_down = world.api_down = True
    run = lab.daily(world)
    assert (run.results["run"], run.results["report"]) == ("failure", "success"), run.log
    assert any("enable issues under Settings" in warning for warning in run.messages("warning"))
    assert any("arxiv.org" in error for error in run.messages("error")), run.log
