"""Folders that a build may replace, and the files that stay in them: only the program's own files are removed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.build.clean import clear
from broadsheet.build.manifest import MANIFEST, files_below, read_manifest, write_manifest
from broadsheet.build.site_folder import check_folder, keep_others
from broadsheet.model.diagnostics import DigestError
from tests.example import SETTINGS, digest, make_digest, paper, tree

DAYS = {"2025-05-26": [paper("2505.00001")], "2025-05-27": [paper("2505.00002", comment="On LLMs.")]}
MINE = {
    "CNAME": "papers.example",
    "photos/a/b.jpg": "jpeg",
    "photos/empty/": "",
    ".well-known/security.txt": "Contact: mailto:a@b.example",
    ".nojekyll": "",
    ".gitignore": "*.tmp",
    ".git/HEAD": "ref: refs/heads/gh-pages",
    "daily/2025/05/26/slides.pdf": "pdf",
    "assets/logo.svg": "<svg/>",
    "feeds/mine/x.xml": "<x/>",
}


def put(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        if path.endswith("/"):
            target.mkdir(parents=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)


def there(folder: Path, files: dict[str, str]) -> bool:
    return all((folder / p).is_dir() if p.endswith("/") else (folder / p).read_text() == t for p, t in files.items())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_digest(tmp_path / "digest", DAYS, SETTINGS + "search: false\n")


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files below `folder` but the lock, which a refused build leaves."""
    return {path: data for path, data in tree(folder).items() if path != ".digest/lock"} if folder.is_dir() else {}


def problem(root: Path, site: Path | None = None, *, force: bool = False) -> str:
    """Return the one problem that a build has, having made sure that it changed nothing."""
    place = site or root
    before = contents(root), contents(place)
    with pytest.raises(DigestError) as error:
        build(root, site, force=force, processes=1)
    assert (contents(root), contents(place)) == before
    return str(error.value)


REFUSED: dict[str, Callable[[Path], Path]] = {
    "the root": lambda root: root,
    "the folder above": lambda root: root.parent,
    "data": lambda root: root / "data",
    "a folder in data": lambda root: root / "data/papers/site",
    "data in other letters": lambda root: root / "DATA",
    "docs": lambda root: root / "docs",
    "a folder in docs": lambda root: root / "docs/site",
    "the cache": lambda root: root / ".digest",
    "git": lambda root: root / ".git",
    "a folder in git": lambda root: root / ".git/site",
    "a folder in the git of another": lambda root: root.parent / "other/.git/site",
    "a work tree": lambda root: root.parent / "other",
    "up and down": lambda root: root / "site/../data",
    "a link to data": lambda root: root.parent / "to-data",
    "a folder behind a link": lambda root: root.parent / "to-data/papers",
    "a loop of links": lambda root: root.parent / "loop",
    "a file": lambda root: root / "digest.yml",
    "a folder below a file": lambda root: root / "digest.yml/site",
    "the home folder": lambda root: Path.home(),
    "the file system": lambda root: Path("/"),
    "a mount": lambda root: Path("/proc"),
    "a folder with mounts in it": lambda root: Path("/dev"),
}


@pytest.mark.parametrize("place", REFUSED)
def test_a_folder_that_matters_is_refused_even_if_forced(place: str, root: Path) -> None:
    put(root.parent / "other", {".git/HEAD": "x", "mine.txt": "mine"})
    (root / ".git").mkdir()
    (root.parent / "to-data").symlink_to(root / "data")
    (root.parent / "loop").symlink_to(root.parent / "loop")
    site = REFUSED[place](root)
    for force in (False, True):
        with pytest.raises(DigestError, match=r"name a|not a folder|move"):
            check_folder(Path(os.path.realpath(site)), root, root / "docs", force=force)


def test_the_message_names_the_largest_of_what_a_folder_has_inside(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root.parent / "home"))
    names = {
        "/": "the whole file system",
        root.parent: "the digest's own folder",
        root.parent / "home": "the home folder",
    }
    for site, name in names.items():
        with pytest.raises(DigestError, match=f"(is|contains) {name}: "):
            check_folder(Path(str(site)), root, root / "docs")


