"""Several digests share a host and a sender: each has its own list, its own editions and its own deliveries."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.mail.deliver import MailReport, send_edition, state_file
from broadsheet.mail.delivery_log import open_log
from broadsheet.mail.edition import old_id
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.list_id import list_id
from broadsheet.mail.message import MailingList, message_id
from broadsheet.mail.recipients import read_variable
from broadsheet.model.diagnostics import DigestError
from broadsheet.post import deliver as post
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.mailbox import Mailbox
from broadsheet.views.feeds.registry import absolute, tag_uri
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
        "ml <ml.digest.lab.github.example>",
        "astro <astro.digest.lab.github.example>",
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
    old_log(
        state, f"ml.digest.lab.github.example {old.replace(':edition', ':ml/edition')}", f"digest.group.example {old}"
    )
    assert sent(send(settings, "ml/", server, state)) == [(0, 1)]
    assert sent(send(settings, "ml/", server, state, f"{ADA}, ben@group.example")) == [(1, 1)]
    assert len(server.messages) == 2


def test_a_message_in_doubt_keeps_the_message_id_it_had_before_ids_had_a_path(tmp_path: Path, server: Server) -> None:
    settings, state = settings_of(tmp_path / "ml", HOST + "ml/"), tmp_path / "state.sqlite"
    send(settings, "ml/", server, state)
    old = f"tag:group.example,2026:edition/daily/{DAY}"
    old_log(
        state, f"ml.digest.lab.github.example {old.replace(':edition', ':ml/edition')}", f"digest.group.example {old}"
    )
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


OLD = "tag:lab.github.example,2026:edition/daily/2025-07-30"
NEW = "tag:lab.github.example,2026:astro/edition/daily/2025-07-30"


def make_log(path: Path, *names: str, old: int = 0) -> None:
    """Make a log with these editions, the first `old` of them from before ids had a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_log(path, None) as log:
        for name in names:
            log.enqueue(name, [], 0, retry=False)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE edition SET old_id = 1 WHERE number <= ?", (old,))
    db.close()


@pytest.mark.parametrize(
    ("names", "old", "is_own"),
    [
        ([f"digest.group.example {OLD}"], 1, True),
        ([f"digest.group.example {OLD}", f"digest.group.example {NEW}".replace("astro", "ml")], 1, False),
        ([f"digest.group.example {OLD}", f"ml.digest.lab.github.example {NEW.replace('astro', 'ml')}"], 1, True),
        ([f"digest.group.example {OLD}", f"astro.digest.lab.github.example {NEW}"], 1, False),
        ([f"digest.group.example {OLD}"], 0, False),  # of a digest at the root of the host
        ([f"digest.group.example {OLD.replace('lab', 'other')}"], 1, False),
        ([f"digest.group.example {OLD.replace('lab', 'other')}", f"digest.group.example {OLD}"], 2, True),
        ([], 0, False),
    ],
)
def test_only_a_digest_that_was_mailed_before_goes_on_with_its_log(
    tmp_path: Path, names: list[str], old: int, is_own: bool
) -> None:
    settings, environment = settings_of(tmp_path / "ml", HOST + "ml/"), {"HOME": str(tmp_path)}
    folder = tmp_path / ".local/state/broadsheet"
    own_log, old_log = folder / "ml.digest.lab.github.example.sqlite", folder / "digest.group.example.sqlite"
    assert state_file(settings, None, environment) == own_log
    make_log(old_log, *names, old=old)
    assert state_file(settings, None, environment) == (old_log if is_own else own_log)
    make_log(own_log)
    assert state_file(settings, None, environment) == own_log


def test_a_damaged_log_is_named_not_replaced(tmp_path: Path, server: Server) -> None:
    settings, log = settings_of(tmp_path / "ml", HOST + "ml/"), tmp_path / "broadsheet" / "digest.group.example.sqlite"
    make_log(log)
    log.write_bytes(b"damaged " * 100)
    state = state_file(settings, None, {"XDG_STATE_HOME": str(tmp_path)})
    with pytest.raises(DigestError, match="delivery log cannot be read"):
        send(settings, "ml/", server, state)
    assert state == log


def test_refusals_of_another_list_in_the_log_skip_no_recipient(tmp_path: Path, server: Server) -> None:
    state, code = tmp_path / "shared.sqlite", "550 5.1.1 no such user"
    mail = MAIL + "  max_failures: 1\n"
    ml, astro = (settings_of(tmp_path / name, HOST + f"{name}/", mail) for name in ("ml", "astro"))
    server.answers["RCPT", ADA] = [code]
    send(ml, "ml/", server, state)
    assert sent(send(astro, "astro/", server, state)) == [(1, 0)]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://lab.edu/", "digest.lab.edu"),
        ("https://lab.edu:8443/ml/", "ml.digest.lab.edu"),
        ("https://other.edu/ml/", "ml.digest.other.edu"),
        ("https://LAB.edu/", "digest.lab.edu"),
        ("https://müller.edu/ml/", "ml.digest.xn--mller-kva.edu"),
        ("http://localhost:8000/ml/", "ml.digest.group.example"),
        ("http://[::1]/", "digest.group.example"),
    ],
)
def test_the_default_id_of_a_list_has_host_and_path_of_the_site(tmp_path: Path, url: str, name: str) -> None:
    settings = settings_of(tmp_path, url)
    assert state_file(settings, None, {"HOME": "/home/ada"}).stem == name


def test_a_digest_that_moved_keeps_its_ids_and_mails_nothing_twice(tmp_path: Path, server: Server) -> None:
    state = tmp_path / "state.sqlite"
    before = settings_of(tmp_path / "before", "https://lab.edu/old/")
    assert sent(send(before, "old/", server, state)) == [(1, 0)]
    with_old_address = MAIL + "feeds:\n  id_address: https://lab.edu/old\n"
    for number, url in enumerate(("https://lab.edu/new/", "https://papers.edu/", "http://lab.edu/old/")):
        moved = settings_of(tmp_path / str(number), url, with_old_address)
        assert sent(send(moved, "old/", server, state)) == [(0, 1)]
        assert tag_uri(moved, "paper", "1") == tag_uri(before, "paper", "1") == "tag:lab.edu,2026:old/paper/1"
        assert absolute(moved, "about/") == f"{url}about/"
        for log in (state_file, post.state_file):
            assert log(moved, None, {"HOME": "/"}) == log(before, None, {"HOME": "/"})


def test_the_id_before_ids_had_a_path() -> None:
    assert old_id("tag:h.example,2026:a/b/edition/weekly/2025-W22") == "tag:h.example,2026:edition/weekly/2025-W22"
    assert old_id("tag:h.example,2026:edition/daily/2025-05-27") == "tag:h.example,2026:edition/daily/2025-05-27"
    assert old_id("https://other.example/#2025-05-27") == "https://other.example/#2025-05-27"
