"""``broadsheet build``: the same bytes each time, all or nothing, one build at a time, with every site builder."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.build.swap import link_unchanged
from tests.example import ROOT, digest, make_digest, paper, tree

DAYS = {
    "2025-05-26": [paper("2505.00001"), paper("2505.00002", relevance=9)],
    "2025-05-27": [paper("2505.00001"), paper("math/0306266", title="Old and $x^2$"), paper("0411431")],
    "2025-06-02": [paper("2506.00001", source="hf", upvotes=3, relevance=None, novelty=None)],
}


def manifest(folder: Path) -> str:
    """One digest of everything in a folder: names and bytes."""
    digest_of = hashlib.sha256()
    for path, data in tree(folder).items():
        digest_of.update(f"{path}\0{len(data)}\0".encode() + data)
    return digest_of.hexdigest()


def build(root: Path, *arguments: str | Path) -> None:
    run = digest("build", "--root", root, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("built"), DAYS)
    shutil.copytree(ROOT / "data" / "publications", root / "data" / "publications")
    build(root)
    return root


def test_the_same_data_is_the_same_site_elsewhere_and_on_another_date(
    built: Path, faketime: Path, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere"
    shutil.copytree(built, other, ignore=shutil.ignore_patterns("site", ".digest"))
    command = [str(faketime), "2031-02-03 04:05:06", sys.executable, "-m", "broadsheet", "build", "--root", str(other)]
    run = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    first, second = tree(built / "site"), tree(other / "site")
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []


def test_the_pages_are_there_and_every_link_leads_somewhere(built: Path) -> None:
    site = built / "site"
    pages = {p.parent.relative_to(site).as_posix() for p in site.rglob("index.html")}
    days = {"daily/2025/05/26", "daily/2025/05/27", "daily/2025/06/02"}
    spans = {"weekly/2025-W22", "weekly/2025-W23", "monthly/2025-05", "monthly/2025-06"}
    lists = {".", "archive", "topics", "topics/compression", "topics/llm", "publications", "search", "statistics"}
    assert days | spans | lists | {"subscribe", "about", "publications/20032"} <= pages
    check = digest("check", "--root", built, "--site", site)
    assert [line for line in check.stdout.splitlines() if "site/" in line] == []


def test_a_killed_build_leaves_the_last_site_and_the_next_one_works(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "killed"
    shutil.copytree(built, root)
    before = manifest(root / "site")
    seen = set()
    make_digest(root, {"2025-06-03": [paper("2506.00009")]})
    for delay in (0.3, 0.8, 1.3, 1.8, 2.3):
        process = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "build", "--root", root],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        seen.add(manifest(root / "site"))
    build(root)
    assert seen <= {before, manifest(root / "site")}, "half a site"
    assert (root / "site/daily/2025/06/03/index.html").is_file()
    assert {path.name for path in root.glob(".site*")} <= {".site.new"}  # the spare


NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(NAMES, st.sampled_from(["one", "two"]), max_size=6)


def put(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """Write files, but for those in whose place a folder is, or below a file; returns what was written."""
    folder.mkdir()
    for path, text in files.items():
        with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return {path: text for path, text in files.items() if (folder / path).is_file()}


@given(FILES, FILES, st.sets(NAMES), st.sets(NAMES))
def test_any_staging_folder_ends_with_links_to_the_unchanged_files_alone(
    old: dict[str, str], spare: dict[str, str], linked: set[str], kept: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        site, staging = Path(temporary, "site"), Path(temporary, "fresh")
        files = put(site, old)
        put(staging, spare)
        for path in linked & files.keys():
            with suppress(FileExistsError, NotADirectoryError):
                (staging / path).parent.mkdir(parents=True, exist_ok=True)
                (staging / path).hardlink_to(site / path)
        link_unchanged(site, staging, kept)
        expected = {path for path in files if any(path == it or path.startswith(f"{it}/") for it in kept)}
        assert {path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file()} == expected
        assert all((staging / path).samefile(site / path) for path in expected)
        assert all(any(folder.iterdir()) for folder in staging.rglob("*") if folder.is_dir())
        assert {path: (site / path).read_text() for path in files} == files


def test_any_change_of_the_previous_site_leaves_the_build_correct(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "spare"
    shutil.copytree(built, root, ignore=shutil.ignore_patterns("site", ".digest"))
    build(root)
    spare = root / ".site.new"
    subprocess.run(["git", "init", "--quiet", root], check=True)
    (root / ".git/info/exclude").write_text("/*\n!/.site.new\n")
    for number, harm in enumerate((None, "lost", "other", "folder")):
        if harm == "lost":
            shutil.rmtree(spare / "daily")
        elif harm == "other":
            (spare / "daily/2025/05/26/index.html").unlink()
            (spare / "daily/2025/05/26/index.html").write_text("stale")
            (spare / "left.html").write_text("over")
        elif harm == "folder":
            (spare / "weekly/2025-W22/index.html").unlink()
            (spare / "weekly/2025-W22/index.html").mkdir()
        last = tree(root / "site")
        with ExitStack() as stack:
            held = {path: stack.enter_context((root / "site" / path).open("rb")) for path in last}
            make_digest(root, {f"2025-06-{number + 3:02}": [paper(f"2506.0001{number}")]})
            build(root)
            assert {path: file.read() for path, file in held.items()} == last, "the last site was written into"
        both = tree(spare).keys() & tree(root / "site").keys()
        assert sum((spare / path).samefile(root / "site" / path) for path in both) > 10
        git = subprocess.run(["git", "status", "--short"], cwd=root, capture_output=True, text=True, check=True)
        assert git.stdout == ""
    clean = tmp_path / "clean"
    shutil.copytree(root, clean, ignore=shutil.ignore_patterns("site", ".site.new", ".digest", ".git"))
    build(clean)
    assert manifest(root / "site") == manifest(clean / "site")


def test_a_full_build_leaves_no_copy_of_the_previous_site(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "full"
    shutil.copytree(built, root)
    build(root, "--no-cache")
    assert list(root.glob(".site*")) == []


def test_two_builds_at_once_make_one_correct_site(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "twice"
    shutil.copytree(built, root, ignore=shutil.ignore_patterns("site", ".digest"))
    command = [sys.executable, "-m", "broadsheet", "build", "--root", str(root)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert manifest(root / "site") == manifest(built / "site")


def test_a_failing_mkdocs_is_quoted_and_the_last_site_stays(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "failing"
    shutil.copytree(built, root)
    (root / "docs" / "mine.md").write_text("[nowhere](nowhere.md)\n")
    run = digest("build", "--root", root)
    assert run.returncode == 1
    assert "nowhere.md" in run.stderr
    assert manifest(root / "site") == manifest(built / "site")


def test_hand_written_pages_stay_and_pages_without_data_are_removed(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "hands"
    shutil.copytree(built, root)
    (root / "docs/about/index.md").write_text("# Mine\n\nBy hand.\n")
    (root / "data/papers/2025/2025-06-02.jsonl").unlink()
    (root / "docs" / ".generated").write_text((root / "docs/.generated").read_text().replace("about/index.md\n", ""))
    build(root)
    assert (root / "docs/about/index.md").read_text() == "# Mine\n\nBy hand.\n"
    assert "By hand." in (root / "site/about/index.html").read_text()
    assert not (root / "docs/daily/2025/06").exists()
    assert not (root / "site/monthly/2025-06").exists()


@pytest.mark.parametrize("builder", ["zensical", "properdocs"])
def test_the_other_builders_make_the_same_pages_without_a_warning(
    builder: str, built: Path, builders: Path, tmp_path: Path
) -> None:
    root = tmp_path / builder
    shutil.copytree(built, root, ignore=shutil.ignore_patterns("site", ".digest"))
    command = [str(builders / builder), "build", "--strict"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment, check=False)
    said = run.stdout + run.stderr
    assert run.returncode == 0, said
    assert "warning" not in said.lower(), said

    def pages(site: Path) -> dict[str, str]:
        files = {p.relative_to(site).as_posix(): p.read_text("utf-8") for p in site.rglob("*.html")}
        return {
            path: _content(html) for path, html in files.items() if path != "404.html" and not path.startswith("embed/")
        }

    ours, theirs = pages(built / "site"), pages(root / "site")
    assert theirs.keys() == ours.keys()
    assert [path for path in ours if ours[path] != theirs[path]] == []
    assert (root / "site/feeds/all.xml").read_bytes() == (built / "site/feeds/all.xml").read_bytes()


def _content(html: str) -> str:
    """What the page says, without the theme around it."""
    article = lxml.html.fromstring(html).find_class("md-content__inner")[0]
    ours = [article.find(".//h1"), *article.find_class("page-nav"), *article.find_class("digest")]
    return " ".join("".join(lxml.html.tostring(part, encoding="unicode") for part in ours).split())
