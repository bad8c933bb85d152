"""`Web`: requests with timeouts, politeness, retries, a size cap, and messages that give no secret away."""

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

from broadsheet.http.adapter import TimedAdapter, UnaskedProtocolError
from broadsheet.http.deadline import Deadline
from broadsheet.http.service import Reply, Service, WebError, shown, wait_asked
from broadsheet.model.diagnostics import Diagnostic

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_PIECE = 1 << 16
_LATER = "try again later"


class Web:
    """The one door. `clock` gives seconds that only grow (`time.monotonic`), `sleep` waits that many seconds.

    May be shared by threads. A service is known by its name: all requests to it share its interval and connections.
    `ran_out` tells whether a request failed for lack of time: see `within`.
    """

    def __init__(self, agent: str, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._agent, self._clock, self._sleep = agent, clock, sleep
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()
        self._end = float("inf")
        self.ran_out = False

    def within(self, seconds: float) -> "Web":
        """Return the same door, which shuts after `seconds`, for all requests that belong together, pauses included."""
        limited = copy(self)
        limited._end, limited.ran_out = min(self._end, self._clock() + seconds), False
        return limited

    def get(self, service: Service, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply at `url` if its status is 2xx. Raises WebError."""
        return self._ask(service, "GET", url, dict(headers or {}), None)

    def post(self, service: Service, url: str, value: Any, *, headers: Mapping[str, str] | None = None) -> Reply:
        """The 2xx reply to `value` sent as JSON. Raises WebError; no redirect is followed."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self._ask(service, "POST", url, sent, msgspec.json.encode(value))

    def submit(self, service: Service, url: str, fields: Mapping[str, str]) -> Reply:
        """The 2xx reply to `fields` sent as a web form is. Raises WebError; no redirect is followed."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(service, "POST", url, sent, urlencode(fields).encode())

    def close(self) -> None:
        """Give all connections back."""
        for line in self._lines.values():
            line.close()

    def __enter__(self) -> "Web":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self, service: Service) -> "_Line":
        with self._lock:
            if service.name not in self._lines:
                self._lines[service.name] = _Line(service, self._agent, self._clock, self._sleep)
            return self._lines[service.name]

    def _ask(self, service: Service, method: str, url: str, headers: dict[str, str], data: bytes | None) -> Reply:
        _check(url)
        line, deadline = self._line(service), Deadline(service.whole_timeout)
        request, error = _Request(service, method, headers, data, self._end), None
        for attempt in range(service.tries):
            if line.next_start() >= self._end:
                raise self._out_of_time(url, error)
            pause = min(service.pause * 2**attempt, service.longest_pause)
            try:
                reply = self._follow(line, request, url, deadline)
            except _Lost as lost:
                error = WebError(Diagnostic(shown(url), str(lost), _LATER, kind=lost.kind), sent=lost.sent)
                passing = lost.passing and (service.resend or not lost.sent)
            else:
                if 200 <= reply.status < 300 and not (service.resend and _is_page(reply)):
                    return reply
                deadline = Deadline(service.whole_timeout)  # it answers: the next try has its own time
                error, passing = (
                    _refusal(url, reply, "Authorization" in headers),
                    reply.status in service.retry or reply.status < 300,
                )
                if passing and (asked := wait_asked(reply)) is not None:
                    pause = asked
            if not passing or attempt + 1 == service.tries:
                self.ran_out |= self._clock() >= self._end
                raise error
            if pause > service.longest_pause:
                raise _too_long(url, pause, error)
            line.hold(pause)
        raise ValueError(f"{service.name} is to be tried less than once")

    def _out_of_time(self, url: str, error: WebError | None) -> WebError:
        self.ran_out = True
        message = f"{error.problems[0].message}, and there is" if error else "is not asked any more: there is"
        problem = Diagnostic(shown(url), f"{message} no time left for this source", _LATER)
        return WebError(problem, error.reply if error else None, sent=error is not None and error.sent)

    def _follow(self, line: "_Line", request: "_Request", url: str, deadline: Deadline) -> Reply:
        asked = url
        for _ in range(_MOST_REDIRECTS + 1):
            reply = line.send(request, asked, deadline)
            target = reply.headers.get("location")
            if request.method != "GET" or reply.status not in _REDIRECTS or not target:
                return reply
            before, asked = asked, _joined(asked, target)
            if not _may_follow(before, asked, request.service.domain):
                what = f"redirects to {shown(asked)}, which is another place"
                raise _Lost(what, kind="redirects to another place")
            if urlsplit(before)[:2] != urlsplit(asked)[:2]:
                request = request._replace(headers={})  # a key is for the host it was given for
        raise _Lost(f"redirects more than {_MOST_REDIRECTS} times")


class _Request(NamedTuple):
    """What is asked, wherever it is redirected to; `end` is the time at which its reply is given up."""

    service: Service
    method: str
    headers: dict[str, str]
    data: bytes | None
    end: float


class _Lost(Exception):
    """There is no reply to speak of. `passing`: another try may bring one; `sent`: the request went out."""

    def __init__(self, what: str, passing: bool = False, sent: bool = True, kind: str = "") -> None:
        super().__init__(what)
        self.passing, self.sent, self.kind = passing, sent, kind


class _Line:
    """What is under way to one service: so many connections, and a time before which no request starts.

    A host that let a deadline pass is `_late`, and where the service says so it is asked no more.
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

    def hold(self, seconds: float) -> None:
        """Start no request, whoever makes it, before so many seconds have passed."""
        self._not_before(self._clock() + seconds)

    def next_start(self) -> float:
        """Return the time at which the next request may start."""
        return max(self._next, self._clock())

    def _not_before(self, time: float) -> None:
        with self._lock:
            self._next = max(self._next, time)

    def send(self, request: _Request, url: str, deadline: Deadline) -> Reply:
        """One request when its turn comes, and its whole reply, whatever the status. Raises _Lost."""
        service, place = request.service, urlsplit(url).netloc
        with self._connection() as session:
            if place in self._late:
                raise _Lost("did not answer in time before and is not asked again", sent=False)
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
                    self._late.add(place)
                raise _lost(error, deadline.passed) from error
        found = {name.lower(): value for name, value in response.headers.items()}
        return Reply(url=url, status=response.status_code, headers=found, body=body)

    def close(self) -> None:
        """Give the connections back."""
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
        with self._turns:  # another lock, so that a request that comes back can put off one that waits for its turn
            while (wait := self._next - self._clock()) > 0:
                self._sleep(wait)
            self._not_before(self._clock() + interval)


def _read(response: requests.Response, largest: int) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > largest:
            raise _Lost(f"answers with more than {largest:,} bytes")
    return bytes(body)


def _lost(error: Exception, late: bool) -> _Lost:
    """Return why there is no reply. The library's own words hold the whole URL and are left out."""
    if isinstance(error, requests.ConnectTimeout):
        return _Lost("does not answer in time", passing=not late, sent=False)
    if late:
        return _Lost("answers too slowly")
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return _Lost("does not answer in time", passing=True)
    if isinstance(error, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return _Lost("cannot be asked: its address or a header has characters that may not stand there", sent=False)
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return _Lost("has no certificate that can be trusted", sent=False)
    return _Lost(_broken(error), passing=True, sent=not _unreached(error))


class _Session(requests.Session):
    """One that leaves redirects alone: requests would read the whole body of one, however long, before it returns."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _session(agent: str) -> requests.Session:
    session = _Session()
    session.headers["User-Agent"] = agent
    session.auth = _as_it_is  # else requests sends the passwords of ~/.netrc, even in place of a key
    adapter = TimedAdapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise WebError(Diagnostic(shown(url), "is no http(s) address", "correct the address in digest.yml"))


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        return target  # which nobody will follow


def _may_follow(before: str, after: str, domain: str) -> bool:
    """Return whether a redirect stays where it was asked for, and does not lead from https to http.

    That is the same host on the same port or on that of https, or a host of `domain` on the usual port.
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
    known = reply.status in set(http.HTTPStatus)
    if reply.status < 300:
        return WebError(Diagnostic(shown(url), "answers with a web page, not with data", _LATER), reply)
    what = f"answers {reply.status}" + (f" {http.HTTPStatus(reply.status).phrase}" if known else "")
    check = "check the address and the key" if has_key else "check the address"
    do = check if 300 <= reply.status < 500 and reply.status != 429 else _LATER
    return WebError(Diagnostic(shown(url), what, do), reply)


def _too_long(url: str, pause: float, error: WebError) -> WebError:
    message = f"{error.problems[0].message} and asks to wait {pause:,.0f} seconds"
    return WebError(Diagnostic(shown(url), message, "try again after that"), error.reply)


def _is_page(reply: Reply) -> bool:
    """Error pages and log-in pages come with status 200 too; nothing this program asks for is HTML."""
    return "html" in reply.headers.get("content-type", "").lower()


def _unreached(error: Exception) -> bool:
    """Whether there never was a connection."""
    return any(name in repr(error) for name in ("NameResolutionError", "NewConnectionError"))


def _broken(error: Exception) -> str:
    text = repr(error)
    if "NameResolutionError" in text:
        return "is a host that is not known"
    if UnaskedProtocolError.__name__ in text:
        return "answers in another protocol, which was not asked for"
    if "IncompleteRead" in text or "InvalidChunkLength" in text:
        return "breaks off its answer in the middle"
    return "cannot be reached" if "NewConnectionError" in text else "breaks the connection off"
