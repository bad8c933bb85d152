"""``broadsheet mail`` to Postfix, and the messages in the mailboxes."""

import datetime as dt
import email
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import trustme

from tests.example import ROOT, SETTINGS, digest, make_digest, paper
from tests.mail_digest import MAIL
from tests.postfix import PATIENCE, Postfix
from tests.smtp import Server

ADA, MING, EVA, NOBODY = "ada@group.example", "ming@group.example", "eva@other.example", "nobody@group.example"
NAMES = {ADA: "Ada Łovelace", MING: "李明", EVA: "Müller, Eva 🦉"}
READERS = f'{NAMES[ADA]} <{ADA}>\n{NAMES[MING]} <{MING}>\n"{NAMES[EVA]}" <{EVA}>\n'
PAPERS = [
    paper("2505.00001", title="Schrödinger's $\\beta^2$: 量子 bounds", comment="We show $x_i \\le 3$."),
    paper("2505.00002", title="A second paper", relevance=6),
]
UNSUBSCRIBE = '  unsubscribe_url: "https://group.example/leave?who={recipient}&proof={token}"\n  name: Groupe «Été»\n'
ADDED = ("Return-Path", "X-Original-To", "Delivered-To", "Received")  # by a server, above what it was given


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(postfix: Path, authority: trustme.CA) -> Iterator[Postfix]:
    tls = authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes()
    with Postfix(postfix, tls, tuple(NAMES)) as running:
        yield running


class Sender:
    """A sender to a digest's list that runs in its own process."""

    def __init__(self, root: Path, digest_root: Path, authority: trustme.CA) -> None:
        self.readers, self._root, self._digest = root / "readers.txt", root, digest_root
        self.readers.write_text(READERS, "utf-8")
        authority.cert_pem.write_to_path(root / "authority.pem")

    def arguments(self, state: str) -> tuple[str | Path, ...]:
        feed = self._digest / "docs" / "feeds" / "daily.xml"
        where = ("--root", self._digest, "--recipients", self.readers, "--state", self._root / state)
        return ("mail", feed, *where)

    def environment(self, server: Postfix | Server) -> dict[str, str]:
        trust = {
            "SSL_CERT_FILE": str(self._root / "authority.pem"),
            "DIGEST_MAIL_KEY": "a key",
            "PYTHONPATH": str(ROOT),
        }
        return os.environ | trust | server.environment

    def send(self, server: Postfix | Server, state: str = "state.sqlite") -> subprocess.CompletedProcess[str]:
        return digest(*self.arguments(state), env=self.environment(server), timeout=PATIENCE)

    def built(self) -> dict[str, bytes]:
        """Return the message to each recipient, which is the same each time but for its date."""
        with Server() as server:
            assert self.send(server, "other.sqlite").stderr == ""
        return {message.recipient: message.data for message in server.messages}


@pytest.fixture(scope="module")
def digest_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a digest with an edition."""
    root = make_digest(tmp_path_factory.mktemp("digest"), {"2025-05-27": PAPERS}, SETTINGS + MAIL + UNSUBSCRIBE)
    run = digest("generate", "--root", root)
    assert run.returncode == 0, run.stderr
    return root


@pytest.fixture
def sender(tmp_path: Path, digest_root: Path, authority: trustme.CA) -> Sender:
    return Sender(tmp_path, digest_root, authority)


def only(box: list[bytes]) -> bytes:
    """Return the only message in a mailbox."""
    (message,) = box
    return message


def parted(message: bytes) -> tuple[list[str], bytes]:
    """Return the unfolded header lines that servers added, and the message as sent."""
    added, rest = [], message
    while rest.partition(b":")[0].decode() in ADDED:
        end = next(n for n in range(len(rest)) if rest[n : n + 1] == b"\n" and rest[n + 1 : n + 2] not in b" \t")
        added.append(" ".join(rest[:end].decode().split()))
        rest = rest[end + 1 :]
    return added, rest


def test_what_arrives_is_what_was_built(sender: Sender, server: Postfix) -> None:
    run = sender.send(server)
    assert (run.returncode, run.stderr) == (0, "")
    built = sender.built()
    ids = set()
    for address, box in server.boxes().items():
        added, message = parted(only(box))
        assert [line.partition(":")[0] for line in added] == list(ADDED)
        assert added[0] == "Return-Path: <digest@group.example>"
        assert "(using TLSv1.3" in added[-1]
        assert undated(message) == undated(built[address].replace(b"\r\n", b"\n"))
        ids.add(reads_well(message, address)["Message-ID"])
    assert len(ids) == 3


def undated(message: bytes) -> bytes:
    return re.sub(rb"^Date: .*$", b"", message, count=1, flags=re.MULTILINE)


def reads_well(message: bytes, address: str) -> EmailMessage:
    """Check a message as a mail program shows it."""
    mail = email.message_from_bytes(message, policy=default)
    assert mail.defects == []
    (to,) = mail["To"].addresses
    assert (to.display_name, to.addr_spec) == (NAMES[address], address)
    assert mail["Subject"] == "27 May 2025: Schrödinger's β²: 量子 bounds and 1 more"
    assert abs(mail["Date"].datetime - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=10)
    assert mail["List-Id"] == "Groupe «Été» <broadsheet.digest.example.org>"
    who = address.replace("@", "%40")
    assert mail["List-Unsubscribe"].startswith(f"<https://group.example/leave?who={who}&proof=")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = mail.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part in (plain, html):
        assert "Schrödinger's β²: 量子 bounds" in part.get_content()
        assert "We show xᵢ≤3." in part.get_content()
    return mail


def test_a_run_after_a_kill_delivers_to_a_greylisted_recipient(sender: Sender, server: Postfix) -> None:
    server.answer(EVA, "451 4.7.1 Greylisted")
    kill_when(sender, server, "Greylisted")
    assert [len(box) for box in server.boxes().values()] == [1, 1, 0]
    server.answer(EVA, "OK")
    runs = [sender.send(server) for _ in range(2)]
    assert [run.stdout.rpartition("→ ")[2] for run in runs] == [
        "1 sent, 2 already sent\n",
        "0 sent, 3 already sent\n",
    ]
    assert [len(box) for box in server.boxes().values()] == [1, 1, 1]


def test_an_unknown_recipient_is_refused_once(sender: Sender, server: Postfix) -> None:
    sender.readers.write_text(f"{READERS}No Body <{NOBODY}>\n", "utf-8")
    first, second = (sender.send(server) for _ in range(2))
    assert (first.returncode, first.stdout.rpartition("→ ")[2]) == (1, "3 sent, 1 rejected\n")
    assert "readers.txt:4: the mail server refuses this recipient (550 5.1.1)" in first.stderr
    assert (second.returncode, second.stdout.rpartition("→ ")[2]) == (0, "0 sent, 3 already sent, 1 rejected\n")
    assert [len(box) for box in server.boxes().values()] == [1, 1, 1]
    assert server.log.count("User unknown in virtual mailbox table") == 1


def kill_when(sender: Sender, server: Postfix, entry: str) -> None:
    """Run ``broadsheet mail`` and kill it when the server logs `entry`."""
    command = [sys.executable, "-m", "broadsheet", *map(str, sender.arguments("state.sqlite"))]
    with subprocess.Popen(command, env=sender.environment(server)) as run:
        try:
            server.until(lambda: entry in server.log, entry)
            assert run.poll() is None
        finally:
            run.kill()
    assert run.returncode == -signal.SIGKILL
