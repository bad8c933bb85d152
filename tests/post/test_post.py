"""`broadsheet post` with servers on loopback: each webhook gets each edition once."""

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import msgspec
import pytest
import trustme

from broadsheet.http.client import HttpClient
from broadsheet.mail.edition import ParsedFeed
from broadsheet.post.deliver import LONGEST_WAIT_S, PAUSES, Posting, PostReport, post_edition
from broadsheet.post.json_post import JSON
from broadsheet.post.services import SERVICES
from broadsheet.post.slack import SLACK
from broadsheet.post.webhooks import Webhook, find_webhooks
from tests.chat_servers import OK, PATHS, ChatServers
from tests.example import ROOT, digest
from tests.loopback import Answer, FakeTime, dripping
from tests.mail_digest import PAPERS, edition_html, feed, mail_digest, rss
from tests.slow_server import SlowServer

DAY = ("2025-05-27", edition_html(*PAPERS), ())
NEWER = ("2025-05-28", edition_html(("The next day", "2505.3", "Text."), PAPERS[1]), ())
THIRD = ("2025-05-29", edition_html(("The third day", "2505.4", "Text."), PAPERS[1]), ())
FOURTH = ("2025-05-30", edition_html(("The fourth day", "2505.5", "Text."), PAPERS[1]), ())
NAMES = {service.id: service.name for service in SERVICES}
AGAIN = "run 'broadsheet post' again: it goes on where it stopped"


@pytest.fixture
def chats() -> Iterator[ChatServers]:
    with ChatServers() as running:
        yield running


class Poster:
    """A digest that posts to the webhooks of `chats`, with a clock that only sleeping moves."""

    def __init__(self, root: Path, chats: ChatServers, post: str = "") -> None:
        self.settings = mail_digest(root / "digest", post)
        self.root, self.chats, self.time = root, chats, FakeTime()

    def __call__(self, source: ParsedFeed, *services: str, name: str | None = None, retry: bool = False) -> PostReport:
        wanted = {f"DIGEST_POST_{service.upper()}" for service in services or PATHS}
        environment = {name: url for name, url in self.chats.environment.items() if name in wanted}
        webhooks, problems = find_webhooks(self.root / "digest", None, environment)
        assert problems == []
        return self.to(webhooks, source, name=name, retry=retry)

    def to(
        self, webhooks: list[Webhook], source: ParsedFeed, *, name: str | None = None, retry: bool = False
    ) -> PostReport:
        with HttpClient("broadsheet", clock=self.time.clock, sleep=self.time.sleep) as web:
            return post_edition(
                self.settings,
                source,
                name,
                webhooks,
                self.root / "state.sqlite",
                {},
                web,
                self.time.sleep,
                retry=retry,
            )


@pytest.fixture
def post(tmp_path: Path, chats: ChatServers) -> Poster:
    return Poster(tmp_path, chats)


def numbers(report: PostReport) -> list[tuple[int, int, int, int]]:
    def of(posting: Posting) -> tuple[int, int, int, int]:
        return posting.posted, posting.rejected, posting.unconfirmed, posting.waiting

    return [of(posting) for posting in report.postings]


def counts(chats: ChatServers) -> dict[str, int]:
    return {service: len(messages) for service, messages in chats.posted.items() if messages}


def test_every_webhook_gets_the_edition_once(post: Poster, chats: ChatServers) -> None:
    assert numbers(post(feed(DAY))) == [(4, 0, 0, 0)]
    again = post(feed(DAY))
    assert [(posting.posted, posting.already_posted) for posting in again.postings] == [(0, 4)]
    assert again.problems == []
    assert counts(chats) == {"slack": 1, "discord": 1, "teams": 1, "json": 1}
    assert chats.received("discord")[0].path.endswith("?wait=true")
    assert len({request.headers["idempotency-key"] for request in chats.requests}) == 1
    assert chats.posted["json"][0]["papers"][0]["title"] == "Norms of order β² for <b>LLMs</b> & more"


