"""A server on loopback that never finishes its reply: it keeps sending, so no single wait is long."""

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

Bytes = Iterator[bytes]

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
_GZIP = _OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_EMPTY_MEMBER = bytes.fromhex("1f8b08000000000000ff03000000000000000000")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


# Bytes that come one piece at a time, with a pause after each.
DRIPPED: dict[str, Callable[[], Bytes]] = {
    "silence": lambda: itertools.repeat(b""),
    "status line": lambda: itertools.chain([b"HTTP/1.1 200 "], itertools.repeat(b"O")),
    "header": lambda: itertools.chain([_OK, b"X: "], itertools.repeat(b"x")),
    "100 Continue": lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "102 Processing": lambda: itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "103 Early Hints": lambda: itertools.repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "an unknown interim reply": lambda: itertools.repeat(b"HTTP/1.1 199\r\n\r\n"),
    "header of a 103": lambda: itertools.chain([b"HTTP/1.1 103 Early Hints\r\nLink: "], itertools.repeat(b"x")),
    "body": lambda: itertools.chain([_OK, b"\r\n"], itertools.repeat(b"x")),
    "body of a known length": lambda: itertools.chain([_OK, b"Content-Length: 9999\r\n\r\n"], itertools.repeat(b"x")),
    "chunks": lambda: itertools.chain([_CHUNKED], itertools.repeat(_chunk(b"x"))),
    "chunk extension": lambda: itertools.chain([_CHUNKED, b"5;a="], itertools.repeat(b"x")),
    "trailers": lambda: itertools.chain([_CHUNKED, _chunk(b"<x/>"), b"0\r\n"], itertools.repeat(b"X: y\r\n")),
    "gzip file name": lambda: itertools.chain(
        [_GZIP, _chunk(bytes.fromhex("1f8b0808000000000003"))], itertools.repeat(_chunk(b"a"))
    ),
    "empty gzip members": lambda: itertools.chain([_GZIP], itertools.repeat(_chunk(_EMPTY_MEMBER))),
    "error page": lambda: itertools.chain([b"HTTP/1.1 503 Busy\r\n\r\n"], itertools.repeat(b"x")),
}

# Bytes that are sent as fast as the client reads them.
FLOODED: dict[str, Callable[[], Bytes]] = {
    "100 Continue": lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "102 Processing": lambda: itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000),
    "103 Early Hints": lambda: itertools.repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000),
    "trailers": lambda: itertools.chain([_CHUNKED, b"0\r\n"], itertools.repeat(b"X: y\r\n" * 1000)),
    "gzip file name": lambda: itertools.chain(
        [_GZIP, _chunk(bytes.fromhex("1f8b0808000000000003"))], itertools.repeat(_chunk(b"a" * 10_000))
    ),
    "empty gzip members": lambda: itertools.chain([_GZIP], itertools.repeat(_chunk(_EMPTY_MEMBER * 500))),
}


class SlowServer:
    """A server that sends the bytes of `way` to every connection, without end. With `tls` it does so over TLS."""

    def __init__(self, way: Callable[[], Bytes], *, pause: float = 0.0, tls: ssl.SSLContext | None = None) -> None:
        self._way, self._pause, self._tls = way, pause, tls
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://localhost:{self.port}"
        self.connections = 0

    def __enter__(self) -> "SlowServer":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            wrapped = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with wrapped:
                for piece in self._way():
                    if self._closed.is_set():
                        return
                    wrapped.sendall(piece)
                    time.sleep(self._pause)
                wrapped.settimeout(5)
                wrapped.recv(1 << 16)  # closing over a request that was not read would reset the connection


def dripping(way: str) -> SlowServer:
    """Return a server that sends a few bytes at a time, in the way with this name."""
    return SlowServer(DRIPPED[way], pause=0.02)


def flooding(way: str) -> SlowServer:
    """Return a server that sends as fast as it can, in the way with this name."""
    return SlowServer(FLOODED[way])
