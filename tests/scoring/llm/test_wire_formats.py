"""The choice of the wire format. `tests/test_recipes.py` adds a second one."""

import pytest

from broadsheet.scoring.llm import client, openai


@pytest.mark.parametrize("path", ["", "/v1", "/v1/", "/v1/chat/completions", "/v1/chat/completions/"])
def test_openai_is_the_format_of_any_other_address(path: str) -> None:
    assert client._wire_format(f"https://host.example{path}") is openai
