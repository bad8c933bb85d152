"""The services on loopback: one thread, one request after the other, so that a run can be killed at any of them."""

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.soak.weather import SERVICES, Mood, Weather

_PATIENCE_S = 600.0  # so long a run may take before it is called hanging


class Request(NamedTuple):
    """A request, taken apart."""

    path: str
    query: dict[str, str]
    body: bytes


class Response(NamedTuple):
    """What is sent, unless the connection ends without a word."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    hang_up: bool = False


Answer = Callable[[Request, Mood], Response]


class Services:
    """The ports of all services. `answers` has, by name, what a service says when its weather lets it say anything."""

    def __init__(self, answers: dict[str, Answer], host: str) -> None:
        self._answers, self._host = answers, host
        self.weather: Weather = dict.fromkeys(SERVICES, Mood.FAIR)
        self.before: Callable[[str], None] = lambda name: None  # hears of every request before it is answered
        self.after: Callable[[str], None] = lambda name: None
        self.requests: dict[str, int] = dict.fromkeys(SERVICES, 0)
        self._failing: dict[str, int] = dict.fromkeys(SERVICES, 0)
        self._ports = {name: self._listen(name, 0) for name in SERVICES}
        self._numbers = {name: port.server_port for name, port in self._ports.items()}

    def url(self, name: str) -> str:
        """Where a service is."""
        return f"http://{self._host}:{self._numbers[name]}/{name}"

    def set(self, weather: Weather) -> None:
        """Open and close ports as the weather is."""
        self.weather = weather
        for name, mood in weather.items():
            if mood is Mood.REFUSED and name in self._ports:
                self._ports.pop(name).server_close()
            elif mood is not Mood.REFUSED and name not in self._ports:
                self._ports[name] = self._listen(name, self._numbers[name])

    def close(self) -> None:
        """Close every port."""
        for port in self._ports.values():
            port.server_close()

    def serve(self, until: list[int]) -> bool:
        """Answer until every file descriptor of `until` is at its end; False if that takes too long."""
        end, waiting = time.monotonic() + _PATIENCE_S, set(until)
        while waiting and time.monotonic() < end:
            asked: list[HTTPServer | int] = [*self._ports.values(), *waiting]
            ready, _, _ = select.select(asked, [], [], 1.0)
            for one in ready:
                if isinstance(one, HTTPServer):
                    one.handle_request()
                else:
                    waiting.discard(one)
        return not waiting

    # -- one request ---------------------------------------------------------------------------------------------------

    def _listen(self, name: str, number: int) -> HTTPServer:
        services = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 60

            def do_GET(self) -> None:
                services.answer(name, self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer((self._host, number), Handler)
        server.timeout = 0.0
        return server

    def answer(self, name: str, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.requests[name] += 1
        self.before(name)
        response = self._respond(name, Request(parts.path, dict(parse_qsl(parts.query)), body))
        if response.hang_up:
            _reset(handler.connection)
            return
        try:
            handler.send_response(response.status)
            for key, value in response.headers:
                handler.send_header(key, value)
            handler.send_header("Content-Length", str(len(response.body)))
            handler.end_headers()
            handler.wfile.write(response.body)
        except OSError:  # whoever asked was killed
            return
        self.after(name)

    def _respond(self, name: str, request: Request) -> Response:
        mood = self.weather[name]
        self._failing[name] += 1
        trouble = _TROUBLE.get(mood)
        if trouble and (mood not in (Mood.STUMBLING, Mood.LIMITED) or self._failing[name] % 2):
            return trouble[self._failing[name] // 2 % len(trouble)]
        return self._answers[name](request, mood)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _error(status: int, **headers: str) -> Response:
    body = json.dumps({"error": {"message": "no", "code": None}}).encode()
    return Response(status, body, tuple((key.replace("_", "-"), value) for key, value in headers.items()))


_TROUBLE: dict[Mood, tuple[Response, ...]] = {
    Mood.STUMBLING: (_error(503), _error(500), Response(hang_up=True), _error(502)),
    Mood.LIMITED: (_error(429, Retry_After="3"), _error(503, Retry_After="20"), _error(429)),
    Mood.BROKEN: (_error(500), _error(502), _error(503)),
    Mood.SILENT: (Response(hang_up=True),),
    Mood.BANNED: (_error(429, Retry_After="7200"),),
}
