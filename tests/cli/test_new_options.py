"""The options and the questions of ``broadsheet new``."""

from pathlib import Path

import pytest

from broadsheet.model.arxiv_taxonomy import CATEGORIES
from broadsheet.settings import config
from tests.example import ROOT, command_line, digest
from tests.terminal import Terminal

ENVIRONMENT = {"PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("cs.ML", "stat.ML"),
        ("cs-LG", "cs.LG"),
        ("hepth", "hep-th"),
        ("machine learning", ""),
        ("cs.LG,math.Oc,math.OX", "math.O"),
        ("quantph", "quant-ph"),
    ],
)
def test_an_unknown_category_is_refused_with_a_suggestion(tmp_path: Path, text: str, near: str) -> None:
    run = digest("new", tmp_path / "d", "--arxiv", text)
    assert run.returncode == 2
    assert "is not a category of arXiv: " in run.stderr
    assert near in run.stderr.partition("did you mean")[2]
    assert not (tmp_path / "d").exists()


def test_without_topics_every_paper_is_shown_under_its_category(tmp_path: Path) -> None:
    run = digest("new", tmp_path / "d", "--arxiv", "cs.LG,astro-ph.CO")
    settings = config.load(tmp_path / "d")
    assert settings.topics[0].words == ("machine learning",)
    assert [topic.name for topic in settings.topics] == [
        "Machine Learning (cs.LG)",
        "Cosmology and Nongalactic Astrophysics (astro-ph.CO)",
    ]
    assert settings.run.min_relevance == 1
    assert "no topics of your own, so every paper is shown" in run.stderr


def test_with_topics_the_others_are_left_out(tmp_path: Path) -> None:
    digest("new", tmp_path / "d", "--arxiv", "cs.LG", "--topic", "Pruning")
    settings = config.load(tmp_path / "d")
    assert [(topic.id, topic.words) for topic in settings.topics] == [("pruning", ("pruning",))]
    assert settings.run.min_relevance == 5


def test_every_category_makes_a_digest_that_is_sound(tmp_path: Path) -> None:
    run = digest("new", tmp_path / "d", "--arxiv", ",".join(CATEGORIES))
    assert run.returncode == 0, run.stderr
    assert len(config.load(tmp_path / "d").topics) == len(CATEGORIES)


@pytest.mark.parametrize("text", [": a, b", "  ", "\t:x", "***: a"])
def test_a_topic_without_a_name_is_refused(tmp_path: Path, text: str) -> None:
    run = digest("new", tmp_path / "d", "--topic", text)
    assert (run.returncode, "is not 'Name: word, word'" in run.stderr) == (2, True)


def test_nothing_is_asked_without_a_terminal_or_with_yes(tmp_path: Path) -> None:
    assert digest("new", tmp_path / "piped", input="").returncode == 0
    with Terminal(command_line("new", "quiet", "--yes"), tmp_path, ENVIRONMENT) as terminal:
        assert terminal.end() == 0
        assert "[" not in terminal.screen


def test_five_questions_at_most_and_enter_is_an_answer_to_each(tmp_path: Path) -> None:
    with Terminal(command_line("new", "my-digest"), tmp_path, ENVIRONMENT) as terminal:
        for question in ("Name of the site [My digest]", "Categories of arXiv", "Topics [", "e-mail address or page"):
            terminal.answer(question, "")
        assert terminal.end() == 0, terminal.screen
    settings = config.load(tmp_path / "my-digest")
    assert (settings.site.site_name, settings.fetch.arxiv.categories) == ("My digest", ("cs.LG",))


def test_a_wrong_answer_is_asked_for_again(tmp_path: Path) -> None:
    with Terminal(command_line("new", "d", "--name", "Papers"), tmp_path, ENVIRONMENT) as terminal:
        terminal.answer("Categories of arXiv", "cs.ML")
        terminal.answer("did you mean stat.ML", "stat.ML")
        terminal.answer("Topics [", "huh")
        terminal.answer("is no file", "Compression: pruning, low-rank; Theory: bounds")
        terminal.answer("e-mail address or page", "group.example")
        terminal.answer("is not an e-mail address", "https://group.example/papers")
        assert terminal.end() == 0, terminal.screen
    settings = config.load(tmp_path / "d")
    assert [topic.id for topic in settings.topics] == ["compression", "theory"]
    assert settings.fetch.contact == "https://group.example/papers"


def test_only_what_no_option_says_is_asked(tmp_path: Path) -> None:
    line = command_line("new", "d", "--arxiv", "cs.LG", "--name", "Papers", "--contact", "a@group.example")
    with Terminal(line, tmp_path, ENVIRONMENT) as terminal:
        terminal.answer("Topics [", "")
        assert terminal.end() == 0, terminal.screen
        assert terminal.screen.count("]:") == 1
    assert config.load(tmp_path / "d").fetch.contact == "a@group.example"


def test_the_contact_is_that_of_commits(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[user]\n\temail = ada@group.example\n")
    environment = ENVIRONMENT | {"GIT_CONFIG_GLOBAL": str(tmp_path / "config")}
    line = command_line("new", "d", "--arxiv", "cs.LG", "--name", "Papers", "--topic", "Pruning")
    with Terminal(line, tmp_path, environment) as terminal:
        terminal.answer("[ada@group.example]", "")
        assert terminal.end() == 0, terminal.screen
    assert config.load(tmp_path / "d").fetch.contact == "ada@group.example"


def test_an_interrupted_question_leaves_nothing(tmp_path: Path) -> None:
    with Terminal(command_line("new", "d"), tmp_path, ENVIRONMENT) as terminal:
        terminal.until("Name of the site")
        terminal.interrupt()
        assert terminal.end() == 130
        assert "Traceback" not in terminal.screen
    assert list(tmp_path.iterdir()) == []
