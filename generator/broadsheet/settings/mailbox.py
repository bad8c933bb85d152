"""Mail addresses as people write them: ``ada@group.example`` or ``Ada Lovelace <ada@group.example>``."""

import re
from typing import NamedTuple

import idna

from broadsheet.text.sanitize import one_line

LONGEST_NAME = 200
A_MAILBOX = "write name@host.example, or Name <name@host.example>"
_WRITTEN = re.compile(r"(?P<name>[^<>]*)<(?P<in_brackets>[^<>]+)>|(?P<bare>\S+)")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}$)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


class Mailbox(NamedTuple):
    """An address that is safe in a header and on the wire (ASCII, RFC 5321 dot-string), and a name: any one line."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.address.rpartition("@")[2]


def mailbox(text: str) -> Mailbox | None:
    """Parse a mailbox; return None if it is none. An international domain becomes its ASCII form (RFC 5891, UTS 46)."""
    match = _WRITTEN.fullmatch(text.strip())
    if not match or not text.isprintable():
        return None
    local, _, domain = (match["in_brackets"] or match["bare"]).strip().rpartition("@")
    address = f"{local}@{ascii_domain(domain)}"
    if not _ADDRESS.fullmatch(address):
        return None
    name = (match["name"] or "").strip().strip('"').replace('\\"', '"')
    return Mailbox(address, one_line(name)[:LONGEST_NAME])


def mailbox_fault(text: str) -> str:
    """Return the words for a text that is no mailbox."""
    address = text.rpartition("<")[2].strip("> ")
    local, _, domain = address.rpartition("@")
    if not local.isascii() and mailbox(f"x@{domain}"):
        return "an address with letters before the @ that are not ASCII, which few servers accept"
    return "not a mail address"


def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII; "" if it is none. The codec of the standard library makes ``fass.de`` of ``faß.de``."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""
