"""What ``broadsheet new`` refuses at once, and what it asks for again: no answer is lost, and the settings load."""

from pathlib import Path

import pytest

from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.settings.fetch import Endpoints
from broadsheet.store.store import Store
from tests.example import ROOT, command_line, digest
from tests.loopback import Loopback
from tests.terminal import Terminal

EXPORT = next((ROOT / "data" / "publications").glob("*.yml"))
LIBRARY = "@article{a, title={Sparse pruning of language models}, abstract={Pruning makes models sparse.}}\n"
CSL = '[{"type": "article", "title": "Sparse pruning of language models", "abstract": "Pruning makes models sparse."}]'
ENVIRONMENT = {"PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(
    "options",
    [
        ["--contact", "Ann, Uni"],
        ["--contact", "ä: {x"],
        ["--contact", "ann@"],
        ["--topic", 'x: "'],
        ["--topic", "https://"],
        ["--topic", "x: a, //"],
        ["--topic", "x: a\x07"],
        ["--arxiv", ""],
        ["--arxiv", " , "],
    ],
)
def test_an_option_that_cannot_be_a_setting_is_refused(tmp_path: Path, options: list[str]) -> None:
    run = digest("new", tmp_path / "d", *options)
    assert (run.returncode, "Traceback" in run.stderr) == (2, False)
    assert f"Invalid value for '{options[0]}'" in run.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "options",
    [["--contact", ""], ["--host", "GitLab"], ["--contact", "ann@uni.example"], ["--topic", "null: a"]],
)
def test_an_option_that_is_sound_is_taken(tmp_path: Path, options: list[str]) -> None:
    run = digest("new", tmp_path / "d", "--arxiv", "cs.LG", *options)
    assert run.returncode == 0, run.stderr
    config.load(tmp_path / "d")


def test_settings_that_could_not_be_read_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="contact is not an e-mail address"):
        start(tmp_path / "d", Answers(contact="Ann", categories=("cs.LG",)))
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("library.bib", LIBRARY), ("library.json", CSL), ("papers.jsonl", '{"title": "Sparse pruning"}\n')],
)
def test_only_an_export_is_shown_as_publications(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    run = digest("new", tmp_path / "d", "--publications", tmp_path / name)
    assert run.returncode == 0, run.stderr
    assert f"note: {tmp_path / name}: this is no export of LibreCat: its papers are liked" in run.stderr
    assert (tmp_path / "d" / "data" / "liked" / name).read_text() == content
    assert Store(tmp_path / "d").publication_files() == []
    assert digest("check", "--root", tmp_path / "d").returncode == 0


def test_an_export_with_a_record_that_breaks_the_site_is_liked(tmp_path: Path) -> None:
    broken = EXPORT.read_text("utf-8") + "---\n_id: '1'\ntitle: [\n"
    (tmp_path / "export.yml").write_text(broken, "utf-8")
    run = digest("new", tmp_path / "d", "--publications", tmp_path / "export.yml")
    assert run.returncode == 0, run.stderr
    assert "not shown as publications" in run.stderr
    assert Store(tmp_path / "d").publication_files() == []


def test_a_file_without_papers_is_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "empty.bib").write_text("")
    (tmp_path / "library.json").write_text(CSL)
    with Terminal(command_line("new", "d", "--name", "Papers", "--arxiv", "cs.LG"), tmp_path, ENVIRONMENT) as terminal:
        terminal.answer("Topics [", "empty.bib")
        terminal.answer("the file is empty", "https://")
        terminal.answer("has no letters", "~nobody/library.bib")
        terminal.answer("is no file", "library.json")
        terminal.answer("e-mail address or page", "")
        terminal.answer("Edit them?", "")
        assert terminal.end() == 0, terminal.screen
    assert (tmp_path / "d" / "data" / "liked" / "library.json").exists()


def test_a_file_of_an_option_without_papers_is_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "empty.bib").write_text("")
    command = command_line("new", "d", "--name", "Papers", "--arxiv", "cs.LG", "--bibtex", "empty.bib")
    with Terminal(command, tmp_path, ENVIRONMENT) as terminal:
        terminal.answer("e-mail address or page", "")
        terminal.answer("Topics [", "Games: equilibrium")
        assert terminal.end() == 0, terminal.screen
    assert [topic.name for topic in config.load(tmp_path / "d").topics] == ["Games"]


def test_topics_can_come_later_if_arxiv_does_not_answer(tmp_path: Path) -> None:
    with Loopback() as server:
        nowhere = {f"DIGEST_{name.upper()}": server.url for name in Endpoints.__struct_fields__}
        command = command_line("new", "d", "--name", "Papers", "--arxiv", "cs.LG")
        with Terminal(command, tmp_path, ENVIRONMENT | nowhere) as terminal:
            terminal.answer("Topics [", "math.GT/0309136")
            terminal.answer("e-mail address or page", "")
            terminal.answer("Topics [", "later")
            assert terminal.end() == 0, terminal.screen
            assert "fetching 1 paper from arXiv: this can take a minute" in terminal.screen
    assert config.load(tmp_path / "d").fetch.arxiv.categories == ("cs.LG",)


def test_an_editor_that_fails_keeps_the_topics(tmp_path: Path) -> None:
    (tmp_path / "library.bib").write_text(LIBRARY)
    environment = ENVIRONMENT | {"EDITOR": "false", "VISUAL": "false"}
    command = command_line("new", "d", "--name", "Papers", "--arxiv", "cs.LG", "--bibtex", "library.bib")
    with Terminal(command, tmp_path, environment) as terminal:
        terminal.answer("e-mail address or page", "")
        terminal.answer("Edit them?", "y")
        assert terminal.end() == 0, terminal.screen
        assert "the topics above stay" in terminal.screen
    assert config.load(tmp_path / "d").topics


def test_an_interruption_says_that_nothing_was_written(tmp_path: Path) -> None:
    with Terminal(command_line("new", "d"), tmp_path, ENVIRONMENT) as terminal:
        terminal.until("Name of the site")
        terminal.interrupt()
        assert terminal.end() == 130
        assert "stopped by SIGINT: nothing was written" in terminal.screen


@pytest.mark.parametrize("names", [["SECURITY.md", "library.bib"], ["CITATION.cff", "publications.yml"]])
def test_files_that_a_digest_can_be_beside_are_no_reason_to_refuse(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("ours")
    start(tmp_path, Answers(samples=False))
    assert {(tmp_path / name).read_text() for name in names} == {"ours"}


def test_a_table_without_papers_is_refused_in_one_line_without_options_of_import(tmp_path: Path) -> None:
    (tmp_path / "library.csv").write_text("Key,Item,Year\n" + "A,x,2024\n" * 40)
    run = digest("new", tmp_path / "d", "--bibtex", tmp_path / "library.csv")
    assert (run.returncode, len(run.stderr.splitlines())) == (1, 1), run.stderr
    assert "--map" not in run.stderr
