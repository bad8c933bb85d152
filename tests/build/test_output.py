"""The writer of ``docs/``."""

import os
import shutil
import time
from pathlib import Path

import pytest

from broadsheet.build import manifest as manifests
from broadsheet.build.output import (
    Output,
    begin_list,
    docs_files,
    docs_files_beside,
    generated_files,
    is_hand_written,
    write_generated,
)
from broadsheet.model.diagnostics import DigestError
from broadsheet.views.markdown import markdown
from broadsheet.views.page import Page

PAGE = markdown(Page(address="a/", title="A", description="", body="<p>a</p>")).encode()
FAR = 10**20  # later than any change of a file


def files(docs: Path) -> set[str]:
    return {p.relative_to(docs).as_posix() for p in docs.rglob("*") if p.is_file()} - {".generated"}


def write(docs: Path, *names: str) -> Output:
    with Output(docs) as output:
        for name in names:
            output.write(name, PAGE)
    return output


def test_what_this_run_does_not_make_is_removed_with_its_empty_folders(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "daily/2025/05/27.md", "feeds/all.xml")
    write(tmp_path, "a.md")
    assert files(tmp_path) == {"a.md"}
    assert not (tmp_path / "daily").exists()


def test_hand_written_pages_survive_and_win(tmp_path: Path) -> None:
    (tmp_path / "about.md").write_text("# Mine")
    output = write(tmp_path, "about.md", "a.md")
    write(tmp_path)
    assert output.shadowed == ["about.md"]
    assert (tmp_path / "about.md").read_text() == "# Mine"
    assert files(tmp_path) == {"about.md"}


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    before = (tmp_path / "a.md").stat()
    assert write(tmp_path, "a.md").written == 0
    after = (tmp_path / "a.md").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_failed_run_removes_nothing_and_its_files_are_known_to_the_next(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    with pytest.raises(RuntimeError), Output(tmp_path) as output:
        output.write("feeds/b.xml", b"b")
        raise RuntimeError
    assert files(tmp_path) == {"a.md", "feeds/b.xml"}
    write(tmp_path)
    assert files(tmp_path) == set()


def test_what_a_killed_run_wrote_is_known_to_the_next(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "feeds/all.xml")
    (tmp_path / "mine.txt").write_text("mine")
    write_generated(tmp_path, "since/2025-06-03.json", b"{}")  # and no list was written after it
    (tmp_path / ".generated.elsewhere-1").write_text("feeds/all.xml\nmin")  # killed while it wrote this
    assert docs_files(tmp_path, FAR).hand_written == ["mine.txt"]
    write(tmp_path, "a.md")
    assert files(tmp_path) == {"a.md", "mine.txt"}


def test_a_lost_list_of_generated_files_leaves_no_stale_page(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "gone.md")
    (tmp_path / ".generated").unlink()
    output = write(tmp_path, "a.md")
    assert output.shadowed == []
    assert files(tmp_path) == {"a.md"}


def test_a_list_that_points_outside_is_not_followed(tmp_path: Path) -> None:
    docs, other = tmp_path / "docs", tmp_path / "precious"
    docs.mkdir()
    other.write_text("x")
    (docs / ".generated").write_text(f"../precious\n{other}\n")
    write(docs)
    assert other.exists()


def test_two_pages_on_one_path_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(DigestError, match=r"docs/a\.md: two pages have this path: "),
        Output(tmp_path / "docs") as output,
    ):
        output.write("a.md", PAGE)
        output.write("a.md", PAGE)


def test_a_hand_written_page_wins_under_its_other_spelling_too(tmp_path: Path) -> None:
    (tmp_path / "about.md").write_text("# Mine")
    assert write(tmp_path, "about/index.md", "index.md").shadowed == ["about/index.md"]
    assert files(tmp_path) == {"about.md", "index.md"}


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("page", ["about", "daily/2025/03/18"])
def test_a_hand_written_page_replaces_a_generated_one_of_its_other_spelling(
    tmp_path: Path, page: str, is_listed: bool
) -> None:
    write(tmp_path, f"{page}/index.md", "index.md")
    if not is_listed:
        (tmp_path / ".generated").unlink()
    (tmp_path / f"{page}.md").write_text("# Mine")
    assert write(tmp_path, f"{page}/index.md", "index.md").shadowed == [f"{page}/index.md"]
    assert files(tmp_path) == {f"{page}.md", "index.md"}
    assert (tmp_path / f"{page}.md").read_text() == "# Mine"