def test_the_settings_name_a_folder_as_the_option_does(root: Path) -> None:
    settings = (root / "mkdocs.yml").read_text("utf-8")
    (root / "mkdocs.yml").write_text(settings.replace("site_dir: site\n", "site_dir: data\n"), "utf-8")
    assert "is data/" in problem(root)
    (root / "mkdocs.yml").write_text(settings, "utf-8")
    assert "is the digest's own folder: name another folder" in problem(root, root, force=True)
    assert "is docs/: name another folder" in problem(root, root / "docs")


def test_a_folder_with_other_files_is_refused_unless_forced_and_then_keeps_them(root: Path, tmp_path: Path) -> None:
    www = tmp_path / "www"
    files = {path: text for path, text in MINE.items() if path != ".git/HEAD"} | {"index.html": "old"}
    put(www, files)
    assert problem(root, www).endswith("files of the same names are then replaced")
    build(root, www, force=True, processes=1)
    del files["index.html"]
    assert there(www, files)
    assert "<title>" in (www / "index.html").read_text("utf-8")
    build(root, www, processes=1)  # it carries the manifest now
    assert there(www, files)


def test_empty_and_missing_folders_are_accepted(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for site in (tmp_path / "empty", tmp_path / "new/deep"):
        assert build(root, site, processes=1).folder == str(site)
        assert (site / "index.html").is_file()


@pytest.mark.parametrize("change", ["a day", "full", "the cache lost", "by mkdocs"])
def test_files_added_to_a_site_stay(change: str, root: Path) -> None:
    build(root, processes=1)
    site = root / "site"
    put(site, MINE)
    inode = (site / "photos/a/b.jpg").stat().st_ino
    for number in (1, 2):
        make_digest(root, {f"2025-06-0{number}": [paper(f"2506.0000{number}")]}, SETTINGS + "search: false\n")
        if change == "the cache lost":
            shutil.rmtree(root / ".digest")
        if change == "by mkdocs" and number == 1:
            (root / "hook.py").write_text("")
            with (root / "mkdocs.yml").open("a") as file:
                file.write("\nhooks: [hook.py]\n")
        build(root, processes=1, full=change == "full")
        assert there(site, MINE)
        assert (site / f"daily/2025/06/0{number}/index.html").is_file()
    assert (site / "photos/a/b.jpg").stat().st_ino == inode
    assert (site / ".gitignore").read_text() == "*.tmp"
    (site / "CNAME").unlink()  # what they take away does not come back
    make_digest(root, {"2025-06-09": [paper("2506.00009")]}, SETTINGS + "search: false\n")
    build(root, processes=1)
    assert not (site / "CNAME").exists()


def test_added_files_do_not_keep_removed_pages(root: Path, tmp_path: Path) -> None:
    build(root, processes=1)
    put(root / "site", MINE)
    (root / "data/papers/2025/2025-05-27.jsonl").unlink()
    build(root, processes=1)
    clean = tmp_path / "clean"
    build(root, clean, processes=1)
    files = tree(root / "site")
    mine = {path: text.encode() for path, text in MINE.items() if not path.endswith("/")}
    assert files.items() >= mine.items()
    assert {path: data for path, data in files.items() if path not in mine} == tree(clean)


@pytest.mark.parametrize("late", [False, True])
def test_files_that_come_while_a_build_works_stay_and_are_in_no_manifest(late: bool, root: Path) -> None:
    build(root, processes=1)
    site = root / "site"
    put(site, MINE | {"search-index/mine.txt": "a"})
    (site / "photos/latest").symlink_to("a/b.jpg")
    coming = iter([{"daily/2025/05/26/new.pdf": "b", "photos/empty/c.jpg": "c", "photos/a/d.jpg": "d", "e.txt": "e"}])

    def come(done: int, total: int) -> None:
        put(site, next(coming, {}))

    for number in (1, 2, 3):
        make_digest(root, {f"2025-06-0{number}": [paper(f"2506.0000{number}")]}, SETTINGS + "search: false\n")
        build(root, processes=1, progress=come if late or number == 2 else lambda done, total: None)
        theirs = {"daily/2025/05/26/new.pdf": "b", "photos/empty/c.jpg": "c"} if late or number > 1 else {}
        assert there(site, MINE | {"search-index/mine.txt": "a"} | theirs)
        assert os.readlink(site / "photos/latest") == "a/b.jpg"
    manifest = read_manifest(site)
    assert manifest is not None
    sizes = {path: info.st_size for path, info in files_below(site)}
    assert sizes.items() >= (manifest.sizes or {}).items()
    new = {"daily/2025/05/26/new.pdf", "photos/empty/c.jpg", "photos/a/d.jpg", "e.txt"}
    ours = {"search-index/mine.txt", "photos/latest"} | {path for path in MINE if not path.endswith("/")}
    assert sizes.keys() - (manifest.sizes or {}).keys() == new | ours
    shutil.rmtree(site / "photos")  # what they take away does not come back
    make_digest(root, {"2025-06-09": [paper("2506.00009")]}, SETTINGS + "search: false\n")
    build(root, processes=1)
    assert not (site / "photos").exists()


def test_a_file_in_the_place_of_a_new_page_is_named_and_stays(root: Path) -> None:
    build(root, processes=1)
    put(root / "site", {"daily/2025/06/02/index.html": "mine", "weekly/2025-W23": "a file for a folder"})
    make_digest(root, {"2025-06-02": [paper("2506.00001")]}, SETTINGS + "search: false\n")
    with pytest.raises(DigestError) as error:
        build(root, processes=1)
    assert [str(Path(it.location).relative_to(root)) for it in error.value.problems] == [
        "site/daily/2025/06/02/index.html",
        "site/weekly/2025-W23",
    ]
    assert (root / "site/daily/2025/06/02/index.html").read_text() == "mine"
    build(root, force=True, processes=1)
    assert "<title>" in (root / "site/daily/2025/06/02/index.html").read_text("utf-8")


def test_a_site_of_an_earlier_version_is_recognised_by_its_manifest(root: Path) -> None:
    build(root, processes=1)
    put(root / "site", {"photos/a.jpg": "mine", "CNAME": "mine"})
    manifest = root / "site" / MANIFEST
    manifest.write_bytes(manifest.read_bytes().partition(b"\n")[0])
    shutil.rmtree(root / ".digest")
    (root / "data/papers/2025/2025-05-26.jsonl").unlink()
    build(root, processes=1)
    assert there(root / "site", {"photos/a.jpg": "mine", "CNAME": "mine"})
    assert not (root / "site/daily/2025/05/26/index.html").exists()


@pytest.mark.parametrize("name", [".site.new", ".site.old", ".site.new.aside"])
def test_a_working_folder_that_no_build_made_is_refused(name: str, root: Path) -> None:
    with (root / "mkdocs.yml").open("a") as file:
        file.write("\nhooks: [hook.py]\n")
    (root / "hook.py").write_text("")
    put(root / name, {"mine.txt": "mine"})
    with pytest.raises(DigestError, match="move it away"):
        build(root, processes=1)
    assert there(root / name, {"mine.txt": "mine"})
    shutil.rmtree(root / name)
    (root / name).symlink_to(root / "data")
    with pytest.raises(DigestError, match="move it away"):
        build(root, processes=1)
    assert (root / "data/papers/2025/2025-05-26.jsonl").is_file()


def test_a_link_to_the_site_stays_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "www").symlink_to(tmp_path / "real")
    for day in ("2025-06-02", "2025-06-03"):
        make_digest(root, {day: [paper(f"2506.000{day[-2:]}")]}, SETTINGS + "search: false\n")
        build(root, tmp_path / "www", processes=1)
        assert (tmp_path / "www").is_symlink()
        assert (tmp_path / f"real/daily/{day.replace('-', '/')}/index.html").is_file()


