"""What tokens cost, to the last digit, and a purse that is never overdrawn."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.model.model import Cost, Tokens
from broadsheet.scoring.llm.budget import Charge, Purse, add_charges, add_tokens, bill, usage
from broadsheet.settings.llm import Price

PRICE = Price(prompt=Decimal("2.50"), cached=Decimal("1.25"), completion=Decimal(10), currency="EUR")
TOKENS = Tokens(prompt=1000, completion=200, total=1200, cached=400)


def test_cached_tokens_have_a_price_of_their_own() -> None:
    assert bill(TOKENS, PRICE) == Charge(prompt=Decimal("0.002"), completion=Decimal("0.002"), currency="EUR")
    whole = Price(prompt=Decimal("2.50"), completion=Decimal(10))
    assert bill(TOKENS, whole) == Charge(prompt=Decimal("0.0025"), completion=Decimal("0.002"), currency="USD")


def test_unknown_is_not_nothing() -> None:
    assert bill(TOKENS, None) is None
    assert bill(None, PRICE) is None
    known = bill(TOKENS, PRICE)
    assert add_charges([known, None], "EUR") == Cost(currency="EUR")
    assert add_charges([known, known], "EUR") == Cost(prompt=0.004, completion=0.004, total=0.008, currency="EUR")
    assert add_charges([], "EUR") == Cost(prompt=0, completion=0, total=0, currency="EUR")
    other = Charge(prompt=Decimal(1), completion=Decimal(1), currency="USD")
    assert add_charges([known, other], "EUR") == Cost(currency="EUR")


@pytest.mark.parametrize(
    ("told", "tokens"),
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
def test_usage_is_what_the_reply_tells(told: object, tokens: Tokens | None) -> None:
    assert usage(told) == tokens


def test_tokens_add_up() -> None:
    assert add_tokens([TOKENS, None, TOKENS]) == Tokens(prompt=2000, completion=400, total=2400, cached=800)


PARTS = st.tuples(st.integers(0, 10_000), st.integers(0, 5_000), st.floats(0, 1), st.booleans())


@given(st.lists(PARTS, max_size=30), st.decimals(0, 1, places=4))
def test_a_purse_is_never_overdrawn(requests: list[tuple[int, int, float, bool]], limit: Decimal) -> None:
    """As long as an endpoint bills no more than was asked for; where nothing is told, the most counts as spent."""
    purse, spent = Purse(limit, PRICE), Decimal(0)
    for prompt, completion, used, told in requests:
        highest = purse.highest(prompt, completion)
        if not purse.covers(highest):
            continue
        tokens = Tokens(prompt=int(prompt * used), completion=int(completion * used))
        paid = bill(tokens, PRICE)
        assert paid is not None
        spent += paid.total
        purse.pay(highest, paid if told else None)
    assert spent <= limit


def test_without_a_price_a_purse_with_a_limit_covers_nothing() -> None:
    purse = Purse(Decimal(1), None)
    assert not purse.covers(purse.highest(1, 1))
    assert Purse(None, None).covers(None)


def test_an_endpoint_that_bills_more_than_was_asked_for_is_expected_to_do_so_again() -> None:
    purse = Purse(Decimal(10), PRICE)
    highest = purse.highest(1000, 100)
    assert highest == Decimal("0.0035")
    purse.pay(highest, bill(Tokens(prompt=1000, completion=800), PRICE))
    assert purse.highest(1000, 100) == highest * 3
