"""The bytes of a mail to one recipient (RFC 5322, 2045, 2369, 2919, 3834, 8058).

`email.header` writes the headers. `EmailMessage` would turn a long List-Unsubscribe into encoded words, which RFC 2369
forbids, and decode text in a title that looks like an encoded word.
"""

import datetime as dt
import hashlib
import re
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import quote

from broadsheet.mail.content import MailContent
from broadsheet.settings.mailbox import Mailbox
from broadsheet.text.sanitize import escaped, one_line

# A marker in the content for the recipient's own unsubscribe address; never sent.
UNSUBSCRIBE_MARKER = "https://unsubscribe.invalid/"
_POLICY = compat32.clone(linesep="\r\n", max_line_length=None, mangle_from_=False)
_MAX_LOCAL_PART = 64
_PHRASE = re.compile(r"[A-Za-z0-9!*+/ -]+(?<! )")  # a name that needs no encoding before <address>


class MailingList(NamedTuple):
    """A mailing list: the fields that all messages share. `id` has the form of a domain name (RFC 2919)."""

    name: str
    id: str
    sender: Mailbox
    reply_to: Mailbox | None = None
    unsubscribe_mailto: str = ""
    unsubscribe_url: str = ""
    bounces: str = ""
    verp: bool = False
    archive: str = ""
    help: str = ""

    @property
    def unsubscribe(self) -> str | None:
        """The unsubscribe address in the content; a marker if every recipient has their own."""
        return UNSUBSCRIBE_MARKER if self.unsubscribe_url else self._mailto

    @property
    def _mailto(self) -> str | None:
        address = quote(self.unsubscribe_mailto, safe="@+")
        return f"mailto:{address}?subject=unsubscribe" if address else None

    @property
    def bounce_address(self) -> str:
        """The address for bounces, which names no recipient."""
        return self.bounces or self.sender.address

    def envelope_sender(self, recipient: Mailbox) -> str:
        """Return the address for bounces; with VERP it names the recipient: ``bounces+ada=group.example@host``.

        A longer local part than RFC 5321 allows (section 4.5.3.1.1) names none.
        """
        local, _, domain = self.bounce_address.rpartition("@")
        named = f"{local}+{recipient.address.replace('@', '=')}"
        has_name = self.bounces and self.verp and len(named) <= _MAX_LOCAL_PART
        return f"{named if has_name else local}@{domain}"

    def list_headers(self) -> dict[str, str]:
        """Return the other headers of RFC 2369. Readers do not write to the list."""
        pages = {"List-Help": self.help, "List-Archive": self.archive}
        return {"List-Post": "NO"} | {name: f"<{page}>" for name, page in pages.items() if page}

    def unsubscribe_headers(self, url: str | None) -> dict[str, str]:
        """Return the headers of RFC 2369 and, if there is a URL for the POST, of RFC 8058."""
        addresses = ", ".join(f"<{address}>" for address in (url, self._mailto) if address)
        headers = {"List-Unsubscribe": addresses} if addresses else {}
        return headers | ({"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {})

    def unsubscribe_url_for(self, recipient: Mailbox, token: str) -> str | None:
        """Return the recipient's own unsubscribe address, with ``{recipient}`` and ``{token}`` filled in."""
        url = self.unsubscribe_url.replace("{recipient}", quote(recipient.address, safe=""))
        return url.replace("{token}", token) or None


def message_id(mailing_list: MailingList, edition: str, recipient: Mailbox) -> str:
    """Return the Message-ID. It depends on list, edition and recipient only."""
    parts = (mailing_list.id, edition, recipient.address)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
    return f"<{digest}@{mailing_list.sender.domain}>"


def message(
    content: MailContent,
    mailing_list: MailingList,
    recipient: Mailbox,
    message_id: str,
    date: dt.datetime,
    token: str = "",
) -> bytes:
    """Return the bytes of the message, which depend on the arguments only.

    No text can add a header: every header is one line before it is written.
    """
    url = mailing_list.unsubscribe_url_for(recipient, token)
    headers = {
        "From": _address(mailing_list.sender),
        "To": _address(recipient),
        "Reply-To": _address(mailing_list.reply_to) if mailing_list.reply_to else "",
        "Subject": _words("Subject", content.subject),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "List-Id": f"{_phrase(mailing_list.name)} <{mailing_list.id}>",
        **mailing_list.unsubscribe_headers(url),
        **mailing_list.list_headers(),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    # "=_" is in no quoted-printable or base64 body (RFC 2045 section 6.7).
    mime = MIMEMultipart("alternative", boundary=f"=_{message_id[1:41]}", policy=_POLICY)
    for name, value in headers.items():
        if value:
            mime[name] = value
    own = url or UNSUBSCRIBE_MARKER
    mime.attach(_part(content.text.replace(UNSUBSCRIBE_MARKER, own), "plain"))
    mime.attach(_part(content.html.replace(UNSUBSCRIBE_MARKER, escaped(own)), "html"))
    return mime.as_bytes(policy=_POLICY)


def _part(body: str, kind: str) -> MIMEText:
    """Return a part in UTF-8, in the shorter encoding: then no line is too long and no server has to recode it."""
    charset = Charset("utf-8")
    non_ascii = sum(byte > 127 for byte in body.encode())
    charset.body_encoding = BASE64 if non_ascii * 6 > len(body.encode()) else QP
    return MIMEText(body, kind, charset, policy=_POLICY)  # type: ignore[arg-type]


def _address(mailbox: Mailbox) -> str:
    return f"{_phrase(mailbox.name)} <{mailbox.address}>" if mailbox.name else mailbox.address


def _phrase(name: str) -> str:
    line = one_line(name)
    return line if _PHRASE.fullmatch(line) and len(line) < 60 else _encoded("Reply-To", line)


def _words(header: str, words: str) -> str:
    line = one_line(words)
    if line.isascii() and "=?" not in line and max(map(len, line.split()), default=0) < 60:
        return Header(line, "us-ascii", header_name=header).encode(linesep="\r\n")
    return _encoded(header, line)


def _encoded(header: str, line: str) -> str:
    """Return encoded words (RFC 2047)."""
    return Header(line, "utf-8", header_name=header).encode(linesep="\r\n")
