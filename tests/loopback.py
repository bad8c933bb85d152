"""A real HTTP server on loopback that plays what services answer, and misbehaves as they do."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

Handler = Callable[[BaseHTTPRequestHandler], None]


class Answer(NamedTuple):
    """What is sent for one request. `body` may be shorter than a ``Content-Length`` of `headers` says."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/xml"),)


class Asked(NamedTuple):
    """A request as it came; the path has its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: tuple[str, int]


class FakeTime:
    """A clock that stands still but for sleeping, which takes no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the clock go on."""
        self.slept.append(seconds)
        self.now += seconds


class Loopback:
    """Answers by path, with query where a route has one. The last answer of a route stays; others are given once.

    Whatever is asked without a route is answered 404, and kept in `asked` too. Leaving the server without error checks
    that every route was asked.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._routes: dict[str, list[Answer | Handler]] = {}
        self._unasked: set[str] = set()
        self._lock = threading.Lock()
        loopback = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                loopback._serve(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def on(self, path: str, *answers: Answer | Handler) -> None:
        """Answer `path` so."""
        self._routes[path] = list(answers)
        self._unasked.add(path)

    def may(self, path: str, *answers: Answer | Handler) -> None:
        """Answer `path` so, if it is asked for."""
        self._routes[path] = list(answers)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]

    def __enter__(self) -> "Loopback":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self._unasked, f"never asked for: {sorted(self._unasked)}"

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self._lock:
            self.asked.append(Asked(request.command, request.path, headers, body, request.client_address))
            key = request.path if request.path in self._routes else request.path.partition("?")[0]
            self._unasked.discard(key)
            answers = self._routes.get(key, [Answer(404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(request) if callable(answer) else send_answer(request, answer)
        except OSError:  # the other side had enough
            request.close_connection = True


def send_answer(request: BaseHTTPRequestHandler, answer: Answer) -> None:
    """Send an answer."""
    names = {name.lower() for name, _ in answer.headers}
    request.send_response(answer.status)
    for name, value in answer.headers:
        request.send_header(name, value)
    if "content-length" not in names:
        request.send_header("Content-Length", str(len(answer.body)))
    else:
        request.close_connection = True  # the length may be wrong on purpose
    request.end_headers()
    request.wfile.write(answer.body)


def endless(request: BaseHTTPRequestHandler) -> None:
    """A body that never ends."""
    request.send_response(200)
    request.send_header("Content-Type", "application/xml")
    request.end_headers()
    request.close_connection = True
    while True:
        request.wfile.write(b"<item/>" * 10_000)


def dripping(request: BaseHTTPRequestHandler) -> None:
    """A body that comes byte by byte, always in time for the next."""
    request.send_response(200)
    request.end_headers()
    request.close_connection = True
    while True:
        request.wfile.write(b"x")
        time.sleep(0.02)


def silent(request: BaseHTTPRequestHandler) -> None:
    """No answer for a second, then none at all."""
    time.sleep(1)
    request.close_connection = True


def hung_up(request: BaseHTTPRequestHandler) -> None:
    """The connection ends without a word."""
    request.close_connection = True
