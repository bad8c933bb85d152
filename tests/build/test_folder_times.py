"""The times of folders: a mirror with a record of them is that without."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.build import folder_times
from broadsheet.build.folder_times import FolderTimes
from broadsheet.build.manifest import MANIFEST, write_manifest
from broadsheet.build.swap import mirror
from tests.example import tree

FILES = {"index.html": "home", "a/one.html": "1", "a/two.html": "2", "b/c/one.html": "3", "b/c/d/one.html": "4"}
FOLDERS = {"a", "b", "b/c", "b/c/d"}


class Sites:
    """A site, the one before, and the record of its folders."""

    def __init__(self, folder: Path) -> None:
        self.site, self.staging, self.record = folder / "site", folder / "staging", folder / "record"
        self._write(self.site, FILES)
        write_manifest(self.site, "", {path: len(text) for path, text in FILES.items()})
        self.staging.mkdir()

    def build(self, new: dict[str, str]) -> None:
        """Make the next site, with `new` files."""
        self.mirror()
        self._write(self.staging, new)
        write_manifest(self.staging, "", {path: len(text) for path, text in (FILES | new).items()})
        other = self.site.with_name("other")
        for old, place in ((self.site, other), (self.staging, self.site), (other, self.staging)):
            old.rename(place)

    def mirror(self) -> frozenset[str]:
        """Mirror the site in the staging folder; return the folders that have other files."""
        return self._mirror(self.staging, self.record)

    def mirror_of_all(self) -> tuple[dict[str, bytes], frozenset[str]]:
        """Return the files of a mirror in a new folder, and the folders that have other files."""
        new = self.site.with_name("new")
        new.mkdir()
        mixed = self._mirror(new, new.with_name("none"))
        return tree(new), mixed

    def settled(self) -> set[str]:
        """Return the folders that the next mirror passes over."""
        return FolderTimes(self.site, self.staging, ["", *FOLDERS]).settled(self.record)

    def _mirror(self, staging: Path, record: Path) -> frozenset[str]:
        time.sleep(0.02)  # a file system has one time for all changes of some milliseconds
        mixed = mirror(self.site, staging, (MANIFEST,), record).mixed
        time.sleep(0.02)
        (staging / MANIFEST).unlink(missing_ok=True)
        return mixed

    @staticmethod
    def _write(folder: Path, files: dict[str, str]) -> None:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).unlink(missing_ok=True)
            (folder / path).write_text(text)


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sites:
    monkeypatch.setattr(folder_times, "CLOCK_STEP_NS", -(10**12))  # as if all changes were old
    settled = Sites(tmp_path)
    for _ in range(3):
        settled.build({})
    return settled


def test_folders_are_settled_until_a_build_writes_into_them_and_two_builds_after_that(sites: Sites) -> None:
    assert sites.settled() == FOLDERS
    sites.build({"b/c/one.html": "new"})
    assert sites.settled() == FOLDERS - {"b/c"}
    for _ in range(2):
        sites.build({})
    assert sites.settled() == FOLDERS


def test_a_folder_changed_within_a_second_is_not_settled(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_times, "CLOCK_STEP_NS", 10**12)
    sites.build({})
    assert sites.settled() == set()


def test_a_mirror_that_was_not_followed_by_a_swap_settles_nothing(sites: Sites) -> None:
    sites.mirror()
    assert sites.settled() == set()


def replace_by_link(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    folder.symlink_to("moved")


def replace_by_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("mine")


def replace_files(folder: Path) -> None:
    for file in folder.iterdir():
        if file.is_file():
            info = file.stat()
            file.with_name("new").write_text("5")
            os.replace(file.with_name("new"), file)
            os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))


CHANGES: list[Callable[[Path], object]] = [
    shutil.rmtree,
    replace_by_link,
    replace_by_file,
    replace_files,
    lambda folder: (folder / "mine.txt").write_text("mine"),
    lambda folder: (folder / "mine").mkdir(),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("folder", ["a", "b/c", "b/c/d"])
@pytest.mark.parametrize("place", ["site", "staging"])
def test_a_mirror_is_the_same_with_a_record(
    sites: Sites, place: str, folder: str, change: Callable[[Path], object]
) -> None:
    change(getattr(sites, place) / folder)
    mixed = sites.mirror()
    assert (tree(sites.staging), mixed) == sites.mirror_of_all()


def test_a_damaged_record_settles_nothing(sites: Sites) -> None:
    for damage in (b"", b"\xff\0", sites.record.read_bytes()[5:90]):
        sites.record.write_bytes(damage)
        assert len(sites.settled()) <= 1
    sites.record.unlink()
    assert sites.settled() == set()
