"""Several digests share a host and a sender: each has its own list, its own editions and its own deliveries."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.mail.deliver import MailReport, send_edition, state_file
from broadsheet.mail.edition import old_id
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.list_id import list_id
from broadsheet.mail.message import MailingList, message_id
from broadsheet.mail.recipients import read_variable
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.mailbox import Mailbox
from tests.example import digest, make_digest, paper
from tests.mail_digest import MAIL, NOW, PAPERS, edition_html, rss
from tests.smtp import Server

ADA = "ada@group.example"
HOST = "https://lab.github.example/"
DAY = "2025-07-31"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def settings_of(root: Path, url: str, mail: str = MAIL) -> Settings:
    make_digest(root, settings=mail)
    site = f"site_name: Digest\nsite_url: {url}\n"
    (root / "mkdocs.yml").write_text(site, "utf-8")
    return config.load(root, {})


def send(settings: Settings, path: str, server: Server, state: Path, to: str = ADA) -> MailReport:
    data = rss((DAY, edition_html(*PAPERS), ())).replace(b"2026:edition", f"2026:{path}edition".encode())
    recipients, _ = read_variable(to)
    return send_edition(
        settings, parse(data, "daily.xml"), None, recipients, state, server.environment, print, now=lambda: NOW
    )


def sent(report: MailReport) -> list[tuple[int, int]]:
    return [(delivery.sent, delivery.already_sent) for delivery in report.deliveries]


@pytest.mark.parametrize("paths", [("ml/", "astro/"), ("", "ml/"), ("a/b/", "a-b/"), ("Ml/", "ml/"), ("é/", "e/")])
def test_two_digests_of_one_host_and_sender_are_both_sent(
    tmp_path: Path, server: Server, paths: tuple[str, str]
) -> None:
    state = tmp_path / "shared.sqlite"
    all_settings = [settings_of(tmp_path / str(number), HOST + path) for number, path in enumerate(paths)]
    for settings, path in zip(all_settings, paths, strict=True):
        assert sent(send(settings, path, server, state)) == [(1, 0)]
        assert sent(send(settings, path, server, state)) == [(0, 1)]
    assert len({message.parsed["List-Id"].lower() for message in server.messages}) == 2
    assert len({message.parsed["Message-ID"] for message in server.messages}) == 2
    assert len({str(state_file(settings, None, {"HOME": str(tmp_path)})).lower() for settings in all_settings}) == 2


def test_two_digests_of_one_host_are_mailed_from_their_built_feeds(tmp_path: Path, server: Server) -> None:
    (tmp_path / "to.txt").write_text(ADA + "\n", "utf-8")
    environment = server.environment | {"HOME": str(tmp_path)}
    for number, name in enumerate(("ml", "astro")):
        root = make_digest(tmp_path / name, {DAY: [paper(f"2507.0000{number + 1}")]}, settings=MAIL)
        (root / "mkdocs.yml").write_text(f"site_name: {name}\nsite_url: {HOST}{name}/\n", "utf-8")
        assert digest("generate", "--root", root).returncode == 0
        mail = ("mail", root / "docs/feeds/daily.xml", "--root", root, "--recipients", tmp_path / "to.txt")
        for result in ("1 sent", "0 sent, 1 already sent"):
            run = digest(*mail, env=os.environ | environment)
            assert result in run.stdout, run.stdout + run.stderr
    assert [message.parsed["List-Id"] for message in server.messages] == [
        "ml <ml.digest.group.example>",
        "astro <astro.digest.group.example>",
    ]


def test_the_id_of_a_list_has_the_form_of_a_domain_name_for_any_path() -> None:
    assert list_id("", "group.example") == "digest.group.example"
    assert list_id("groups/ml/", "group.example") == "ml.groups.digest.group.example"
    paths = [
        "a b/",
        "a_b/",
        "A-B/",
        "a-b/",
        "ü/",
        "\u65e5/",
        "-/",
        "x" * 300 + "/",
        "x" * 301 + "/",
        "/".join("abcdefg") + "/",
    ]
    ids = [list_id(path, "group.example") for path in paths]
    assert len(set(ids)) == len(ids)
    for name in ids:
        assert name.isascii()
        assert name == name.lower()
        assert all(0 < len(label) <= 63 for label in name.split("."))
        assert len(name) < 200


def old_log(path: Path, *names: str) -> None:
    """Turn a log into one of the program before ids had a path."""
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE edition DROP COLUMN old_id")
        db.execute("ALTER TABLE message DROP COLUMN date")
        db.execute("PRAGMA user_version = 0")
        for name, old_name in zip(names[::2], names[1::2], strict=True):
            db.execute("UPDATE edition SET name = ? WHERE name = ?", (old_name, name))
    db.close()


def test_what_was_sent_before_ids_had_a_path_is_not_sent_again(tmp_path: Path, server: Server) -> None:
    settings, state = settings_of(tmp_path / "ml", HOST + "ml/"), tmp_path / "state.sqlite"
    send(settings, "ml/", server, state)
    old = f"tag:group.example,2026:edition/daily/{DAY}"
    old_log(state, f"ml.digest.group.example {old.replace(':edition', ':ml/edition')}", f"digest.group.example {old}")
    assert sent(send(settings, "ml/", server, state)) == [(0, 1)]
    assert sent(send(settings, "ml/", server, state, f"{ADA}, ben@group.example")) == [(1, 1)]
    assert len(server.messages) == 2


def test_a_message_in_doubt_keeps_the_message_id_it_had_before_ids_had_a_path(tmp_path: Path, server: Server) -> None:
    settings, state = settings_of(tmp_path / "ml", HOST + "ml/"), tmp_path / "state.sqlite"
    send(settings, "ml/", server, state)
    old = f"tag:group.example,2026:edition/daily/{DAY}"
    old_log(state, f"ml.digest.group.example {old.replace(':edition', ':ml/edition')}", f"digest.group.example {old}")
    with sqlite3.connect(state) as db:
        db.execute("UPDATE message SET status = 'sending'")
    db.close()
    assert sent(send(settings, "ml/", server, state)) == [(1, 0)]
    before = MailingList("x", "digest.group.example", Mailbox("digest@group.example"))
    assert server.messages[-1].parsed["Message-ID"] == message_id(before, f"{before.id} {old}", Mailbox(ADA))


def test_a_new_digest_is_not_taken_for_an_old_one_of_the_same_host(tmp_path: Path, server: Server) -> None:
    home, ml = settings_of(tmp_path / "home", HOST), settings_of(tmp_path / "ml", HOST + "ml/")
    state = tmp_path / "state.sqlite"
    for _ in range(2):
        send(home, "", server, state)
    assert sent(send(ml, "ml/", server, state)) == [(1, 0)]


def test_a_digest_that_was_mailed_before_goes_on_with_its_log(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "ml", HOST + "ml/")
    folder = tmp_path / ".local/state/broadsheet"
    folder.mkdir(parents=True)
    environment = {"HOME": str(tmp_path)}
    assert state_file(settings, None, environment) == folder / "ml.digest.group.example.sqlite"
    (folder / "digest.group.example.sqlite").touch()
    assert state_file(settings, None, environment) == folder / "digest.group.example.sqlite"
    (folder / "ml.digest.group.example.sqlite").touch()
    assert state_file(settings, None, environment) == folder / "ml.digest.group.example.sqlite"


def test_the_id_before_ids_had_a_path() -> None:
    assert old_id("tag:h.example,2026:a/b/edition/weekly/2025-W22") == "tag:h.example,2026:edition/weekly/2025-W22"
    assert old_id("tag:h.example,2026:edition/daily/2025-05-27") == "tag:h.example,2026:edition/daily/2025-05-27"
    assert old_id("https://other.example/#2025-05-27") == "https://other.example/#2025-05-27"
