"""Topics of a new digest from papers: a repository's export, a bibliography, papers of arXiv."""

from pathlib import Path

import pytest

from broadsheet.cli.questions import read_topics
from broadsheet.settings.document import Document
from tests.arxiv_today import ArxivToday
from tests.example import ROOT, command_line, digest, tree
from tests.loopback import Loopback
from tests.terminal import Terminal

EXPORT = next((ROOT / "data" / "publications").glob("*.yml"))
LIBRARY = """\
@article{a, title={Sparse pruning of large language models}, year={2024}, abstract={Pruning makes models sparse.}}
@article{b, title={Pruning and quantization of large language models}, year={2024}, eprint={2401.00001}}
@article{c, title={Quantization with low-rank adaptation}, year={2023}, abstract={Quantization, low-rank.}}
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library.bib").write_text(LIBRARY)
    return tmp_path / "library.bib"


def words(root: Path) -> str:
    """Return all words of the topics in lower case."""
    topics = Document(root / "digest.yml").value["topics"]
    return " ".join(word.lower() for topic in topics for word in topic["words"])


def liked(root: Path) -> list[str]:
    folders: list[str] = Document(root / "digest.yml").value["liked"]
    return folders


def test_an_export_becomes_publications_and_topics(tmp_path: Path) -> None:
    run = digest("new", tmp_path / "d", "--publications", EXPORT)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "d" / "data" / "publications" / EXPORT.name).read_bytes() == EXPORT.read_bytes()
    assert liked(tmp_path / "d") == ["data/publications"]
    assert "topics from " in run.stdout
    assert words(tmp_path / "d")
    assert not (tmp_path / "d" / "samples").exists()


def test_a_bibliography_becomes_topics(tmp_path: Path, library: Path) -> None:
    run = digest("new", tmp_path / "d", "--bibtex", library, "--topic", "Proofs: bound")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "d" / "data" / "liked" / "library.bib").read_text() == LIBRARY
    assert words(tmp_path / "d").startswith("bound ")
    assert "language model" in words(tmp_path / "d")


def test_two_files_of_one_name_are_both_there(tmp_path: Path, library: Path) -> None:
    other = tmp_path / "other" / "library.bib"
    other.parent.mkdir()
    other.write_text(LIBRARY.replace("pruning", "routing"))
    assert digest("new", tmp_path / "d", "--bibtex", library, "--bibtex", other).returncode == 0
    assert set(tree(tmp_path / "d" / "data" / "liked")) == {"library.bib", "library-2.bib"}


def test_papers_of_arxiv_become_topics(tmp_path: Path) -> None:
    day = "2026-11-09"
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG", {day: 5}, day)
        ids = ",".join(arxiv.ids(day)[:4])
        run = digest("new", tmp_path / "d", "--papers", ids, "--papers", "2611.99999 huh", env=arxiv.environment)
    assert run.returncode == 0, run.stderr
    assert "2611.99999: arXiv has no paper with this id" in run.stderr
    assert "--papers: 'huh' is not an arXiv id" in run.stderr
    assert len((tmp_path / "d" / "data" / "liked" / "papers.jsonl").read_text().splitlines()) == 4
    assert liked(tmp_path / "d") == ["data/liked"]


@pytest.mark.parametrize("categories", [(), ("--arxiv", "cs.LG")])
def test_papers_with_nothing_in_common_say_so_and_leave_the_samples_topics_out(
    tmp_path: Path, categories: tuple[str, ...]
) -> None:
    (tmp_path / "library.bib").write_text("@article{a, title={A}, year={2024}}\n")
    run = digest("new", tmp_path / "d", "--bibtex", tmp_path / "library.bib", *categories)
    assert run.returncode == 0, run.stderr
    assert "no topics come from 1 paper: write topics into digest.yml" in run.stderr
    topics = Document(tmp_path / "d" / "digest.yml").value["topics"]
    assert [topic["id"] for topic in topics] == (["cs-lg"] if categories else [])
    assert digest("build", "--root", tmp_path / "d").returncode == 0


@pytest.mark.parametrize("content", ["", "no bibliography", "\x00\x01", "@article{a, year={2024}}"])
def test_a_file_without_papers_is_refused_and_nothing_is_left(tmp_path: Path, content: str) -> None:
    (tmp_path / "library.bib").write_text(content)
    run = digest("new", tmp_path / "d", "--bibtex", tmp_path / "library.bib")
    assert run.returncode == 1
    assert str(tmp_path / "library.bib") in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("edits", [True, False])
def test_topics_are_shown_for_editing(tmp_path: Path, library: Path, edits: bool) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/^    name: /    name: Edited /" "$1"\n')
    editor.chmod(0o755)
    environment = {"PYTHONPATH": str(ROOT), "EDITOR": str(editor), "VISUAL": str(editor)}
    command = command_line("new", "d", "--arxiv", "cs.LG", "--name", "Papers", "--contact", "a@group.example")
    with Terminal(command, tmp_path, environment) as terminal:
        terminal.answer("Topics [", library.name)
        terminal.answer("Edit them?", "y" if edits else "")
        assert terminal.end() == 0, terminal.screen
    names = {topic["name"] for topic in Document(tmp_path / "d" / "digest.yml").value["topics"]}
    assert all(name.startswith("Edited ") for name in names) is edits


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("topics: [", "expected"),
        ("topics: 3", "Expected `array`"),
        ("topics:\n- {id: A b, name: x}", "cannot be part of an address"),
        ("topics:\n- {id: a, name: x}\n- {id: a, name: y}", "used twice"),
        ("- a", "Expected `array`"),
    ],
)
def test_faults_of_edited_topics_are_explained(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_topics(text)


def test_edited_topics_keep_what_was_added() -> None:
    text = "# ours\ntopics:\n- {id: a, name: x, relevant: All of it., words: [1.5, no]}\n"
    assert [(topic.relevant, topic.words) for topic in read_topics(text)] == [("All of it.", ("1.5", "no"))]
    assert read_topics("") == ()
