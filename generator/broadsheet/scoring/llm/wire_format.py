"""The interface between the client and the JSON of an LLM endpoint. A module such as `openai` implements it. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm.completion import FailureKind
from broadsheet.settings.llm import LanguageModel


class WireError(NamedTuple):
    """An error of an endpoint: its own `text`, for the terminal only, and its `meaning` in our words.

    `kind` is None if the HTTP status decides it.
    """

    text: str = ""
    meaning: str = ""
    kind: FailureKind | None = None


class WireReply(NamedTuple):
    """The body of a reply. `content` is None if the body is no completion; `error` may then say why.

    `cut`: the content reached the token limit. `declined`: the reason for a refusal, in our words. `tokens` is None if
    the reply has no usage.
    """

    content: str | None
    cut: bool = False
    tokens: Tokens | None = None
    declined: str = ""
    error: WireError = WireError()


class WireFormat(Protocol):
    """The JSON that an endpoint takes and returns, for the address that ends in `PATH`.

    `TOKEN_LIMIT_NAMES` are the names of the parameter that limits a completion. The client tries the next one if an
    endpoint rejects a name.
    """

    PATH: str
    TOKEN_LIMIT_NAMES: tuple[str, ...]

    def headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key."""

    def request_body(
        self, settings: LanguageModel, messages: Sequence[dict[str, str]], token_limit_name: str
    ) -> dict[str, Any]:
        """Return the body of a request with `messages` by the roles ``system`` and ``user``."""

    def parse_reply(self, body: dict[str, Any]) -> WireReply:
        """Parse the body of a successful reply. It may hold anything."""

    def parse_error(self, body: dict[str, Any]) -> WireError:
        """Parse the body of a reply with an HTTP error."""
