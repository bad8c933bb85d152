"""Replies that come before the real one, and paid replies of any type: each request is sent once (RFC 9110, 15.2)."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, WebError
from tests.loopback import Handler, Loopback
from tests.model_server import KEY, ModelServer, Reply, well
from tests.run_setup import HF, RunSetup, hf_list
from tests.scoring.llm.test_scorer import Digest

INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n",
    "without a reason": b"HTTP/1.1 103\r\n\r\n",
    "unknown": b"HTTP/1.1 150 Thinking\r\nX-Step: 1\r\n\r\n",
    "of HTTP/1.0": b"HTTP/1.0 102 Processing\r\n\r\n",
    "several": b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n",
    "many": b"HTTP/1.1 102 Processing\r\n\r\n" * 500,
}
TYPES = ["text/html", "text/html; charset=utf-8", "application/xhtml+xml", "text/plain", ""]
PAID = Service(name="paid", tries=3, pause=0.0, resend=False, whole_timeout=20)


@pytest.fixture
def web() -> Iterator[HttpClient]:
    with HttpClient("test", clock=time.monotonic, sleep=time.sleep) as door:
        yield door


def after(interim: bytes, body: bytes = b"[]", status: int = 200) -> Handler:
    """Answer with `interim`, and then with `body`."""

    def send(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(interim)
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return send


@pytest.mark.parametrize("way", INTERIM)
def test_interim_replies_are_read_past(web: HttpClient, server: Loopback, way: str) -> None:
    server.on("/a", after(INTERIM[way], b"a"))
    server.on("/b", after(INTERIM[way], b"b"))
    assert web.post(PAID, f"{server.url}/a", {}).body == b"a"
    assert web.get(PAID, f"{server.url}/b").body == b"b"
    assert server.paths() == ["/a", "/b"]
    assert len({asked.connection for asked in server.requests}) == 1


def test_an_error_after_an_interim_reply_is_that_error(web: HttpClient, server: Loopback) -> None:
    server.on("/a", after(INTERIM["103"], b"no", 404))
    with pytest.raises(WebError) as caught:
        web.post(PAID, f"{server.url}/a", {})
    assert (caught.value.status, server.paths()) == (404, ["/a"])


def test_another_protocol_that_was_not_asked_for_is_no_reply(web: HttpClient, server: Loopback) -> None:
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    server.on("/a", after(switching))
    with pytest.raises(WebError) as caught:
        web.post(PAID, f"{server.url}/a", {})
    assert "replies in another protocol, which was not requested" in str(caught.value)
    assert (caught.value.reply, caught.value.sent, server.paths()) == (None, True, ["/a"])


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("status", [200, 201, 203])
def test_a_good_reply_of_any_type_to_an_unrepeatable_request_is_returned(
    web: HttpClient, server: Loopback, kind: str, status: int
) -> None:
    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")

    server.on("/a", send)
    assert web.post(PAID, f"{server.url}/a", {}).body == b"{}"
    assert server.paths() == ["/a"]


@pytest.mark.parametrize("way", ["100", "102", "103", "several"])
def test_a_model_with_interim_replies_is_paid_once(tmp_path: Path, way: str) -> None:
    with ModelServer(KEY) as model:
        digest = Digest(tmp_path, model.url)
        ids = digest.holds(4)
        model.then(lambda question: well(question)._replace(interim=INTERIM[way]))
        assert (digest.score().scored, model.request_ids) == (4, [tuple(ids)])
        assert (digest.receipt.tokens, digest.receipt.errors) == (model.tokens, ())


@pytest.mark.parametrize("kind", TYPES)
def test_a_completion_of_any_type_is_judged(tmp_path: Path, kind: str) -> None:
    with ModelServer(KEY) as model:
        digest = Digest(tmp_path, model.url)
        ids = digest.holds(4)
        model.then(lambda question: well(question)._replace(headers=(("Content-Type", kind),)))
        assert (digest.score().scored, model.request_ids) == (4, [tuple(ids)])
        assert (digest.receipt.tokens, digest.receipt.errors) == (model.tokens, ())


def test_a_web_page_is_asked_for_as_often_as_any_useless_reply(tmp_path: Path) -> None:
    """Three requests in a row without a use say that the endpoint is down."""
    for kind in ("text/html", "application/json"):
        with ModelServer(KEY) as model:
            digest = Digest(tmp_path / kind, model.url)
            ids = digest.holds(4)
            page = Reply(body=b"<html>", headers=(("Content-Type", kind),))
            model.then(*[lambda _, page=page: page] * 6)
            assert digest.score().unscored == dict.fromkeys(ids, "no answer: a reply that is not a chat completion")
            assert len(model.request_ids) == 3


@pytest.mark.parametrize("way", ["103", "several"])
def test_a_source_behind_early_hints(tmp_path: Path, server: Loopback, way: str) -> None:
    server.on(HF, after(INTERIM[way], hf_list("2609.30001", "2609.30002").body))
    run_setup = RunSetup(tmp_path, server)
    run_setup.make()
    assert (run_setup.run().receipt.sources["hf"].announced, run_setup.listed_ids()) == (
        2,
        {"2609.30001", "2609.30002"},
    )
    assert len(server.requests) == 2
