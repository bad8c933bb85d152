"""Deadlines of commands: a slow server delays a command only up to its deadline, and other sources still work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from broadsheet.cli import commands
from broadsheet.http import websub
from broadsheet.mail import feed_parser
from broadsheet.mail import server as mail_server
from broadsheet.mail.deliver import send_edition
from broadsheet.mail.recipients import read_variable
from broadsheet.model.state import DayState
from broadsheet.providers.arxiv import services as arxiv_services
from broadsheet.providers.huggingface import fetcher as huggingface
from broadsheet.providers.librecat import fetcher as librecat
from tests.example import make_digest
from tests.loopback import Loopback
from tests.mail_digest import MAIL, NOW, feed, mail_digest
from tests.model_server import KEY, ModelServer
from tests.recorded_replies import play
from tests.run_setup import DAY, RunSetup, hf_list
from tests.slow_server import DRIPPED, SlowServer, dripping

SECONDS = 0.4
MOMENT = 2.0
WAYS = ("header", "100 Continue", "103 Early Hints", "trailers")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadlines of all services, short."""
    for module, name in (
        (huggingface, "SERVICE"),
        (arxiv_services, "SERVICE"),
        (librecat, "SERVICE"),
        (feed_parser, "SERVICE"),
        (websub, "HUB"),
    ):
        short = msgspec.structs.replace(getattr(module, name), whole_timeout=SECONDS, interval=0.0, pause=0.0)
        monkeypatch.setattr(module, name, short)
    monkeypatch.setattr(mail_server, "DEADLINE_S", SECONDS)


@contextmanager
def within(deadlines: int, work: float = 2.0) -> Iterator[None]:
    """Fail if what is done takes longer than so many deadlines, a moment and the work itself."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < deadlines * SECONDS + MOMENT + work


def play_all(server: Loopback) -> None:
    play(server, "arxiv_feed", "arxiv_details", "hf", "librecat", "librecat_end")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("source", ["hf", "arxiv", "librecat"])
def test_a_run_continues_without_a_source_that_hangs(tmp_path: Path, source: str, way: str) -> None:
    with Loopback() as server, dripping(way) as slow:
        play_all(server)
        run_setup = RunSetup(tmp_path, server)
        run_setup.make_all()
        path = tmp_path / "digest.yml"
        address = {"hf": "huggingface", "arxiv": "arxiv_", "librecat": '"url"'}[source]
        settings = path.read_text().split(", ")
        path.write_text(", ".join(it.replace(server.url, slow.url) if address in it else it for it in settings))
        with within(1):
            receipt = run_setup.run().receipt
        server._unrequested.clear()
    assert slow.connections == 1
    conditions = {name: tally.status for name, tally in receipt.sources.items()}
    assert [name for name, condition in conditions.items() if condition == "failed"] == [
        "librecat ista" if source == "librecat" else source
    ]
    assert [*conditions.values()].count("ok") == 2


@pytest.mark.parametrize("way", WAYS)
def test_a_run_continues_without_a_model_that_hangs(tmp_path: Path, way: str) -> None:
    with Loopback() as server, dripping(way) as slow, ModelServer(KEY) as model:
        server.on("/huggingface.co/api/daily_papers", hf_list("2609.30001", "2609.30002"))
        run_setup = RunSetup(tmp_path, server, model)
        run_setup.make("run: {min_relevance: 1}\n")
        path = tmp_path / "digest.yml"
        path.write_text(path.read_text().replace("timeout: 2", f"timeout: {SECONDS}"))
        run_setup.environment["DIGEST_LLM_URL"] = f"{slow.url}/v1"
        with within(4):
            receipt = run_setup.run().receipt
    assert receipt.state is not DayState.OK
    assert sorted(receipt.unscored) == ["2609.30001", "2609.30002"]
    assert run_setup.listed_ids(DAY) == {"2609.30001", "2609.30002"}


@pytest.mark.parametrize("way", DRIPPED)
def test_mail_from_a_feed_that_hangs(tmp_path: Path, way: str) -> None:
    mail_digest(tmp_path, MAIL)
    with dripping(way) as slow, within(1):
        result = CliRunner().invoke(commands, ["mail", slow.url, "--root", str(tmp_path), "--dry-run"])
    assert "in time" in str(result.exception) or "too slowly" in str(result.exception)


@pytest.mark.parametrize("way", WAYS)
def test_a_ping_to_a_hub_that_hangs(tmp_path: Path, way: str) -> None:
    with dripping(way) as slow, within(1):
        root = make_digest(tmp_path, settings=f"feeds: {{hub: '{slow.url}/'}}\n")
        result = CliRunner().invoke(commands, ["ping", "--root", str(root)])
    assert "answers too slowly" in str(result.exception)
    assert slow.connections == 1


SMTP_WAYS = {
    "silence": lambda: iter([b""] * 1000),
    "greeting": lambda: iter([b"220 "] + [b"x"] * 1000),
    "lines without end": lambda: iter([b"220-more\r\n"] * 1000),
    "after the greeting": lambda: iter([b"220 hello\r\n", b"250-more\r\n"] + [b"250-more\r\n"] * 1000),
}


@pytest.mark.parametrize("way", SMTP_WAYS)
def test_mail_to_a_server_that_hangs(tmp_path: Path, way: str) -> None:
    settings = mail_digest(tmp_path / "digest", MAIL)
    recipients, _ = read_variable("ada@group.example, ben@group.example")
    with SlowServer(SMTP_WAYS[way], pause=0.02) as slow, within(1):
        environment = {
            "DIGEST_SMTP_HOST": "localhost",
            "DIGEST_SMTP_PORT": str(slow.port),
            "DIGEST_SMTP_TLS": "none",
        }
        report = send_edition(
            settings, feed(), None, recipients, tmp_path / "state.sqlite", environment, lambda _: None, now=lambda: NOW
        )
    assert [(it.sent, it.waiting) for it in report.deliveries] == [(0, 2)]
    assert ["mail server: does not answer in time" in str(problem) for problem in report.problems] == [True]
    assert slow.connections == 1


def test_a_mail_server_that_floods_fails_at_the_byte_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "DEADLINE_S", 60)
    there = mail_server.Server("localhost", 0, "none")
    with SlowServer(lambda: iter([b"220-more\r\n" * 1000] * 10_000)) as slow, within(1):
        connection = mail_server.Connection(there._replace(port=slow.port))
        with pytest.raises(mail_server.UnreachableError, match="does not answer in time"):
            connection.send("a@b.example", "c@d.example", b"")
        connection.close()
