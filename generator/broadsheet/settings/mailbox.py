"""Mail addresses as people write them: ``ada@group.example`` or ``Ada Lovelace <ada@group.example>``."""

import re
from typing import NamedTuple

from broadsheet.text.sanitize import one_line

LONGEST_NAME = 200
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
    """Parse a mailbox; return None if it is none. An international domain becomes its ASCII form (RFC 3490)."""
    match = _WRITTEN.fullmatch(text.strip())
    if not match or not text.isprintable():
        return None
    local, _, domain = (match["in_brackets"] or match["bare"]).strip().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    if not _ADDRESS.fullmatch(address):
        return None
    name = (match["name"] or "").strip().strip('"').replace('\\"', '"')
    return Mailbox(address, one_line(name)[:LONGEST_NAME])
