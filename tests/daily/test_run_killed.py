"""``broadsheet run`` killed at every step, and run twice at once: no day is lost, doubled or half-written."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.checks.check import check
from tests import model_server
from tests.example import ROOT, command_line, tree
from tests.loopback import Loopback
from tests.model_server import KEY, ModelServer
from tests.run_setup import DAY, HF, WEEKS_LATER, RunSetup, hf_list

IDS = [f"2609.3000{number}" for number in range(8)]
SETTINGS = "run: {min_relevance: 5}\nprefilter: {keep: 0.75}\n"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(KEY) as running:
        yield running


def comparable_files(root: Path) -> dict[str, str]:
    """Return the files of a run, without its times, its costs and the model's name."""
    files = {}
    for name, data in tree(root / "data").items():
        text = re.sub(r"model-\d+", "model", data.decode())
        if name.startswith("runs/"):
            receipt = json.loads(text)
            text = json.dumps({key: receipt[key] for key in sorted(receipt.keys() - {"tokens", "cost"})})
        if not name.startswith("replies/"):
            files[name] = text
    return files


def test_killed_between_any_two_steps(tmp_path: Path, server: Loopback, model: ModelServer) -> None:
    """A process is killed with SIGKILL before and after each write; then the next day's run mends the day."""
    run_setup = RunSetup(tmp_path / "digest", server, model)
    server.on(f"{HF}?date=2026-09-23&limit=100", hf_list("2609.30009", "2609.20001"))
    server.on(f"{HF}?date={DAY}&limit=100", hf_list(*IDS, "2609.30009"))
    run_setup.make(SETTINGS)
    settings = run_setup.root / "digest.yml"
    settings.write_text(settings.read_text().replace("timeout: 2,", "timeout: 2, batch: 3,"))
    run_setup.run("2026-09-23", today="2026-09-23")
    model.requests.clear()
    done = subprocess.run(
        [sys.executable, "-m", "tests.run_killer", str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env=os.environ | run_setup.environment | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    runs = {name: int(owed) for name, owed in (line.split() for line in done.stdout.splitlines())}
    assert len(runs) > 40
    clean = comparable_files(tmp_path / "model-0")
    assert clean.keys() >= {f"papers/2026/{DAY}.jsonl", f"dropped/2026/{DAY}.jsonl", f"runs/2026/{DAY}.json"}
    asked: dict[str, Counter[str]] = {name: Counter() for name in runs}
    for question in model.requests:
        asked[question.body["model"]].update(question.ids)
    for name, owed in runs.items():
        assert comparable_files(tmp_path / name) == clean, name  # without `owed`, the kill came after the last write
        assert asked[name].keys() == asked["model-0"].keys()
        assert sum(asked[name].values()) <= sum(asked["model-0"].values()) + 3, name  # the request that was under way
        assert owed in (0, 1)
    assert sum(not owed for owed in runs.values()) < 5
    assert [problem for problem in check(tmp_path / name).problems if problem.location.startswith("data/")] == []


def test_two_runs_at_once_take_turns_and_the_second_names_the_first(
    tmp_path: Path, server: Loopback, model: ModelServer
) -> None:
    run_setup = RunSetup(tmp_path / "digest", server, model)
    server.on(HF, hf_list(*IDS))
    run_setup.make("run: {min_relevance: 1}\n")
    settings = run_setup.root / "digest.yml"
    settings.write_text(settings.read_text().replace("timeout: 2,", "timeout: 60,"))
    second_waits = threading.Event()

    def patient(question: model_server.ModelRequest) -> model_server.Reply:
        second_waits.wait(60)
        return model_server.well(question)

    model.then(patient)
    line = command_line("run", "--root", run_setup.root, "--date", DAY, "--no-build", now=WEEKS_LATER)
    environment = os.environ | run_setup.environment | {"PYTHONPATH": str(ROOT)}
    first = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE)
    while not model.requests:
        time.sleep(0.01)
    second = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert second.stderr
    message = second.stderr.readline()
    second_waits.set()
    first.communicate(), second.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    assert message.startswith(f"waiting: process {first.pid} on ")
    assert " (broadsheet run) has been at work since 2" in message
    assert [sorted(ids) for ids in model.request_ids] == [IDS]
    assert run_setup.receipt().shown == 8