@pytest.mark.parametrize(("status", "after", "waits"), [
    (429, 30, [30]), (429, 0.75, [PAUSES[0]]), (500, None, [PAUSES[0]]), (503, 120, [120]), (408, None, [PAUSES[0]]),
])  # fmt: skip
@pytest.mark.parametrize("service", PATHS)
def test_a_deferred_post_is_repeated_when_the_service_says(
    post: Poster, chats: ChatServers, service: str, status: int, after: float | None, waits: list[float]
) -> None:
    headers = (("Retry-After", str(after)),) if after is not None else ()
    chats.answers[service] = [Answer(status, b'{"retry_after": 30}', headers)]
    report = post(feed(DAY), service)
    assert numbers(report) == [(1, 0, 0, 0)]
    assert report.problems == []
    assert [seconds for seconds in post.time.slept if seconds >= 5] == waits
    assert counts(chats) == {service: 1}


def test_a_service_that_stays_away_is_left_to_the_next_run(post: Poster, chats: ChatServers) -> None:
    chats.answers["slack"] = [Answer(503)] * (len(PAUSES) + 1)
    report = post(feed(DAY), "slack", "discord")
    assert numbers(report) == [(1, 0, 0, 1)]
    assert [str(problem) for problem in report.problems] == [
        f"DIGEST_POST_SLACK:1: Slack defers the post (503): {AGAIN}"
    ]
    assert numbers(post(feed(NEWER, DAY), "slack", "discord")) == [(1, 0, 0, 0), (2, 0, 0, 0)]
    assert counts(chats) == {"slack": 2, "discord": 2}


def test_a_wait_of_hours_is_not_waited_for(post: Poster, chats: ChatServers) -> None:
    chats.answers["slack"] = [Answer(429, b"", (("Retry-After", "7200"),))]
    assert numbers(post(feed(DAY), "slack")) == [(0, 0, 0, 1)]
    assert post.time.slept == []
    assert numbers(post(feed(DAY), "slack")) == [(1, 0, 0, 0)]


@pytest.mark.parametrize(("status", "hint"), [
    (400, "does not take this message"), (403, "does not let this webhook post"), (404, "check the address"),
    (410, "check the address"), (413, "lower post.papers"), (401, "check the address"), (302, "check the address"),
])  # fmt: skip
def test_a_rejected_post_is_reported_once_and_not_repeated(
    post: Poster, chats: ChatServers, status: int, hint: str
) -> None:
    chats.answers["slack"] = [Answer(status, b"no_service", (("Location", "https://spy.example/"),))]
    report = post(feed(DAY), "slack", "teams")
    assert numbers(report) == [(1, 1, 0, 0)]
    (problem,) = report.problems
    assert str(problem).startswith(f"DIGEST_POST_SLACK:1: Slack rejects the post ({status}): ")
    assert hint in problem.hint
    again = post(feed(DAY), "slack", "teams")
    assert numbers(again) == [(0, 1, 0, 0)]
    assert again.problems == []
    assert len(chats.received("slack")) == 1
    assert numbers(post(feed(DAY), "slack", "teams", retry=True)) == [(1, 0, 0, 0)]
    assert counts(chats) == {"slack": 1, "teams": 1}


def test_a_webhook_that_is_gone_is_skipped_after_three_editions(post: Poster, chats: ChatServers) -> None:
    chats.answers["slack"] = [Answer(404, b"no_service")] * 3
    for source in (feed(DAY), feed(NEWER, DAY), feed(THIRD, NEWER, DAY)):
        assert numbers(post(source, "slack", "json")) == [(1, 1, 0, 0)]
    last = feed(FOURTH, THIRD)
    report = post(last, "slack", "json")
    assert [(posting.posted, posting.skipped) for posting in report.postings] == [(1, 1)]
    (problem,) = report.problems
    assert problem.is_note
    assert str(problem).startswith("DIGEST_POST_SLACK:1: Slack rejected the last 3 editions, so it gets no more: ")
    assert len(chats.received("slack")) == 3
    assert [posting.posted for posting in post(last, "slack", "json", retry=True).postings] == [1]
    assert counts(chats) == {"slack": 1, "json": 4}


def test_messages_that_a_service_does_not_take_skip_no_webhook(post: Poster, chats: ChatServers) -> None:
    chats.answers["slack"] = [Answer(400, b"invalid_blocks")] * 3
    for source in (feed(DAY), feed(NEWER, DAY), feed(THIRD, NEWER, DAY)):
        assert numbers(post(source, "slack")) == [(0, 1, 0, 0)]
    assert numbers(post(feed(FOURTH, THIRD), "slack")) == [(1, 0, 0, 0)]


