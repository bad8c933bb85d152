"""The reference of all commands, docs/commands.md, equals the output of the program."""

from tests.example import ROOT, digest


def test_the_reference_of_commands_is_up_to_date() -> None:
    printed = digest("docs").stdout
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == printed, "run broadsheet docs > docs/commands.md"
