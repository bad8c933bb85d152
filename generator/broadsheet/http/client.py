"""The HTTP client: timeouts, rate limits, retries, a size cap, and messages without secrets."""

import contextlib
import http
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec
import requests
import urllib3

from broadsheet.http.adapter import TimedAdapter, UnrequestedProtocolError
from broadsheet.http.body import Body
from broadsheet.http.deadline import Deadline
from broadsheet.http.service import Reply, Service, WebError, printable_url, retry_after
from broadsheet.model.diagnostics import Diagnostic

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_CHUNK_BYTES = 1 << 16
_LATER = "try again later"


class HttpClient:
    """The client through which all HTTP requests go.

    `clock` returns monotonic seconds, `sleep` waits that many. Threads may share a client. Services are identified by
    name: all requests to one share its interval and connections. `ran_out` is set when a request had no time left: see
    `within`.
    """

    def __init__(self, agent: str, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._agent, self._clock, self._sleep = agent, clock, sleep
        self._queues: dict[str, _ServiceQueue] = {}
        self._lock = threading.Lock()
        self._end = float("inf")
        self.ran_out = False

    def within(self, seconds: float) -> "HttpClient":
        """Return this client with a limit of `seconds` for all of its requests together, pauses included."""
        limited = copy(self)
        limited._end, limited.ran_out = min(self._end, self._clock() + seconds), False
        return limited

    def get(self, service: Service, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the 2xx reply to a GET of `url`. Raises WebError."""
        return self._request(service, "GET", url, dict(headers or {}), None)

    def post(
        self,
        service: Service,
        url: str,
        value: Any,
        *,
        headers: Mapping[str, str] | None = None,
        before_body: Callable[[], None] | None = None,
    ) -> Reply:
        """Return the 2xx reply to `value` as JSON. Raises WebError; no redirect is followed.

        `before_body` is called between head and body: until then the service cannot have done what is asked for.
        """
        headers = {"Content-Type": "application/json", **(headers or {})}
        body = msgspec.json.encode(value)
        return self._request(service, "POST", url, headers, Body(body, before_body) if before_body else body)

    def submit(self, service: Service, url: str, fields: Mapping[str, str]) -> Reply:
        """Return the 2xx reply to `fields` as a web form. Raises WebError; no redirect is followed."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._request(service, "POST", url, headers, urlencode(fields).encode())

    def close(self) -> None:
        """Close all connections."""
        for service_queue in self._queues.values():
            service_queue.close()

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _queue(self, service: Service) -> "_ServiceQueue":
        with self._lock:
            if service.name not in self._queues:
                self._queues[service.name] = _ServiceQueue(service, self._agent, self._clock, self._sleep)
            return self._queues[service.name]

    def _request(
        self, service: Service, method: str, url: str, headers: dict[str, str], data: bytes | Body | None
    ) -> Reply:
        _check(url)
        service_queue, deadline = self._queue(service), Deadline(service.whole_timeout)
        request, failure = _Request(service, method, headers, data, self._end), None
        for attempt in range(1, service.tries + 1):
            if service_queue.next_start() >= self._end:
                raise self._out_of_time(url, failure.error if failure else None)
            reply = self._attempt(service_queue, request, url, deadline)
            if isinstance(reply, Reply):
                return reply
            failure = reply
            if failure.error.reply:
                deadline = Deadline(service.whole_timeout)  # the service replies: the next try has its own time
            if not failure.retry or attempt == service.tries:
                self.ran_out |= self._clock() >= self._end
                raise failure.error
            service_queue.delay(_pause(service, url, failure, attempt))
        raise ValueError(f"{service.name}: fewer than one try")

    def _attempt(
        self, service_queue: "_ServiceQueue", request: "_Request", url: str, deadline: Deadline
    ) -> "Reply | _Failure":
        service = request.service
        try:
            reply = self._follow(service_queue, request, url, deadline)
        except _TransportError as error:
            problem = Diagnostic(printable_url(url), str(error), _LATER, kind=error.kind)
            failure = WebError(problem, sent=error.sent, untrusted=error.untrusted)
            return _Failure(failure, error.passing and (service.resend or not error.sent))
        if 200 <= reply.status < 300 and not (service.resend and reply.is_html):
            return reply
        refusal = _refusal(url, reply, "Authorization" in request.headers)
        return _Failure(refusal, reply.status in service.retry or reply.status < 300, retry_after(reply))

    def _out_of_time(self, url: str, error: WebError | None) -> WebError:
        self.ran_out = True
        message = f"{error.problems[0].message}, and there is" if error else "gets no more requests: there is"
        problem = Diagnostic(printable_url(url), f"{message} no time left for this source", _LATER)
        return WebError(problem, error.reply if error else None, sent=error is not None and error.sent)

    def _follow(self, service_queue: "_ServiceQueue", request: "_Request", url: str, deadline: Deadline) -> Reply:
        for _ in range(_MAX_REDIRECTS + 1):
            reply = service_queue.send(request, url, deadline)
            target = reply.headers.get("location")
            if request.method != "GET" or reply.status not in _REDIRECTS or not target:
                return reply
            before, url = url, _joined(url, target)
            if not _may_follow(before, url, request.service.domain):
                message = f"redirects to {printable_url(url)}, which is another place"
                raise _TransportError(message, kind="redirects to another place")
            if urlsplit(before)[:2] != urlsplit(url)[:2]:
                request = request._replace(headers={})  # a key belongs to one host
        raise _TransportError(f"redirects more than {_MAX_REDIRECTS} times")


class _Request(NamedTuple):
    """A request without its address; `end` is the time at which its reply is given up."""

    service: Service
    method: str
    headers: dict[str, str]
    data: bytes | Body | None
    end: float


class _Failure(NamedTuple):
    """A failed attempt: `retry` if another may succeed, after `retry_after` seconds if the service sets them."""

    error: WebError
    retry: bool
    retry_after: float | None = None


class _TransportError(Exception):
    """No usable reply. `passing`: another try may succeed; `sent`, `untrusted`: see WebError."""

    def __init__(
        self, what: str, passing: bool = False, sent: bool = True, kind: str = "", *, untrusted: bool = False
    ) -> None:
        super().__init__(what)
        self.passing, self.sent, self.kind, self.untrusted = passing, sent, kind, untrusted


class _ServiceQueue:
    """The requests to one service: its connections, and a time before which no request starts.

    A host that let a deadline pass is `_late`; with `skip_late_hosts` it gets no more requests.
    """

    def __init__(
        self, service: Service, agent: str, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._free: queue.LifoQueue[requests.Session] = queue.LifoQueue()
        self._lock, self._turns = threading.Lock(), threading.Lock()
        self._next = float("-inf")
        self._late: set[str] = set()
        for _ in range(service.connections):
            self._free.put(_session(agent))

    def delay(self, seconds: float) -> None:
        """Start no request of any thread for `seconds` seconds."""
        self._not_before(self._clock() + seconds)

    def next_start(self) -> float:
        """Return the time at which the next request may start."""
        return max(self._next, self._clock())

    def _not_before(self, time: float) -> None:
        with self._lock:
            self._next = max(self._next, time)

    def send(self, request: _Request, url: str, deadline: Deadline) -> Reply:
        """Send a request when its turn comes; return its whole reply, of any status. Raises _TransportError."""
        service, host = request.service, urlsplit(url).netloc
        with self._connection() as session:
            if host in self._late:
                raise _TransportError("did not answer in time before and gets no more requests", sent=False)
            self._take_turn(service.interval)
            deadline.shorten(request.end - self._clock())
            timeout = (service.connect_timeout, service.read_timeout)
            try:
                with (
                    deadline,
                    session.request(
                        request.method,
                        url,
                        headers=request.headers,
                        data=request.data,
                        stream=True,
                        allow_redirects=False,
                        timeout=timeout,
                    ) as response,
                ):
                    body = _read(response, service.largest)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                if deadline.passed and service.skip_late_hosts and self._clock() < request.end:
                    self._late.add(host)
                raise _transport_error(error, deadline.passed) from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(url=url, status=response.status_code, headers=headers, body=body)

    def close(self) -> None:
        """Close the connections."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._free.get_nowait().close()

    @contextlib.contextmanager
    def _connection(self) -> Iterator[requests.Session]:
        session = self._free.get()
        try:
            yield session
        finally:
            self._free.put(session)

    def _take_turn(self, interval: float) -> None:
        with self._turns:  # another lock, so that a reply can delay a request that waits for its turn
            while (wait := self._next - self._clock()) > 0:
                self._sleep(wait)
            self._not_before(self._clock() + interval)


def _read(response: requests.Response, largest: int) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > largest:
            raise _TransportError(f"answers with more than {largest:,} bytes")
    return bytes(body)


def _transport_error(error: Exception, late: bool) -> _TransportError:
    """Return the reason for no reply. The library's own words contain the whole URL and are left out."""
    if isinstance(error, requests.ConnectTimeout):
        return _TransportError("does not answer in time", passing=not late, sent=False)
    if late:
        return _TransportError("answers too slowly")
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return _TransportError("does not answer in time", passing=True)
    if isinstance(error, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return _TransportError("cannot be requested: its address or a header has invalid characters", sent=False)
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return _TransportError("has no certificate that can be trusted", sent=False, untrusted=_is_untrusted(error))
    return _TransportError(_broken(error), passing=True, sent=not _unreached(error))


class _Session(requests.Session):
    """A session that follows no redirect: requests would first read its whole body, however long."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _session(agent: str) -> requests.Session:
    session = _Session()
    session.headers["User-Agent"] = agent
    session.auth = _unchanged  # else requests sends the passwords of ~/.netrc, even in place of a key
    adapter = TimedAdapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise WebError(Diagnostic(printable_url(url), "is not an http(s) address", "correct the address in digest.yml"))


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        return target  # which is not followed


def _may_follow(before: str, after: str, domain: str) -> bool:
    """Return whether a redirect stays in place, and does not lead from https to http.

    The place is the same host on the same port or on that of https, or a host of `domain` on the usual port.
    """
    try:
        old, new = urlsplit(before), urlsplit(after)
        ports = (old.port or _PORTS.get(old.scheme), new.port or _PORTS.get(new.scheme))
    except ValueError:
        return False
    if new.scheme not in _PORTS or (old.scheme == "https" and new.scheme == "http"):
        return False
    is_usual = ports[1] == _PORTS[new.scheme]
    if old.hostname == new.hostname:
        return ports[0] == ports[1] or (is_usual and new.scheme == "https")
    hosts = (old.hostname or "", new.hostname or "")
    return is_usual and bool(domain) and all(f".{host}".endswith(f".{domain}") for host in hosts)


def _refusal(url: str, reply: Reply, has_key: bool) -> WebError:
    has_phrase = reply.status in set(http.HTTPStatus)
    if reply.status < 300:
        return WebError(Diagnostic(printable_url(url), "answers with a web page, not with data", _LATER), reply)
    what = f"answers {reply.status}" + (f" {http.HTTPStatus(reply.status).phrase}" if has_phrase else "")
    check = "check the address and the key" if has_key else "check the address"
    hint = check if 300 <= reply.status < 500 and reply.status != 429 else _LATER
    return WebError(Diagnostic(printable_url(url), what, hint), reply)


def _pause(service: Service, url: str, failure: _Failure, attempt: int) -> float:
    """Return the seconds before the next attempt. Raises WebError if the service asks for more than it may."""
    if failure.retry_after is None:
        return min(service.pause * (1 << attempt - 1), service.longest_pause)
    if failure.retry_after <= service.longest_pause:
        return failure.retry_after
    message = f"{failure.error.problems[0].message} and asks to wait {failure.retry_after:,.0f} seconds"
    raise WebError(Diagnostic(printable_url(url), message, "try again after that"), failure.error.reply)


def _is_untrusted(error: Exception) -> bool:
    """Return whether a TLS error is about the certificate, not about the connection."""
    return "CertVerificationError" in repr(error) or "CertificateError" in repr(error)


def _unreached(error: Exception) -> bool:
    """Return whether there never was a connection."""
    return any(name in repr(error) for name in ("NameResolutionError", "NewConnectionError"))


def _broken(error: Exception) -> str:
    text = repr(error)
    if "NameResolutionError" in text:
        return "its host cannot be resolved (no network, or no DNS)"
    if UnrequestedProtocolError.__name__ in text:
        return "replies in another protocol, which was not requested"
    if "IncompleteRead" in text or "InvalidChunkLength" in text:
        return "breaks off its reply in the middle"
    return "cannot be reached" if "NewConnectionError" in text else "breaks off the connection"
