"""Ordinary changes in a site folder: a build still recognises the folder, and foreign files stay."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.build import swap as sites
from broadsheet.build.build import build
from broadsheet.build.clean import clear
from broadsheet.build.manifest import MANIFEST
from broadsheet.model.diagnostics import DigestError
from tests.example import SETTINGS, make_digest, paper, tree

DAYS = {"2025-05-26": [paper("2505.00001")], "2025-05-27": [paper("2505.00002", comment="On LLMs.")]}
NEXT = {"2025-06-02": [paper("2506.00001")]}
QUICK = SETTINGS + "search: false\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_digest(tmp_path / "digest", DAYS, QUICK)
    build(root, processes=1)
    (root / "site/CNAME").write_text("papers.example")
    return root


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(root: Path) -> None:
    (root / ".gitignore").write_text(".digest/\n.site.new/\n")
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "site"]):
        git(root, *arguments)


def with_next_day(root: Path) -> None:
    make_digest(root, NEXT, QUICK)
    build(root, processes=1)


def back_to_the_commit(root: Path) -> Path:
    commit(root)
    with_next_day(root)
    git(root, "checkout", "HEAD", "--", "site")
    return root


def put_aside_by_a_stash(root: Path) -> Path:
    commit(root)
    with_next_day(root)
    git(root, "stash")
    return root


def an_older_backup_over_it(root: Path) -> Path:
    shutil.copytree(root / "site", root.parent / "backup")
    with_next_day(root)
    shutil.copytree(root.parent / "backup", root / "site", dirs_exist_ok=True)
    return root


def a_clone_with_other_line_ends(root: Path) -> Path:
    commit(root)
    git(root.parent, "-c", "core.autocrlf=true", "clone", "-q", str(root), "clone")
    return root.parent / "clone"


def moved_after_pages_were_edited(root: Path) -> Path:
    for page in (root / "site").rglob("*.html"):
        page.write_bytes(page.read_bytes().replace(b"</body>", b"<script src=count.js></script></body>"))
    return root.rename(root.parent / "moved")


def copied_without_hidden_files(root: Path) -> Path:
    (root / "site" / MANIFEST).unlink()
    return root


EVENTS: list[Callable[[Path], Path]] = [
    back_to_the_commit,
    put_aside_by_a_stash,
    an_older_backup_over_it,
    a_clone_with_other_line_ends,
    moved_after_pages_were_edited,
    copied_without_hidden_files,
]


def clean(root: Path) -> dict[str, bytes]:
    build(root, root.parent / "clean", processes=1)
    return files(root.parent / "clean") | {"CNAME": b"papers.example"}


def files(site: Path) -> dict[str, bytes]:
    """Return what is in a site but its manifest, which counts files in docs/ whose line ends were changed."""
    return {path: data for path, data in tree(site).items() if path != MANIFEST}


@pytest.mark.parametrize("event", EVENTS)
def test_after_an_ordinary_event_the_site_is_the_programs(root: Path, event: Callable[[Path], Path]) -> None:
    root = event(root)
    (root / "data/papers/2025/2025-05-27.jsonl").unlink()
    assert build(root, processes=1).doubtful == ()
    assert files(root / "site") == clean(root)


@pytest.mark.parametrize("event", EVENTS)
def test_clearing_after_an_ordinary_event_leaves_added_files(root: Path, event: Callable[[Path], Path]) -> None:
    root = event(root)
    clear(root)
    assert tree(root / "site") == {"CNAME": b"papers.example"}


def test_a_file_of_another_length_is_not_the_programs_where_the_manifest_is_lost(root: Path) -> None:
    (root / "site" / MANIFEST).unlink()
    (root / "site/index.html").write_text("mine")
    with pytest.raises(DigestError, match=r"site/index\.html: no build made it"):
        build(root, processes=1)
    assert (root / "site/index.html").read_text() == "mine"


def test_a_new_folder_in_the_place_of_a_removed_site_is_refused(root: Path) -> None:
    shutil.rmtree(root / "site")
    (root / "site").mkdir()
    (root / "site/index.html").write_text("mine")
    with pytest.raises(DigestError, match="is not empty, and no build made it"):
        build(root, processes=1)
    clear(root)
    assert tree(root / "site") == {"index.html": b"mine"}


def arriving(monkeypatch: pytest.MonkeyPatch, site: Path, path: str) -> None:
    """Have a file put into the site just before it is exchanged for the next one."""

    def swap(old: Path, staging: Path, exchange: Callable[[Path, Path], None] = sites._replace) -> None:
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text("mine")
        exchange(old, staging)

    monkeypatch.setattr(sites, "_replace", swap)


@pytest.mark.parametrize("path", ["robots.txt", "photos/a/b.jpg", "daily/2025/05/26/slides.pdf"])
def test_a_file_that_comes_while_the_site_is_exchanged_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with monkeypatch.context() as patch:
        arriving(patch, root / "site", path)
        with_next_day(root)
    assert (root / "site" / path).read_text() == "mine"
    (root / "data/papers/2025/2025-05-27.jsonl").unlink()
    build(root, processes=1)
    assert files(root / "site") == clean(root) | {path: b"mine"}


def test_a_file_that_comes_in_the_place_of_a_new_page_is_named_and_can_be_saved(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "daily/2025/06/02/index.html"
    arriving(monkeypatch, root / "site", path)
    with pytest.raises(DigestError, match=rf"\.site\.new/{path}: no build made it.*move it away"):
        with_next_day(root)
    assert (root / ".site.new" / path).read_text() == "mine"