def dropped(request: BaseHTTPRequestHandler) -> None:
    """Close the connection without a reply."""
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("service", PATHS)
def test_a_post_of_which_the_reply_is_lost_is_not_repeated(post: Poster, chats: ChatServers, service: str) -> None:
    chats.lost(service)
    report = post(feed(DAY), service)
    assert numbers(report) == [(0, 0, 1, 0)]
    (problem,) = report.problems
    assert "the edition may have been posted, and is not posted again" in problem.message
    again = post(feed(DAY), service)
    assert numbers(again) == [(0, 0, 1, 0)]
    assert again.problems == []
    assert counts(chats) == {service: 1}
    chats.answers[service] = [dropped]
    assert numbers(post(feed(NEWER, DAY), service)) == [(0, 0, 1, 0)]
    assert numbers(post(feed(NEWER, DAY), service, retry=True)) == [(1, 0, 0, 0)]
    assert counts(chats) == {service: 2}


def test_a_service_that_cannot_be_reached_gets_the_post_later(tmp_path: Path) -> None:
    with ChatServers() as chats:
        post = Poster(tmp_path, chats)
    report = post(feed(DAY), "slack")
    assert numbers(report) == [(0, 0, 0, 1)]
    assert [problem.hint for problem in report.problems] == [AGAIN]
    assert "s3cret" not in str(report.problems)
    with ChatServers() as chats:
        post.chats = chats
        assert numbers(post(feed(DAY), "slack")) == [(1, 0, 0, 0)]


def test_an_old_webhook_of_teams_replies_200_to_everything(post: Poster, chats: ChatServers) -> None:
    text = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error %d with ContextId"
    chats.answers["teams"] = [Answer(200, text % 429), Answer(200, b"1")]
    assert numbers(post(feed(DAY), "teams")) == [(1, 0, 0, 0)]
    assert len(chats.received("teams")) == 2
    chats.answers["teams"] = [Answer(200, text % 413)]
    assert numbers(post(feed(NEWER), "teams")) == [(0, 1, 0, 0)]


UNCONFIRMED_REPLIES = [
    *((service, Answer(200, page, (("Content-Type", kind),)))
      for service in PATHS
      for kind, page in (("text/html", b"<!doctype html><title>Log in to the campus network</title>"),
                         ("text/html; charset=utf-8", b"Log in first."),
                         ("text/plain", b"\n <HTML><body>Log in</body>"))),
    ("slack", Answer(200, b"no_service", (("Content-Type", "text/html"),))),
    ("slack", Answer(200, b"okay")),
    ("slack", Answer(204)),
    ("discord", Answer(204)),
    ("discord", Answer(200, b'{"message": "Unknown Webhook", "code": 10015}')),
    ("discord", Answer(200, b'["id"]')),
    ("discord", Answer(200, b'{"id": "1')),
    ("teams", Answer(200, b"Webhook message delivery failed with error: another one")),
    ("teams", Answer(202, b"<html>Log in</html>")),
]  # fmt: skip


@pytest.mark.parametrize(("service", "reply"), UNCONFIRMED_REPLIES)
def test_a_reply_that_is_not_of_the_service_confirms_nothing(
    post: Poster, chats: ChatServers, service: str, reply: Answer
) -> None:
    chats.answers[service] = [reply]
    report = post(feed(DAY), service)
    assert numbers(report) == [(0, 0, 1, 0)]
    (problem,) = report.problems
    assert problem.message.startswith(f"the reply ({reply.status}) is not the one of {NAMES[service]}: ")
    assert "--retry" in problem.hint
    assert numbers(post(feed(DAY), service)) == [(0, 0, 1, 0)]
    assert len(chats.received(service)) == 1


@pytest.mark.parametrize(("service", "reply"), [
    ("slack", Answer(200, b"ok\n")),
    ("discord", Answer(200, b'{"type": 0, "id": "1", "content": "<html>"}')),
    ("teams", Answer(200)),
    ("teams", Answer(200, b"1")),
    ("teams", Answer(202, b"{}")),
    ("json", Answer(200, b"", (("Content-Type", "text/html"),))),
    ("json", Answer(201, b"<done/>")),
    ("json", Answer(202, b'{"html": "<html>"}')),
])  # fmt: skip
def test_the_replies_of_the_services_confirm_the_post(
    post: Poster, chats: ChatServers, service: str, reply: Answer
) -> None:
    chats.answers[service] = [reply]
    assert numbers(post(feed(DAY), service)) == [(1, 0, 0, 0)]


