"""The date of a mail is that of its first hand-over; its subject has the counts and the state of the site."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.mail.deliver import MailReport, render_mail, send_edition
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.recipients import read_variable
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from tests.mail_digest import NOW, feed, mail_digest
from tests.smtp import DROP, KEEP_AND_DROP, Server
from tests.views.test_editions import scored, with_receipts
from tests.views.test_feeds import archive, build_feeds, with_feeds

ADA, BEN = "ada@group.example", "ben@group.example"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


class Clock:
    """A clock that is an hour later at each look."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> dt.datetime:
        self.time += HOUR
        return self.time


def send(
    settings: Settings, server: Server, state: Path, clock: Clock, to: str = ADA, password: str = ""
) -> MailReport:
    recipients, _ = read_variable(to)
    environment = server.environment | ({"DIGEST_SMTP_PASSWORD": password} if password else {})
    return send_edition(settings, feed(), None, recipients, state, environment, lambda seconds: None, now=clock)


def dates(server: Server) -> list[dt.datetime]:
    return [message.parsed["Date"].datetime for message in server.messages]


def test_a_mail_is_dated_when_it_is_handed_over(tmp_path: Path, server: Server) -> None:
    send(mail_digest(tmp_path / "digest"), server, tmp_path / "state.sqlite", Clock(), f"{ADA}, {BEN}")
    assert dates(server) == [NOW + HOUR, NOW + 2 * HOUR]


def test_a_message_in_doubt_is_sent_again_as_it_was(tmp_path: Path, server: Server) -> None:
    server.answers["DATA", ADA] = [KEEP_AND_DROP]
    send(mail_digest(tmp_path / "digest"), server, tmp_path / "state.sqlite", Clock())
    first, second = server.messages
    assert first.data == second.data
    assert dates(server) == [NOW + HOUR] * 2


def test_a_message_that_a_killed_run_left_in_doubt_keeps_its_date(tmp_path: Path, server: Server) -> None:
    settings, state, clock = mail_digest(tmp_path / "digest"), tmp_path / "state.sqlite", Clock()
    server.answers["DATA", ADA] = [KEEP_AND_DROP, DROP, DROP, DROP]  # every try of the first run
    assert send(settings, server, state, clock).deliveries[0].waiting == 1
    assert send(settings, server, state, clock).deliveries[0].sent == 1
    assert server.messages[0].data == server.messages[1].data


def test_a_message_that_the_server_did_not_take_gets_the_date_of_the_next_attempt(
    tmp_path: Path, server: Server
) -> None:
    server.answers["RCPT", ADA] = ["451 4.7.1 Greylisted"]
    server.answers["DATA", BEN] = ["452 4.2.2 Full"]
    send(mail_digest(tmp_path / "digest"), server, tmp_path / "state.sqlite", Clock(), f"{ADA}, {BEN}")
    assert dates(server) == [NOW + 3 * HOUR, NOW + 4 * HOUR]


def test_a_server_that_is_away_dates_no_message(tmp_path: Path) -> None:
    settings, state, clock = mail_digest(tmp_path / "digest"), tmp_path / "state.sqlite", Clock()
    with Server() as gone:
        pass
    send(settings, gone, state, clock)
    before = clock.time
    with Server() as back:
        send(settings, back, state, clock)
        assert dates(back) == [before + HOUR]


@pytest.mark.parametrize("fault", ["sender", "password"])
def test_a_server_that_takes_no_message_dates_none(tmp_path: Path, server: Server, fault: str) -> None:
    settings, state, clock = mail_digest(tmp_path / "digest"), tmp_path / "state.sqlite", Clock()
    if fault == "sender":
        server.answers["MAIL", "digest@group.example"] = ["550 5.7.1 Not you"]
        with pytest.raises(DigestError, match="does not accept mail from this sender"):
            send(settings, server, state, clock)
    else:
        with Server(login="digest:s3cret") as other, pytest.raises(DigestError, match="does not accept user"):
            send(settings, other, state, clock, password="old")
    before = clock.time
    send(settings, server, state, clock)
    assert dates(server) == [before + HOUR]


def subjects(feeds: dict[str, bytes], root: Path) -> dict[str, tuple[str, int]]:
    """Return subject and number of papers of the newest mail of each edition feed."""
    settings = mail_digest(root)
    mails = {
        name: render_mail(settings, parse(feeds[f"feeds/{name}"], name), None, NOW)
        for name in ("daily.xml", "weekly.atom", "daily.json", "weekly.json")
    }
    return {name: (mail.subject, mail.papers) for name, mail in mails.items()}


def test_a_subject_counts_all_papers_and_names_the_state(tmp_path: Path) -> None:
    days = {
        f"2025-05-{day}": [scored(day * 100 + n, local_score=20 - n / 10) for n in range(40)] for day in range(19, 24)
    }
    days["2025-05-26"] = [scored(n, title="Best: 7 papers, best: not (ok)", relevance=10) for n in range(1, 3)]
    partial = [Receipt(date=date, state=DayState.PARTIAL) for date in ("2025-05-21", "2025-05-26")]
    catalogue = with_receipts(tmp_path / "data", days, *partial)
    found = subjects(build_feeds(catalogue, with_feeds(edition_papers=10)), tmp_path / "digest")
    week = ("Week 21, 2025 (partial): Paper 1900 and 199 more", 200)
    day = ("26 May 2025 (partial): Best: 7 papers, best: not (ok) and 1 more", 2)
    assert found == {"daily.xml": day, "daily.json": day, "weekly.atom": week, "weekly.json": week}


def test_a_complete_day_and_one_paper_need_no_more_words(tmp_path: Path) -> None:
    days = {"2025-05-23": [scored(1)], "2025-05-26": [scored(2)]}
    found = subjects(build_feeds(archive(tmp_path / "data", days)), tmp_path / "digest")
    assert found["daily.xml"] == ("26 May 2025: Paper 2", 1)
    assert found["weekly.json"] == ("Week 21, 2025: Paper 1", 1)


def test_an_open_day_says_so(tmp_path: Path) -> None:
    receipt = Receipt(
        date="2025-05-26", state=DayState.OK, sources={"hf": SourceStats(status="ok", fetched=1, open="late")}
    )
    days = {"2025-05-23": [scored(1)], "2025-05-26": [scored(2), scored(3)]}
    found = subjects(build_feeds(with_receipts(tmp_path / "data", days, receipt)), tmp_path / "digest")
    assert found["daily.xml"] == ("26 May 2025 (open): Paper 2 and 1 more", 2)
