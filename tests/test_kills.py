"""Killed commands: no process, lock or file of theirs remains, and the next command works at once."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.build.manifest import mark_unfinished
from broadsheet.build.workers import BuildJob, BuildWorkers
from broadsheet.index.open import READ_PARALLEL_FROM, _map, _map_jobs
from broadsheet.processes.pool import WorkerPool
from broadsheet.settings import config
from broadsheet.store.lock import file_lock, introduce
from broadsheet.store.temporary_folders import scratch_folder
from tests.example import ROOT, command_line, digest, make_digest, paper
from tests.kills.__main__ import kills, main
from tests.kills.kill import MARK, Kill, is_held, marked
from tests.loopback import Loopback
from tests.model_server import KEY, ModelRequest, ModelServer, Reply, well
from tests.run_setup import DAY, HF, WEEKS_LATER, RunSetup, hf_list

PATIENCE_S = 60  # of a machine that has much else to do
METHODS = ("fork", "spawn", "forkserver")
BODY = """\
import os, time
from broadsheet.processes import pool as processes
from broadsheet.processes.child import run_module
from broadsheet.store.lock import file_lock
from pathlib import Path

def sleep(number):
    Path(f"worker-{number}").touch()
    time.sleep(600)

if __name__ == "__main__":
"""


def start(program: str, mark: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a program whose processes can be told by a mark."""
    (folder / "program.py").write_text(BODY + program, "utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), MARK: mark}
    return subprocess.Popen([sys.executable, "program.py"], cwd=folder, env=environment, text=True)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_ten_commands_killed_at_random_moments() -> None:
    found = {str(kill): faults for kill, faults in kills(10, seed=3, timeout=PATIENCE_S)}
    assert len(found) == 10
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_command_line_of_kills(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[tuple[int, int, float]] = []

    def no_kills(count: int, seed: int, timeout: float) -> Iterator[tuple[Kill, list[str]]]:
        calls.append((count, seed, timeout))
        yield from ()

    monkeypatch.setattr("tests.kills.__main__.kills", no_kills)
    monkeypatch.setattr(sys, "argv", ["kills", "--count", "3", "--seed", "4", "--patience", "5"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert calls == [(3, 4, 5.0)]
    assert capsys.readouterr().out == "seed 4: 0 kills, 0 with anything wrong: {}\n"


# -- processes and locks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("method", METHODS)
def test_workers_neither_outlive_the_holder_of_a_lock_nor_hold_it(
    tmp_path: Path, method: str, number: signal.Signals
) -> None:
    program = f"""\
    processes.start_method = lambda: {method!r}
    with file_lock(Path("lock")), processes.WorkerPool(2) as pool:
        calls = [pool.submit(sleep, number) for number in range(2)]
        [call.result() for call in calls]
"""
    process = start(program, str(tmp_path), tmp_path)
    wait_for(lambda: all((tmp_path / f"worker-{number}").exists() for number in range(2)))
    assert is_held(tmp_path / "lock")
    assert len(marked(str(tmp_path))) >= 3
    process.send_signal(number)
    process.wait(PATIENCE_S)
    assert not is_held(tmp_path / "lock")
    wait_for(lambda: not marked(str(tmp_path)))


def test_a_module_run_apart_dies_with_the_process_that_runs_it(tmp_path: Path) -> None:
    process = start(
        '    run_module(["http.server", "0", "--bind", "127.0.0.1"], os.environ)\n', str(tmp_path), tmp_path
    )
    wait_for(lambda: len(marked(str(tmp_path))) == 2)
    process.kill()
    process.wait(PATIENCE_S)
    wait_for(lambda: not marked(str(tmp_path)))


def fatal_to_workers(date: str, leave: str = "") -> str:
    """Return the date, but for in a worker process: that is killed, and leaves a file."""
    if multiprocessing.parent_process():
        if leave:
            Path(leave).write_text("half", "utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return date


def test_the_tasks_of_killed_workers_are_repeated() -> None:
    dates = [f"2025-{month:02}-{day:02}" for month in (5, 6, 7) for day in range(1, 30)]
    assert len(dates) > READ_PARALLEL_FROM
    assert list(_map(WorkerPool, fatal_to_workers, dates)) == dates
    assert list(_map_jobs(fatal_to_workers, dates)) == dates


def test_the_work_of_a_killed_worker_is_repeated_and_its_partial_file_removed(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest")
    (root / "docs" / ".notes.md.0123abcd").write_text("mine", "utf-8")
    with BuildWorkers(BuildJob(root, "", None, "", 2), None, config.load(root)) as workers:  # type: ignore[arg-type]
        calls = [workers.submit(fatal_to_workers, str(number), f"{root}/docs/.index.md.0123abcd") for number in (1, 2)]
        assert [workers.result(call) for call in calls] == ["1", "2"]
        assert workers.result(workers.submit(fatal_to_workers, "late")) == "late"
    assert [path.name for path in (root / "docs").iterdir() if path.name.endswith("0123abcd")] == [".notes.md.0123abcd"]


# -- waiting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "lock"),
    [
        ("build", "lock"),
        ("generate", "lock"),
        ("train", "scoring"),
        ("import papers.json", "run"),
        ("fetch", "run"),
        ("score --date 2026-09-24", "run"),
        ("score --date 2026-09-24", "scoring"),
        ("run --date 2026-09-24", "run"),
        ("serve --port 0", "lock"),
    ],
)
def test_a_waiting_command_names_the_holder_and_ends_at_a_signal(tmp_path: Path, command: str, lock: str) -> None:
    root = make_digest(tmp_path / "digest", {"2026-09-24": [paper("2609.00001")]})
    introduce("a test", lambda holder: None)
    with file_lock(root / ".digest" / lock):
        process = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", *command.split()], cwd=root, stderr=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert process.stderr
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_S)
    host = os.uname().nodename
    assert line.startswith(f"waiting: process {os.getpid()} on {host} (a test) has been at work since 2")
    if command.startswith("serve"):
        assert (process.returncode, output, errors) == (0, "stopped\n", "")
    else:
        assert (process.returncode, output) == (130, "")
        assert errors == "broadsheet: stopped by SIGINT: run the command again to continue\n"


def test_a_lock_with_an_unreadable_holder_is_awaited(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest")
    with file_lock(root / ".digest" / "lock"):
        (root / ".digest" / "lock").write_text("[broken", "utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "build", "--quiet"], cwd=root, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert process.stderr
        assert process.stderr.readline() == "waiting: another process is at work\n"
    assert process.communicate(timeout=PATIENCE_S)[1] == ""
    assert process.returncode == 0
    assert (root / ".digest" / "lock").read_text() == ""


# -- told to end ---------------------------------------------------------------------------------------------------


@pytest.fixture
def run_setup(tmp_path: Path) -> Iterator[RunSetup]:
    with Loopback() as server, ModelServer(KEY) as model:
        server.on(HF, hf_list("2609.30001"))
        yield RunSetup(tmp_path / "digest", server, model)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_run_that_waits_for_a_model_ends_at_a_signal_and_the_next_run_finishes_the_day(
    run_setup: RunSetup, number: signal.Signals
) -> None:
    run_setup.make("run: {min_relevance: 1}\n")
    assert run_setup.model

    def slow(question: ModelRequest) -> Reply:
        time.sleep(3)
        return well(question)

    run_setup.model.then(slow)
    settings = run_setup.root / "digest.yml"
    settings.write_text(settings.read_text().replace("timeout: 2,", "timeout: 600,"))
    line = command_line("run", "--date", DAY, "--no-build", "--quiet", now=WEEKS_LATER)
    environment = os.environ | run_setup.environment | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(line, cwd=run_setup.root, env=environment, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: run_setup.model and run_setup.model.requests)
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 128 + number
    assert "Traceback" not in errors
    assert (
        digest(
            "run", "--date", DAY, "--no-build", now=WEEKS_LATER, cwd=run_setup.root, env=run_setup.environment
        ).returncode
        == 0
    )
    assert run_setup.receipt().errors == ()


def test_an_import_that_waits_for_its_input_ends_at_a_signal(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest")
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "import", "-"], cwd=root, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    wait_for(lambda: is_held(root / ".digest" / "run"))
    process.terminate()
    errors = process.communicate(timeout=PATIENCE_S)[1]
    assert (process.returncode, errors.count("\n")) == (143, 1)


# -- what killed commands left -------------------------------------------------------------------------------------

OURS = (
    "data/papers/2025/.2025-05-07.jsonl.c88c20e2",
    "data/runs/2025/.2025-05-07.json.00000000",
    "data/dropped/2025/.2025-05-07.jsonl.c88c20e2",
    "data/publications/.pub.yml.c88c20e2",
)
OURS_OF_BUILDS = (
    "docs/.index.md.c88c20e2",
    "docs/..generated.c88c20e2",
    "docs/daily/2025/05/07/.index.md.c88c20e2",
    "docs/feeds/.daily.xml.c88c20e2",
    "docs/assets/.digest.css.c88c20e2",
    "docs/.theme/.main.html.c88c20e2",
    ".site.new.aside/index.html",
)
THEIRS = (
    "data/papers/2025/.2025-05-07.jsonl.swp",
    "data/papers/2025/.2025-05-07.jsonl.C88C20E2",
    "data/papers/2025/.notes.txt.c88c20e2",
    "docs/.about-us.md.c88c20e2",
    "docs/.index.md.backup01",
    "docs/assets/.logo.svg.c88c20e2",
)


def place(root: Path, *names: str) -> None:
    """Write files."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("half", "utf-8")


def test_the_next_command_removes_only_the_remains_of_killed_ones(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest", {"2025-05-07": [paper("2505.00001")]})
    rows = tmp_path / "2025-05-08.json"
    rows.write_text('{"2505.00002": {"title": "T", "RELEVANCE": 5, "NOVELTY": 5}}', "utf-8")
    assert digest("build", "--root", root).returncode == 0
    place(root, *OURS, *OURS_OF_BUILDS, *THEIRS)
    mark_unfinished(root / ".site.new.aside")
    assert digest("import", rows, "--root", root).returncode == 0
    assert [name for name in (*OURS, *THEIRS) if (root / name).exists()] == [*THEIRS]
    assert [name for name in OURS_OF_BUILDS if not (root / name).exists()] == []
    assert digest("build", "--root", root).returncode == 0
    assert [name for name in (*OURS_OF_BUILDS, *THEIRS) if (root / name).exists()] == [*THEIRS]
    assert digest("build", "--root", root).stdout.count(": 0 pages made")


@pytest.mark.parametrize("ignored", [".gitignore", "generator/broadsheet/starter/dot-gitignore"])
def test_git_ignores_files_of_killed_commands(tmp_path: Path, ignored: str) -> None:
    place(tmp_path, *OURS, *OURS_OF_BUILDS, ".site.new/index.html", "data/papers/2025/2025-05-07.jsonl")
    (tmp_path / ".gitignore").write_bytes((ROOT / ignored).read_bytes())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    listed = subprocess.run(["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert listed.stdout.split() == [".gitignore", "data/papers/2025/2025-05-07.jsonl"]


def test_a_temporary_folder_is_removed_once_its_maker_is_dead(tmp_path: Path) -> None:
    place(tmp_path, "ours-0123abcd/page", "ours-mine/page", "ours-0123abcd.txt")
    with scratch_folder("ours-", str(tmp_path)) as first:
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
            [first.name, "ours-mine", "ours-0123abcd.txt"]
        )
        with scratch_folder("ours-", str(tmp_path)) as second:
            assert first.is_dir()
        assert not second.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours-0123abcd.txt", "ours-mine"]


# -- what the system refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocked", "command"),
    [
        (".digest", "build"),
        (".digest", "import docs"),
        ("data/papers", "import 2025-05-08.json"),
        ("docs", "generate"),
        ("elsewhere", "new elsewhere/digest"),
    ],
)
def test_a_file_in_a_folders_place_is_a_problem_with_a_place(tmp_path: Path, blocked: str, command: str) -> None:
    root = make_digest(tmp_path / "digest")
    (root / "2025-05-08.json").write_text('{"2505.00002": {"title": "T", "RELEVANCE": 5, "NOVELTY": 5}}', "utf-8")
    if (root / blocked).is_dir():
        (root / blocked).rename(tmp_path / "away")
    place(root, blocked)
    run = digest(*command.split(), cwd=root)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert all(line.count(": ") >= 2 for line in run.stderr.splitlines())
    assert blocked in run.stderr


def test_a_report_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest")
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "broadsheet", "check", "--root", str(root)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert ": no space left on device: " in run.stderr.lower()
