"""The manifest of a site: if it is damaged, lost or forged, the build runs again, and foreign files stay."""

import random
import shutil
import time
import zlib
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from functools import partial
from pathlib import Path

import pytest

from broadsheet.build import manifest as manifests
from broadsheet.build.build import build
from broadsheet.build.clean import clear
from broadsheet.build.manifest import MANIFEST, read_manifest
from tests.example import SETTINGS, digest, make_digest, paper, tree

DAYS = {"2025-05-26": [paper("2505.00001")], "2025-05-27": [paper("2505.00002", comment="On LLMs.")]}
QUICK = SETTINGS + "search: false\n"
MINE = {
    "CNAME": "papers.example",
    "assets/own/logo.svg": "<svg/>",
    "assets/logo.svg": "<svg/>",
    "daily/mine.txt": "mine",
    "daily/2025/05/27/slides.pdf": "pdf",
    "daily/2025/05/27/more/index.html": "<h1>Mine</h1>",
    "feeds/mine/x.xml": "<x/>",
    "papers/notes/2505.00002.md": "# Mine",
}
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda data: data[:100],
    "empty": lambda data: b"",
    "noise": lambda data: random.Random(1).randbytes(len(data)),
    "a flipped byte": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "of an earlier version": lambda data: data.partition(b"\n")[0],
    "longer": lambda data: data.partition(b"\n")[0] + b"\n" + zlib.compress(b"no list"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_digest(tmp_path / "digest", DAYS, QUICK)
    build(root, processes=1)
    for path, text in MINE.items():
        target = root / "site" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root


def damage(root: Path, how: str) -> None:
    manifest = root / "site" / MANIFEST
    manifest.write_bytes(DAMAGES[how](manifest.read_bytes()))


def clean(root: Path) -> dict[str, bytes]:
    """Return the site of a build that has no earlier one."""
    site = root.parent / "clean"
    build(root, site, processes=1)
    files = tree(site)
    shutil.rmtree(site)
    return files


def with_mine(site: dict[str, bytes]) -> dict[str, bytes]:
    return site | {path: text.encode() for path, text in MINE.items()}


def test_with_a_damaged_manifest_foreign_files_stay_and_stale_ones_go(root: Path) -> None:
    day = root / "data/papers/2025/2025-05-27.jsonl"
    papers = day.read_bytes()
    with_day = with_mine(clean(root))
    day.unlink()
    without_day = with_mine(clean(root))
    for number, how in enumerate(DAMAGES):
        damage(root, how)
        if number % 2:
            day.write_bytes(papers)
        else:
            day.unlink(missing_ok=True)
        assert build(root, processes=1).doubtful == (), how
        assert tree(root / "site") == (with_day if number % 2 else without_day), how


def test_without_any_list_only_files_at_page_addresses_are_removed(root: Path) -> None:
    page = (root / "site/daily/2025/05/27/index.html").read_bytes()
    (root / "site/backup").mkdir()
    (root / "site/backup/index.html").write_bytes(page)  # a copy that somebody made
    damage(root, "of an earlier version")
    shutil.rmtree(root / ".digest")
    (root / "data/papers/2025/2025-05-27.jsonl").unlink()
    done = build(root, processes=1)
    files, staging = tree(root / "site"), clean(root)
    assert files.items() >= with_mine(staging).items()
    assert files["backup/index.html"] == page
    assert {path for path in files if path.endswith("/index.html")} - staging.keys() - MINE.keys() == {
        "backup/index.html"
    }
    assert set(done.doubtful) == files.keys() - staging.keys()
    assert {"daily/mine.txt", "daily/2025/05/27/index.md"} <= set(done.doubtful)
    assert build(root, processes=1).doubtful == ()


def test_the_command_names_the_files_left_without_a_list(root: Path) -> None:
    damage(root, "empty")
    shutil.rmtree(root / ".digest")
    run = digest("build", "--root", root, "--jobs", "1")
    assert run.returncode == 0
    assert f"site: {len(MINE)} files may be left from an earlier build" in run.stderr
    assert "daily/mine.txt" in run.stderr
    assert "left from an earlier build" not in digest("build", "--root", root, "--jobs", "1").stderr


def test_a_file_in_the_place_of_a_new_page_stays_though_the_manifest_is_damaged(root: Path) -> None:
    (root / "site/daily/2025/06/02").mkdir(parents=True)
    (root / "site/daily/2025/06/02/index.html").write_text("mine")
    damage(root, "cut short")
    make_digest(root, {"2025-06-02": [paper("2506.00001")]}, QUICK)
    run = digest("build", "--root", root, "--jobs", "1")
    assert run.returncode == 1
    assert "site/daily/2025/06/02/index.html: no build made it" in run.stderr
    assert (root / "site/daily/2025/06/02/index.html").read_text() == "mine"


def test_clearing_with_a_damaged_manifest_leaves_added_files(root: Path) -> None:
    damage(root, "noise")
    clear(root)
    assert tree(root / "site") == with_mine({})


def forged(*paths: str) -> bytes:
    lines = "".join(f"1 {path}\0" for path in paths)
    return b"0" * 64 + b"\n" + zlib.compress(lines.encode())


def test_a_build_without_its_cache_still_removes_stale_files(root: Path) -> None:
    shutil.rmtree(root / ".digest")
    (root / "data/papers/2025/2025-05-27.jsonl").unlink()
    assert build(root, processes=1).doubtful == ()
    assert tree(root / "site") == with_mine(clean(root))


OUTSIDE = ("../data/papers/2025/2025-05-26.jsonl", "daily/../../digest.yml", "/etc/hostname")


def test_a_manifest_that_names_a_place_outside_is_no_list(root: Path) -> None:
    before = tree(root / "data"), (root / "digest.yml").read_bytes()
    for path in OUTSIDE:
        (root / "site" / MANIFEST).write_bytes(forged("index.html", path))
        manifest = read_manifest(root / "site")
        assert manifest is not None
        assert manifest.sizes is None
    next((root / ".digest").glob("manifest-*")).write_bytes(forged(*OUTSIDE))
    clear(root)
    assert (tree(root / "data"), (root / "digest.yml").read_bytes()) == before


def test_clearing_does_not_follow_a_link_out_of_the_site(root: Path) -> None:
    shutil.move(root / "site/daily", root / "mine")
    (root / "site/daily").symlink_to(root / "mine")
    before = tree(root / "mine")
    clear(root)
    assert tree(root / "mine") == before


@pytest.mark.parametrize("unit", [b"\0", b"1 a\0", b"1"])
def test_a_manifest_that_unpacks_to_much_is_no_list(
    unit: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "MAX_LIST_BYTES", 2**20)
    packed = zlib.compress(unit * (2**21 // len(unit)), 9)
    (tmp_path / MANIFEST).write_bytes(b"0" * 64 + b"\n" + packed)
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert manifest.sizes is None
    with (tmp_path / MANIFEST).open("ab") as file:
        file.truncate(2**40)  # a hole: no disk could hold it, nor memory
    assert read_manifest(tmp_path) is not None


def test_a_process_beside_the_build_sees_each_file_that_was_lost_or_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "LARGE_MANIFEST", 0)
    monkeypatch.setattr(manifests, "PROCESSORS", 2)
    page = root / "site/about/index.html"
    before = page.read_bytes()
    assert build(root, processes=1).rendered == 0

    def lead_elsewhere() -> None:
        page.unlink()
        page.symlink_to("../archive/index.html")

    changes: tuple[Callable[[], object], ...] = (
        page.unlink,
        lambda: page.write_bytes(before.swapcase()),
        lead_elsewhere,
    )
    for change in changes:
        time.sleep(0.02)  # a tick of the clock of file systems
        change()
        assert build(root, processes=1).rendered > 0
        assert page.read_bytes() == before


def test_the_work_of_a_killed_process_is_done_in_this_one(tmp_path: Path) -> None:
    manifests.write_manifest(tmp_path, "0" * 64, {})
    call: Future[bool] = Future()
    call.set_exception(BrokenExecutor())
    assert manifests._result(call, partial(manifests.is_intact, tmp_path))
