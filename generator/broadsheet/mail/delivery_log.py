"""The delivery log: a small SQLite file of all mails or posts. It must not be lost, and it contains no address.

A recipient is stored as a hash; the key is in another file. A message is ``waiting``, then ``sending`` before the
server gets it, then ``sent`` after the server's 250, or ``refused`` after a 5xx. Every step is on disk before the next
one begins. So after a kill only the message that was ``sending`` is in doubt: a mail is sent again, with the same
Message-ID and date; a post, which nothing could discard, becomes ``unconfirmed``.

The ids of editions once lacked the path of the site. An edition from then has `old_id` set and keeps its name, so that
it is recognised and not sent twice.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Protocol, TypeVar

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular
from broadsheet.store.lock import file_lock

VARIABLE = "DIGEST_MAIL_KEY"
# Each version's changes to the one before; a new log gets all of them.
_VERSIONS = (
    (
        "CREATE TABLE IF NOT EXISTS key (mark BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS edition (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE IF NOT EXISTS message ("
        " edition INTEGER NOT NULL REFERENCES edition, recipient BLOB NOT NULL,"
        " status TEXT NOT NULL, reply TEXT NOT NULL DEFAULT '',"
        " PRIMARY KEY (edition, recipient)) WITHOUT ROWID",
        "ALTER TABLE edition ADD COLUMN old_id INTEGER NOT NULL DEFAULT 0",
        "UPDATE edition SET old_id = 1",
        "ALTER TABLE message ADD COLUMN date TEXT NOT NULL DEFAULT ''",
    ),
)


class Status(StrEnum):
    """The state of a message."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    RETURNED = "returned"  # the server refused the message, not the recipient
    UNCONFIRMED = "unconfirmed"


REFUSALS = (Status.REFUSED, Status.RETURNED)
UNFINISHED = (Status.WAITING, Status.SENDING)


class Addressee(Protocol):
    """A recipient in the log; `key` is its identity."""

    @property
    def key(self) -> str: ...


A = TypeVar("A", bound=Addressee)


def log_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of logs. It is outside the digest, whose caches may be deleted at any time."""
    home = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "."), ".local", "state")
    return Path(home, "broadsheet")


@contextmanager
def open_log(path: Path, key: str | None, variable: str = VARIABLE) -> Iterator["DeliveryLog"]:
    """Open the log in `path` for one sender; a second one waits. Without a `key`, one is stored beside the log.

    `variable` is the environment variable of the key. Raises DigestError if the file is damaged or belongs to another
    key.
    """
    try:
        with file_lock(path.with_name(path.name + ".lock")):
            log = DeliveryLog(path, key or _stored_key(path, variable), variable)
            try:
                yield log
            finally:
                log.close()
    except (OSError, ValueError, sqlite3.Error) as error:
        what = f"the delivery log cannot be read or written ({type(error).__name__})"
        raise DigestError(Diagnostic(str(path), what, "restore or replace the file; nothing more was sent")) from error


def is_log_of(path: Path, list_id: str, old_id: str, id_start: str) -> bool:
    """Return whether the log is that of a digest from before ids had a path, and of no other digest of its host.

    `list_id` and `old_id` are the ids of its list; the ids of its editions begin with `id_start`. A damaged log is
    taken for it: `open_log` names the damage.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            rows = database.execute(f"SELECT name, {'old_id' if version else '1'} FROM edition").fetchall()
    except sqlite3.Error:
        return True
    editions = [(*name.split(" ", 1), is_old) for name, is_old in rows]
    own = [(name, is_old) for name, edition, is_old in editions if edition.startswith(id_start)]
    return (old_id, 1) in own and all(is_old or name == list_id for name, is_old in own)


