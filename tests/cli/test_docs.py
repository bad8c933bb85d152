"""``broadsheet docs``: the manual in the terminal."""

import os
import pty
import re
import subprocess

import pytest
from click.testing import CliRunner, Result

from broadsheet.cli.docs import MANUAL, TOPICS, docs_command, read_page
from tests.example import command_line, digest


def docs(*arguments: str) -> Result:
    return CliRunner().invoke(docs_command, arguments)


def test_without_a_topic_each_is_listed_with_a_sentence() -> None:
    lines = docs().stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(TOPICS)]] == list(TOPICS)
    assert all(re.fullmatch(r"\w+ {2,}[A-Z].*\.", line) for line in lines[: len(TOPICS)])


def test_the_page_of_commands_is_printed_as_it_is() -> None:
    page = (MANUAL / "commands.md").read_text("utf-8")
    assert page.endswith(docs("commands").stdout)
    assert docs("commands").stdout.startswith("# Commands\n")


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_names_commands_instead_of_files_that_a_user_lacks(topic: str) -> None:
    page = read_page(topic)
    assert page.startswith("# ")
    assert not re.search(r"<!--|!\[|\]\((?!https?:)", page)
    assert set(re.findall(r"broadsheet docs (\w+)", page)) <= set(TOPICS)


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("setings", "did you mean settings"),
        ("Mail", "did you mean mail"),
        ("zzz", "the topics are"),
        ("import", "did you mean data"),
        ("check", "did you mean troubleshooting"),
        ("llm", "did you mean settings or scoring"),
    ],
)
def test_an_unknown_topic_gets_similar_ones(topic: str, hint: str) -> None:
    result = docs(topic)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"'{topic}' is no topic: {hint}" in result.stderr


def test_a_terminal_gets_the_page_rendered() -> None:
    parent, child = pty.openpty()
    environment = {"PAGER": "cat", "TERM": "xterm", "COLUMNS": "80"}
    line = command_line("docs", "mail")
    run = subprocess.Popen(line, stdin=child, stdout=child, stderr=child, env=os.environ | environment)
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    assert run.wait(60) == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode())
    assert "Mail" in text
    assert "# Mail" not in text
    assert "DIGEST_SMTP_HOST" in text


def test_no_message_or_help_names_a_file_that_a_user_lacks() -> None:
    program = MANUAL.parent
    texts = {path: path.read_text("utf-8") for path in program.rglob("*.py") if "manual" not in path.parts}
    assert [str(path) for path, text in texts.items() if re.search(r"\bdocs/(?:manual/)?[a-z]+\.md", text)] == []
    named = {name for text in texts.values() for name in re.findall(r"broadsheet docs ([a-z]+)", text)}
    assert named - set(TOPICS) == set()


def test_the_program_prints_a_page() -> None:
    assert digest("docs", "start").stdout.startswith("# ")
