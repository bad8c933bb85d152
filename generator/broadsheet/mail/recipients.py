"""The recipients of mail. No message of this program contains an address: it names the line of the list."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.mailbox import A_MAILBOX, Mailbox, mailbox, mailbox_fault
from broadsheet.store.files import read_regular

VARIABLE = "DIGEST_RECIPIENTS"


class Recipient(NamedTuple):
    """A mailbox and its place: ``file:line``, or the variable and the number of the entry in it."""

    mailbox: Mailbox
    where: str

    @property
    def key(self) -> str:
        """The identity of the recipient: mail servers in use ignore case."""
        return self.mailbox.address.lower()


def read_file(path: Path, root: Path) -> tuple[list[Recipient], list[Diagnostic]]:
    """Read recipients from `path`, one a line; ``#`` begins a comment. Raises DigestError if `path` is in `root`."""
    return _read(private_lines(path, root, "recipients"))


def private_lines(path: Path, root: Path, noun: str) -> Iterator[tuple[str, str]]:
    """Yield ``file:line`` and each line of `path` without its comment. Raises DigestError if `path` is in `root`."""
    if path.exists() and path.resolve().is_relative_to(root.resolve()):
        what = f"the {noun} file is inside the digest folder, which is published"
        raise DigestError(Diagnostic(path.name, what, "move the file out of it"))
    try:
        lines = re.split(r"\r\n|\r|\n", _decoded(read_regular(path)))
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "is not UTF-8"
        hint = "name a text file of addresses, saved as UTF-8"
        raise DigestError(Diagnostic(str(path), f"the {noun} cannot be read: {what}", hint)) from error
    for number, line in enumerate(lines, 1):
        if entry := _without_comment(line):
            yield f"{path.name}:{number}", entry


def _decoded(data: bytes) -> str:
    """Return the text of a file; a mark at its start may say that it is UTF-16, as some editors save it."""
    return data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")


def read_variable(value: str) -> tuple[list[Recipient], list[Diagnostic]]:
    """Read recipients from an environment variable, separated by line breaks, commas or semicolons."""
    entries = re.findall(r'(?:"[^"\r\n]*"|[^,;\r\n])+', value)
    return _read((f"{VARIABLE}:{number}", _without_comment(entry)) for number, entry in enumerate(entries, 1))


def _read(entries: Iterable[tuple[str, str]]) -> tuple[list[Recipient], list[Diagnostic]]:
    by_key: dict[str, Recipient] = {}
    problems = []
    for where, entry in entries:
        if not entry:
            continue
        box = mailbox(entry)
        if box is None:
            problems.append(Diagnostic(where, mailbox_fault(entry), A_MAILBOX))
        else:
            recipient = Recipient(box, where)
            by_key.setdefault(recipient.key, recipient)
    return list(by_key.values()), problems


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line).strip()