class DeliveryLog:
    """The messages of all editions; see `open_log`. An edition is named by its list and its own id."""

    def __init__(self, path: Path, key: str, variable: str = VARIABLE) -> None:
        self._key = key.encode()
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous=FULL")
        if self._database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):  # cheap: the file is small
            raise sqlite3.DatabaseError("damaged")
        self._upgrade()
        mark = self._hash("mark")
        row = self._database.execute("SELECT mark FROM key").fetchone()
        if row is None:
            self._database.execute("INSERT INTO key VALUES (?)", (mark,))
        elif row[0] != mark:
            self.close()
            what = "was made with another key: no recipient in it would be recognised"
            raise DigestError(Diagnostic(str(path), what, f"give that key in {variable}, or its file back"))

    def _upgrade(self) -> None:
        """Bring the tables to the newest version, in one step."""
        self._database.execute("BEGIN IMMEDIATE")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        for statement in (statement for changes in _VERSIONS[version:] for statement in changes):
            self._database.execute(statement)
        self._database.execute(f"PRAGMA user_version = {max(version, len(_VERSIONS))}")
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def name(self, edition: str, old_name: str) -> str:
        """Return the name under which the log has an edition: `old_name` if it was logged before ids had a path."""
        query = "SELECT name FROM edition WHERE name = ? AND old_id"
        row = self._database.execute(query, (old_name,)).fetchone()
        return row[0] if row else edition

    def token(self, recipient: Addressee) -> str:
        """Return the recipient's token for unsubscribe addresses. It cannot be computed without the key."""
        return hmac.new(self._key, b"leave\0" + recipient.key.encode(), hashlib.sha256).hexdigest()[:32]

    def enqueue(
        self, edition: str, recipients: Sequence[A], max_failures: int, *, retry: bool
    ) -> tuple[list[A], list[A]]:
        """Add a waiting message for every recipient that has none. Return the recipients, and apart the skipped ones.

        Recipients that failed too often are skipped, but with `retry` none is, and messages that were refused or are
        unconfirmed wait again. From here on no recipient is forgotten.
        """
        dead = frozenset() if retry else self._dead(edition, recipients, max_failures)
        chosen = [recipient for recipient in recipients if recipient.key not in dead]
        self._add(edition, chosen)
        for recipient in chosen if retry else ():
            if self.status(edition, recipient) in (*REFUSALS, Status.UNCONFIRMED):
                self.set(edition, recipient, Status.WAITING)
        return chosen, [recipient for recipient in recipients if recipient.key in dead]

    def _add(self, edition: str, recipients: Iterable[Addressee]) -> None:
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT OR IGNORE INTO edition (name) VALUES (?)", (edition,))
            rows = [(self._number(edition), self._hash(recipient.key), Status.WAITING) for recipient in recipients]
            insert = "INSERT OR IGNORE INTO message (edition, recipient, status) VALUES (?, ?, ?)"
            self._database.executemany(insert, rows)

    def status(self, edition: str, recipient: Addressee) -> Status | None:
        """Return the state of the recipient's message; None if there is none."""
        query = "SELECT status FROM message WHERE edition = ? AND recipient = ?"
        row = self._database.execute(query, (self._number(edition), self._hash(recipient.key))).fetchone()
        return Status(row[0]) if row else None

    def begin(self, edition: str, recipient: Addressee, now: dt.datetime) -> dt.datetime:
        """Mark the message as being handed over; return its date, the time of the first hand-over."""
        place = (self._number(edition), self._hash(recipient.key))
        self._database.execute(
            "UPDATE message SET status = ?, reply = '', date = coalesce(nullif(date, ''), ?)"
            " WHERE edition = ? AND recipient = ?",
            (Status.SENDING, now.isoformat(timespec="seconds"), *place),
        )
        query = "SELECT date FROM message WHERE edition = ? AND recipient = ?"
        return dt.datetime.fromisoformat(self._database.execute(query, place).fetchone()[0])

    def withdraw(self, edition: str, recipient: Addressee, reply: str = "") -> None:
        """Mark the message as one that the server does not have: the next hand-over is the first, with a new date."""
        self._database.execute(
            "UPDATE message SET status = ?, reply = ?, date = '' WHERE edition = ? AND recipient = ?",
            (Status.WAITING, reply, self._number(edition), self._hash(recipient.key)),
        )

    def set(self, edition: str, recipient: Addressee, status: Status, reply: str = "") -> None:
        """Store the state of a message. `reply` is the server's code, never its words."""
        self._database.execute(
            "UPDATE message SET status = ?, reply = ? WHERE edition = ? AND recipient = ?",
            (status, reply, self._number(edition), self._hash(recipient.key)),
        )

    def _dead(self, edition: str, recipients: Iterable[Addressee], limit: int) -> frozenset[str]:
        """Return the keys of those that the server refused for the last `limit` editions in a row; 0 is no limit."""
        if not limit:
            return frozenset()
        return frozenset(recipient.key for recipient in recipients if self._failures(edition, recipient) >= limit)

    def _failures(self, edition: str, recipient: Addressee) -> int:
        own = edition.partition(" ")[0] + " "  # the log may have other lists
        query = (
            "SELECT status FROM message JOIN edition ON number = edition"
            " WHERE recipient = ? AND status != ? AND (old_id OR substr(name, 1, ?) = ?) ORDER BY edition DESC"
        )
        rows = self._database.execute(query, (self._hash(recipient.key), Status.WAITING, len(own), own))
        return sum(1 for _ in takewhile(lambda row: row[0] == Status.REFUSED, rows))

    def unfinished(self) -> frozenset[str]:
        """Return the editions with unsent messages."""
        query = "SELECT DISTINCT name FROM message JOIN edition ON number = edition WHERE status IN (?, ?)"
        return frozenset(row[0] for row in self._database.execute(query, UNFINISHED))

    def _number(self, edition: str) -> int | None:
        row = self._database.execute("SELECT number FROM edition WHERE name = ?", (edition,)).fetchone()
        return row[0] if row else None

    def _hash(self, address: str) -> bytes:
        return hmac.new(self._key, address.encode(), hashlib.sha256).digest()[:16]


def _stored_key(path: Path, variable: str) -> str:
    file = path.with_name(path.name + ".key")
    if not file.exists():
        if path.exists():
            what = "its key is gone: no recipient in it would be recognised"
            raise DigestError(
                Diagnostic(str(path), what, f"put {file.name} back beside it, or give the key in {variable}")
            )
        write_atomically(file, secrets.token_hex(32).encode(), durable=True, sole=True)
        file.chmod(0o600)
    return read_regular(file).decode("ascii").strip()
