"""The client of an LLM endpoint. All its HTTP goes through `HttpClient`; `WireFormat` has the JSON.

Every outcome is a value. The key is in the header of a request and nowhere else: all text of the endpoint is searched
for it before it goes on. The endpoint's own words about an error go to the terminal only. A reason is published, so it
has the status and its meaning.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.http.secrets import Secrets
from broadsheet.http.service import Service, WebError
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.scoring.llm import openai
from broadsheet.scoring.llm.completion import Completion, Failure, FailureKind
from broadsheet.scoring.llm.wire_format import WireFormat
from broadsheet.settings.llm import LanguageModel
from broadsheet.text.sanitize import one_line, safe_url

KEY, URL, MODEL = "DIGEST_LLM_KEY", "DIGEST_LLM_URL", "DIGEST_LLM_MODEL"
WIRE_FORMATS: tuple[WireFormat, ...] = (openai,)  # chosen by the path of the address; the first is the default

_MAX_BYTES = 4 << 20
_FATAL = frozenset({301, 302, 303, 307, 308, 401, 402, 404, 405})  # the next request would get the same status
_MAYBE_DONE = frozenset({408, 504})
_LOG = logging.getLogger(__name__)
_MEANINGS = {
    401: "the key was refused",
    402: "the account cannot pay",
    403: "the key may not do this",
    404: "no such address or model",
    413: "the request is too long",
    429: "too many requests",
}


class LlmClient:
    """A client of one model at one address. Its `repr` has neither the key nor the address, which may contain one."""

    def __init__(self, url: str, key: str, settings: LanguageModel, web: HttpClient) -> None:
        self._format = _wire_format(url)
        self._url, self._key, self._web = _with_path(url, self._format.PATH), key, web
        self._secrets = Secrets(_secrets(url, key))
        self._logged: set[str] = set()
        self.model, self._settings = settings.model, settings
        self._limit_name = self._format.TOKEN_LIMIT_NAMES[0]
        self._service = Service(
            name="language model",
            connections=settings.parallel,
            tries=6,  # a minute altogether: limits are counted by the minute
            retry=frozenset({429, 500, 502, 503, 529}),
            read_timeout=settings.timeout,
            whole_timeout=settings.timeout,
            longest_pause=120.0,
            largest=_MAX_BYTES,
            resend=False,
            skip_late_hosts=False,
        )

    def complete(self, messages: Sequence[dict[str, str]]) -> Completion | Failure:
        """Return the model's completion of `messages`. Several threads may call this at once."""
        name = self._limit_name
        body = self._format.request_body(self._settings, messages, name)
        try:
            reply = self._web.post(self._service, self._url, body, headers=self._format.headers(self._key))
        except WebError as error:
            if other_name := self._other_limit_name(name, error):
                self._limit_name = other_name
                return self.complete(messages)
            return self._failed(error)
        return self._completed(_decoded(reply.body))

    def _other_limit_name(self, name: str, error: WebError) -> str:
        names = self._format.TOKEN_LIMIT_NAMES
        others = names[names.index(name) + 1 :]
        body = error.reply.body if error.status == 400 and error.reply else b""
        return next((other for other in others if other.encode() in body), "")

    def _completed(self, body: dict[str, Any]) -> Completion | Failure:
        reply = self._format.parse_reply(body)
        charged = reply.tokens is None
        if reply.content is None:
            self._log_once(reply.error.text)
            if reply.declined:
                return Failure(FailureKind.DECLINED, f"declined: {reply.declined}", reply.tokens, charged)
            unclear = "an error in place of a reply" if reply.error.text else "a reply that is not a chat completion"
            reason = f"no answer: {reply.error.meaning or unclear}"
            return Failure(FailureKind.UNAVAILABLE, reason, reply.tokens, charged)
        content = self._secrets.redact(reply.content)
        if self._secrets.contains_encoded(content):
            reason = "the reply repeats the key in another form, and was not used"
            return Failure(FailureKind.FATAL, reason, reply.tokens, charged)
        return Completion(content, reply.cut, reply.tokens)

    def _failed(self, failure: WebError) -> Failure:
        status, what = failure.status, failure.problems[0].kind or failure.problems[0].message
        if failure.reply is None:
            return Failure(FailureKind.UNAVAILABLE, f"the endpoint {what}", charged=failure.sent)
        error = self._format.parse_error(_decoded(failure.reply.body))
        if status not in (401, 403):  # those quote the key
            self._log_once(error.text)
        meaning = error.meaning or _MEANINGS.get(status or 0)
        reason = f"the endpoint {what}" + (f": {meaning}" if meaning else "")
        if status in _FATAL or error.kind is FailureKind.FATAL:
            return Failure(FailureKind.FATAL, reason)
        if status is not None and 400 <= status < 500 and status not in {408, 425, 429}:
            return Failure(error.kind or FailureKind.REJECTED, reason)
        return Failure(FailureKind.UNAVAILABLE, reason, charged=status in _MAYBE_DONE)

    def _log_once(self, words: str) -> None:
        """Log the endpoint's words unless they were logged before or may contain a secret."""
        words = one_line(self._secrets.redact(words))[:200]
        if words and words not in self._logged and not self._secrets.contains_encoded(words):
            self._logged.add(words)
            _LOG.warning("the endpoint reports: %s", words)


def is_configured(settings: LanguageModel, environment: Mapping[str, str]) -> bool:
    """Return True if an endpoint, a model or a key is set: then an LLM is wanted, even if something is missing."""
    return any((settings.endpoint, settings.model, *(environment.get(name, "").strip() for name in (URL, MODEL, KEY))))


def from_environment(settings: LanguageModel, environment: Mapping[str, str]) -> tuple[LanguageModel, str, str]:
    """Return the settings with the model of the environment, the address and the key, which may be empty.

    Raises DigestError with all that is missing.
    """
    url = environment.get(URL, "").strip() or settings.endpoint
    key = environment.get(KEY, "").strip()
    model = environment.get(MODEL, "").strip() or settings.model
    problems = []
    if not url:
        problems.append(Diagnostic("llm", "no endpoint", f"set {URL}, or llm.endpoint in digest.yml"))
    elif not safe_url(url):
        problems.append(Diagnostic("llm", "the endpoint is not an http(s) address", "write it as https://host/v1"))
    if not model:
        problems.append(Diagnostic("llm", "no model", f"set {MODEL}, or llm.model in digest.yml"))
    if not re.fullmatch(r"[\x21-\x7e]*", key):
        problems.append(Diagnostic(KEY, "has characters that no key has", "copy the key anew"))
    if problems:
        raise DigestError(problems)
    return msgspec.structs.replace(settings, model=model), url, key


def _wire_format(url: str) -> WireFormat:
    """Return the format with the path of `url`, else the first."""
    path = urlsplit(url).path.rstrip("/")
    return next((wire_format for wire_format in WIRE_FORMATS if path.endswith(wire_format.PATH)), WIRE_FORMATS[0])


def _with_path(url: str, path: str) -> str:
    """Return the full address, from that or from the one that providers print (``https://host/v1``)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/").removesuffix(path) + path))


def _secrets(url: str, key: str) -> Iterator[str]:
    """Yield the strings that must not be repeated: the key, and values in the address that may be one."""
    parts = urlsplit(url)
    yield from (key, parts.password or "", *(value for _, value in parse_qsl(parts.query)))


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return {}
    return value if isinstance(value, dict) else {}
