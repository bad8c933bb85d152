"""Generic JSON, for webhooks of your own. `broadsheet docs chat` has its keys, which are only added to."""

from broadsheet.http.service import Reply
from broadsheet.post.bulletin import Bulletin
from broadsheet.post.service import ChatService, Payload, is_page

VERSION = 1


def payload(bulletin: Bulletin) -> Payload:
    """Return all of the bulletin."""
    return {
        "version": VERSION,
        "id": bulletin.id,
        "edition": bulletin.edition,
        "site": bulletin.site,
        "title": bulletin.title,
        "url": bulletin.url,
        "state": bulletin.state.value,
        "summary": bulletin.lead,
        "papers": [paper._asdict() for paper in bulletin.papers],
        "omitted": bulletin.omitted,
    }


def status(reply: Reply) -> int | None:
    """Return the status of any reply but a web page."""
    return None if is_page(reply) else reply.status


JSON = ChatService("json", "JSON", payload, status)
