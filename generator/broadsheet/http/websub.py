"""Notices of changed feeds to a WebSub hub (https://www.w3.org/TR/websub/, section 3).

The recommendation leaves the form of this request open; all known hubs take the one of PubSubHubbub 0.4, section 7.
"""

from urllib.parse import urlsplit

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, WebError
from broadsheet.model.diagnostics import Diagnostic, DigestError

HUB = Service(name="hub", tries=2, connect_timeout=5, read_timeout=20, whole_timeout=30, largest=1 << 16)
MAX_REPLY_LENGTH = 200  # characters that a message shows


def ping(web: HttpClient, hub: str, feed: str) -> Diagnostic | None:
    """Ask `hub` to fetch the feed at that address again; return the reason if it refuses.

    Raises DigestError when the hub cannot be reached: it would fail for other feeds too.
    """
    host = urlsplit(hub).hostname
    try:
        web.submit(HUB, hub, {"hub.mode": "publish", "hub.url": feed})
    except WebError as error:
        if error.reply is None:
            message = f"the hub {host} {error.problems[0].message}"
            hint = "run 'broadsheet ping' again later, or set feeds.hub to another"
            raise DigestError(Diagnostic(feed, message, hint)) from error
        if error.reply.status >= 300:
            answer = " ".join(error.reply.body[:MAX_REPLY_LENGTH].decode("utf-8", "replace").split())
            what = f"the hub {host} refuses it: {error.reply.status} {answer}".strip()
            return Diagnostic(feed, what, "look up what the hub asks for, or set feeds.hub to another")
    return None
