"""``broadsheet build --executor``: workers of a Dask cluster make the same site, also if some are killed."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.example import ROOT, digest, make_digest, paper, tree

PROBLEM = "install the same broadsheet there, and start it again"


class Cluster(msgspec.Struct):
    """A scheduler, its workers, and the processes' outputs in `folder`."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    place: str
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def running(folder: Path, program: Path = ROOT) -> Iterator[Cluster]:
    """A cluster on this machine: two workers with the program in `program`, without nannies: a kill is a kill."""
    file = folder / "scheduler.json"
    with ExitStack() as stack:

        def start(name: str, path: Path, *arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", "--scheduler-file", str(file)]
            with (folder / f"{name}.log").open("ab") as log:
                process = subprocess.Popen(
                    [*command, "--no-dashboard", "--host", "127.0.0.1", *arguments],
                    env=os.environ | {"PYTHONPATH": str(path)},
                    cwd=folder,
                    stdout=log,
                    stderr=log,
                )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        scheduler = start("scheduler", ROOT, "--port", "0")
        until(lambda: file.is_file() and b"address" in file.read_bytes())
        place = msgspec.json.decode(file.read_bytes())["address"].removeprefix("tcp://")
        # More threads than one: calls must take turns.
        workers = [start("worker", program, "--no-nanny", "--nthreads", "2") for _ in range(2)]
        until(lambda: (folder / "worker.log").read_bytes().count(b"Registered to") == len(workers))
        yield Cluster(folder, scheduler, place, workers)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120  # a limit for what hangs, also on a busy machine
    while not true():
        assert time.monotonic() < end, "this takes too long"
        time.sleep(0.005)


FIRST = dt.date(2025, 3, 1)
# Days enough for the catalogue to be filled by many.
PAPERS = {
    day: [paper(f"{day[2:4]}{day[5:7]}.{day[8:]}{number:03}", title="On $x^2$") for number in range(1, 9)]
    for day in ((FIRST + dt.timedelta(days=ahead)).isoformat() for ahead in range(90))
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A digest built by this machine."""
    root = make_digest(tmp_path_factory.mktemp("original"), PAPERS)
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stderr
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The same digest, never built."""
    return make_digest(tmp_path / "digest", PAPERS)


def begin(root: Path, cluster: Cluster) -> subprocess.Popen[str]:
    """Start a build; return when the first pages are there."""
    command = [
        sys.executable,
        "-m",
        "broadsheet",
        "build",
        "--root",
        str(root),
        "--executor",
        f"dask://{cluster.place}",
    ]
    build = subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: build.poll() is not None or any((root / ".site.new" / "daily").glob("*/*/*/index.html")))
    return build


def assert_same(root: Path, original: Path) -> None:
    for folder in ("site", "docs"):
        ours, theirs = tree(root / folder), tree(original / folder)
        assert ours.keys() == theirs.keys()
        assert [path for path in ours if ours[path] != theirs[path]] == []
    assert sorted(path.name for path in root.glob(".*")) == [".digest"]
    assert list((root / ".digest").glob(".*")) == []


def test_a_worker_killed_half_way_changes_nothing(original: Path, root: Path, tmp_path: Path) -> None:
    with running(tmp_path) as cluster:
        build = begin(root, cluster)
        worker = cluster.workers[0]
        # It stops with work in its hands, which nobody else is given until it is dead.
        worker.send_signal(signal.SIGSTOP)
        for folder, page in ((".site.new", "html"), ("docs", "md")):  # what one leaves that dies while it writes
            (root / folder / "daily").mkdir(parents=True, exist_ok=True)
            (root / folder / "daily" / f".index.{page}.0abcd123").write_text("half a pa")
        with pytest.raises(subprocess.TimeoutExpired):
            build.wait(1.5)
        worker.kill()
        _, said = build.communicate(timeout=30)
        assert build.returncode == 0, said
        assert_same(root, original)
        # The cluster's other worker still serves, and keeps nothing of the build before.
        again = digest("build", "--no-cache", "--root", root, "--executor", f"dask://{cluster.place}")
        assert (again.returncode, again.stderr) == (0, "")
        assert_same(root, original)


def test_a_lost_scheduler_ends_the_build_and_the_last_site_stays(root: Path, tmp_path: Path) -> None:
    (root / "site").mkdir()
    (root / "site" / "last").write_text("the last site")
    (root / "site" / ".digest").write_text("sealed")
    with running(tmp_path) as cluster:
        build = begin(root, cluster)
        cluster.workers[0].send_signal(signal.SIGSTOP)
        cluster.scheduler.kill()
        _, said = build.communicate(timeout=30)
    assert build.returncode == 1, said
    what = "the scheduler, or every worker, was lost; the last site is untouched: start them, and build again"
    assert f"dask://{cluster.place}: {what}\n" in said
    assert "Traceback" not in said
    assert tree(root / "site") == {"last": b"the last site", ".digest": b"sealed"}


def test_workers_with_another_program_are_refused_each_by_name(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    program = ROOT / "generator" / "broadsheet"
    shutil.copytree(program, other / "broadsheet", ignore=shutil.ignore_patterns("__pycache__"))
    (other / "broadsheet" / "views" / "styles" / "frame.css").write_text("body { color: red }")
    with running(tmp_path, other) as cluster:
        run = digest("build", "--root", root, "--executor", f"dask://{cluster.place}")
        lines = run.stderr.splitlines()
        assert (run.returncode, len(lines)) == (1, 2)
        assert all(line.startswith("worker tcp://127.0.0.1:") for line in lines)
        assert all(line.endswith(f": its program is another version: {PROBLEM}") for line in lines)
        assert not (root / "site").exists()


def test_a_late_worker_without_the_folder_has_a_message(tmp_path: Path) -> None:
    from distributed import Client

    from broadsheet.build.executors import ClusterExecutor, WorkerNeeds
    from broadsheet.model.diagnostics import DigestError
    from broadsheet.store.program import program_fingerprint

    with running(tmp_path) as cluster, Client(f"tcp://{cluster.place}", set_as_default=False) as client:
        needs = WorkerNeeds((str(tmp_path / "elsewhere" / ".digest-1"),), program_fingerprint(), {"mkdocs": "0.1"})
        with ClusterExecutor(client, needs, ()) as executor, pytest.raises(DigestError) as caught:
            executor.submit(len, "abc").result(10)
    said = [(problem.message.partition(" 1.")[0], problem.hint) for problem in caught.value.problems]
    assert said == [
        (f"it does not see {tmp_path / 'elsewhere'} as it is here", "share the folder, at the same path"),
        ("it has mkdocs", "install the same version there, and start it again"),
    ]


def test_without_a_scheduler_nothing_is_written(root: Path) -> None:
    before = tree(root)
    run = digest("build", "--root", root, "--executor", "dask://127.0.0.1:1")
    what = "no Dask scheduler answers (Connection refused): start one (dask scheduler), or build without --executor"
    assert (run.returncode, run.stdout, run.stderr) == (1, "", f"dask://127.0.0.1:1: {what}\n")
    assert tree(root) == before


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8786",
        "dask://127.0.0.1",
        "http://h:1",
        "dask://h:99999",
        "dask://:1",
        "dask://h:1/x",
        "dask://u:p@h:1",
    ],
)
def test_another_url_is_wrong_usage(url: str, root: Path) -> None:
    run = digest("build", "--root", root, "--executor", url)
    assert run.returncode == 2
    assert f"Invalid value for '--executor': {url!r} is not of the form dask://HOST:PORT" in run.stderr


def test_jobs_and_a_cluster_exclude_each_other(root: Path) -> None:
    run = digest("build", "--root", root, "--executor", "dask://127.0.0.1:1", "--jobs", "2")
    assert run.returncode == 2
    assert "--jobs sets the number of local processes" in run.stderr


def test_without_the_extra_the_message_names_it(root: Path) -> None:
    # What Python itself does for a package that must not be found.
    program = "import sys; sys.modules['distributed'] = None; from broadsheet.cli import main; main()"
    command = [sys.executable, "-c", program, "build", "--root", str(root), "--executor", "dask://127.0.0.1:1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    said = "--executor: there is no package distributed: pip install 'broadsheet[dask]'\n"
    assert (run.returncode, run.stderr) == (1, said)
