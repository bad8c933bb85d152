"""README, CONTRIBUTING and the manual: their commands, options, targets and links exist."""

import re
from pathlib import Path

import click
import pytest

from broadsheet.cli import commands
from tests.example import ROOT

STARTER = ROOT / "generator" / "broadsheet" / "starter"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    STARTER / "README.md",
    *sorted((ROOT / "docs" / "manual").glob("*.md")),
]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def options(name: str) -> set[str]:
    """Return the options of a command, but for hidden ones."""
    command = commands.get_command(click.Context(commands), name)
    assert command is not None, name
    return {flag for option in command.params if not getattr(option, "hidden", False) for flag in option.opts} | {
        "--help"
    }


def test_every_command_and_option_exists(page: Path) -> None:
    text = re.sub(r"\[[^\]\n]*\]\([^)\n]*\)|'broadsheet[^']*'", "", page.read_text("utf-8"))
    for name, rest in re.findall(r"(?:^    |`|[|&] )broadsheet ([a-z]+)\b([^`\n#|]*)", text, re.MULTILINE):
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options(name), f"broadsheet {name}{rest}"


def test_every_target_of_make_exists(page: Path) -> None:
    names = re.findall(r"(?:^    |`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(names) <= TARGETS


def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


# Words for people, not for programs (CONTRIBUTING, Style). Exceptions: patterns of foreign texts, and the rule.
PEOPLE_WORDS = re.compile(r"\b(?:whoever|nobody|somebody|mends?|mended|mending)\b", re.IGNORECASE)
ALLOWED = {"providers/arxiv/withdrawal.py", "CONTRIBUTING.md"}


def test_programs_are_not_spoken_of_as_people() -> None:
    program = ROOT / "generator" / "broadsheet"
    kinds = {".py", ".js", ".css", ".j2", ".yml", ".md"}
    files = [path for path in program.rglob("*") if path.suffix in kinds and "data" not in path.parts]
    named = {path.relative_to(program).as_posix(): path for path in files} | {page.name: page for page in PAGES}
    wrong = {name for name, path in named.items() if PEOPLE_WORDS.search(path.read_text("utf-8"))}
    assert wrong == ALLOWED
