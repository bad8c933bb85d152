"""The exact cost of tokens, and a budget that is never exceeded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.model.receipt import Cost, Tokens
from broadsheet.scoring.llm.budget import Budget, Charge, add_charges, add_tokens, charge_for
from broadsheet.scoring.llm.openai import usage
from broadsheet.settings.llm import Price

PRICE = Price(prompt=Decimal("2.50"), cached=Decimal("1.25"), completion=Decimal(10), currency="EUR")
TOKENS = Tokens(prompt=1000, completion=200, total=1200, cached=400)


def test_cached_tokens_have_a_price_of_their_own() -> None:
    assert charge_for(TOKENS, PRICE) == Charge(prompt=Decimal("0.002"), completion=Decimal("0.002"), currency="EUR")
    whole = Price(prompt=Decimal("2.50"), completion=Decimal(10))
    assert charge_for(TOKENS, whole) == Charge(prompt=Decimal("0.0025"), completion=Decimal("0.002"), currency="USD")


def test_unknown_is_not_nothing() -> None:
    assert charge_for(TOKENS, None) is None
    assert charge_for(None, PRICE) is None
    charge = charge_for(TOKENS, PRICE)
    assert add_charges([charge, None], "EUR") == Cost(currency="EUR")
    assert add_charges([charge, charge], "EUR") == Cost(prompt=0.004, completion=0.004, total=0.008, currency="EUR")
    assert add_charges([], "EUR") == Cost(prompt=0, completion=0, total=0, currency="EUR")
    other = Charge(prompt=Decimal(1), completion=Decimal(1), currency="USD")
    assert add_charges([charge, other], "EUR") == Cost(currency="EUR")


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        (None, None),
        ({}, None),
        ([], None),
        ({"prompt_tokens": 5}, None),
        ({"prompt_tokens": -5, "completion_tokens": 1}, None),
        ({"prompt_tokens": "5", "completion_tokens": 1}, None),
        ({"prompt_tokens": True, "completion_tokens": 1}, None),
        ({"prompt_tokens": 5, "completion_tokens": 1}, Tokens(prompt=5, completion=1, total=6)),
        ({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 99}, Tokens(prompt=5, completion=1, total=6)),
        (
            {"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 3}},
            Tokens(prompt=5, completion=1, total=6, cached=3),
        ),
        (
            {"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 9}},
            Tokens(prompt=5, completion=1, total=6, cached=5),
        ),
        (
            {"prompt_tokens": 5, "completion_tokens": 1, "prompt_cache_hit_tokens": 2, "prompt_tokens_details": None},
            Tokens(prompt=5, completion=1, total=6, cached=2),
        ),
    ],
)
def test_usage_is_read_from_the_reply(value: object, tokens: Tokens | None) -> None:
    assert usage(value) == tokens


def test_tokens_add_up() -> None:
    assert add_tokens([TOKENS, None, TOKENS]) == Tokens(prompt=2000, completion=400, total=2400, cached=800)


PARTS = st.tuples(st.integers(0, 10_000), st.integers(0, 5_000), st.floats(0, 1), st.booleans())


@given(st.lists(PARTS, max_size=30), st.decimals(0, 1, places=4))
def test_a_budget_is_never_exceeded(requests: list[tuple[int, int, float, bool]], limit: Decimal) -> None:
    """Unless an endpoint charges more than allowed. If the charge is unknown, the maximum counts as spent."""
    budget, spent = Budget(limit, PRICE), Decimal(0)
    for prompt, completion, used, is_known in requests:
        max_cost = budget.max_cost(prompt, completion)
        if not budget.can_afford(max_cost):
            continue
        tokens = Tokens(prompt=int(prompt * used), completion=int(completion * used))
        charge = charge_for(tokens, PRICE)
        assert charge is not None
        spent += charge.total
        budget.charge(max_cost, charge if is_known else None)
    assert spent <= limit


def test_without_a_price_a_budget_can_afford_nothing() -> None:
    budget = Budget(Decimal(1), None)
    assert not budget.can_afford(budget.max_cost(1, 1))
    assert Budget(None, None).can_afford(None)


def test_an_endpoint_that_bills_more_than_was_asked_for_is_expected_to_do_so_again() -> None:
    budget = Budget(Decimal(10), PRICE)
    max_cost = budget.max_cost(1000, 100)
    assert max_cost == Decimal("0.0035")
    budget.charge(max_cost, charge_for(Tokens(prompt=1000, completion=800), PRICE))
    assert budget.max_cost(1000, 100) == max_cost * 3
