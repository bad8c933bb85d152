"""What tokens cost, exactly, and what may still be spent. Pure.

An unknown price or an unknown number of tokens makes an unknown cost, which is never nothing.
"""

from collections.abc import Iterable
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from broadsheet.model.model import Cost, Tokens

if TYPE_CHECKING:  # loads YAML
    from broadsheet.settings.llm import Price

_MILLION = 1_000_000


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What one request cost; None is unknown."""

    prompt: Decimal
    completion: Decimal
    currency: str

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.prompt + self.completion


def usage(told: Any) -> Tokens | None:
    """The tokens that a reply's ``usage`` tells, the cached ones as OpenAI, or as DeepSeek, names them.

    None if it tells none: that is unknown, not zero.
    """
    told = told if isinstance(told, dict) else {}
    prompt, completion = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    details = told.get("prompt_tokens_details")
    inside = details.get("cached_tokens") if isinstance(details, dict) else None
    cached = min(_count(inside) or _count(told.get("prompt_cache_hit_tokens")) or 0, prompt)
    return Tokens(prompt=prompt, completion=completion, total=prompt + completion, cached=cached)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def bill(tokens: Tokens | None, price: "Price | None") -> Charge | None:
    """What so many tokens cost; None if either is unknown."""
    if tokens is None or price is None:
        return None
    cached = price.prompt if price.cached is None else price.cached
    prompt = (tokens.prompt - tokens.cached) * price.prompt + tokens.cached * cached
    return Charge(
        prompt=prompt / _MILLION, completion=tokens.completion * price.completion / _MILLION, currency=price.currency
    )


def add_tokens(parts: Iterable[Tokens | None]) -> Tokens:
    """The sum of what is known."""
    known = [part for part in parts if part]
    names = Tokens.__struct_fields__
    return Tokens(**{name: sum(getattr(part, name) for part in known) for name in names})


def add_charges(bills: Iterable[Charge | None], currency: str) -> Cost:
    """The sum of `bills`; unknown if one of them is, or if they are not in one currency."""
    known = list(bills)
    currencies = {part.currency for part in known if part} or {currency}
    if len(currencies) > 1 or None in known:
        return Cost(currency=sorted(currencies)[0])
    prompt = sum((part.prompt for part in known if part), Decimal(0))
    completion = sum((part.completion for part in known if part), Decimal(0))
    total = prompt + completion
    return Cost(prompt=float(prompt), completion=float(completion), total=float(total), currency=next(iter(currencies)))


class Purse:
    """What a run may still spend: nothing is sent whose highest cost is not in it any more. None is no limit.

    The highest cost of a request is that of its longest prompt and of the longest completion it asks for.
    An endpoint that once billed more tokens than that is taken to do so again.
    """

    def __init__(self, limit: Decimal | None, price: "Price | None") -> None:
        self._left, self._price = limit, price
        self._excess = Decimal(1)
        self._reserved = Decimal(0)

    def highest(self, prompt: int, completion: int) -> Decimal | None:
        """What a request of at most so many tokens may cost; None if there is no price."""
        if self._price is None:
            return None
        dearest = max(self._price.prompt, self._price.cached or 0)
        return (prompt * dearest + completion * self._price.completion) / _MILLION * self._excess

    def covers(self, highest: Decimal | None) -> bool:
        """Return whether a request that may cost this much can be sent beside those that are under way."""
        return self._left is None or (highest is not None and highest <= self._left - self._reserved)

    def reserve(self, highest: Decimal | None) -> bool:
        """Set aside what a request may cost, until `release`; False if that is not there."""
        if not self.covers(highest):
            return False
        self._reserved += highest or 0
        return True

    def release(self, highest: Decimal | None) -> None:
        """End a reservation: the request has come back, and is paid for with `pay` if it was charged."""
        self._reserved -= highest or 0

    def pay(self, highest: Decimal | None, paid: Charge | None) -> None:
        """Take out what a request cost; the highest it may have cost if that was not told."""
        if self._left is None or highest is None:
            return
        self._left -= paid.total if paid else highest
        if paid and highest and paid.total > highest:
            self._excess *= (paid.total / highest).quantize(Decimal("0.01"), ROUND_UP)
