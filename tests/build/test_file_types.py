"""Pipes, devices, links and folders in place of files: each is reported with its path, and no build waits for one."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader

from broadsheet import PROGRAM
from broadsheet.build.build import build
from broadsheet.build.generate import generate
from broadsheet.checks.check import check
from broadsheet.daily.import_ import run as import_
from broadsheet.index.database import discard_unless_signed, sign
from broadsheet.model.diagnostics import DigestError
from broadsheet.scoring.llm.reply_log import ReplyLog
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import problem_from, read_regular
from broadsheet.store.program import Compiled
from tests.example import ROOT, SETTINGS, digest, make_digest, paper, tree

DAY = "data/papers/2025/2025-05-27.jsonl"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    days = {"2025-05-26": [paper("2505.00001")], "2025-05-27": [paper("2505.00002", comment="On LLMs.")]}
    root = make_digest(tmp_path_factory.mktemp("file-types") / "digest", days, SETTINGS + "search: false\n")
    build(root, processes=1)
    return root.rename(root.with_name("original"))


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it waits for ever")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)  # such a path may be 107 bytes long
        server.bind(path.name)


KINDS: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a socket": listen,
    "a link to nowhere": lambda path: path.symlink_to("/nowhere/at-all"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}
FILES = ("data/publications/x.yml", "data/runs/2025/2025-05-27.json", "docs/more.md")
ODD = [*((DAY, kind) for kind in KINDS), *((path, kind) for path in FILES for kind in ("a pipe", "a link to nowhere"))]


@pytest.mark.parametrize(("path", "kind"), ODD)
def test_special_files_are_reported_by_build_and_check(path: str, kind: str, root: Path) -> None:
    place, before = root / path, tree(root / "site")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    KINDS[kind](place)
    with pytest.raises(DigestError) as error:
        build(root, processes=1)
    assert [problem.location for problem in error.value.problems] == [path]
    assert path in [problem.location for problem in check(root).problems]
    assert tree(root / "site") == before
    assert os.path.lexists(place)


@pytest.mark.parametrize("path", ["data", "data/papers", "data/papers/2025", "data/publications", "docs", ".digest"])
def test_a_file_in_the_place_of_a_folder_is_named(path: str, root: Path) -> None:
    place = root / path
    if place.is_dir():
        shutil.rmtree(place)
    place.write_text("mine")
    before = tree(root / "site")
    with pytest.raises(DigestError) as error:
        build(root, processes=1)
    where = "mkdocs.yml:5" if path == "docs" else path  # the line of docs_dir
    assert [problem.location for problem in error.value.problems] == [where]
    assert place.read_text() == "mine"
    assert tree(root / "site") == before


@pytest.mark.parametrize("path", ["docs/index.md", "docs/feeds/all.xml", ".digest/index.sqlite", ".digest/lock"])
def test_a_folder_in_the_place_of_what_is_generated_is_named_and_stays(path: str, root: Path) -> None:
    place = root / path
    place.unlink()
    (place / "mine").mkdir(parents=True)
    with pytest.raises(DigestError) as error:
        build(root, processes=1)
    assert [problem.location for problem in error.value.problems] == [path]
    assert (place / "mine").is_dir()
    with pytest.raises(DigestError):
        generate(root, processes=1)
    shutil.rmtree(place)
    build(root, processes=1)


@pytest.mark.parametrize("path", [".digest", "site", "docs/feeds"])
def test_pipes_in_the_place_of_what_is_generated_are_not_waited_for(path: str, root: Path, tmp_path: Path) -> None:
    clean = {name: data for name, data in tree(root / "site").items() if name != ".digest"}
    for file in [place for place in (root / path).rglob("*") if place.is_file() and place != root / "site/.digest"]:
        file.unlink()
        os.mkfifo(file)
    build(root, processes=1)
    assert {name: data for name, data in tree(root / "site").items() if name != ".digest"} == clean


def test_no_special_file_in_an_imported_folder_is_waited_for(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    shutil.copytree(root / "data/papers/2025", folder)
    for number, kind in enumerate(KINDS):
        KINDS[kind](folder / f"2025-06-0{number + 1}.jsonl")
    with (folder / "large.json").open("wb") as file:
        file.truncate(1 << 20)
    report = import_(root, [str(folder)])
    assert sum(report.outcomes.values()) == 2
    assert len(report.faults) == len(KINDS)  # a folder is none; zeros are


def test_settings_and_replies_are_read_from_regular_files_only(root: Path) -> None:
    (root / "mkdocs.yml").unlink()
    os.mkfifo(root / "mkdocs.yml")
    run = digest("build", "--root", root, timeout=60)
    assert (run.returncode, run.stdout) == (1, "")
    assert "mkdocs.yml: " in run.stderr
    os.mkfifo(root / "replies")
    with pytest.raises(OSError, match="Not a regular file"):
        ReplyLog(root / "replies", "replies")


def test_a_full_disk_is_a_message_and_damages_nothing(root: Path) -> None:
    make_digest(root, {"2025-05-28": [paper("2505.00003")]}, SETTINGS + "search: false\n")
    before = {path: data for path, data in tree(root).items() if path.startswith(("site/", "data/"))}
    command = "import resource, sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    command += "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
    command += "sys.argv = ['broadsheet', *sys.argv[1:]]; from broadsheet.cli import main; main()"
    long = json.dumps(paper("2505.00009", abstract="long " * 1000, date="2025-05-27"))
    (root / "2025-05-27.jsonl").write_text(f"{long}\n")
    for arguments in (
        ["build", "--jobs", "1", "--no-cache"],
        ["generate", "--jobs", "1"],
        ["import", "2025-05-27.jsonl"],
    ):
        run = run_python(command, [*arguments, "--root", str(root)], root)
        assert "Traceback" not in run.stderr, run.stderr
        assert run.returncode == 1
        assert ": " in run.stderr
    assert {path: data for path, data in tree(root).items() if path.startswith(("site/", "data/"))} == before
    build(root, processes=1)


def run_python(command: str, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    whole = [sys.executable, "-c", command, *arguments]
    return subprocess.run(whole, capture_output=True, text=True, check=False, env=environment, cwd=folder)


def test_a_folder_that_this_user_may_not_write_to_is_a_message() -> None:
    assert str(problem_from(PermissionError(13, "Permission denied", "/x/site"))) == (
        "/x/site: permission denied: give this user access to it"
    )
    assert str(problem_from(OSError(30, "Read-only file system", "/x/a", None, "/x/b"), Path("/x"))) == (
        "b: read-only file system: make it writable"
    )


def test_a_lock_that_is_a_link_creates_no_file_elsewhere(root: Path, tmp_path: Path) -> None:
    (root / ".digest/lock").unlink()
    (root / ".digest/lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DigestError, match=r"\.digest/lock: "):
        build(root, processes=1)
    assert not (tmp_path / "elsewhere").exists()


def test_a_page_that_a_link_stood_in_for_comes_back(root: Path) -> None:
    before = tree(root / "site")
    page = root / "docs/topics/llm/index.md"
    page.unlink()
    page.symlink_to("/etc/hostname")
    assert build(root, processes=1).outside == ("topics/llm/index.md",)
    page.unlink()
    build(root, processes=1)
    assert tree(root / "site") == before


def test_links_that_lead_out_of_docs_are_not_published(root: Path) -> None:
    (root / "docs/host.txt").symlink_to("/etc/hostname")
    (root / "docs/etc").symlink_to("/etc")
    (root / "docs/secret.md").symlink_to(root / "digest.yml")
    (root / "docs/inside.txt").symlink_to("by-hand.txt")
    (root / "docs/by-hand.txt").write_text("mine")
    done = build(root, processes=1)
    assert done.outside == ("host.txt", "secret.md")
    assert (root / "site/inside.txt").read_text() == "mine"
    assert not [path for path in ("host.txt", "etc", "secret") if (root / "site" / path).exists()]
    (root / "hook.py").write_text("")
    with (root / "mkdocs.yml").open("a") as file:
        file.write("\nhooks: [hook.py]\n")
    with pytest.raises(DigestError, match=r"docs/host\.txt: a link that leads out of docs/"):
        build(root, processes=1)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_files_and_folders_have_the_modes_of_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a/b.json", b"{}", durable=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o777 & ~umask
    assert stat.S_IMODE((tmp_path / "a/b.json").stat().st_mode) == 0o666 & ~umask


def test_only_a_signed_index_is_used(tmp_path: Path) -> None:
    index = tmp_path / "index.sqlite"
    for harm in (None, "value", "journal", "cut", "unsigned", "no number", "whole seconds", "an earlier second"):
        with sqlite3.connect(index) as db:
            db.execute("CREATE TABLE IF NOT EXISTS a (b)")
            db.execute("INSERT INTO a VALUES ('before')")
        db.close()
        sign(index)
        if harm == "value":
            index.write_bytes(index.read_bytes().replace(b"before", b"behind"))
        elif harm == "journal":
            index.with_name("index.sqlite-wal").write_bytes(b"what another program left")
        elif harm == "cut":
            index.write_bytes(index.read_bytes()[:-100])
        elif harm == "unsigned":
            index.with_name("index.sqlite.signed").write_text("1 2\n")
        elif harm == "no number":
            index.with_name("index.sqlite.signed").write_text("1 x\n")
        elif harm in ("whole seconds", "an earlier second"):  # as many archives restore a file
            second = int(index.stat().st_mtime) - (harm == "an earlier second")
            os.utime(index, (second, second))
        discard_unless_signed(index)
        assert index.exists() is (harm in (None, "journal", "whole seconds")), harm
        assert [path.name for path in tmp_path.glob("*-*")] == []


def test_a_damaged_template_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def environment() -> Environment:
        cache = Compiled("test", "1", tmp_path)
        return Environment(loader=DictLoader({"a": "{{ 1 + 1 }}"}), bytecode_cache=cache, autoescape=True)

    environment().get_template("a")
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damage in (b"", whole[:40], whole[:-9] + bytes(9), bytes(len(whole)), whole[:60] + b"\xff" + whole[61:]):
        file.write_bytes(damage)
        assert environment().get_template("a").render() == "2"
        assert file.read_bytes() == whole


def test_the_templates_of_digests_leave_the_compiled_ones_of_the_program_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    compiled = tmp_path / "compiled"
    theme = PROGRAM / "views" / "theme"

    def load(folder: Path) -> None:
        cache = Compiled("test", "1", compiled)
        Environment(loader=FileSystemLoader(folder), bytecode_cache=cache, autoescape=True).get_template("card.html")

    load(theme)
    (own,) = compiled.iterdir()
    before = own.read_bytes()
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "card.html").write_text(str(number))
        load(tmp_path / str(number))
    assert own.read_bytes() == before
    assert len(list(compiled.iterdir())) == 2  # one for all digests


def test_reading_names_the_kind_of_a_special_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"data")
    assert read_regular(tmp_path / "file") == b"data"
    for kind, make in KINDS.items():
        path = tmp_path / kind.replace(" ", "-")
        make(path)
        with pytest.raises(OSError, match=path.name) as error:
            read_regular(path)
        assert problem_from(error.value, tmp_path).location == path.name


def test_a_page_by_hand_that_is_no_text_is_named(root: Path) -> None:
    (root / "docs/more.md").write_bytes(b"# Caf\xe9\n")
    with pytest.raises(DigestError, match=r"docs/more\.md: not UTF-8 at byte 5: save the file as UTF-8"):
        build(root, processes=1)
    assert "docs/more.md: not UTF-8 at byte 5: save the file as UTF-8" in map(str, check(root).problems)
    for text in ("---\n{a: [\n---\n", "\0\0\0", "---\n- 1\n- &a *a\n---\n# A", "﻿# A", "[" * 3000, "{{ x }} {% y %}"):
        (root / "docs/more.md").write_text(text)
        build(root, processes=1)
    (root / os.fsdecode(b"docs/caf\xe9.txt")).write_text("a")
    build(root, processes=1)
    (root / os.fsdecode(b"docs/caf\xe9.md")).symlink_to("/etc/hostname")
    (root / os.fsdecode(b"site/b\xfccher.txt")).write_text("mine")
    (root / os.fsdecode(b"data/b\xfccher.txt")).write_text("mine")
    assert build(root, processes=1).outside == ("caf\ufffd.md",)
    assert (root / os.fsdecode(b"site/b\xfccher.txt")).read_text() == "mine"
    assert "data/b\ufffdcher.txt" in [problem.location for problem in check(root).problems]
