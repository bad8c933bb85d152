"""Options that were renamed: an old name fails with the new one."""

import pytest
from click.testing import CliRunner

from broadsheet.cli import commands


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--full"], "--full is now --no-cache."),
        (["mail", "--refused-again"], "--refused-again is now --retry-rejected."),
        (["score", "--again"], "--again is now --rescore."),
        (["train", "--why", "2505.18313"], "--why is now --explain."),
    ],
)
def test_an_old_option_names_the_new_one(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(commands, arguments)
    assert (result.exit_code, result.output.splitlines()[-1]) == (2, f"Error: {message}")
    help_text = CliRunner().invoke(commands, [arguments[0], "--help"]).output
    assert arguments[1] not in help_text
    assert message.rpartition(" ")[2].rstrip(".") in help_text
