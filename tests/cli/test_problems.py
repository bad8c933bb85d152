"""Problems in the log of a workflow."""

import pytest

from broadsheet.cli.problems import log_line
from broadsheet.model.diagnostics import Diagnostic
from tests.example import digest

GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Diagnostic("digest.yml:7", "bad", "fix"), "::error file=digest.yml,line=7::digest.yml:7: bad: fix"),
        (Diagnostic("docs/a,b.md", "bad", "fix"), "::error file=docs/a%2Cb.md::docs/a,b.md: bad: fix"),
        (Diagnostic("arxiv", "100% bad\n::error::x", "fix"), "::error::arxiv: 100%25 bad%0A::error::x: fix"),
        (Diagnostic("mkdocs.yml", "odd", "look", is_note=True), "::warning file=mkdocs.yml::mkdocs.yml: odd: look"),
        (Diagnostic("https://a.example/x.xml", "bad", "fix"), "::error::https://a.example/x.xml: bad: fix"),
        ("2026-09-24: arxiv: HTTP 503", "::error::2026-09-24: arxiv: HTTP 503"),
    ],
)
def test_a_problem_is_an_annotation_in_a_workflow_only(problem: Diagnostic | str, line: str) -> None:
    assert log_line(problem, environment=GITHUB) == line
    assert log_line(problem, environment={}) == str(problem)


def test_a_command_annotates_the_file_of_the_problem(tmp_path: object) -> None:
    run = digest("build", "--root", str(tmp_path), env=GITHUB)
    assert run.returncode == 1
    assert run.stderr.startswith("::error::")
