"""Discord: a message of embeds, the first for the edition and one for each paper.

Limits: 10 embeds a message; 256 characters in a title, 4,096 in a description, 6,000 in all embeds together
(https://docs.discord.com/developers/resources/message, "Embed Limits"). Without ``wait=true`` a message that could not
be saved is no error (https://docs.discord.com/developers/resources/webhook, "Execute Webhook").
"""

import msgspec

from broadsheet.http.service import Reply
from broadsheet.post import escapes
from broadsheet.post.bulletin import Bulletin, PostedPaper
from broadsheet.post.service import ChatService, Payload, cut, fitted, units

MAX_EMBEDS = 10
MAX_TITLE = 256
MAX_DESCRIPTION = 4096
MAX_TOTAL = 6000


class _PostedMessage(msgspec.Struct):
    id: str


def payload(bulletin: Bulletin) -> Payload:
    """Return the message with as many papers as fit."""
    return fitted(bulletin, _message, _fits)


def _fits(message: Payload) -> bool:
    embeds = message["embeds"]
    return len(embeds) <= MAX_EMBEDS and sum(map(_units, embeds)) <= MAX_TOTAL


def _units(embed: Payload) -> int:
    return units(embed["title"]) + units(embed.get("description", ""))


def _message(bulletin: Bulletin) -> Payload:
    more = f"{bulletin.more}." if bulletin.omitted else ""
    lead = " ".join(part for part in (bulletin.lead, more) if part)
    papers = (_paper(number, paper) for number, paper in enumerate(bulletin.papers, 1))
    return {
        "embeds": [_embed(bulletin.heading, bulletin.url, lead), *papers],
        "allowed_mentions": {"parse": []},
    }


def _paper(number: int, paper: PostedPaper) -> Payload:
    return _embed(f"{number}) {paper.title}", paper.url, paper.details)


def _embed(title: str, url: str | None, description: str) -> Payload:
    embed = {"title": cut(title, MAX_TITLE, escapes.discord)}
    if url:
        embed["url"] = url
    if description:
        embed["description"] = cut(description, MAX_DESCRIPTION, escapes.discord)
    return embed


def status(reply: Reply) -> int | None:
    """Return the status of a message, which has an id."""
    try:
        msgspec.json.decode(reply.body, type=_PostedMessage)
    except msgspec.DecodeError:
        return None
    return reply.status


DISCORD = ChatService("discord", "Discord", payload, status, query="wait=true")
