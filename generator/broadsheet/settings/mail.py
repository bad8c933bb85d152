"""The settings of mail that are the same for every message. Server and secrets are not settings."""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from broadsheet.settings.address import is_sample_contact
from broadsheet.settings.document import Fault
from broadsheet.settings.mailbox import A_MAILBOX, mailbox, mailbox_fault
from broadsheet.text.sanitize import safe_url

_DOT_ATOM = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PLACEHOLDER = re.compile(r"\{(recipient|token)\}")


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """The sender, how to unsubscribe, and `max_kb`: the size of a message with headers and both parts."""

    sender: str = ""
    name: str = ""
    reply_to: str = ""
    list_id: str = ""
    unsubscribe_mailto: str = ""
    unsubscribe_url: str = ""
    bounces: str = ""
    verp: bool = True
    max_failures: Annotated[int, msgspec.Meta(ge=0)] = 3
    failed_notice: bool = False
    max_kb: int = 80


def faults(mail: Mail) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    mailboxes = {
        "from": mail.sender,
        "reply_to": mail.reply_to,
        "unsubscribe_mailto": mail.unsubscribe_mailto,
        "bounces": mail.bounces,
    }
    for key, value in mailboxes.items():
        if value and not mailbox(value):
            yield Fault(("mail", key), f"mail: {key} is {mailbox_fault(value)}", A_MAILBOX)
        elif value and is_sample_contact(value):
            hint = "write your own, which readers can write to"
            yield Fault(("mail", key), f"mail: {key} is only an example: {value}", hint, is_warning=True)
    if mail.list_id and not _DOT_ATOM.fullmatch(mail.list_id):
        hint = "write it like papers.group.example"
        yield Fault(("mail", "list_id"), "mail: list_id cannot identify a list (RFC 2919)", hint)
    if mail.unsubscribe_url:
        yield from _unsubscribe_faults(mail.unsubscribe_url)
    if not 10 <= mail.max_kb <= 1000:
        hint = "write a size such as 80: mail programs cut off longer messages"
        yield Fault(("mail", "max_kb"), f"mail: max_kb is {mail.max_kb}, not 10 to 1000", hint)


def _unsubscribe_faults(url: str) -> Iterator[Fault]:
    path = ("mail", "unsubscribe_url")
    if not (safe_url(_PLACEHOLDER.sub("x", url)) and url.startswith("https://")):
        yield Fault(path, "mail: unsubscribe_url is not an https address", "correct it, or leave it out")
    elif not _PLACEHOLDER.search(url):
        hint = "put {recipient} or {token} into it, which name the recipient (RFC 8058 section 3.1)"
        yield Fault(path, "mail: unsubscribe_url is the same for all recipients", hint)
