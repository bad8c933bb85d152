"""Teams: an Adaptive Card for the trigger "When a Teams webhook request is received" of Workflows.

Limits: 28 KB a message, 4 requests a second
(https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using). Text is in
``RichTextBlock``, which takes no Markdown (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features).
"""

import re
from http import HTTPStatus
from typing import Any

import msgspec

from broadsheet.http.service import Reply
from broadsheet.post import escapes
from broadsheet.post.bulletin import Bulletin, PostedPaper
from broadsheet.post.service import ChatService, Payload, fitted, is_page

MAX_BYTES = 28_000
_MAX_REPLY = 1000  # bytes that are searched for a failure
_FAILURE = re.compile(rb"returned HTTP error ([45]\d\d)")


def payload(bulletin: Bulletin) -> Payload:
    """Return the message with as many papers as fit."""
    return fitted(bulletin, _message, lambda message: len(msgspec.json.encode(message)) <= MAX_BYTES)


def status(reply: Reply) -> int | None:
    """Return the status of a reply: Workflows accept with 202.

    Older webhooks reply 200 to each request, with the text ``1`` or that of a failure, which has a status.
    """
    if match := _FAILURE.search(reply.body[:_MAX_REPLY]):
        return int(match[1])
    is_accepted = reply.status == HTTPStatus.ACCEPTED and not is_page(reply)
    return reply.status if is_accepted or reply.body.strip() in (b"", b"1") else None


def _message(bulletin: Bulletin) -> Payload:
    blocks = [
        _block(_run(bulletin.heading, bulletin.url, size="Large", weight="Bolder")),
        _block(_run(bulletin.lead)) if bulletin.lead else None,
        *(_paper(number, paper) for number, paper in enumerate(bulletin.papers, 1)),
    ]
    card: Payload = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [block for block in blocks if block],
        "msteams": {"width": "Full"},
    }
    if bulletin.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": bulletin.more, "url": bulletin.url}]
    content_type = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": content_type, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _paper(number: int, paper: PostedPaper) -> Payload:
    runs = [_run(f"{number}. "), _run(paper.title, paper.url, weight="Bolder")]
    return _block(*runs, *([_run(f"\n{paper.details}")] if paper.details else []))


def _block(*runs: Payload) -> Payload:
    return {"type": "RichTextBlock", "spacing": "Medium", "inlines": list(runs)}


def _run(text: str, url: str | None = None, **style: str) -> Payload:
    run: dict[str, Any] = {"type": "TextRun", "text": escapes.teams(text), **style}
    return run | ({"selectAction": {"type": "Action.OpenUrl", "url": url}} if url else {})


TEAMS = ChatService("teams", "Teams", payload, status)
