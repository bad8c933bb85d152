"""OpenAI's chat completions (``POST …/chat/completions``), which most servers and providers offer. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm.completion import FailureKind
from broadsheet.scoring.llm.wire_format import WireError, WireReply
from broadsheet.settings.llm import LanguageModel

PATH = "/chat/completions"
TOKEN_LIMIT_NAMES: tuple[str, ...] = ("max_tokens", "max_completion_tokens")  # newer models take the second only

_CONTENT_FILTER = "content filter"
_CODES = {  # the error codes that say more than the HTTP status
    "insufficient_quota": "the quota is used up",
    "billing_hard_limit_reached": "the budget at the provider is used up",
    "model_not_found": "no such model",
    "content_filter": _CONTENT_FILTER,
    "content_policy_violation": _CONTENT_FILTER,
    "context_length_exceeded": "too long for the model",
}
_CLUES = {  # in the messages of providers without codes
    r"content.?(?:filter|policy)|moderation|inspection": _CONTENT_FILTER,
    r"(?:maximum )?context.{0,20}(?:length|window)|too (?:long|many tokens)": "too long for the model",
    r"(?:unknown|unsupported|unrecognized|unexpected) (?:field|parameter|argument)": "an unknown setting",
}


def headers(key: str) -> dict[str, str]:
    """Return the header that carries the key."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def request_body(settings: LanguageModel, messages: Sequence[dict[str, str]], token_limit_name: str) -> dict[str, Any]:
    """Return the body of a request."""
    temperature = {} if settings.temperature is None else {"temperature": settings.temperature}
    return {"model": settings.model, **temperature, token_limit_name: settings.max_tokens, "messages": messages}


def parse_reply(body: dict[str, Any]) -> WireReply:
    """Parse the body of a successful reply."""
    tokens, choice = usage(body.get("usage")), _first(body.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        return WireReply(None, tokens=tokens, error=parse_error(body))
    content, finish = _text(message.get("content")) or _arguments(message), choice.get("finish_reason")
    refusal = message.get("refusal")
    if finish == "content_filter" or (refusal and not content):
        declined = _CONTENT_FILTER if finish == "content_filter" else "by the model"
        error = WireError(refusal if isinstance(refusal, str) else "")
        return WireReply(None, tokens=tokens, declined=declined, error=error)
    return WireReply(content, finish == "length", tokens)


def parse_error(body: dict[str, Any]) -> WireError:
    """Parse an error object: OpenAI's, or one of the shapes of other providers."""
    error = body.get("error", body.get("detail", body.get("message")))
    if isinstance(error, dict):
        parts = (error.get("code"), error.get("type"), error.get("message"))
        error = ": ".join(part for part in dict.fromkeys(parts) if isinstance(part, str) and part)
    text = error if isinstance(error, str) else ""
    meaning = _meaning(text)
    kind = FailureKind.DECLINED if meaning == _CONTENT_FILTER else None
    return WireError(text, meaning, FailureKind.FATAL if "insufficient_quota" in text else kind)


def usage(value: Any) -> Tokens | None:
    """Return the tokens of a reply's ``usage``; None, which is not zero, if it has no numbers.

    OpenAI and DeepSeek name the cached tokens differently.
    """
    counts = value if isinstance(value, dict) else {}
    prompt, completion = _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    details = counts.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    cached = min(_count(cached) or _count(counts.get("prompt_cache_hit_tokens")) or 0, prompt)
    return Tokens(prompt=prompt, completion=completion, total=prompt + completion, cached=cached)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def _first(choices: object) -> dict[str, Any]:
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else {}


def _text(content: object) -> str:
    """Return the text of a message, which may come in parts."""
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _arguments(message: dict[str, Any]) -> str:
    """Return the arguments of tool calls. Some servers turn any JSON of the model into a call."""
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    parts = [function.get("arguments") for function in functions if isinstance(function, dict)]
    return "\n".join(part for part in parts if isinstance(part, str))


def _meaning(text: str) -> str:
    by_code = (meaning for code, meaning in _CODES.items() if code in text)
    by_clue = (meaning for clue, meaning in _CLUES.items() if re.search(clue, text, re.IGNORECASE))
    return next(by_code, next(by_clue, ""))
