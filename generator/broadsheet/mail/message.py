"""A letter to one recipient as the bytes that go over the wire (RFC 5322, 2045, 2369, 2919, 3834, 8058).

The headers are written by `email.header` and not by `EmailMessage`, which turns a long List-Unsubscribe into encoded
words (RFC 2369 forbids them) and decodes what looks like an encoded word in a title.
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

from broadsheet.mail.content import Letter
from broadsheet.settings.mailbox import Mailbox
from broadsheet.text.sanitize import escaped, one_line

# A marker for the recipient's own address in the letter; never sent.
LEAVE = "https://unsubscribe.invalid/"
_POLICY = compat32.clone(linesep="\r\n", max_line_length=None, mangle_from_=False)
_PHRASE = re.compile(r"[A-Za-z0-9!*+/ -]+(?<! )")  # what may stand before <address> as it is


class List(NamedTuple):
    """A mailing list: what is the same in every message. `id` is a domain name's form (RFC 2919)."""

    name: str
    id: str
    sender: Mailbox
    reply_to: Mailbox | None = None
    leave_mailto: str = ""
    leave_url: str = ""

    @property
    def leave(self) -> str | None:
        """Where to unsubscribe, as the letter says it; `LEAVE` where each recipient has an address of their own."""
        return LEAVE if self.leave_url else self._mailto

    @property
    def _mailto(self) -> str | None:
        return f"mailto:{quote(self.leave_mailto, safe='@+')}?subject=unsubscribe" if self.leave_mailto else None

    def leave_headers(self, url: str | None) -> dict[str, str]:
        """RFC 2369 and, where there is an endpoint that takes the POST, RFC 8058."""
        places = ", ".join(f"<{place}>" for place in (url, self._mailto) if place)
        headers = {"List-Unsubscribe": places} if places else {}
        return headers | ({"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {})

    def leave_url_of(self, recipient: Mailbox, token: str) -> str | None:
        """The recipient's own address for leaving: ``{recipient}`` and ``{token}`` filled in."""
        named = self.leave_url.replace("{recipient}", quote(recipient.address, safe=""))
        return named.replace("{token}", token) or None


def message_id(mailing_list: List, edition: str, recipient: Mailbox) -> str:
    """The same for the same list, edition and recipient, whenever and wherever it is made."""
    parts = (mailing_list.id, edition, recipient.address)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
    return f"<{digest}@{mailing_list.sender.domain}>"


def message(
    letter: Letter, mailing_list: List, recipient: Mailbox, message_id: str, date: dt.datetime, token: str = ""
) -> bytes:
    """The message: the same for the same arguments. No text can add a header: each is one line before it is one."""
    url = mailing_list.leave_url_of(recipient, token)
    headers = {
        "From": _address(mailing_list.sender),
        "To": _address(recipient),
        "Reply-To": _address(mailing_list.reply_to) if mailing_list.reply_to else "",
        "Subject": _words("Subject", letter.subject),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "List-Id": f"{_phrase(mailing_list.name)} <{mailing_list.id}>",
        **mailing_list.leave_headers(url),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    # "=_" stands in no quoted-printable or base64 body (RFC 2045 section 6.7).
    mime = MIMEMultipart("alternative", boundary=f"=_{message_id[1:41]}", policy=_POLICY)
    for name, value in headers.items():
        if value:
            mime[name] = value
    own = url or LEAVE
    mime.attach(_part(letter.text.replace(LEAVE, own), "plain"))
    mime.attach(_part(letter.html.replace(LEAVE, escaped(own)), "html"))
    return mime.as_bytes(policy=_POLICY)


def _part(body: str, kind: str) -> MIMEText:
    """UTF-8 in whichever encoding is shorter, so that no line is too long and no server has to change it."""
    charset = Charset("utf-8")
    foreign = sum(byte > 127 for byte in body.encode())
    charset.body_encoding = BASE64 if foreign * 6 > len(body.encode()) else QP
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
    """Encoded words (RFC 2047)."""
    return Header(line, "utf-8", header_name=header).encode(linesep="\r\n")
