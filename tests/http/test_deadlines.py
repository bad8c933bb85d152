"""One deadline holds for a whole exchange, with any server."""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.http.client import HttpClient
from broadsheet.http.deadline import Deadline, in_time
from broadsheet.http.service import Service, WebError
from tests.loopback import Loopback
from tests.slow_server import DRIPPED, FLOODED, SlowServer, dripping, flooding

SECONDS = 0.4
MOMENT = 2.0
SERVICE = Service(name="hanging", tries=3, pause=0.0, read_timeout=0.3, whole_timeout=SECONDS)
PIECES = (
    *(b"HTTP/1.1 ", b"200", b" OK", b"\r\n", b"\n", b": ", b"101 ", b"0\r\n\r\n", b"-5", b"ffffffffffffffffff"),
    *(
        b"Content-Length",
        b"Transfer-Encoding",
        b"chunked",
        b"Content-Encoding",
        b"gzip",
        b"br, gzip, zstd",
        b"\x1f\x8b",
    ),
    *(b"Location", b"http://[::1", b"Retry-After", b"\xff\x00", b"x" * 70_000),
)


@pytest.fixture
def web() -> Iterator[HttpClient]:
    with HttpClient("test", clock=time.monotonic, sleep=time.sleep) as door:
        yield door


def given_up(ask: Callable[[], object]) -> str:
    """What the error says that comes in time."""
    start = time.monotonic()
    with pytest.raises(WebError) as caught:
        ask()
    assert time.monotonic() - start < SECONDS + MOMENT
    return caught.value.problems[0].message


@pytest.mark.parametrize("way", DRIPPED)
def test_a_server_that_drips_fails_at_the_deadline(web: HttpClient, way: str) -> None:
    with dripping(way) as server:
        what = given_up(lambda: web.get(SERVICE, server.url))
    assert what == ("answers too slowly" if way != "silence" else what)


@pytest.mark.parametrize("way", FLOODED)
def test_a_server_that_floods_fails_at_the_deadline(web: HttpClient, way: str) -> None:
    with flooding(way) as server:
        assert given_up(lambda: web.get(SERVICE, server.url)) == "answers too slowly"


@pytest.mark.parametrize("way", ["status line", "100 Continue", "102 Processing", "103 Early Hints", "trailers"])
def test_a_post_fails_at_the_deadline_too(web: HttpClient, way: str) -> None:
    with dripping(way) as server:
        given_up(lambda: web.post(SERVICE, server.url, {}))


def test_a_server_that_does_not_read_fails_at_the_deadline(web: HttpClient) -> None:
    with dripping("silence") as server:
        given_up(lambda: web.post(SERVICE, server.url, "x" * 20_000_000))


def test_tls_has_the_same_deadline(
    web: HttpClient, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    bundle = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    for way in ("header", "100 Continue", "body"):
        with SlowServer(DRIPPED[way], pause=0.02, tls=context) as server:
            assert given_up(partial(web.get, SERVICE, server.url)) == "answers too slowly"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<x/>"
    with SlowServer(lambda: iter([answer]), tls=context) as server:
        assert web.get(SERVICE, server.url).body == b"<x/>"


@pytest.mark.parametrize("record", [b"", b"\x16\x03\x03\x40\x00"])
def test_a_handshake_has_the_same_deadline(web: HttpClient, record: bytes) -> None:
    def way() -> Iterator[bytes]:
        yield record
        while True:
            yield b"\x02" if record else b""

    with SlowServer(way, pause=0.02) as server:
        given_up(lambda: web.get(SERVICE, server.url.replace("http:", "https:")))


def test_redirects_share_the_deadline(web: HttpClient) -> None:
    def slowly(request: BaseHTTPRequestHandler) -> None:
        time.sleep(SECONDS / 2)
        request.send_response(302)
        request.send_header("Location", request.path + "x")
        request.send_header("Content-Length", "0")
        request.end_headers()

    with Loopback() as server:
        for path in ("/a", "/ax", "/axx"):
            server.on(path, slowly)
        server._unrequested.discard("/axx")
        assert given_up(lambda: web.get(SERVICE, f"{server.url}/a")) == "answers too slowly"


def test_a_host_that_let_a_deadline_pass_is_not_asked_again(web: HttpClient) -> None:
    with dripping("header") as server, Loopback() as other:
        given_up(lambda: web.get(SERVICE, server.url))
        assert given_up(lambda: web.get(SERVICE, server.url)).startswith("did not answer in time before")
        assert server.connections == 1
        other.on("/a", lambda request: request.send_error(404))
        assert given_up(lambda: web.get(SERVICE, f"{other.url}/a")) == "answers 404 Not Found"
        each = Service(name="each", tries=1, whole_timeout=SECONDS, skip_late_hosts=False)
        for _ in range(2):
            given_up(lambda: web.post(each, server.url, {}))
        assert server.connections == 3


def test_threads_have_their_own_deadlines(web: HttpClient) -> None:
    service = Service(name="many", connections=4, tries=1, whole_timeout=SECONDS, skip_late_hosts=False)
    with dripping("100 Continue") as server:
        threads = [threading.Thread(target=given_up, args=(lambda: web.get(service, server.url),)) for _ in range(4)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - start < SECONDS + MOMENT


def test_a_name_that_does_not_resolve_in_time_fails(web: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: go_on.wait(30) and [])
    try:
        assert given_up(lambda: web.get(SERVICE, "http://slow.example/")) == "does not answer in time"
    finally:
        go_on.set()


def test_no_thread_is_left(web: HttpClient) -> None:
    before = threading.active_count()
    with dripping("body") as server:
        given_up(lambda: web.get(SERVICE, server.url))
    assert not [thread for thread in threading.enumerate() if thread.name == "connect"]
    assert threading.active_count() <= before + 2  # those of the server


def test_a_deadline_counts_the_time_inside_of_it_only() -> None:
    deadline = Deadline(0.05)
    with deadline:
        pass
    time.sleep(0.06)
    assert not deadline.passed
    with deadline, pytest.raises(TimeoutError):
        in_time(lambda: time.sleep(0.3), 10)
    assert deadline.passed


REPLIES = st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=14).map(b"".join)


@settings(deadline=None, max_examples=60)
@given(REPLIES, st.booleans())
def test_no_reply_is_more_than_an_error(reply: bytes, good: bool) -> None:
    raw = (b"HTTP/1.1 200 OK\r\n" if good else b"") + reply
    once = Service(name="once", tries=1, whole_timeout=1, read_timeout=0.5)
    web = HttpClient("test", clock=time.monotonic, sleep=time.sleep)
    with SlowServer(lambda: iter([raw])) as server, web, contextlib.suppress(WebError):
        web.get(once, server.url)
