"""``broadsheet mail`` with a real server: messages, failures and retries."""

import datetime as dt
import json
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from broadsheet.mail.deliver import PAUSES, MailReport, send_edition, send_test
from broadsheet.mail.edition import ParsedFeed
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.recipients import read_variable
from broadsheet.model.diagnostics import DigestError
from broadsheet.text.unicode_math import unicode_math
from tests.example import ROOT, digest
from tests.mail_digest import MAIL, NOW, PAPERS, edition_html, feed, mail_digest, rss
from tests.smtp import DROP, KEEP_AND_DROP, Server

ADA, BEN, EVA = "ada@group.example", "ben@group.example", "eva@other.example"
EVERYBODY = f"{ADA}, Ben Ö. Müller <{BEN}>; {EVA}"
QUIET = ("2025-05-28", "<p>Nothing was announced.</p>", ("quiet",))
FAILED = ("2025-05-28", "<p>The run of this day failed.</p>", ("failed",))
OPEN = ("2025-05-28", "<p>The list of this day may still grow.</p>", ())
LE = "x_i \\le 3"
DAY = ("2025-05-27", edition_html(*PAPERS), ())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the certificate of the test's authority, for SSL_CERT_FILE."""
    path = tmp_path_factory.mktemp("trust") / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


class Sender:
    """A sender to a digest's list that runs in this process."""

    def __init__(self, root: Path, server: Server, settings: str = MAIL) -> None:
        self.settings = mail_digest(root / "digest", settings)
        self.state = root / "state.sqlite"
        self.server = server
        self.waits: list[float] = []
        self.time = NOW

    def __call__(
        self, source: ParsedFeed, to: str = EVERYBODY, name: str | None = None, again: bool = False
    ) -> MailReport:
        recipients, problems = read_variable(to)
        assert problems == []
        environment = self.server.environment
        return send_edition(
            self.settings,
            source,
            name,
            recipients,
            self.state,
            environment,
            self.waits.append,
            now=self.now,
            retry_rejected=again,
        )

    def now(self) -> dt.datetime:
        """Return the time of this sender's clock, which the test sets."""
        return self.time


@pytest.fixture
def sender(tmp_path: Path, server: Server) -> Sender:
    return Sender(tmp_path, server)


def test_every_recipient_gets_the_edition_over_one_connection(sender: Sender, server: Server) -> None:
    report = sender(feed())
    assert [(delivery.sent, delivery.rejected, delivery.waiting) for delivery in report.deliveries] == [(3, 0, 0)]
    assert server.connections == 1
    assert sorted(server.boxes()) == [ADA, BEN, EVA]
    for received in server.messages:
        message = received.parsed
        assert message.defects == []
        assert message["To"].addresses[0].addr_spec == received.recipient
        assert len(message.get_all("To", [])) == 1
        assert message["From"].addresses[0].display_name == "Group papers"
        assert message["Subject"] == "27 May 2025: Norms of order β² for <b>LLMs</b> & more and 1 more"
        assert message["Date"].datetime == NOW
        assert message["List-Id"] == "Broadsheet <broadsheet.digest.example.org>"
        assert message["List-Unsubscribe"] == "<mailto:leave@group.example?subject=unsubscribe>"
        assert message["List-Unsubscribe-Post"] is None
        assert message["Auto-Submitted"] == "auto-generated"
        plain, html = message.iter_parts()
        assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        for part in (plain.get_content(), html.get_content()):
            assert "Norms of order β² for" in part
            assert f"We bound {unicode_math(LE)} and cost $5." in part
            assert part.index("Contents") < part.index("We bound")
            assert part.count("A second paper") == 2 + ("preheader" in part)
            assert "https://arxiv.org/abs/2505.00002" in part
            assert "https://group.example/daily/2025/05/27/" in part


def test_a_second_run_sends_nothing_and_a_new_reader_gets_it_once(sender: Sender, server: Server) -> None:
    sender(feed(), ADA)
    again = sender(feed(), ADA.upper().replace("@GROUP", "@group"))
    assert [(delivery.sent, delivery.already_sent) for delivery in again.deliveries] == [(0, 1)]
    assert [(delivery.sent, delivery.already_sent) for delivery in sender(feed(), EVERYBODY).deliveries] == [(2, 1)]
    assert {address: len(ids) for address, ids in server.boxes().items()} == {ADA: 1, BEN: 1, EVA: 1}


