"""Liked papers of a digest: read from its files, and ranked by."""

from pathlib import Path

import pytest

from broadsheet.checks.check import check
from broadsheet.daily.liked import liked_interest, liked_papers
from broadsheet.daily.train import trained_scorer
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.settings import config

LIBRARY = "@article{a, title={Dwarf galaxies around Andromeda}, abstract={We resolve stars in dwarf galaxies.}}\n"
PAPERS = [
    Paper(arxiv_id="2601.00001", title="Pricing of options", abstract="A stochastic process."),
    Paper(arxiv_id="2601.00002", title="A faint dwarf galaxy", abstract="We resolve its stars."),
]


def digest(root: Path, settings: str = "", library: str = LIBRARY) -> Path:
    (root / "mkdocs.yml").write_text("site_name: A\nsite_url: https://group.example/\n", "utf-8")
    (root / "digest.yml").write_text(settings or "topics: []\n", "utf-8")
    (root / "data" / "liked").mkdir(parents=True)
    (root / "data" / "liked" / "library.bib").write_text(library, "utf-8")
    return root


def test_the_local_scorer_ranks_by_liked_papers_without_ratings(tmp_path: Path) -> None:
    root = digest(tmp_path)
    options, galaxy = trained_scorer(root, config.load(root), lambda: 0.0).score(PAPERS).papers
    assert (galaxy.relevance or 0) > (options.relevance or 0)
    assert "Most like “Dwarf galaxies around Andromeda”, which is liked." in (galaxy.comment or "")


def test_a_digest_without_liked_papers_has_no_interest(tmp_path: Path) -> None:
    root = digest(tmp_path)
    (root / "data" / "liked" / "library.bib").unlink()
    assert liked_interest(root, config.load(root)) is None


def test_files_and_folders_are_read(tmp_path: Path) -> None:
    root = digest(tmp_path, "liked: [data/liked, more.jsonl]\n")
    (root / "more.jsonl").write_text('{"title": "Another paper"}\n', "utf-8")
    (root / "data" / "liked" / "README.md").write_text("Ours.\n", "utf-8")
    titles = {paper.title for paper in liked_papers(root, config.load(root)).papers}
    assert titles == {"Dwarf galaxies around Andromeda", "Another paper"}


@pytest.mark.parametrize("path", ["../papers.bib", "/etc/passwd", ""])
def test_a_path_outside_the_digest_is_an_error(tmp_path: Path, path: str) -> None:
    root = digest(tmp_path, f"topics: []\nliked: ['{path}']\n")
    with pytest.raises(DigestError, match=r"digest\.yml:2: liked: .* is not in the digest"):
        config.load(root)


UNUSABLE = {"empty.bib": "", "notes.txt": "To read:\nall of it\n", "table.csv": "a,b\n1,2\n", "old.pdf": "%PDF\x00"}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_without_papers_is_a_warning_and_the_others_count(tmp_path: Path, name: str) -> None:
    root = digest(tmp_path)
    (root / "data" / "liked" / name).write_text(UNUSABLE[name])
    result = liked_papers(root, config.load(root))
    assert len(result.papers) == 1
    assert [problem.location.partition(":")[0] for problem in result.files] == [f"data/liked/{name}"]
    warnings = [problem for problem in check(root).problems if "liked" in problem.location]
    assert ([problem.is_note for problem in warnings], warnings) == ([True], list(result.files))
    notes: list[str] = []
    options, galaxy = trained_scorer(root, config.load(root), lambda: 0.0, notes.append).score(PAPERS).papers
    assert (galaxy.relevance or 0) > (options.relevance or 0)
    assert notes == [str(result.files[0])]


def test_a_path_that_is_not_there_is_a_warning_with_its_line(tmp_path: Path) -> None:
    root = digest(tmp_path, "topics: []\nliked:\n  - data/liked\n  - data/nope.bib\n")
    wanted = "digest.yml:4: liked: no file or folder data/nope.bib: correct the path, or remove it"
    result = liked_papers(root, config.load(root))
    assert ([str(problem) for problem in result.files], len(result.papers)) == ([wanted], 1)
    assert wanted in [str(problem) for problem in check(root).problems if problem.is_note]


def test_check_names_unusable_entries(tmp_path: Path) -> None:
    root = digest(tmp_path, library=LIBRARY + "@article{b, title={Broken\n")
    assert [str(problem) for problem in check(root).problems if "liked" in problem.location] == [
        "data/liked/library.bib:2: an entry (@article) that breaks off: close its braces and quotes"
    ]
