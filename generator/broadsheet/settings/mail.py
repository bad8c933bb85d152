"""The ``mail`` part of ``digest.yml``: what is the same for every message. Server and secrets are not settings."""

import re
from collections.abc import Iterator

import msgspec

from broadsheet.settings.mailbox import mailbox
from broadsheet.text.sanitize import safe_url

_DOT_ATOM = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_STANDS_FOR_RECIPIENT = re.compile(r"\{(recipient|token)\}")


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """Who writes, how to leave, and how long a message may be, in kilobytes with headers and both parts."""

    sender: str = ""
    name: str = ""
    reply_to: str = ""
    list_id: str = ""
    unsubscribe_mailto: str = ""
    unsubscribe_url: str = ""
    failed_notice: bool = False
    max_kb: int = 80


def faults(mail: Mail) -> Iterator[tuple[list[str], str, str]]:
    """What is wrong: the way to the setting, what, and what to do."""
    written = {"from": mail.sender, "reply_to": mail.reply_to, "unsubscribe_mailto": mail.unsubscribe_mailto}
    for key, value in written.items():
        if value and not mailbox(value):
            yield (
                ["mail", key],
                f"mail: {key} is not a mail address",
                "write name@host.example, or Name <name@host.example>",
            )
    if mail.list_id and not _DOT_ATOM.fullmatch(mail.list_id):
        yield (
            ["mail", "list_id"],
            "mail: list_id cannot identify a list (RFC 2919)",
            "write it like papers.group.example",
        )
    if mail.unsubscribe_url and not (
        safe_url(_STANDS_FOR_RECIPIENT.sub("x", mail.unsubscribe_url)) and mail.unsubscribe_url.startswith("https://")
    ):
        yield ["mail", "unsubscribe_url"], "mail: unsubscribe_url is not an https address", "mend it, or leave it out"
    elif mail.unsubscribe_url and not _STANDS_FOR_RECIPIENT.search(mail.unsubscribe_url):
        do = "put {recipient} or {token} where it says who leaves (RFC 8058 section 3.1)"
        yield ["mail", "unsubscribe_url"], "mail: unsubscribe_url is the same for everybody", do
    if not 10 <= mail.max_kb <= 1000:
        yield (
            ["mail", "kilobytes"],
            f"mail: kilobytes is {mail.kilobytes}, not 10 to 1000",
            "80 keeps clear of what mail programs cut",
        )