def test_a_message_id_is_of_list_edition_and_recipient(tmp_path: Path, server: Server) -> None:
    for name in ("one", "two"):  # two states that know nothing of each other
        Sender(tmp_path / name, server)(feed())
    boxes = server.boxes()
    assert [len(set(ids)) for ids in boxes.values()] == [1, 1, 1]
    assert len({ids[0] for ids in boxes.values()}) == 3
    other_list = Sender(tmp_path / "other", server, MAIL + "  list_id: weekly.group.example\n")
    other_list(feed(), ADA)
    assert len(set(server.boxes()[ADA])) == 2


def test_who_is_asked_to_wait_is_tried_again(sender: Sender, server: Server) -> None:
    server.answers["RCPT", BEN] = ["451 4.7.1 Greylisted, ben@group.example", "450 4.2.1 Later"]
    server.answers["DATA", EVA] = ["421 4.3.2 Closing"]
    report = sender(feed())
    assert [(delivery.sent, delivery.waiting) for delivery in report.deliveries] == [(3, 0)]
    assert sender.waits == list(PAUSES[:2])
    assert {address: len(ids) for address, ids in server.boxes().items()} == {ADA: 1, BEN: 1, EVA: 1}
    assert report.problems == []


def test_who_stays_unreachable_waits_for_the_next_run(sender: Sender, server: Server) -> None:
    server.answers["RCPT", BEN] = ["451 4.7.1 Greylisted, ben@group.example"] * (len(PAUSES) + 1)
    report = sender(feed())
    assert [(delivery.sent, delivery.waiting) for delivery in report.deliveries] == [(2, 1)]
    assert [str(problem) for problem in report.problems] == [
        "DIGEST_RECIPIENTS:2: not accepted yet (451 4.7.1): run 'broadsheet mail' again: it goes on where it stopped"
    ]
    assert [(delivery.sent, delivery.already_sent) for delivery in sender(feed()).deliveries] == [(1, 2)]


def test_who_is_refused_is_recorded_and_not_asked_again(sender: Sender, server: Server) -> None:
    server.answers["RCPT", BEN] = ["550 5.1.1 No such user ben@group.example"]
    server.answers["DATA", EVA] = ["554 5.7.1 Spam"]
    report = sender(feed())
    assert [(delivery.sent, delivery.rejected) for delivery in report.deliveries] == [(1, 2)]
    do = "correct or remove it; --retry-rejected sends this edition once more"
    assert [str(problem) for problem in report.problems] == [
        f"DIGEST_RECIPIENTS:2: the mail server refuses this recipient (550 5.1.1): {do}",
        f"DIGEST_RECIPIENTS:3: the mail server refuses this recipient (554 5.7.1): {do}",
    ]
    again = sender(feed())
    assert [(delivery.sent, delivery.already_sent, delivery.rejected) for delivery in again.deliveries] == [(0, 1, 2)]
    assert again.problems == []
    assert [(delivery.sent, delivery.rejected) for delivery in sender(feed(), again=True).deliveries] == [(2, 0)]
    assert {address: len(ids) for address, ids in server.boxes().items()} == {ADA: 1, BEN: 1, EVA: 1}


def test_a_lost_connection_loses_and_doubles_no_recipient(sender: Sender, server: Server) -> None:
    server.answers["RCPT", ADA] = [DROP]
    server.answers["DATA", BEN] = [DROP]
    server.answers["DATA", EVA] = [KEEP_AND_DROP]
    report = sender(feed())
    assert [(delivery.sent, delivery.waiting) for delivery in report.deliveries] == [(3, 0)]
    boxes = server.boxes()
    assert {address: len(set(ids)) for address, ids in boxes.items()} == {ADA: 1, BEN: 1, EVA: 1}
    assert len(boxes[EVA]) == 2  # the server stored it but closed before its reply: the same Message-ID again


