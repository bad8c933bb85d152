"""What has been sent to whom: a small SQLite file that must not be lost, and that names nobody.

A recipient stands in it as a hash whose key lies in another place. A message is ``waiting``, then ``sending`` before
the server hears of it, then ``sent`` after the server's 250, or ``refused`` after a 5xx. Every step reaches the disk
before the next begins, so after a kill only one message, that which was ``sending``, is in doubt: it goes out again
under the same Message-ID.
"""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from broadsheet.mail.recipients import Recipient
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular
from broadsheet.store.lock import file_lock

VARIABLE = "DIGEST_MAIL_KEY"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS key (mark BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS edition (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS message (
  edition INTEGER NOT NULL REFERENCES edition, recipient BLOB NOT NULL,
  status TEXT NOT NULL, reply TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (edition, recipient)
) WITHOUT ROWID;
"""


class Status(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"


UNFINISHED = (Status.WAITING, Status.SENDING)


@contextmanager
def opened(path: Path, key: str | None) -> Iterator["Outbox"]:
    """The outbox in `path`, for one sender at a time: a second one waits. Without a `key`, one is kept beside it.

    Raises DigestError where the file is damaged, or was made with another key.
    """
    try:
        with file_lock(path.with_name(path.name + ".lock")):
            outbox = Outbox(path, key or _kept_key(path))
            try:
                yield outbox
            finally:
                outbox.close()
    except (OSError, ValueError, sqlite3.Error) as error:
        what = f"what has been sent cannot be read or written ({type(error).__name__})"
        raise DigestError(Diagnostic(str(path), what, "mend or replace the file; nothing more was sent")) from error


class Outbox:
    """See `opened`. Editions go by their list and their own id."""

    def __init__(self, path: Path, key: str) -> None:
        self._key = key.encode()
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous=FULL")
        if self._database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):  # it is small, and dear
            raise sqlite3.DatabaseError("damaged")
        self._database.executescript(_SCHEMA)
        mark = self._hash("mark")
        row = self._database.execute("SELECT mark FROM key").fetchone()
        if row is None:
            self._database.execute("INSERT INTO key VALUES (?)", (mark,))
        elif row[0] != mark:
            self.close()
            what = "was made with another key: nobody in it would be recognised"
            raise DigestError(Diagnostic(str(path), what, f"give that key in {VARIABLE}, or its file back"))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def token(self, recipient: Recipient) -> str:
        """What stands for the recipient in addresses; nobody else can make it."""
        return hmac.new(self._key, b"leave\0" + recipient.key.encode(), hashlib.sha256).hexdigest()[:32]

    def begin(self, edition: str, recipients: Iterable[Recipient]) -> None:
        """Write down that all of them are to get it, unless that is known: from here on nobody is left out."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT OR IGNORE INTO edition (name) VALUES (?)", (edition,))
            rows = [(self._number(edition), self._hash(recipient.key), Status.WAITING) for recipient in recipients]
            insert = "INSERT OR IGNORE INTO message (edition, recipient, status) VALUES (?, ?, ?)"
            self._database.executemany(insert, rows)

    def status(self, edition: str, recipient: Recipient) -> Status | None:
        """Where the recipient's message is; None if none was ever meant."""
        query = "SELECT status FROM message WHERE edition = ? AND recipient = ?"
        row = self._database.execute(query, (self._number(edition), self._hash(recipient.key))).fetchone()
        return Status(row[0]) if row else None

    def set(self, edition: str, recipient: Recipient, status: Status, reply: str = "") -> None:
        """Write down where the message is now. `reply` is a server's code, never its words."""
        self._database.execute(
            "UPDATE message SET status = ?, reply = ? WHERE edition = ? AND recipient = ?",
            (status, reply, self._number(edition), self._hash(recipient.key)),
        )

    def unfinished(self) -> frozenset[str]:
        """The editions that somebody has not got yet."""
        query = "SELECT DISTINCT name FROM message JOIN edition ON number = edition WHERE status IN (?, ?)"
        return frozenset(row[0] for row in self._database.execute(query, UNFINISHED))

    def _number(self, edition: str) -> int | None:
        row = self._database.execute("SELECT number FROM edition WHERE name = ?", (edition,)).fetchone()
        return row[0] if row else None

    def _hash(self, address: str) -> bytes:
        return hmac.new(self._key, address.encode(), hashlib.sha256).digest()[:16]


def _kept_key(path: Path) -> str:
    file = path.with_name(path.name + ".key")
    if not file.exists():
        if path.exists():
            what = "its key is gone: nobody in it would be recognised"
            raise DigestError(
                Diagnostic(str(path), what, f"put {file.name} back beside it, or give the key in {VARIABLE}")
            )
        write_atomically(file, secrets.token_hex(32).encode(), durable=True, sole=True)
        file.chmod(0o600)
    return read_regular(file).decode("ascii").strip()
