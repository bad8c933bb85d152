"""Values of HTTP: a service with its rate limits and retries, a reply, an error. No I/O."""

import datetime
import email.utils
import re
from urllib.parse import urlsplit

import msgspec

from broadsheet.model.diagnostics import Diagnostic, DigestError

_LONGEST_WAIT_S = 1e10  # more means for ever


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for requests to one service. All times are in seconds.

    Requests start at least `interval` apart, over at most `connections` at once. A reply is given up after
    `connect_timeout`, after `read_timeout` of silence, or past `largest` bytes (unpacked). `whole_timeout` limits a
    whole exchange, with redirects and tries without a reply. With `skip_late_hosts` a client sends no more requests to
    a host that let it pass.

    A request without a reply, or with a status of `retry`, is made up to `tries` times: first after `pause`, then
    after twice as long each time. ``Retry-After`` overrides that. A service that asks for more than `longest_pause`
    has failed. Redirects stay on the host and port of the request, or in `domain`.

    Without `resend` a request that was sent is not repeated if it got no reply: it may have been done and charged.
    A 2xx reply is then returned, whatever its type. With `resend` a web page is no reply, and is tried again.
    """

    name: str
    interval: float = 0.0
    connections: int = 1
    tries: int = 4
    retry: frozenset[int] = frozenset({408, 425, 429, 500, 502, 503, 504})
    pause: float = 2.0
    longest_pause: float = 300.0
    connect_timeout: float = 15.0
    read_timeout: float = 60.0
    whole_timeout: float = 120.0
    largest: int = 64 << 20
    domain: str = ""
    resend: bool = True
    skip_late_hosts: bool = True


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The reply of a service: the names of `headers` are in lower case, the `body` is unpacked."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_html(self) -> bool:
        """True if its media type is that of a web page."""
        return "html" in self.headers.get("content-type", "").lower()


class WebError(DigestError):
    """A failed request. `reply` is the last one, if there was any; treat it as foreign text.

    `sent`: the service may have received the request. `untrusted`: its certificate cannot be trusted.
    """

    def __init__(
        self,
        problem: Diagnostic | tuple[Diagnostic, ...],
        reply: Reply | None = None,
        *,
        sent: bool = True,
        untrusted: bool = False,
    ) -> None:
        super().__init__(problem)
        self.reply, self.sent, self.untrusted = reply, sent, untrusted

    @property
    def status(self) -> int | None:
        """The HTTP status of the last reply."""
        return self.reply.status if self.reply else None


def printable_url(url: str) -> str:
    """Return a URL as messages show it: without user, password, query and fragment, which may contain keys."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def retry_after(reply: Reply) -> float | None:
    """Return the seconds of ``Retry-After``, a number or a date (RFC 9110, 10.2.3), or None.

    A date is measured from the reply's own ``Date``, so the two clocks need not agree.
    """
    value = reply.headers.get("retry-after", "").strip()
    if number := re.fullmatch(r"\+?([0-9]+(?:\.[0-9]*)?)(?:\s*,.*)?", value):  # a header sent twice has a comma
        return min(float(number[1]), _LONGEST_WAIT_S)
    until, now = _time(value), _time(reply.headers.get("date", ""))
    return None if until is None or now is None else max(0.0, (until - now).total_seconds())


def _time(value: str) -> datetime.datetime | None:
    try:
        time = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)


def user_agent(version: str, home: str, contact: str) -> str:
    """Return the ``User-Agent``: the program, the site it works for, and a contact."""
    comment = "; ".join(re.sub(r"[^\x21-\x7e]|[()\\]", "", text) for text in (f"+{home}", contact) if text.strip("+"))
    return f"broadsheet/{version}" + (f" ({comment})" if comment else "")