@pytest.mark.parametrize("status", [502, 504, 520, 522, 524])
@pytest.mark.parametrize("service", PATHS)
def test_a_reply_that_a_gateway_lost_is_not_followed_by_a_second_post(
    post: Poster, chats: ChatServers, service: str, status: int
) -> None:
    chats.answers[service] = [Answer(status, b"bad gateway")]
    report = post(feed(DAY), service)
    assert numbers(report) == [(0, 0, 1, 0)]
    assert f"replies {status}" in report.problems[0].message
    assert len(chats.received(service)) == 1
    assert numbers(post(feed(DAY), service, retry=True)) == [(1, 0, 0, 0)]


def test_the_wait_of_one_webhook_is_not_that_of_another(post: Poster, chats: ChatServers) -> None:
    chats.answers["slack"] = [Answer(429, b"", (("Retry-After", "7200"),))]
    chats.answers["discord"] = [Answer(429, b"", (("Retry-After", "200"),)), Answer(503)]
    chats.answers["teams"] = [Answer(503)]
    report = post(feed(DAY))
    assert numbers(report) == [(3, 0, 0, 1)]
    assert [problem.location for problem in report.problems] == ["DIGEST_POST_SLACK:1"]
    assert [seconds for seconds in post.time.slept if seconds >= 5] == [10, 190, 60]
    assert [len(chats.received(service)) for service in PATHS] == [1, 3, 2, 1]


def test_all_waits_together_are_limited(post: Poster, chats: ChatServers) -> None:
    chats.answers["slack"] = [Answer(429, b"", (("Retry-After", "250"),))] * 9
    assert numbers(post(feed(DAY), "slack")) == [(0, 0, 0, 1)]
    assert sum(post.time.slept) <= LONGEST_WAIT_S
    assert len(chats.received("slack")) == 3


def test_a_slow_webhook_takes_nothing_from_others_of_its_host(post: Poster, chats: ChatServers) -> None:
    paths = ["/services/first", "/services/second", "/services/third"]
    slack = SLACK._replace(whole_timeout=0.3)
    webhooks = [Webhook(slack, chats.url + path, f"slack:{number}") for number, path in enumerate(paths, 1)]
    chats.on(paths[0], dripping)
    for path in paths[1:]:
        chats.on(path, OK["slack"])
    report = post.to(webhooks, feed(DAY))
    assert numbers(report) == [(2, 0, 1, 0)]
    assert chats.paths() == paths
    assert [problem.location for problem in report.problems] == ["slack:1"]


