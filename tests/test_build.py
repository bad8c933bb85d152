"""``digest build`` as a whole: the same bytes every time, all or nothing, one at a time, by every builder."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import lxml.html
import pytest

from generator.edges.site import take_over
from tests.example import ROOT, digest, make_digest, paper, tree

DAYS = {
    "2025-05-26": [paper("2505.00001"), paper("2505.00002", relevance=9)],
    "2025-05-27": [paper("2505.00001"), paper("math/0306266", title="Old and $x^2$"), paper("0411431")],
    "2025-06-02": [paper("2506.00001", source="hf", upvotes=3, relevance=None, novelty=None)],
}


def seal(folder: Path) -> str:
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
    command = [str(faketime), "2031-02-03 04:05:06", sys.executable, "-m", "generator", "build", "--root", str(other)]
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
    before = seal(root / "site")
    seen = set()
    make_digest(root, {"2025-06-03": [paper("2506.00009")]})
    for delay in (0.3, 0.8, 1.3, 1.8, 2.3):
        process = subprocess.Popen(
            [sys.executable, "-m", "generator", "build", "--root", root],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        seen.add(seal(root / "site"))
    build(root)
    assert seen <= {before, seal(root / "site")}, "half a site"
    assert (root / "site/daily/2025/06/03/index.html").is_file()
    assert list(root.glob(".site*")) == []


def test_what_a_dead_worker_took_over_is_taken_over_again(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for path in ("a/index.html", "index/part/1", "index/part/2"):
        (old / path).parent.mkdir(parents=True, exist_ok=True)
        (old / path).write_text("old")
    take_over(old, new, ["index"])
    (new / "index/part/1").unlink()
    for _ in range(2):
        take_over(old, new, ["index", "a/index.html"])
    assert tree(new) == tree(old)
    assert (new / "index/part/1").samefile(old / "index/part/1")


def test_two_builds_at_once_do_not_harm_each_other(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "twice"
    shutil.copytree(built, root, ignore=shutil.ignore_patterns("site", ".digest"))
    command = [sys.executable, "-m", "generator", "build", "--root", str(root)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert seal(root / "site") == seal(built / "site")


def test_a_failing_mkdocs_is_quoted_and_the_last_site_stays(built: Path, tmp_path: Path) -> None:
    root = tmp_path / "failing"
    shutil.copytree(built, root)
    (root / "docs" / "mine.md").write_text("[nowhere](nowhere.md)\n")
    run = digest("build", "--root", root)
    assert run.returncode == 1
    assert "nowhere.md" in run.stderr
    assert seal(root / "site") == seal(built / "site")


def test_hand_written_pages_survive_and_pages_without_data_go(built: Path, tmp_path: Path) -> None:
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
        return {path: _content(html) for path, html in files.items() if path != "404.html"}

    ours, theirs = pages(built / "site"), pages(root / "site")
    assert theirs.keys() == ours.keys()
    assert [path for path in ours if ours[path] != theirs[path]] == []
    assert (root / "site/feeds/all.xml").read_bytes() == (built / "site/feeds/all.xml").read_bytes()


def _content(html: str) -> str:
    """What the page says, without the theme around it."""
    article = lxml.html.fromstring(html).find_class("md-content__inner")[0]
    ours = [article.find(".//h1"), *article.find_class("days"), *article.find_class("digest")]
    return " ".join("".join(lxml.html.tostring(part, encoding="unicode") for part in ours).split())
