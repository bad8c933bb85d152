"""Pages in ``docs/`` whose names are not UTF-8 have no address: build and check report the same names."""

import os
import shutil
from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.checks.check import check
from broadsheet.model.diagnostics import DigestError
from tests.example import SETTINGS, make_digest, paper

NAMES = (b"\xff.md", b"caf\xe9/index.md", b"guide/b\xfccher.markdown", b"\xed\xa0\x80.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_digest(tmp_path / "digest", {"2025-05-27": [paper("2505.00001")]}, SETTINGS + "search: false\n")


@pytest.mark.parametrize("hooks", [False, True])
def test_a_page_whose_name_is_not_utf8_is_named_by_build_and_check(hooks: bool, root: Path) -> None:
    if hooks:  # then MkDocs makes all pages
        (root / "hook.py").write_text("")
        with (root / "mkdocs.yml").open("a") as file:
            file.write("\nhooks: [hook.py]\n")
    places = [root / "docs" / os.fsdecode(name) for name in NAMES]
    for place in places:
        place.parent.mkdir(exist_ok=True)
        place.write_text("# Mine\n")
    labels = {f"docs/{name.decode('utf-8', 'replace')}: a name that is not UTF-8: rename the page" for name in NAMES}
    with pytest.raises(DigestError) as error:
        build(root, processes=1)
    assert set(map(str, error.value.problems)) == labels
    assert labels <= set(map(str, check(root).problems))
    for place in places:
        place.unlink()
    shutil.copy(root / "digest.yml", root / "docs/b\u00fccher.md")  # this one is
    build(root, processes=1)