def test_a_file_that_was_there_before_anything_was_generated_stays(tmp_path: Path) -> None:
    (tmp_path / "llms.txt").write_text("mine")
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds/all.xml").write_text("mine")
    begin_list(tmp_path)
    assert is_hand_written(tmp_path, "llms.txt")
    output = write(tmp_path, "a.md", "feeds/all.xml", "feeds/daily.xml")
    assert output.shadowed == ["feeds/all.xml"]
    begin_list(tmp_path)
    assert [name for name in ("llms.txt", "feeds/all.xml", "feeds/daily.xml") if is_hand_written(tmp_path, name)] == [
        "llms.txt",
        "feeds/all.xml",
    ]
    write(tmp_path)
    assert files(tmp_path) == {"llms.txt", "feeds/all.xml"}
    assert (tmp_path / "feeds/all.xml").read_text() == "mine"


def test_a_file_added_later_stays_and_a_damaged_list_hides_no_generated_file(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "feeds/all.xml")
    (tmp_path / "feeds/mine.xml").write_text("mine")
    assert is_hand_written(tmp_path, "feeds/mine.xml")
    for damage in (b"", b"\xff\xfe feeds\n", b"a.md\n"):
        (tmp_path / ".generated").write_bytes(damage)
        assert not is_hand_written(tmp_path, "feeds/all.xml")
        assert write(tmp_path, "a.md", "feeds/all.xml").shadowed == []
    write(tmp_path)
    assert files(tmp_path) == {"feeds/mine.xml"}


@pytest.mark.parametrize("place", ["daily", "daily/2025", "daily/2025/05", "daily/2025/05/27"])
def test_a_page_that_came_with_an_older_folder_is_hand_written(tmp_path: Path, place: str) -> None:
    page = "daily/2025/05/27/index.md"
    older, docs = tmp_path / "older", tmp_path / "docs"
    (older / page).parent.mkdir(parents=True)
    (older / page).write_text("# Mine")
    time.sleep(0.02)  # longer than a tick of the file system
    write(docs, page, "daily/2025/05/28/index.md", "about/index.md")
    time.sleep(0.02)
    write(docs, page, "daily/2025/05/28/index.md")
    assert docs_files(docs, FAR).hand_written == []
    shutil.rmtree(docs / place)
    (older / place).rename(docs / place)
    assert docs_files(docs, FAR).hand_written == [page]
    assert write(docs, page).shadowed == [page]
    assert (docs / page).read_text() == "# Mine"


def test_a_page_that_came_after_the_clock_was_set_back_is_hand_written(tmp_path: Path) -> None:
    write(tmp_path, "about/index.md")
    time.sleep(0.02)
    write(tmp_path)
    write(tmp_path, "about/index.md", "saved/index.md")
    listed_ns = (tmp_path / ".generated").stat().st_mtime_ns
    (tmp_path / "about" / "index.md").write_text("# Mine")
    later_ns = listed_ns + 10**12
    os.utime(tmp_path / ".generated", ns=(later_ns, later_ns))  # written before the clock was set back
    assert docs_files(tmp_path, listed_ns + 10**10).hand_written == ["about/index.md"]


@pytest.mark.parametrize("large", [False, True])
def test_two_processes_find_the_files_that_one_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    docs, site = tmp_path / "docs", tmp_path / "site"
    site.mkdir()
    manifests.write_manifest(site, "0" * 64, {})
    monkeypatch.setattr(manifests, "LARGE_MANIFEST", 0 if large else 10**9)
    monkeypatch.setattr(manifests, "PROCESSORS", 2)
    write(docs, "index.md", "authors/index.md", "authors/a/index.md", "papers/1/index.md", "authors.md")
    unlisted = {"authors/b/index.md", "daily/index.md"}  # of a killed run
    for name in unlisted:
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_bytes(PAGE)
    (docs / "mine").mkdir()
    for name in ("authors/a/index.md", "authors/photo.jpg", "mine/index.md", "zoo.md"):
        (docs / name).write_text("mine")
    (docs / "papers/.index.md.12345678").write_bytes(b"hidden")
    (docs / "linked").symlink_to("authors", target_is_directory=True)
    with manifests.beside(site) as start:
        together = docs_files_beside(docs, FAR, start)(docs)
    removed = [name for name in together.hidden if name != ".generated" and not name.endswith("/")]
    assert together._replace(hidden=[".generated", "linked/"]) == docs_files(docs, FAR)
    assert removed == ["papers/.index.md.12345678"]
    assert together.hand_written == ["authors/a/index.md", "authors/photo.jpg", "mine/index.md", "zoo.md"]
    assert together.orphans == unlisted
    assert together.generated.keys() == generated_files(docs)


@pytest.mark.parametrize("name", ["authors", "papers"])
def test_a_folder_that_is_a_link_is_left_alone_by_each_process(tmp_path: Path, name: str) -> None:
    docs = tmp_path / "docs"
    write(docs, "index.md")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine.md").write_text("mine")
    (docs / name).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert docs_files_beside(docs, FAR, lambda do: do)(docs) == docs_files(docs, FAR)
