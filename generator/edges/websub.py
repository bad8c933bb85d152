"""Telling a WebSub hub that a feed has changed (https://www.w3.org/TR/websub/, section 3).

The recommendation leaves the form of this request open; all known hubs take the one of PubSubHubbub 0.4, section 7.
"""

from urllib.parse import urlsplit

import requests

from generator.ground.errors import DigestError, Problem

TIMEOUT = (5.0, 20.0)  # seconds to connect, seconds to answer
LONGEST_REPLY = 200  # characters of it that are shown


def ping(session: requests.Session, hub: str, feed: str) -> Problem | None:
    """Ask `hub` to fetch the feed at that address again; what it has against it, if anything.

    Raises DigestError when the hub cannot be reached at all: then there is no use in asking for another feed.
    """
    fields = {"hub.mode": "publish", "hub.url": feed}
    try:
        reply = session.post(hub, data=fields, timeout=TIMEOUT, allow_redirects=False, stream=True)
    except requests.RequestException as error:
        what = f"the hub {urlsplit(hub).hostname} does not answer ({type(error).__name__})"
        raise DigestError(Problem(feed, what, "run 'digest ping' again later, or set feeds.hub to another")) from error
    with reply:
        if 200 <= reply.status_code < 300:
            return None
        said = " ".join(next(reply.iter_content(LONGEST_REPLY), b"").decode("utf-8", "replace").split())
        what = f"the hub {urlsplit(hub).hostname} refuses it: {reply.status_code} {said}".strip()
        return Problem(feed, what, "look up what the hub asks for, or set feeds.hub to another")
