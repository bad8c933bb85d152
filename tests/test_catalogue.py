"""The template of the message catalogues has the strings of the program."""

from tests.catalogue import TEMPLATE, template


def test_the_template_is_up_to_date() -> None:
    assert TEMPLATE.read_bytes() == template(), "run python -m tests.catalogue"