def test_a_server_that_is_away_is_tried_again_then_named(tmp_path: Path) -> None:
    with Server() as gone:
        sender = Sender(tmp_path, gone)
    report = sender(feed())
    assert sender.waits == list(PAUSES)
    assert [(delivery.sent, delivery.waiting) for delivery in report.deliveries] == [(0, 3)]
    assert [str(problem) for problem in report.problems] == [
        "mail server: cannot be reached (Connection refused): run 'broadsheet mail' again: it goes on where it stopped"
    ]


def test_a_rejected_sender_stops_the_run_and_rejects_no_recipient(sender: Sender, server: Server) -> None:
    server.answers["MAIL", "digest@group.example"] = ["553 5.7.1 Not yours"]
    with pytest.raises(DigestError, match=r"the mail server does not accept mail from this sender \(553 5.7.1\)"):
        sender(feed())
    assert [(delivery.sent, delivery.rejected) for delivery in sender(feed()).deliveries] == [(3, 0)]


def test_what_a_run_left_is_finished_when_there_is_a_newer_edition(sender: Sender, server: Server) -> None:
    server.answers["RCPT", BEN] = ["451 4.7.1 Later"] * (len(PAUSES) + 1)
    sender(feed(DAY), f"{ADA},{BEN}")
    newer = ("2025-05-28", edition_html(("The next day", "2505.3", "Text."), PAPERS[1]), ())
    report = sender(feed(newer, DAY))
    counts = {delivery.edition: (delivery.sent, delivery.already_sent) for delivery in report.deliveries}
    assert counts == {"2025-05-27": (1, 1), "2025-05-28": (3, 0)}  # EVA was not there on the 27th
    assert {address: len(ids) for address, ids in server.boxes().items()} == {ADA: 2, BEN: 2, EVA: 1}


def test_a_quiet_and_a_failed_day_send_nothing(sender: Sender, server: Server) -> None:
    assert sender(feed(QUIET, DAY)).quiet == "2025-05-28: a quiet day"
    assert sender(feed(FAILED, DAY)).quiet == "2025-05-28: the run of this day failed"
    assert server.connections == 0


def test_a_failed_day_may_send_a_notice_and_the_day_itself_later(tmp_path: Path, server: Server) -> None:
    sender = Sender(tmp_path, server, MAIL + "  failed_notice: true\n")
    for _ in range(2):
        sender(feed(FAILED, DAY), ADA)
    assert [message.parsed["Subject"] for message in server.messages] == ["28 May 2025: the run of this day failed"]
    mended = ("2025-05-28", edition_html(*PAPERS), ("partial",))
    sender(feed(mended, DAY), ADA)
    assert len(set(server.boxes()[ADA])) == 2


def source(*editions: tuple[str, str, tuple[str, ...]]) -> ParsedFeed:
    """Return a feed in which OPEN has the title of a day without papers so far."""
    title = b"<title>Wednesday, 28 May 2025: no papers so far</title>"
    data = rss(*editions)
    is_open = any(edition[1] == OPEN[1] for edition in editions)
    return parse(data.replace(b"<title>2025-05-28</title>", title) if is_open else data, "daily.xml")


@pytest.mark.parametrize("notice", ["true", "false"])
@pytest.mark.parametrize("failed", [FAILED, OPEN, (*OPEN[:2], ("quiet",))], ids=["failed", "open", "quiet so far"])
def test_a_day_that_is_repaired_after_the_next_one_is_sent_late(
    tmp_path: Path, server: Server, failed: tuple[str, str, tuple[str, ...]], notice: str
) -> None:
    sender = Sender(tmp_path, server, MAIL + f"  failed_notice: {notice}\n")
    newer = ("2025-05-29", edition_html(*PAPERS), ())
    mended = ("2025-05-28", edition_html(*PAPERS), ())
    for _ in range(2):
        sender(source(failed, DAY), ADA)
    before = len(server.messages)
    assert before == (1 if failed is FAILED and notice == "true" else 0)
    sender(source(newer, failed, DAY), ADA)
    for _ in range(2):
        report = sender(source(newer, mended, DAY), ADA)
    assert [delivery.edition for delivery in report.deliveries] == ["2025-05-29"]
    subjects = [str(message.parsed["Subject"]).partition(":")[0] for message in server.messages[before:]]
    assert subjects == ["29 May 2025", "28 May 2025"]


