"""One deadline for a whole exchange, kept by its sockets.

The timeouts of `requests` and `smtplib` limit a single wait. They never expire if a peer sends a byte now and
then, a flood of ``100 Continue`` or endless trailers. A `TimedSocket` checks the deadline before each wait, and
waits no longer.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, TypeVar

from broadsheet.processes.threads import in_thread

T = TypeVar("T")


class Deadline:
    """A limit on an exchange of one thread: seconds spent and bytes received in ``with deadline:``."""

    def __init__(self, seconds: float, *, max_bytes: float = float("inf")) -> None:
        self._left, self._bytes = seconds, max_bytes
        self._end = float("inf")

    def __enter__(self) -> None:
        self._end = time.monotonic() + self._left
        self._token: Token[Deadline] = _DEADLINE.set(self)

    def __exit__(self, *_: object) -> None:
        self._left = self.left()
        _DEADLINE.reset(self._token)

    def shorten(self, seconds: float) -> None:
        """Leave at most `seconds`."""
        self._left = min(self._left, seconds)

    def left(self) -> float:
        """Return the seconds left, inside ``with deadline:``."""
        return self._end - time.monotonic()

    def receive(self, size: int) -> int:
        """Count received bytes, and return their number."""
        self._bytes -= size
        if self._bytes < 0:
            raise TimeoutError("more bytes than a reply has")
        return size

    @property
    def passed(self) -> bool:
        """True if no time, or no byte, is left."""
        return self._left <= 0 or self._bytes < 0


_NONE = Deadline(float("inf"))
_DEADLINE: ContextVar[Deadline] = ContextVar("deadline")


class TimedSocket(socket.socket):
    """A socket on which no wait outlasts the deadline of its thread."""

    @contextmanager
    def _limited(self) -> Iterator[None]:
        left, timeout = _DEADLINE.get(_NONE).left(), self.gettimeout()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        if timeout is not None and timeout <= left:
            yield
            return
        self.settimeout(min(left, threading.TIMEOUT_MAX))
        try:
            yield
        finally:
            if self.fileno() >= 0:
                self.settimeout(timeout)

    def recv_into(self, *args: Any) -> int:
        with self._limited():
            return _DEADLINE.get(_NONE).receive(super().recv_into(*args))

    def send(self, *args: Any) -> int:
        with self._limited():
            return super().send(*args)

    def sendall(self, *args: Any) -> None:
        with self._limited():
            super().sendall(*args)


class TimedTLS(TimedSocket, ssl.SSLSocket):
    """A `TimedSocket` over TLS."""

    def do_handshake(self, *args: Any) -> None:
        with self._limited():
            super().do_handshake(*args)


def timed(connection: socket.socket) -> TimedSocket:
    """Return `connection` as a `TimedSocket`."""
    timeout = connection.gettimeout()
    result = TimedSocket(connection.family, connection.type, connection.proto, fileno=connection.detach())
    result.settimeout(timeout)
    return result


def in_time(connect: Callable[[], T], seconds: float) -> T:
    """Return what `connect` returns, or raise TimeoutError after `seconds` or at the deadline.

    The resolver of names takes no timeout, so `connect` runs in a thread, which ends when the resolver gives up.
    """
    return in_thread(connect, "connect").result(max(0.0, min(seconds, _DEADLINE.get(_NONE).left())))
