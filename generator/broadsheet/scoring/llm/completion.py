"""The outcome of one LLM request: a completion, or a failure that says what to do next."""

from enum import StrEnum
from typing import NamedTuple

from broadsheet.model.receipt import Tokens


class FailureKind(StrEnum):
    """The kind of a failure, and so the next step."""

    DECLINED = "declined"  # this request, by a filter or by the model: retry without the paper that caused it
    REJECTED = "rejected"  # this request, by its HTTP status
    UNAVAILABLE = "unavailable"  # overloaded, rate-limited or down: retry later
    FATAL = "fatal"  # wrong key, account, address or model: stop


class Completion(NamedTuple):
    """The text of the model; `cut` if it reached the token limit. `tokens` is None if the reply has no usage."""

    content: str
    cut: bool
    tokens: Tokens | None


class Failure(NamedTuple):
    """A request without a completion. It may have used `tokens`; `charged`: it may have used an unknown number."""

    kind: FailureKind
    reason: str
    tokens: Tokens | None = None
    charged: bool = False