def test_odd_files_are_moved_unchanged(tmp_path: Path) -> None:
    site, staging = tmp_path / "site", tmp_path / "fresh"
    put(site, {"index.html": "a", "x/y.html": "b"})
    put(staging, {"index.html": "a"})
    write_manifest(site, "state", {path: info.st_size for path, info in files_below(site)})
    os.mkfifo(site / "x/pipe")
    (site / "x/nowhere").symlink_to("/nowhere")
    (site / "folder").symlink_to("/etc")
    (site / "closed").mkdir(mode=0o700)
    assert keep_others(site, staging, ["index.html", "x/y.html"]) == {"x/pipe", "x/nowhere", "folder"}
    assert (staging / "x/pipe").is_fifo()
    assert os.readlink(staging / "folder") == "/etc"
    assert (staging / "closed").stat().st_mode & 0o777 == 0o700
    assert not (staging / "x/y.html").exists()
    manifest = read_manifest(site)
    assert manifest is not None
    assert manifest.sizes == {"index.html": 1, "x/y.html": 1}


def test_the_message_names_the_folder_that_was_filled(root: Path, tmp_path: Path) -> None:
    settings = (root / "mkdocs.yml").read_text("utf-8")
    (root / "mkdocs.yml").write_text(settings.replace("site_dir: site\n", "site_dir: public\n"), "utf-8")
    run = digest("build", "--root", root, "--jobs", "1", cwd=root.parent)
    assert run.stdout.endswith("→ digest/public\n"), run.stdout + run.stderr
    run = digest("generate", "--root", ".", "--jobs", "1", cwd=root)
    assert run.stdout.endswith("→ docs\n"), run.stdout + run.stderr
    other = tmp_path / "x/y"
    run = digest("build", "--root", ".", "--site", other, "--jobs", "1", cwd=root)
    assert run.stdout.endswith(f"→ {other}\n"), run.stdout + run.stderr


