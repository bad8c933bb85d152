"""An OpenAI-compatible endpoint, asked through the one HTTP door: ``POST …/chat/completions``.

What comes back is a value, whatever went wrong. The key stands in the header of a request and nowhere else: every word
of the other side is searched for it before it goes on. What the other side says of an error is for the terminal; a
reason, which is published, has the status and what it means.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from broadsheet.http.client import Web
from broadsheet.http.secrets import Secrets
from broadsheet.http.service import Service, WebError
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.model import Tokens
from broadsheet.scoring.llm import budget as pricing
from broadsheet.settings.llm import LanguageModel
from broadsheet.text.sanitize import one_line, safe_url

KEY, URL, MODEL = "DIGEST_LLM_KEY", "DIGEST_LLM_URL", "DIGEST_LLM_MODEL"

_PATH = "/chat/completions"
_LARGEST = 4 << 20
_HOPELESS = frozenset({301, 302, 303, 307, 308, 401, 402, 404, 405})  # the next request would meet the same
_MAYBE_DONE = frozenset({408, 504})
_LOG = logging.getLogger(__name__)
_MEANS = {
    401: "the key was refused",
    402: "the account cannot pay",
    403: "the key may not do this",
    404: "no such address or model",
    413: "the request is too long",
    429: "too many requests",
}
_CODES = {  # the error codes of OpenAI's interface that say more than the status
    "insufficient_quota": "the quota is used up",
    "billing_hard_limit_reached": "the budget at the provider is used up",
    "model_not_found": "no such model",
    "content_filter": "content filter",
    "content_policy_violation": "content filter",
    "context_length_exceeded": "too long for the model",
}
_CLUES = {  # in the words of providers that have no codes
    r"content.?(?:filter|policy)|moderation|inspection": "content filter",
    r"(?:maximum )?context.{0,20}(?:length|window)|too (?:long|many tokens)": "too long for the model",
    r"(?:unknown|unsupported|unrecognized|unexpected) (?:field|parameter|argument)": "a setting it does not know",
}
_LIMITS = ("max_tokens", "max_completion_tokens")  # newer models take the second only


class Why(StrEnum):
    """Why there is no answer, and so what to do next."""

    DECLINED = "declined"  # this request, by a filter or by the model: ask without the paper that did it
    REFUSED = "refused"  # this request, by its status
    UNREACHED = "unreached"  # overloaded, limited, down: another time
    HOPELESS = "hopeless"  # key, account, address or model are wrong: stop


class Answer(NamedTuple):
    """What the model wrote; `cut` if it came to the limit of tokens. `tokens` is None where no usage is told."""

    content: str
    cut: bool
    tokens: Tokens | None


class Failure(NamedTuple):
    """No answer, and why. `tokens` were used all the same; `charged`: they may have been, and nobody tells how many."""

    why: Why
    reason: str
    tokens: Tokens | None = None
    charged: bool = False


class LlmClient:
    """Where the model is, and how it is asked. `repr` shows neither the key nor the address, which may hold one."""

    def __init__(self, url: str, key: str, settings: LanguageModel, web: Web) -> None:
        self._url, self._key, self._web = _completions(url), key, web
        self._secrets = Secrets(_secrets(url, key))
        self._said: set[str] = set()
        self.model = settings.model
        self._fields: dict[str, Any] = {"model": settings.model}
        if settings.temperature is not None:
            self._fields["temperature"] = settings.temperature
        self._limit, self._limit_name = settings.max_tokens, _LIMITS[0]
        self._service = Service(
            name="language model",
            connections=settings.parallel,
            tries=6,  # a minute altogether: limits are counted by the minute
            retry=frozenset({429, 500, 502, 503, 529}),
            read_timeout=settings.timeout,
            whole_timeout=settings.timeout,
            longest_pause=120.0,
            largest=_LARGEST,
            resend=False,
            skip_late_hosts=False,
        )

    def complete(self, messages: Sequence[dict[str, str]]) -> Answer | Failure:
        """Return the model's answer to `messages`. May be called by several threads at once."""
        name = self._limit_name
        value = {**self._fields, name: self._limit, "messages": messages}
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            reply = self._web.post(self._service, self._url, value, headers=headers)
        except WebError as error:
            if name == _LIMITS[0] and _wants(_LIMITS[1], error):
                self._limit_name = _LIMITS[1]
                return self.complete(messages)
            return self._failed(error)
        return self._answered(_decoded(reply.body))

    def _answered(self, body: dict[str, Any]) -> Answer | Failure:
        tokens = pricing.usage(body.get("usage"))
        choice = _first(body.get("choices"))
        message = choice.get("message")
        if not isinstance(message, dict):
            said = _error(body)
            self._tell(said)
            what = _kind(said) or "an error in place of a reply" if said else "a reply that is no chat completion"
            return Failure(Why.UNREACHED, f"no answer: {what}", tokens, charged=tokens is None)
        content, finish = _text(message.get("content")) or _arguments(message), choice.get("finish_reason")
        if finish == "content_filter" or (message.get("refusal") and not content):
            self._tell(message.get("refusal"))
            what = "content filter" if finish == "content_filter" else "by the model"
            return Failure(Why.DECLINED, f"declined: {what}", tokens, charged=tokens is None)
        content = self._secrets.without(content)
        if self._secrets.disguised(content):
            reason = "the reply repeats the key in another form, and was not used"
            return Failure(Why.HOPELESS, reason, tokens, charged=tokens is None)
        return Answer(content, finish == "length", tokens)

    def _failed(self, error: WebError) -> Failure:
        status, what = error.status, error.problems[0].kind or error.problems[0].message
        if error.reply is None:
            return Failure(Why.UNREACHED, f"the endpoint {what}", charged=error.sent)
        said = _error(_decoded(error.reply.body))
        if status not in (401, 403):  # those speak of the key
            self._tell(said)
        kind = _kind(said) or _MEANS.get(status or 0)
        reason = f"the endpoint {what}" + (f": {kind}" if kind else "")
        if status in _HOPELESS or "insufficient_quota" in said:
            return Failure(Why.HOPELESS, reason)
        if status is not None and 400 <= status < 500 and status not in {408, 425, 429}:
            return Failure(Why.DECLINED if kind == "content filter" else Why.REFUSED, reason)
        return Failure(Why.UNREACHED, reason, charged=status in _MAYBE_DONE)

    def _tell(self, said: object) -> None:
        """Say on the terminal, once, what the other side says; not if there is anything of a secret in it."""
        words = one_line(self._secrets.without(said))[:200] if isinstance(said, str) else ""
        if words and words not in self._said and not self._secrets.disguised(words):
            self._said.add(words)
            _LOG.warning("the endpoint says: %s", words)