def test_a_failed_day_between_them_does_not_hide_failures_in_a_row(tmp_path: Path, server: Server) -> None:
    sender = Sender(tmp_path, server, MAIL + "  max_failures: 2\n")
    good = edition_html(*PAPERS)
    days = [(f"2025-06-0{n}", *(FAILED[1:] if n == 2 else (good, tuple[str, ...]()))) for n in range(1, 5)]
    server.answers["RCPT", BEN] = ["550 5.1.1 Unknown"] * 9
    for number in range(1, 5):
        report = sender(source(*reversed(days[:number])), f"{ADA},{BEN}")
    assert report.deliveries[-1].skipped == 1


def test_one_click_unsubscribe_where_there_is_an_endpoint(tmp_path: Path, server: Server) -> None:
    url = '  unsubscribe_url: "https://group.example/leave?who={recipient}&proof={token}"\n'
    Sender(tmp_path, server, MAIL + url)(feed(), f"o'neill+x@group.example, {BEN}")
    first, second = (message.parsed for message in server.messages)
    match = re.fullmatch(
        r"<(https://group\.example/leave\?who=o%27neill%2Bx%40group\.example&proof=[0-9a-f]{32})>, "
        r"<mailto:leave@group\.example\?subject=unsubscribe>",
        first["List-Unsubscribe"],
    )
    assert match
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    raw = server.messages[0].data.partition(b"\r\n\r\n")[0]
    assert b"List-Unsubscribe: <https://group.example/leave?who=o%27neill%2Bx%40group.example&proof=" in raw
    plain, html = first.iter_parts()
    assert match[1] in plain.get_content()
    assert match[1].replace("&", "&amp;") in html.get_content()
    assert "unsubscribe.invalid" not in first.as_string()
    assert first["List-Unsubscribe"] != second["List-Unsubscribe"]


def test_bounces_have_an_address_for_each_recipient(tmp_path: Path, server: Server) -> None:
    long = "a" * 50 + "@group.example"
    settings = MAIL + "  bounces: bounces@bounce.example\n"
    Sender(tmp_path / "verp", server, settings)(feed(), f"{ADA}, {long}")
    Sender(tmp_path / "one", server, settings + "  verp: false\n")(feed(), ADA)
    Sender(tmp_path / "none", server)(feed(), ADA)
    assert server.senders == [
        "bounces+ada=group.example@bounce.example", "bounces@bounce.example", "bounces@bounce.example",
        "digest@group.example",
    ]  # fmt: skip
    assert {message.parsed["From"].addresses[0].addr_spec for message in server.messages} == {"digest@group.example"}


def test_a_refused_bounce_address_of_a_recipient_stops_nothing(tmp_path: Path, server: Server) -> None:
    sender = Sender(tmp_path, server, MAIL + "  bounces: bounces@bounce.example\n")
    server.answers["MAIL", "bounces+ada=group.example@bounce.example"] = ["501 5.1.7 Bad sender"]
    report = sender(feed())
    assert [(delivery.sent, delivery.rejected) for delivery in report.deliveries] == [(3, 0)]
    (problem,) = report.problems
    assert problem.is_note
    assert str(problem) == (
        "DIGEST_RECIPIENTS:1: the server refuses 1 bounce address with a recipient in it (501 5.1.7); mail.bounces"
        " itself was used: set mail.verp to false if it refuses them all"
    )


def test_a_refused_sender_of_bounces_stops_the_run_and_rejects_no_recipient(tmp_path: Path, server: Server) -> None:
    sender = Sender(tmp_path, server, MAIL + "  bounces: bounces@bounce.example\n")
    for address in ("bounces+ada=group.example", "bounces"):
        server.answers["MAIL", f"{address}@bounce.example"] = ["553 5.7.1 Not yours"]
    with pytest.raises(DigestError, match=r"check mail: from and bounces in digest\.yml"):
        sender(feed())
    assert [(delivery.sent, delivery.rejected) for delivery in sender(feed()).deliveries] == [(3, 0)]