@pytest.mark.parametrize("trusted", [False, True], ids=["of nobody known", "of another host"])
def test_a_bad_certificate_is_not_tried_again_in_a_run(
    post: Poster, chats: ChatServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    authority = trustme.CA()
    if trusted:
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    with SlowServer(lambda: iter([b""]), tls=context) as server:
        webhooks = [Webhook(SLACK, server.url, "slack:1"), Webhook(JSON, chats.url + PATHS["json"], "json:1")]
        report = post.to(webhooks, feed(DAY))
        assert server.connections == 1
    assert numbers(report) == [(1, 0, 0, 1)]
    assert [str(problem) for problem in report.problems] == [
        "slack:1: Slack has no certificate that can be trusted: renew the certificate, or set REQUESTS_CA_BUNDLE"
    ]
    assert post.time.slept == []


def test_quiet_and_failed_days(tmp_path: Path, chats: ChatServers) -> None:
    quiet = feed(("2025-05-28", "<p>Nothing was announced.</p>", ("quiet",)), DAY)
    failed = feed(("2025-05-28", "<p>The run of this day failed.</p>", ("failed",)), DAY)
    post = Poster(tmp_path / "one", chats)
    assert post(quiet).quiet == "2025-05-28: a quiet day"
    assert post(failed).quiet == "2025-05-28: the run of this day failed"
    notice = Poster(tmp_path / "two", chats, "post:\n  failed_notice: true\n")
    assert numbers(notice(failed, "json")) == [(1, 0, 0, 0)]
    assert numbers(notice(failed, "json")) == [(0, 0, 0, 0)]
    assert numbers(notice(feed(("2025-05-28", DAY[1], ("partial",)), DAY), "json")) == [(1, 0, 0, 0)]
    assert [message["state"] for message in chats.posted["json"]] == ["failed", "partial"]


def test_two_digests_on_one_host_post_both(tmp_path: Path, chats: ChatServers) -> None:
    for name in ("ml", "astro"):
        post = Poster(tmp_path, chats)
        post.settings = mail_digest(tmp_path / name)
        site = msgspec.structs.replace(post.settings.site, site_url=f"https://lab.example/{name}/")
        post.settings = msgspec.structs.replace(post.settings, site=site)
        assert numbers(post(feed(DAY), "slack")) == [(1, 0, 0, 0)]


def test_no_address_of_a_webhook_is_shown_or_stored(tmp_path: Path, chats: ChatServers) -> None:
    root = tmp_path / "digest"
    mail_digest(root)
    (tmp_path / "daily.xml").write_bytes(rss(DAY))
    chats.answers["slack"] = [Answer(404, PATHS["slack"].encode())]
    chats.answers["discord"] = [dropped]
    chats.answers["teams"] = [Answer(302, b"", (("Location", PATHS["teams"]),))]
    call = ("-v", "post", tmp_path / "daily.xml", "--root", root, "--state", tmp_path / "state.sqlite")
    file = tmp_path / "webhooks.txt"
    url = chats.url + PATHS["json"]
    file.write_text(f"# ours\njson {url}\nslak {url}x\nslack notanaddress-s3cret\nteams http://host.example/s3cret\n")
    runs = [
        digest(*call, env=chats.environment),
        digest(*call, "--json", env=chats.environment),
        digest(*call, "--webhooks", file),
        digest(*call, "--dry-run", env=chats.environment),
    ]
    assert [run.returncode for run in runs] == [1, 0, 1, 0], runs[0].stderr
    assert "→ 1 posted, 2 rejected, 1 unconfirmed\n" in runs[0].stdout
    assert json.loads(runs[1].stdout)["postings"][0]["already_posted"] == 1
    assert "webhooks.txt:3: not one of the services slack, discord, teams, json" in runs[2].stderr
    assert "webhooks.txt:4: not the address of a webhook" in runs[2].stderr
    assert "webhooks.txt:5: would be sent unencrypted" in runs[2].stderr
    assert sorted(json.loads(runs[3].stdout)) == sorted(PATHS)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != file)
    output = "".join(run.stdout + run.stderr for run in runs)
    assert "s3cret" not in output
    assert b"s3cret" not in files


def test_wrong_usage(tmp_path: Path) -> None:
    root = tmp_path / "digest"
    mail_digest(root)
    (tmp_path / "daily.xml").write_bytes(rss(DAY))
    call = ("post", tmp_path / "daily.xml", "--root", root)
    (root / "webhooks.txt").write_text("slack https://hooks.slack.com/services/x\n")
    inside = digest(*call, "--webhooks", root / "webhooks.txt")
    none = digest(*call)
    unknown = digest(*call, "--edition", "2025-01-01", "--dry-run")
    trial = digest(*call, "--dry-run")
    assert "the webhooks file is inside the digest folder, which is published" in inside.stderr
    assert "no webhooks: set one of DIGEST_POST_SLACK, " in none.stderr
    assert "the feed has no edition '2025-01-01'" in unknown.stderr
    assert list(json.loads(trial.stdout)) == list(PATHS)
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_kill_between_any_two_steps_posts_nothing_twice(tmp_path: Path, chats: ChatServers) -> None:
    """A process is killed with SIGKILL before a line of the posting code, for every such line; then it runs again."""
    mail_digest(tmp_path / "digest")
    (tmp_path / "daily.xml").write_bytes(rss(DAY))
    command = [sys.executable, "-m", "tests.post_killer", str(tmp_path)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT,
        env=chats.environment | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    lines = [line.split() for line in run.stdout.splitlines()]
    assert len(lines) > 60
    sites = [message["site"] for message in chats.posted["json"]]
    lost = 0
    for site, outcome in lines:
        assert sites.count(site) == 1 or (outcome, sites.count(site)) == ("unconfirmed", 0), (site, outcome)
        lost += sites.count(site) == 0
    assert lost <= 6  # killed after the note that the body follows, and before the body
