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

from tests.soak.faults import SERVICES, Fault, Faults

_MAX_RUN_S = 600.0  # after that a run counts as hanging


class Request(NamedTuple):
    """A request, taken apart."""

    path: str
    query: dict[str, str]
    body: bytes


class Response(NamedTuple):
    """A reply, or the end of the connection without one."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    hang_up: bool = False


Answer = Callable[[Request, Fault], Response]


class Services:
    """The ports of all services. `answers` has, by name, the replies of a service without a fault."""

    def __init__(self, answers: dict[str, Answer], host: str) -> None:
        self._answers, self._host = answers, host
        self.faults: Faults = dict.fromkeys(SERVICES, Fault.NONE)
        self.before: Callable[[str], None] = lambda name: None  # called before each reply
        self.after: Callable[[str], None] = lambda name: None
        self.requests: dict[str, int] = dict.fromkeys(SERVICES, 0)
        self._failing: dict[str, int] = dict.fromkeys(SERVICES, 0)
        self._ports = {name: self._listen(name, 0) for name in SERVICES}
        self._numbers = {name: port.server_port for name, port in self._ports.items()}

    def url(self, name: str) -> str:
        """Return the address of a service."""
        return f"http://{self._host}:{self._numbers[name]}/{name}"

    def set(self, faults: Faults) -> None:
        """Set the faults of all services; open and close their ports."""
        self.faults = faults
        for name, fault in faults.items():
            if fault is Fault.REFUSED and name in self._ports:
                self._ports.pop(name).server_close()
            elif fault is not Fault.REFUSED and name not in self._ports:
                self._ports[name] = self._listen(name, self._numbers[name])

    def close(self) -> None:
        """Close every port."""
        for port in self._ports.values():
            port.server_close()

    def serve(self, until: list[int]) -> bool:
        """Answer until every file descriptor of `until` is at its end; False if that takes too long."""
        end, waiting = time.monotonic() + _MAX_RUN_S, set(until)
        while waiting and time.monotonic() < end:
            asked: list[HTTPServer | int] = [*self._ports.values(), *waiting]
            ready, _, _ = select.select(asked, [], [], 1.0)
            for item in ready:
                if isinstance(item, HTTPServer):
                    item.handle_request()
                else:
                    waiting.discard(item)
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
        except OSError:  # the client was killed
            return
        self.after(name)

    def _respond(self, name: str, request: Request) -> Response:
        fault = self.faults[name]
        self._failing[name] += 1
        errors = _ERRORS.get(fault)
        if errors and (fault not in (Fault.STUMBLING, Fault.LIMITED) or self._failing[name] % 2):
            return errors[self._failing[name] // 2 % len(errors)]
        return self._answers[name](request, fault)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _error(status: int, **headers: str) -> Response:
    body = json.dumps({"error": {"message": "no", "code": None}}).encode()
    return Response(status, body, tuple((key.replace("_", "-"), value) for key, value in headers.items()))


_ERRORS: dict[Fault, tuple[Response, ...]] = {
    Fault.STUMBLING: (_error(503), _error(500), Response(hang_up=True), _error(502)),
    Fault.LIMITED: (_error(429, Retry_After="3"), _error(503, Retry_After="20"), _error(429)),
    Fault.BROKEN: (_error(500), _error(502), _error(503)),
    Fault.SILENT: (Response(hang_up=True),),
    Fault.BANNED: (_error(429, Retry_After="7200"),),
}
