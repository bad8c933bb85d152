"""``broadsheet serve`` as a process: it builds, serves, follows changes, survives mistakes, and stops on a signal."""

import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.build.new_digest import start
from broadsheet.build.serve import base_path, inputs
from broadsheet.build.starter import Answers

SECONDS = 60  # for a build on a busy machine


class Serving:
    """A running ``broadsheet serve`` and what it says."""

    def __init__(self, root: Path) -> None:
        # A shell starts what runs in the background deaf to Ctrl-C, and children inherit that.
        command = ["env", "--default-signal=INT", sys.executable, "-m", "broadsheet", "serve"]
        command += ["--root", str(root), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, word: str) -> list[str]:
        """The lines up to the first with `word` in it."""
        lines: list[str] = []
        while not lines or word not in lines[-1]:
            lines.append(self._lines.get(timeout=SECONDS))
        return lines

    def end(self) -> int:
        """Interrupt it, as Ctrl-C does, and wait: its exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=SECONDS)
        self._reader.join(timeout=SECONDS)
        assert self.process.stdout
        self.process.stdout.close()
        return code


@pytest.fixture
def root(tmp_path: Path) -> Path:
    digest = tmp_path / "digest"
    start(digest, Answers(name="Group papers", url="https://user.example/repo/"))
    shutil.copytree(digest / "samples" / "data", digest / "data")
    return digest


@pytest.fixture
def serving(root: Path) -> Iterator[Serving]:
    running = Serving(root)
    yield running
    if running.process.poll() is None:
        running.end()


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:
        text: str = answer.read().decode()
    return text


def test_it_follows_changes_and_survives_mistakes(root: Path, serving: Serving) -> None:
    address = serving.until("serving")[-1].split(" at ")[1].split()[0]
    assert address.endswith("/repo/")
    assert "Group papers" in read(address)

    day = root / "data/papers/2026/2026-01-06.jsonl"
    sound = day.read_text("utf-8")
    day.write_text(sound.replace("low-rank adaptation of a shoebox", "a changed title"), "utf-8")
    serving.until("rebuilt")
    assert "a changed title" in read(f"{address}daily/2026/01/06/")

    day.write_text("{ this is not JSON\n", "utf-8")
    said = serving.until("the last site stays until this is fixed")
    assert any("2026-01-06.jsonl:1: " in line for line in said), said
    assert "a changed title" in read(f"{address}daily/2026/01/06/")

    day.write_text(sound, "utf-8")
    serving.until("rebuilt")
    assert "a changed title" not in read(f"{address}daily/2026/01/06/")

    (root / "docs" / "about-us.md").write_text("# About us\n", "utf-8")
    serving.until("rebuilt")
    assert "About us" in read(f"{address}about-us/")

    assert serving.end() == 0
    assert serving.until("stopped")[-1] == "stopped"


def test_a_first_build_that_fails_ends_it_with_the_problem(root: Path) -> None:
    (root / "digest.yml").write_text("topics: 1\n", "utf-8")
    command = [sys.executable, "-m", "broadsheet", "serve", "--root", str(root), "--port", "0"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("digest.yml:1: ")


def test_serve_refuses_a_folder_that_no_build_made(root: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").touch()
    command = [sys.executable, "-m", "broadsheet", "serve", "--root", str(root), "--port", "0"]
    command += ["--site", str(tmp_path / "own")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert run.returncode == 1
    assert "or pass --force to broadsheet build: " in run.stderr


def test_a_port_in_use_is_reported_before_anything_is_built(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "broadsheet", "serve", "--root", str(root), "--port", port]
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    said = f"127.0.0.1:{port}: the port is in use: stop the program that has it, or pass another --port\n"
    assert (run.returncode, run.stderr) == (1, said)
    assert not (root / "site").exists()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://user.example/repo/", "/repo/"),
        ("https://user.example/a/b", "/a/b/"),
        ("https://user.example/", "/"),
        ("https://user.example", "/"),
    ],
)
def test_the_path_is_that_of_the_address(url: str, path: str) -> None:
    assert base_path(url) == path


def test_what_a_build_writes_is_no_input(root: Path) -> None:
    before = inputs(root, "docs")
    docs = root / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("generated")
    (docs / ".generated").write_text("index.md\n")
    (docs / ".theme").mkdir()
    (docs / ".theme" / "main.html").write_text("generated")
    (root / "samples" / "data" / ".2026-01-06.jsonl.x1").write_text("half written")
    assert inputs(root, "docs") == before
    (docs / "own.md").write_text("hand-written")
    assert set(inputs(root, "docs")) - set(before) == {str(docs / "own.md")}


def test_each_kind_of_input_counts(root: Path) -> None:
    (root / "data" / "publications").mkdir(parents=True, exist_ok=True)
    (root / "data" / "publications" / "own.yml").write_text("")
    for name in ("digest.yml", "mkdocs.yml", "samples/data/papers/2026/2026-01-05.jsonl", "data/publications/own.yml"):
        before = inputs(root, "docs")
        (root / name).write_text((root / name).read_text("utf-8") + "\n", "utf-8")
        assert inputs(root, "docs") != before, name
