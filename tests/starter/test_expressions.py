"""The stand-in for GitHub's expressions, by the examples of its rules."""

from typing import Any

import pytest

from tests.starter.expressions import condition, evaluate, interpolate

CONTEXTS = {"github": {"event_name": "push", "event": {"n": 1}}, "needs": {"a": {"result": "cancelled", "outputs": {}}}}
FUNCTIONS = {"success": lambda: False, "failure": lambda: True, "always": lambda: True, "cancelled": lambda: False}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it''s'", "it's"),
        ("github.event_name == 'PUSH'", True),
        ("github.event.n == '1'", True),
        ("github.missing.deeper == ''", True),
        ("github.missing != ''", False),
        ("github.event_name == 'schedule' && '--x' || ''", ""),
        ("github.event_name == 'push' && '--x' || ''", "--x"),
        ("!(false || true) && null", False),
        ("always() && needs.a.result != 'cancelled'", False),
        ("needs.a.outputs.none || github.event_name", "push"),
    ],
)
def test_an_expression_has_the_value_that_github_documents(expression: str, value: Any) -> None:
    assert evaluate(expression, CONTEXTS, FUNCTIONS) == value


def test_a_condition_without_a_status_function_needs_success() -> None:
    assert not condition("github.event_name == 'push'", CONTEXTS, FUNCTIONS)
    assert condition("${{ always() && github.event_name == 'push' }}", CONTEXTS, FUNCTIONS)
    assert condition("failure()", CONTEXTS, FUNCTIONS)


def test_values_in_texts() -> None:
    assert interpolate("a ${{ github.event_name }}, ${{ true }}${{ null }}", CONTEXTS, FUNCTIONS) == "a push, true"


def test_what_cannot_be_read_is_an_error() -> None:
    for text in ("github.event_name =", "1 2", "(true"):
        with pytest.raises((ValueError, IndexError)):
            evaluate(text, CONTEXTS, FUNCTIONS)
