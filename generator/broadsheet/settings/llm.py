"""The language model that scores papers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

import msgspec

from broadsheet.settings.document import Fault
from broadsheet.text.sanitize import safe_url


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price of a million tokens; `cached` is that of the part of the prompt that is billed as cached."""

    prompt: Decimal
    completion: Decimal
    cached: Decimal | None = None
    currency: str = "USD"


class LanguageModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model that scores, at any OpenAI-compatible `endpoint`.

    `timeout` is in seconds, for each request; up to `parallel` of them are under way at once.
    """

    endpoint: str = ""
    model: str = ""
    batch: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] = 4096
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    parallel: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    prices: dict[str, Price] = {}


def faults(llm: LanguageModel) -> Iterator[Fault]:
    """Yield the faults of the endpoint and the prices."""
    endpoint = llm.endpoint.strip()
    if endpoint and not endpoint.startswith(("$", "{")) and not safe_url(endpoint):  # these have a fault of their own
        what = "llm.endpoint is not an http(s) address, or has a password in it"
        yield Fault(("llm", "endpoint"), what, "write it as https://host/v1; the key is in the environment")
    for model, price in llm.prices.items():
        for name in ("prompt", "completion", "cached"):
            value = getattr(price, name)
            if value is not None and not (value.is_finite() and value >= 0):
                path = ("llm", "prices", model, name)
                yield Fault(
                    path, f"{value} is not a price for {model}", "write the price of a million tokens, 0 or more"
                )