def days(*dates: str) -> ParsedFeed:
    return feed(*((date, edition_html((date, "2505.3", "Text."), PAPERS[1]), ()) for date in reversed(dates)))


def test_who_is_refused_three_times_in_a_row_is_named_and_skipped(sender: Sender, server: Server) -> None:
    server.answers["RCPT", BEN] = ["550 5.1.1 No such user"] * 3
    server.answers["DATA", EVA] = ["554 5.7.1 Spam"] * 3  # of the message, not of the recipient
    dates = ["2025-05-26", "2025-05-27", "2025-05-28", "2025-05-29", "2025-05-30"]
    for end in (1, 2, 3):
        (delivery,) = sender(days(*dates[:end])).deliveries
        assert (delivery.sent, delivery.rejected, delivery.skipped) == (1, 2, 0)
    report = sender(days(*dates[:4]))
    assert [(d.sent, d.rejected, d.skipped) for d in report.deliveries] == [(2, 0, 1)]
    (problem,) = report.problems
    assert problem.is_note
    assert str(problem).startswith(
        "DIGEST_RECIPIENTS:2: the mail server rejected this recipient for the last 3 editions"
    )
    assert [(d.sent, d.skipped) for d in sender(days(*dates[:4]), again=True).deliveries] == [(1, 0)]
    assert [(d.sent, d.skipped) for d in sender(days(*dates)).deliveries] == [(3, 0)]


def test_headers_of_the_list(sender: Sender, server: Server) -> None:
    sender(feed(), ADA)
    message = server.messages[0].parsed
    address = sender.settings.site.site_url
    assert message["List-Archive"] == f"<{address}archive/>"
    assert message["List-Help"] == f"<{address}subscribe/>"
    assert message["List-Post"] == "NO"


