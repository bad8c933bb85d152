"""An HTTP server on loopback that replies as the services do, with their faults."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self

Handler = Callable[[BaseHTTPRequestHandler], None]


class Answer(NamedTuple):
    """The reply to one request. `body` may be shorter than the ``Content-Length`` in `headers`."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/xml"),)


class ReceivedRequest(NamedTuple):
    """A received request. The path includes the query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: tuple[str, int]


class FakeTime:
    """A clock that only `sleep` moves. Sleeping takes no real time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """Return the time in seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move the clock forward."""
        self.slept.append(seconds)
        self.now += seconds


class Loopback:
    """Replies by path, with the query if the route has one.

    The last answer of a route is repeated, the others are used once. A request without a route gets 404 and is in
    `requests` too. Leaving the server without an error checks that every route was requested.
    """

    def __init__(self) -> None:
        self.requests: list[ReceivedRequest] = []
        self._routes: dict[str, list[Answer | Handler]] = {}
        self._unrequested: set[str] = set()
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
        """Reply to `path` with `answers`, in order."""
        self._routes[path] = list(answers)
        self._unrequested.add(path)

    def may(self, path: str, *answers: Answer | Handler) -> None:
        """Answer `path` so, if it is asked for."""
        self._routes[path] = list(answers)

    def paths(self) -> list[str]:
        """Return the requested paths in order."""
        return [request.path for request in self.requests]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self._unrequested, f"never requested: {sorted(self._unrequested)}"

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self._lock:
            self.requests.append(ReceivedRequest(request.command, request.path, headers, body, request.client_address))
            key = request.path if request.path in self._routes else request.path.partition("?")[0]
            self._unrequested.discard(key)
            answers = self._routes.get(key, [Answer(404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(request) if callable(answer) else send_answer(request, answer)
        except OSError:  # the client closed the connection
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