def test_a_work_tree_in_a_site_still_works(root: Path) -> None:
    build(root, processes=1)
    site = root / "site"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-C", str(site)]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "site"]):
        subprocess.run([*git, *command], check=True)
    make_digest(root, {"2025-06-02": [paper("2506.00001")]}, SETTINGS + "search: false\n")
    build(root, processes=1)
    status = subprocess.run([*git, "status", "--short"], capture_output=True, text=True, check=True).stdout
    assert "daily/2025/06/" in status
    assert " D " not in status


def test_a_hand_written_file_with_a_generated_name_is_published_unchanged(root: Path) -> None:
    put(root / "docs", {"llms.txt": "mine", "feeds/all.xml": "mine"})
    done = build(root, processes=1)
    assert {"llms.txt", "feeds/all.xml"} <= set(done.shadowed)
    for folder in (root / "docs", root / "site"):
        assert there(folder, {"llms.txt": "mine", "feeds/all.xml": "mine"})


@pytest.mark.parametrize("path", ["assets/digest.css", ".theme/main.html"])
def test_a_file_in_the_place_of_the_programs_own_is_named_and_stays(path: str, root: Path) -> None:
    put(root / "docs", {path: "mine"})
    with pytest.raises(DigestError, match=rf"docs/{path}: this name belongs to a file of the program"):
        build(root, processes=1)
    assert there(root / "docs", {path: "mine"})


def test_clearing_removes_generated_files_and_nothing_else(root: Path) -> None:
    before = tree(root)
    build(root, processes=1)
    put(root / "site", MINE)
    put(root / "docs", {"notes.md": "mine", "feeds/mine.xml": "mine"})
    make_digest(root, {"2025-06-02": [paper("2506.00001")]}, SETTINGS + "search: false\n")
    build(root, processes=1)
    clear(root)
    mine = {f"site/{path}": text for path, text in MINE.items()} | {
        "docs/notes.md": "mine",
        "docs/feeds/mine.xml": "mine",
    }
    assert there(root, mine)
    assert tree(root).keys() - mine.keys() - before.keys() == {"data/papers/2025/2025-06-02.jsonl"}
    assert not list(root.glob(".site*"))
