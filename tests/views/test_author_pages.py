"""Authors' pages, of which several list one paper."""

from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.views.pages import author
from tests.example import make_digest, paper, tree

TOGETHER = {"authors": ["Ada Byron", "Emmy Noether"]}
ALONE = {"authors": ["Ada Byron"]}
DAYS = {
    "2025-05-26": [paper("2505.00001", **TOGETHER, relevance=9), paper("2505.00002", **ALONE)],
    "2025-05-27": [paper("2505.00003", **TOGETHER), paper("2505.00001", **TOGETHER, relevance=9)],
    "2025-05-28": [paper("2505.00004", **TOGETHER, relevance=2), paper("2505.00005", **ALONE, relevance=9)],
}


def authors_of(root: Path) -> dict[str, bytes]:
    """Build the digest in one process. Return the files of authors' pages."""
    build(root, processes=1)
    return {path: data for path, data in tree(root / "site").items() if path.startswith("authors/")}


def test_papers_of_coauthors_are_as_on_a_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = authors_of(make_digest(tmp_path / "stored", DAYS))
    monkeypatch.setattr(author, "MAX_ITEMS", -1)  # each page begins anew
    assert stored == authors_of(make_digest(tmp_path / "anew", DAYS))
    assert sum(data.count(b"2505.00003") > 0 for data in stored.values()) >= 2
