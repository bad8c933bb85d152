"""An adapter of `requests` whose sockets keep a `Deadline`."""

import http.client
import socket
from ssl import SSLContext
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError
from urllib3.util.ssl_ import create_urllib3_context

from broadsheet.http.deadline import TimedTLS, in_time, timed


class UnrequestedProtocolError(http.client.HTTPException):
    """A reply in another protocol, which was not requested."""


class _Response(http.client.HTTPResponse):
    """A reply without the interim replies before it (RFC 9110, 15.2). The standard library skips status 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise UnrequestedProtocolError
            if status >= http.HTTPStatus.OK:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection(HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        try:
            return timed(in_time(super()._new_conn, self.timeout or float("inf")))
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class TimedAdapter(HTTPAdapter):
    """An adapter that connects, directly or through a proxy, by timed sockets."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=_timed_context())
        _use_timed_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options, ssl_context=_timed_context())
        _use_timed_pools(manager)
        return manager


def _timed_context() -> SSLContext:
    context = create_urllib3_context()
    context.sslsocket_class = TimedTLS
    return context


def _use_timed_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