def test_a_test_mail_goes_to_one_address_and_is_not_logged(sender: Sender, server: Server) -> None:
    quiet_newest = feed(QUIET, DAY)
    assert send_test(sender.settings, quiet_newest, None, ADA, "once", server.environment, NOW).edition == "2025-05-27"
    send_test(sender.settings, feed(), None, ADA, "twice", server.environment, NOW)
    assert not sender.state.exists()
    sender(feed(), ADA)
    assert len(set(server.boxes()[ADA])) == 3


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_encrypted_and_logged_in(
    tmp_path: Path, authority: trustme.CA, trusted: Path, monkeypatch: pytest.MonkeyPatch, implicit: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with Server(certificate(authority, "localhost"), implicit=implicit, login="digest:s3cret/:@") as server:
        assert [delivery.sent for delivery in Sender(tmp_path, server)(feed()).deliveries] == [3]
    assert {(message.encrypted, message.user) for message in server.messages} == {(True, "digest")}


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
@pytest.mark.parametrize("bad", ["another host's", "of nobody's authority"])
def test_a_bad_certificate_gets_no_mail_and_no_password(
    tmp_path: Path, authority: trustme.CA, trusted: Path, monkeypatch: pytest.MonkeyPatch, implicit: bool, bad: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = certificate(
        trustme.CA() if "nobody" in bad else authority, "localhost" if "nobody" in bad else "a.example"
    )
    with Server(context, implicit=implicit, login="digest:s3cret") as server:
        with pytest.raises(DigestError, match="the mail server cannot be trusted") as caught:
            Sender(tmp_path, server)(feed())
        assert "SSL_CERT_FILE" in str(caught.value)
        assert server.messages == []
        unchecked = server.environment | {"DIGEST_SMTP_VERIFY": "no"}
        settings = mail_digest(tmp_path / "again")
        send_test(settings, feed(), None, ADA, "x", unchecked, NOW)
    assert len(server.messages) == 1


def test_without_starttls_nothing_is_sent(tmp_path: Path, server: Server) -> None:
    settings = mail_digest(tmp_path)
    environment = server.environment | {"DIGEST_SMTP_TLS": "starttls"}
    with pytest.raises(DigestError, match="offers no STARTTLS"):
        send_test(settings, feed(), None, ADA, "x", environment, NOW)


def test_a_wrong_password_is_reported_without_it(tmp_path: Path, authority: trustme.CA, trusted: Path) -> None:
    root = tmp_path / "digest"
    mail_digest(root)
    (tmp_path / "daily.xml").write_bytes(rss(DAY))
    readers = tmp_path / "readers.txt"
    readers.write_text(f"# the group\n{ADA}\nnot an address {BEN}\nBen <{BEN}>\n{EVA}  # a guest\n{ADA}\n", "utf-8")
    state = tmp_path / "state.sqlite"
    call = ("mail", tmp_path / "daily.xml", "--root", root, "--recipients", readers, "--state", state)
    with Server(certificate(authority, "localhost"), login="digest:s3cret-word") as server:
        right = server.environment | {"SSL_CERT_FILE": str(trusted)}
        wrong = digest(*call, env=right | {"DIGEST_SMTP_PASSWORD": "other-s3cret-word"})
        server.answers["RCPT", EVA] = [f"550 5.1.1 {EVA} is unknown"]
        done = digest(*call, env=right)
        again = digest(*call, "--json", env=right)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "the mail server does not accept user and password (535 5.7.8): check DIGEST_SMTP_USER" in wrong.stderr
    assert done.returncode == 1
    assert done.stdout.endswith("→ 2 sent, 1 rejected\n")
    assert "readers.txt:3: not a mail address" in done.stderr
    assert "readers.txt:5: the mail server refuses this recipient (550 5.1.1)" in done.stderr
    assert json.loads(again.stdout)["deliveries"][0]["already_sent"] == 2
    assert {address: len(ids) for address, ids in server.boxes().items()} == {ADA: 1, BEN: 1}
    output = "".join(run.stdout + run.stderr for run in (wrong, done, again)).encode()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != readers)
    for secret in (ADA, BEN, EVA, "s3cret-word"):
        assert secret.encode() not in output
        assert secret.encode() not in files


def test_two_senders_at_once(tmp_path: Path, server: Server) -> None:
    root = tmp_path / "digest"
    mail_digest(root)
    (tmp_path / "daily.xml").write_bytes(rss(DAY))
    many = [f"reader{number}@group.example" for number in range(30)]
    environment = server.environment | {"DIGEST_RECIPIENTS": "\n".join(many)}
    call = ("mail", tmp_path / "daily.xml", "--root", root, "--state", tmp_path / "state.sqlite")
    runs = []
    threads = [threading.Thread(target=lambda: runs.append(digest(*call, env=environment))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr + runs[1].stderr
    assert {address: len(ids) for address, ids in server.boxes().items()} == dict.fromkeys(many, 1)
    assert sorted(run.stdout.rpartition("→ ")[2] for run in runs) == ["0 sent, 30 already sent\n", "30 sent\n"]


def test_killed_between_any_two_steps(tmp_path: Path, server: Server) -> None:
    """A process is killed with SIGKILL before a line of the sending code, for every such line; then it runs again."""
    mail_digest(tmp_path / "digest")
    (tmp_path / "daily.xml").write_bytes(rss(DAY))
    command = [sys.executable, "-m", "tests.mail_killer", str(tmp_path), f"{ADA},{BEN}"]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT,
        env=server.environment | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    lists = {f"Broadsheet <{name}>" for name in run.stdout.split()}
    assert len(lists) > 80
    ids: dict[str, dict[str, list[str]]] = {name: {} for name in lists}
    for received in server.messages:
        message = received.parsed
        ids[message["List-Id"]].setdefault(received.recipient, []).append(message["Message-ID"])
    twice = 0
    for boxes in ids.values():
        assert {address: len(set(ids)) for address, ids in boxes.items()} == {ADA: 1, BEN: 1}
        twice += sum(len(ids) - 1 for ids in boxes.values())
        assert sum(len(ids) for ids in boxes.values()) <= 3
    assert 0 < twice < len(lists) / 3  # only those killed after the server's 250 and before "sent" was written
