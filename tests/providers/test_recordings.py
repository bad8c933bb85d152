"""Recordings: a test uses each, and with ``--live`` they are compared with the services."""

import time
from pathlib import Path

import msgspec
import pytest

from broadsheet import __version__
from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, user_agent
from broadsheet.model.paper import Paper
from broadsheet.providers import parsers
from tests import recorded_replies
from tests.loopback import Answer
from tests.recorded_replies import FOLDER, Recording

HERE = Path(__file__).parents[1]
DAY = "2026-09-24"
LIVE = Service(name="live", interval=3.0)


def test_every_recording_is_played() -> None:
    """A test fails if its recording is never requested (`Loopback`), so none is unused."""
    tests = "\n".join(path.read_text("utf-8") for path in HERE.rglob("test_fetch*.py"))
    assert [name for name in recorded_replies.names() if f'"{name}"' not in tests] == []
    assert [path.name for path in FOLDER.iterdir() if path.suffix != ".http"] == []


def papers(body: bytes) -> list[Paper]:
    """The papers, without abstracts."""
    rows = parsers.parse(body, "file", DAY)[1].rows if body.strip() else []
    return [msgspec.structs.replace(row.paper, abstract=None, extra={}) for row in rows]


def test_what_is_recorded_has_no_abstracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: recorded_replies.read(name) for name in recorded_replies.names()}
    monkeypatch.setattr(recorded_replies, "FOLDER", tmp_path)
    for name, before in kept.items():
        recorded_replies.write(name, before)
        after = recorded_replies.read(name)
        assert (after.url, papers(after.answer.body)) == (before.url, papers(before.answer.body))
        assert b"Words about" not in after.answer.body


def test_the_services_still_answer_in_these_shapes(live: bool, record: bool) -> None:
    if not live:
        pytest.skip("asks the services themselves: --live")
    with HttpClient(user_agent(__version__, "", ""), clock=time.monotonic, sleep=time.sleep) as web:
        for name in recorded_replies.names():
            recording = recorded_replies.read(name)
            reply = web.get(LIVE, recording.url)
            if reply.body.strip() and recording.answer.body.strip():
                kind = parsers.parse(recording.answer.body, name, DAY)[0]
                assert parsers.parse(reply.body, name, DAY)[0] == kind
            if record:
                answer = Answer(reply.status, reply.body, tuple(reply.headers.items()))
                recorded_replies.write(name, Recording(recording.url, answer))
