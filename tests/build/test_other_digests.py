"""Folders that a build refuses, also with --force: parts of another digest, and a site with an unreadable manifest."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.build.manifest import MANIFEST
from broadsheet.build.site_folder import check_folder
from broadsheet.model.diagnostics import DigestError
from tests.example import SETTINGS, digest, make_digest, paper, tree

NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_digest(tmp_path / "digest", {"2025-05-27": [paper("2505.00001")]}, SETTINGS + "search: false\n")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    other = make_digest(tmp_path / "group/other", {"2025-05-28": [paper("2505.00002")]})
    (other / "pages").mkdir()
    (other / "pages/index.md").write_text("# Hello")
    (other / ".digest").mkdir()
    return other


PLACES = ("data", "docs", "data/papers", "docs/site", "DATA/x", ".digest", "", "..", "to-data", "pages")


@pytest.mark.parametrize("place", PLACES)
def test_a_part_of_another_digest_is_refused_even_if_forced(place: str, root: Path, other: Path) -> None:
    (other / "to-data").symlink_to(other / "data")
    if place == "pages":
        settings = (other / "mkdocs.yml").read_text("utf-8")
        (other / "mkdocs.yml").write_text(settings.replace("docs_dir: docs\n", "docs_dir: pages\n"), "utf-8")
    before = tree(other.parent)
    for force in (False, True):
        with pytest.raises(DigestError, match=rf"of the digest in {other}: name another folder"):
            build(root, other / place, force=force, processes=1)
    assert tree(other.parent) == before


def test_broken_settings_do_not_unprotect_another_digest(root: Path, other: Path) -> None:
    (other / "digest.yml").write_text("topics: [")
    (other / "mkdocs.yml").unlink()
    run = digest("build", "--root", root, "--site", other / "data", "--force", "--jobs", "1")
    assert run.returncode == 1
    assert f"is data/ of the digest in {other}" in run.stderr


def test_a_folder_with_stray_settings_files_is_no_digest(root: Path, other: Path) -> None:
    (root / "docs/digest.yml").write_text("topics: []")  # published as an example
    (root / "docs/mkdocs.yml").write_text("site_name: a")
    for site in (root / "site", other / "site", root.parent / "group/www"):
        for _ in ("new", "finished"):
            build(root, site, processes=1)
        assert (site / "digest.yml").is_file()


def test_a_digest_within_the_folder_of_another_has_its_own_site(other: Path) -> None:
    inner = make_digest(other / "docs/demo", {"2025-05-27": [paper("2505.00001")]}, SETTINGS + "search: false\n")
    assert build(inner, processes=1).folder == str(inner / "site")


@contextmanager
def as_another_user() -> Iterator[None]:
    """Work as a user who is not root, whom nothing is closed to."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_manifest_that_this_user_may_not_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        site.mkdir()
        (site / MANIFEST).touch(mode=0o000)
        os.chmod(folder, 0o755)
        for force in (False, True):
            with as_another_user(), pytest.raises(DigestError) as error:
                check_folder(site, Path("/srv/digest"), Path("/srv/digest/docs"), force=force)
            what = "has a manifest, .digest, that this user may not read: give this user access to it"
            assert str(error.value) == f"{site}: {what}"
