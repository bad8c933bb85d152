"""The exact cost of tokens, and the budget of a run. Pure.

If a price or a number of tokens is unknown, so is the cost; it is never zero.
"""

from collections.abc import Iterable
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

import msgspec

from broadsheet.model.receipt import Cost, Tokens

if TYPE_CHECKING:  # loads YAML
    from broadsheet.settings.llm import Price

_MILLION = 1_000_000


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of one request."""

    prompt: Decimal
    completion: Decimal
    currency: str

    @property
    def total(self) -> Decimal:
        """The sum of both."""
        return self.prompt + self.completion


def charge_for(tokens: Tokens | None, price: "Price | None") -> Charge | None:
    """Return the cost of `tokens`; None if tokens or price are unknown."""
    if tokens is None or price is None:
        return None
    cached = price.prompt if price.cached is None else price.cached
    prompt = (tokens.prompt - tokens.cached) * price.prompt + tokens.cached * cached
    return Charge(
        prompt=prompt / _MILLION, completion=tokens.completion * price.completion / _MILLION, currency=price.currency
    )


def add_tokens(parts: Iterable[Tokens | None]) -> Tokens:
    """Return the sum of all tokens that are known."""
    parts = [part for part in parts if part]
    names = Tokens.__struct_fields__
    return Tokens(**{name: sum(getattr(part, name) for part in parts) for name in names})


def add_charges(charges: Iterable[Charge | None], currency: str) -> Cost:
    """Return the sum of `charges`; unknown if one of them is, or if they have several currencies."""
    parts = list(charges)
    currencies = {part.currency for part in parts if part} or {currency}
    if len(currencies) > 1 or None in parts:
        return Cost(currency=sorted(currencies)[0])
    prompt = sum((part.prompt for part in parts if part), Decimal(0))
    completion = sum((part.completion for part in parts if part), Decimal(0))
    total = prompt + completion
    return Cost(prompt=float(prompt), completion=float(completion), total=float(total), currency=next(iter(currencies)))


class Budget:
    """The money that a run may still spend; a `limit` of None is none.

    A request is sent only if its maximum cost is left: that of the longest prompt and the longest completion that it
    allows. If an endpoint once charged more than that, it is expected to do so again.
    """

    def __init__(self, limit: Decimal | None, price: "Price | None") -> None:
        self._left, self._price = limit, price
        self._excess = Decimal(1)
        self._reserved = Decimal(0)

    def max_cost(self, prompt: int, completion: int) -> Decimal | None:
        """Return the maximum cost of a request with at most this many tokens; None without a price."""
        if self._price is None:
            return None
        dearest = max(self._price.prompt, self._price.cached or 0)
        return (prompt * dearest + completion * self._price.completion) / _MILLION * self._excess

    def can_afford(self, max_cost: Decimal | None) -> bool:
        """Return True if a request with this maximum cost can be sent beside those in flight."""
        return self._left is None or (max_cost is not None and max_cost <= self._left - self._reserved)

    def reserve(self, max_cost: Decimal | None) -> bool:
        """Reserve the maximum cost of a request until `release`; return False if it is not left."""
        if not self.can_afford(max_cost):
            return False
        self._reserved += max_cost or 0
        return True

    def release(self, max_cost: Decimal | None) -> None:
        """End the reservation of a request that has returned. If it was charged, `charge` follows."""
        self._reserved -= max_cost or 0

    def charge(self, max_cost: Decimal | None, charge: Charge | None) -> None:
        """Subtract the cost of a request; its maximum cost if the real one is unknown."""
        if self._left is None or max_cost is None:
            return
        self._left -= charge.total if charge else max_cost
        if charge and max_cost and charge.total > max_cost:
            self._excess *= (charge.total / max_cost).quantize(Decimal("0.01"), ROUND_UP)
