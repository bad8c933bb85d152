"""Slack: a message of Block Kit.

Limits: 50 blocks a message; 150 characters in a header, 3,000 in a section
(https://docs.slack.dev/reference/block-kit/blocks); one message a second
(https://docs.slack.dev/apis/web-api/rate-limits). All blocks together are limited too: Slack rejects about 13,200
characters (https://github.com/slackapi/bolt-js/issues/2509).
"""

import json

from broadsheet.http.service import Reply
from broadsheet.post import escapes
from broadsheet.post.bulletin import Bulletin, PostedPaper
from broadsheet.post.service import ChatService, Payload, cut, fitted, units

MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_SECTION = 3000
MAX_TOTAL = 12_000
_MAX_URL = 1000


def payload(bulletin: Bulletin) -> Payload:
    """Return the message with as many papers as fit."""
    return fitted(bulletin, _message, _fits)


def _fits(message: Payload) -> bool:
    blocks = message["blocks"]
    return len(blocks) <= MAX_BLOCKS and units(json.dumps(blocks, ensure_ascii=False)) <= MAX_TOTAL


def _message(bulletin: Bulletin) -> Payload:
    more = _link(bulletin.more, bulletin.url)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(bulletin.heading, MAX_HEADER), "emoji": False}},
        _section(cut(bulletin.lead, MAX_SECTION, escapes.slack)),
        *(_section(_paper(number, paper)) for number, paper in enumerate(bulletin.papers, 1)),
        _section(more) if bulletin.url or bulletin.omitted else None,
    ]
    return {
        "text": cut(bulletin.title, MAX_SECTION, escapes.slack),  # of notifications
        "blocks": [block for block in blocks if block],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _paper(number: int, paper: PostedPaper) -> str:
    title = f"{number}. {_link(paper.title, paper.url, bold=True)}"
    return f"{title}\n{cut(paper.details, MAX_SECTION - units(title) - 1, escapes.slack)}".rstrip()


def _link(words: str, url: str | None, *, bold: bool = False) -> str:
    text = cut(words, MAX_SECTION // 3, escapes.slack)
    if url and len(url) <= _MAX_URL:
        text = f"<{url.replace('&', '&amp;')}|{text}>"
    return f"*{text}*" if bold and text else text


def _section(text: str) -> Payload | None:
    # verbatim: Slack makes no links of addresses, and no mentions of names.
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}} if text else None


def status(reply: Reply) -> int | None:
    """Return the status of ``ok`` (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks)."""
    return reply.status if reply.body.strip() == b"ok" else None


SLACK = ChatService("slack", "Slack", payload, status)
