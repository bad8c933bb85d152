"""The HTTP client, with a server of many faults."""

import gzip
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.http.client import HttpClient, _may_follow
from broadsheet.http.service import Reply, Service, WebError, printable_url, retry_after, user_agent
from tests.loopback import Answer, FakeTime, Loopback, dripping, endless, hung_up, silent

PLAIN = Service(name="plain")


@pytest.fixture
def web(fake: FakeTime) -> Iterator[HttpClient]:
    with HttpClient("broadsheet/1 (+https://site.example)", clock=fake.clock, sleep=fake.sleep) as door:
        yield door


def failure(web: HttpClient, service: Service, url: str) -> str:
    with pytest.raises(WebError) as caught:
        web.get(service, url)
    return str(caught.value).replace(url.partition("?")[0], "URL")


def test_a_whole_reply_is_returned_and_the_user_agent_names_the_program(server: Loopback, web: HttpClient) -> None:
    server.on("/a", Answer(200, b"<x/>"))
    reply = web.get(PLAIN, f"{server.url}/a?q=1")
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"<x/>", "application/xml")
    assert server.requests[0].path == "/a?q=1"
    assert server.requests[0].headers["user-agent"] == "broadsheet/1 (+https://site.example)"


def test_a_post_sends_json_and_its_headers(server: Loopback, web: HttpClient) -> None:
    server.on("/v1", Answer(200, b"{}"))
    web.post(PLAIN, f"{server.url}/v1", {"é": [1, None]}, headers={"Authorization": "Bearer s3cret"})
    asked = server.requests[0]
    assert (asked.method, asked.body, asked.headers["authorization"]) == (
        "POST",
        '{"é":[1,null]}'.encode(),
        "Bearer s3cret",
    )
    assert asked.headers["content-type"] == "application/json"


def test_requests_to_a_service_start_its_interval_apart_over_one_connection(
    server: Loopback, web: HttpClient, fake: FakeTime
) -> None:
    server.on("/a", Answer(200, b"a"))
    server.on("/b", Answer(200, b"b"))
    service = Service(name="slow", interval=3.0)
    web.get(service, f"{server.url}/a")
    fake.now += 1
    web.get(service, f"{server.url}/b")
    web.get(PLAIN, f"{server.url}/b")  # another service does not wait
    assert fake.slept == [2.0]
    assert len({asked.connection for asked in server.requests[:2]}) == 1


def test_threads_share_the_connections_of_a_service(server: Loopback) -> None:
    busy, most = [0], [0]

    def count(request: BaseHTTPRequestHandler) -> None:
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        time.sleep(0.03)
        busy[0] -= 1
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    server.on("/a", count)
    service = Service(name="two", connections=2)
    with HttpClient("x", clock=time.monotonic, sleep=time.sleep) as web, ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: web.get(service, f"{server.url}/a"), range(6)))
    assert most == [2]
    assert len({asked.connection for asked in server.requests}) <= 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again_after_growing_pauses(
    server: Loopback, web: HttpClient, fake: FakeTime, status: int
) -> None:
    server.on("/a", Answer(status), Answer(status), Answer(200, b"ok"))
    assert web.get(PLAIN, f"{server.url}/a").body == b"ok"
    assert fake.slept == [2.0, 4.0]


