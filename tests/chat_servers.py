"""Webhooks of Slack, Discord and Teams on loopback, by the rules of their documentation."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback import Answer, Loopback, ReceivedRequest, send_answer

PATHS = {
    "slack": "/services/T0SECRET/B0SECRET/s3cretslackaddress",
    "discord": "/api/webhooks/1234567890/s3cretdiscordaddress",
    "teams": "/workflows/0s3cretteamsaddress/triggers/manual/paths/invoke",
    "json": "/hooks/s3cretjsonaddress",
}
OK = {
    "slack": Answer(200, b"ok", (("Content-Type", "text/html"),)),
    "discord": Answer(200, b'{"id": "1"}', (("Content-Type", "application/json"),)),
    "teams": Answer(202),
    "json": Answer(204),
}


def units(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def slack_faults(message: dict[str, Any]) -> Iterator[str]:
    """Yield what Block Kit's reference forbids."""
    blocks = message["blocks"]
    if not message["text"] or not 1 <= len(blocks) <= 50:
        yield "invalid_blocks"
    if units(json.dumps(blocks, ensure_ascii=False)) > 13_200:
        yield "msg_blocks_too_long"
    for block in blocks:
        kind, text = block["type"], block["text"]
        if (kind, text["type"]) not in (("header", "plain_text"), ("section", "mrkdwn")):
            yield f"{kind} with {text['type']}"
        if not 1 <= units(text["text"]) <= (150 if kind == "header" else 3000):
            yield f"{kind} of {units(text['text'])}"


def discord_faults(message: dict[str, Any]) -> Iterator[str]:
    """Yield what the resource Message of Discord forbids."""
    embeds = message["embeds"]
    if not 1 <= len(embeds) <= 10:
        yield f"{len(embeds)} embeds"
    total = 0
    for embed in embeds:
        title, description = units(embed["title"]), units(embed.get("description", "x"))
        total += title + units(embed.get("description", ""))
        if not 1 <= title <= 256 or not 1 <= description <= 4096:
            yield f"an embed of {title} and {description}"
    if total > 6000:
        yield f"embeds of {total}"


def teams_faults(message: dict[str, Any]) -> Iterator[str]:
    """Yield what Teams' webhooks and the schema of Adaptive Cards 1.2 forbid."""
    (attachment,) = message["attachments"]
    card = attachment["content"]
    if message["type"] != "message" or attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
        yield "not a card"
    if card["type"] != "AdaptiveCard" or card["version"] not in ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5"):
        yield "not a card"
    for block in card["body"]:
        if block["type"] != "RichTextBlock" or not block["inlines"]:
            yield f"{block['type']} without text"
        for run in block["inlines"]:
            if run["type"] != "TextRun" or not run["text"]:
                yield "a run without text"


FAULTS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "slack": slack_faults,
    "discord": discord_faults,
    "teams": teams_faults,
    "json": lambda message: iter(()),
}


class ChatServers(Loopback):
    """The webhooks of all services. A message that breaks a rule gets 400, any other one is in `posted`.

    ``answers[service]`` lists the next replies; `lost` posts the message, but cuts the reply.
    """

    def __init__(self) -> None:
        super().__init__()
        self.posted: dict[str, list[dict[str, Any]]] = {service: [] for service in PATHS}
        self.answers: dict[str, list[Answer | Callable[[BaseHTTPRequestHandler], None]]] = {s: [] for s in PATHS}
        self.faults: list[str] = []
        for service, path in PATHS.items():
            self.may(path, lambda request, service=service: self._answer(request, service))  # type: ignore[misc]

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables with the addresses."""
        return {f"DIGEST_POST_{service.upper()}": self.url + path for service, path in PATHS.items()}

    def lost(self, service: str) -> None:
        """Post the next message, but close the connection in the reply."""

        def cut(request: BaseHTTPRequestHandler) -> None:
            self.posted[service].append(json.loads(self.requests[-1].body))
            send_answer(request, Answer(200, b"o", (("Content-Length", "2"),)))

        self.answers[service].append(cut)

    def received(self, service: str) -> list[ReceivedRequest]:
        """Return the requests to a service."""
        return [request for request in self.requests if request.path.startswith(PATHS[service])]

    def _answer(self, request: BaseHTTPRequestHandler, service: str) -> None:
        if self.answers[service]:
            answer = self.answers[service].pop(0)
            answer(request) if callable(answer) else send_answer(request, answer)
            return
        received = self.received(service)[-1]
        message = json.loads(received.body)
        faults = [*FAULTS[service](message), *self._request_faults(received, service)]
        self.faults += faults
        if not faults:
            self.posted[service].append(message)
        send_answer(request, Answer(400, b"invalid_payload") if faults else OK[service])

    def _request_faults(self, received: ReceivedRequest, service: str) -> Iterator[str]:
        if received.method != "POST" or received.headers["content-type"] != "application/json":
            yield "not JSON"
        if int(received.headers["content-length"]) != len(received.body) or "transfer-encoding" in received.headers:
            yield "no length"
        if service == "teams" and len(received.body) > 28_000:
            yield "larger than 28 KB"
