"""The shape of a chat service: the payload of a bulletin, within the service's limits, and its replies."""

from collections.abc import Callable
from typing import Any, NamedTuple

from broadsheet.http import service as http
from broadsheet.http.service import Reply
from broadsheet.post.bulletin import Bulletin

Payload = dict[str, Any]
RETRY_STATUSES = frozenset({408, 425, 429})  # and 5xx
_REPLY_BYTES = 1 << 20


class ChatService(NamedTuple):
    """A service with incoming webhooks.

    `payload` builds the message. `status` returns the status of a 2xx reply, which may be in its text. It returns None
    for a reply that is not one of the service, as of a log-in page. `query` is added to the address. The other fields
    are limits of `http.Service`.
    """

    id: str
    name: str
    payload: Callable[[Bulletin], Payload]
    status: Callable[[Reply], int | None]
    query: str = ""
    interval: float = 1.0
    whole_timeout: float = 60

    @property
    def rules(self) -> http.Service:
        """The rules for its requests.

        A request without a reply may have been posted, so it is not repeated. Webhooks of a host are independent.
        """
        return http.Service(
            name=f"post {self.id}",
            interval=self.interval,
            tries=1,
            connect_timeout=10,
            read_timeout=30,
            whole_timeout=self.whole_timeout,
            largest=_REPLY_BYTES,
            resend=False,
            skip_late_hosts=False,
        )


def is_page(reply: Reply) -> bool:
    """Return whether a reply is a web page. An empty reply is none, whatever its type."""
    body = reply.body.lstrip()[:20].lower()
    return bool(body) and (reply.is_html or body.startswith((b"<!doctype html", b"<html")))


def fitted(bulletin: Bulletin, build: Callable[[Bulletin], Payload], fits: Callable[[Payload], bool]) -> Payload:
    """Return the payload with as many papers as fit."""
    for papers in range(len(bulletin.papers), 0, -1):
        payload = build(bulletin.first(papers))
        if fits(payload):
            return payload
    return build(bulletin.first(0))


def units(text: str) -> int:
    """Return the length in UTF-16, in which the services may count: never less than the number of characters."""
    return len(text.encode("utf-16-le", "replace")) // 2


def cut(text: str, limit: int, escape: Callable[[str], str] = str) -> str:
    """Return `text` escaped, cut before that so that the result has at most `limit` units."""
    whole = escape(text)
    while units(whole) > limit:
        text = text[: max(0, len(text) * 9 // 10 - 1)]
        whole = escape(text.rstrip() + "…")
    return whole