def is_configured(settings: LanguageModel, environment: Mapping[str, str]) -> bool:
    """Whether a language model is wanted: somebody named an endpoint, a model or a key, if not all that it takes."""
    given = (settings.endpoint, settings.model, *(environment.get(name, "").strip() for name in (URL, MODEL, KEY)))
    return any(given)


def from_environment(settings: LanguageModel, environment: Mapping[str, str]) -> tuple[LanguageModel, str, str]:
    """The settings with the model that the environment names, the address and the key.

    Raises DigestError with all that is missing. An endpoint that wants no key is given none.
    """
    url = environment.get(URL, "").strip() or settings.endpoint
    key = environment.get(KEY, "").strip()
    model = environment.get(MODEL, "").strip() or settings.model
    problems = []
    if not url:
        problems.append(Diagnostic("llm", "no endpoint", f"set {URL}, or llm.endpoint in digest.yml"))
    elif not safe_url(url):
        problems.append(Diagnostic("llm", "the endpoint is no http(s) address", "write it as https://host/v1"))
    if not model:
        problems.append(Diagnostic("llm", "no model", f"set {MODEL}, or llm.model in digest.yml"))
    if not re.fullmatch(r"[\x21-\x7e]*", key):
        problems.append(Diagnostic(KEY, "has characters that no key has", "copy the key anew"))
    if problems:
        raise DigestError(problems)
    return msgspec.structs.replace(settings, model=model), url, key


def _completions(url: str) -> str:
    """The address to ask, from the one that providers print (``https://host/v1``) or the whole of it."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix(_PATH) + _PATH
    return urlunsplit(parts._replace(path=path))


def _secrets(url: str, key: str) -> Iterator[str]:
    """Yield what must not be repeated: the key, and what may be one in the address."""
    parts = urlsplit(url)
    yield from (key, parts.password or "", *(value for _, value in parse_qsl(parts.query)))


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return {}
    return value if isinstance(value, dict) else {}


def _first(choices: object) -> dict[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(content: object) -> str:
    """The text of a message, given whole or in parts."""
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _arguments(message: dict[str, Any]) -> str:
    """Return what a message without a text wants to call a tool with: some servers make a call of any JSON."""
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    parts = [function.get("arguments") for function in functions if isinstance(function, dict)]
    return "\n".join(part for part in parts if isinstance(part, str))


def _kind(said: str) -> str | None:
    """Return what an error is, in our words, where its code or its words are known ones."""
    by_code = (kind for code, kind in _CODES.items() if code in said)
    return next(by_code, next((kind for clue, kind in _CLUES.items() if re.search(clue, said, re.IGNORECASE)), None))


def _error(body: dict[str, Any]) -> str:
    """The words of an error object: OpenAI's, or one of the shapes that others have."""
    error = body.get("error", body.get("detail", body.get("message")))
    if isinstance(error, dict):
        parts = (error.get("code"), error.get("type"), error.get("message"))
        return ": ".join(part for part in dict.fromkeys(parts) if isinstance(part, str) and part)
    return error if isinstance(error, str) else ""


def _wants(name: str, error: WebError) -> bool:
    return error.status == 400 and error.reply is not None and name.encode() in error.reply.body