@pytest.mark.parametrize(
    ("asks", "pause"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("3, 3", 3.0),
        ("soon", 2.0),
        ("-7", 2.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
    ],
)
def test_retry_after_is_honoured(server: Loopback, web: HttpClient, fake: FakeTime, asks: str, pause: float) -> None:
    server.on("/a", Answer(503, b"", (("Retry-After", asks),)), Answer(200, b"ok"))
    web.get(PLAIN, f"{server.url}/a")
    assert sum(fake.slept) == pause


def test_a_service_that_asks_for_more_than_the_longest_pause_has_failed(
    server: Loopback, web: HttpClient, fake: FakeTime
) -> None:
    server.on("/a", Answer(429, b"", (("Retry-After", "86400"),)))
    what = "URL: answers 429 Too Many Requests and asks to wait 86,400 seconds: try again after that"
    assert failure(web, PLAIN, f"{server.url}/a") == what
    assert len(server.requests) == 1
    assert fake.slept == []


@pytest.mark.parametrize(
    "asks",
    [
        "1000000000",
        "9" * 40,
        "9" * 400,
        "0" * 9 + "9999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thursday, 31-Dec-37 23:59:59 GMT",
        "Thu Dec 31 23:59:59 2037",
    ],
)
def test_a_wait_of_any_length_is_a_wait(server: Loopback, web: HttpClient, fake: FakeTime, asks: str) -> None:
    server.on("/a", Answer(429, b"", (("Retry-After", asks),)))
    assert " and asks to wait " in failure(web, PLAIN, f"{server.url}/a")
    assert (len(server.requests), fake.slept) == (1, [])


def test_a_service_that_stays_down_fails(server: Loopback, web: HttpClient) -> None:
    server.on("/a", Answer(503))
    assert failure(web, PLAIN, f"{server.url}/a") == "URL: answers 503 Service Unavailable: try again later"
    assert len(server.requests) == 4


def test_what_is_wrong_for_good_is_not_tried_again_and_can_be_looked_at(server: Loopback, web: HttpClient) -> None:
    server.on("/a", Answer(401, b'{"error": "no"}'))
    with pytest.raises(WebError) as caught:
        web.post(PLAIN, f"{server.url}/a?key=s3cret", {}, headers={"Authorization": "Bearer s3cret"})
    assert caught.value.status == 401
    assert caught.value.reply is not None
    assert caught.value.reply.body == b'{"error": "no"}'
    assert "s3cret" not in str(caught.value)
    assert len(server.requests) == 1


def test_the_caller_chooses_the_accepted_statuses(server: Loopback, web: HttpClient) -> None:
    server.on("/a", Answer(529), Answer(200, b"ok"))
    server.on("/b", Answer(429))
    assert web.get(Service(name="a", retry=frozenset({529})), f"{server.url}/a").body == b"ok"
    with pytest.raises(WebError):
        web.get(Service(name="b", retry=frozenset()), f"{server.url}/b")
    assert server.paths() == ["/a", "/a", "/b"]


def test_broken_replies_are_explained(server: Loopback, web: HttpClient) -> None:
    length = (("Content-Type", "application/xml"), ("Content-Length", "1000"))
    server.on("/cut", Answer(200, b"<half", length))
    server.on("/endless", endless)
    server.on("/hung", hung_up)
    server.on("/page", Answer(200, b"<html>", (("Content-Type", "text/html; charset=utf-8"),)))
    server.on("/bomb", Answer(200, gzip.compress(b"0" * 2_000_000), (("Content-Encoding", "gzip"),)))
    server.on("/packed", Answer(200, b"not gzip", (("Content-Encoding", "gzip"),)))
    short = Service(name="short", tries=2, largest=1_000_000)
    later = "try again later"
    found = {path: failure(web, short, f"{server.url}/{path}") for path in ("cut", "endless", "hung", "page", "bomb")}
    assert found == {
        "cut": f"URL: breaks off its reply in the middle: {later}",
        "endless": f"URL: answers with more than 1,000,000 bytes: {later}",
        "hung": f"URL: breaks off the connection: {later}",
        "page": f"URL: answers with a web page, not with data: {later}",
        "bomb": f"URL: answers with more than 1,000,000 bytes: {later}",
    }
    assert server.paths().count("/cut") == 2
    assert server.paths().count("/endless") == 1
    assert "URL: " in failure(web, short, f"{server.url}/packed")


def test_what_may_have_been_charged_is_not_sent_again(server: Loopback, web: HttpClient) -> None:
    server.on("/hung", hung_up)
    server.on("/busy", Answer(503), Answer(200, b"ok"))
    once = Service(name="once", resend=False)
    with pytest.raises(WebError) as caught:
        web.post(once, f"{server.url}/hung", {})
    assert (caught.value.sent, server.paths()) == (True, ["/hung"])
    assert web.post(once, f"{server.url}/busy", {}).body == b"ok"  # an answer says that nothing was done


def test_slow_services_fail(server: Loopback) -> None:
    server.on("/silent", silent)
    server.on("/drip", dripping)
    impatient = Service(name="i", tries=1, read_timeout=0.1, whole_timeout=0.3)
    with HttpClient("x", clock=time.monotonic, sleep=time.sleep) as web:
        assert failure(web, impatient, f"{server.url}/silent") == "URL: does not answer in time: try again later"
        assert failure(web, impatient, f"{server.url}/drip") == "URL: answers too slowly: try again later"


def test_a_closed_port_fails(web: HttpClient) -> None:
    with Loopback() as gone:
        pass
    assert failure(web, PLAIN, f"{gone.url}/a") == "URL: cannot be reached: try again later"
    with pytest.raises(WebError) as caught:
        web.post(Service(name="once", tries=1, resend=False), f"{gone.url}/a", {})
    assert caught.value.sent is False


def test_redirects_stay_where_they_were_asked_for(server: Loopback, web: HttpClient) -> None:
    server.on("/a", Answer(301, b"", (("Location", "/b"),)))
    server.on("/b", Answer(200, b"b"))
    server.on("/away", Answer(302, b"", (("Location", "http://localhost:1/x?key=1"),)))
    server.on("/file", Answer(302, b"", (("Location", "file:///etc/passwd"),)))
    server.on("/broken", Answer(302, b"", (("Location", "http://[::1"),)))
    server.on("/round", Answer(302, b"", (("Location", "/round"),)))
    assert web.get(PLAIN, f"{server.url}/a").body == b"b"
    away = "URL: redirects to http://localhost:1/x, which is another place: try again later"
    assert failure(web, PLAIN, f"{server.url}/away") == away
    assert "which is another place" in failure(web, PLAIN, f"{server.url}/file")
    broken = "URL: redirects to an address that cannot be read, which is another place: try again later"
    assert failure(web, PLAIN, f"{server.url}/broken") == broken
    assert failure(web, PLAIN, f"{server.url}/round") == "URL: redirects more than 5 times: try again later"


def test_a_redirect_without_end_is_cut_off_like_any_reply(server: Loopback, web: HttpClient) -> None:
    def forever(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", "/b")
        request.end_headers()
        request.close_connection = True
        for _ in range(400):
            request.wfile.write(b"x" * 10_000)

    server.on("/a", forever)
    small = Service(name="small", largest=1_000_000)
    assert failure(web, small, f"{server.url}/a") == "URL: answers with more than 1,000,000 bytes: try again later"


def test_a_redirect_to_another_port_is_not_followed(server: Loopback, web: HttpClient) -> None:
    with Loopback() as other:
        server.on("/a", Answer(302, b"", (("Location", f"{other.url}/b"),)))
        assert "which is another place" in failure(web, PLAIN, f"{server.url}/a")
        assert other.requests == []


@pytest.mark.parametrize(
    ("before", "after", "domain", "may"),
    [
        ("http://a.example/", "http://a.example:80/b", "", True),
        ("http://a.example/", "https://a.example/b", "", True),
        ("http://a.example:8080/", "https://a.example/b", "", True),
        ("https://a.example:8443/", "https://a.example:8443/b", "", True),
        ("https://a.example/", "http://a.example/b", "", False),
        ("https://a.example/", "https://a.example:8443/b", "", False),
        ("http://a.example/", "http://a.example:8080/b", "", False),
        ("http://a.example:80/", "https://a.example:80/b", "", True),
        ("https://a.example/", "https://b.example/", "", False),
        ("https://a.x.example/", "https://b.x.example/", "x.example", True),
        ("https://a.x.example/", "https://b.x.example:9/", "x.example", False),
        ("https://a.x.example/", "https://bx.example/", "x.example", False),
        ("http://a.example/", "http://a.example:99999/", "", False),
    ],
)
def test_where_a_redirect_may_lead(before: str, after: str, domain: str, may: bool) -> None:
    assert _may_follow(before, after, domain) is may


def test_a_post_is_not_redirected(server: Loopback, web: HttpClient) -> None:
    server.on("/a", Answer(307, b"", (("Location", "/b"),)))
    with pytest.raises(WebError, match=r"answers 307 Temporary Redirect: check the address$"):
        web.post(PLAIN, f"{server.url}/a", {})


def test_passwords_of_netrc_stay_at_home(
    server: Loopback, web: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.on("/a", Answer(200, b"a"))
    web.get(PLAIN, f"{server.url}/a", headers={"Authorization": "Bearer k"})
    assert server.requests[0].headers["authorization"] == "Bearer k"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "//host/x", "http:///x", "http://[::1", "x", ""])
def test_only_http_addresses_are_requested(web: HttpClient, url: str) -> None:
    with pytest.raises(WebError, match="is not an http"):
        web.get(PLAIN, url)


def test_a_header_that_would_break_out_is_refused_without_showing_it(server: Loopback, web: HttpClient) -> None:
    with pytest.raises(WebError) as caught:
        web.get(PLAIN, server.url, headers={"Authorization": "Bearer s3cret\r\nX: y"})
    assert "s3cret" not in str(caught.value)
    assert server.requests == []


def test_printed_addresses_have_no_secret() -> None:
    assert printable_url("https://me:s3cret@host.example:8443/a/b?key=s3cret#s3cret") == "https://host.example:8443/a/b"
    assert printable_url("http://[::1") == "an address that cannot be read"


def test_user_agent() -> None:
    assert (
        user_agent("1.0", "https://a.example/", "me@a.example") == "broadsheet/1.0 (+https://a.example/; me@a.example)"
    )
    assert user_agent("1.0", "", "") == "broadsheet/1.0"
    assert user_agent("1.0", "", "a\r\nX: (b)é") == "broadsheet/1.0 (aX:b)"


def test_a_wait_until_a_date_is_measured_by_the_servers_own_clock() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert retry_after(Reply(url="", status=503, headers=headers, body=b"")) == 30.0


@given(st.text(), st.text())
def test_no_retry_after_breaks_anything(value: str, date: str) -> None:
    asked = retry_after(Reply(url="", status=503, headers={"retry-after": value, "date": date}, body=b""))
    assert asked is None or asked >= 0
