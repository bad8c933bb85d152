"""The mail server: one connection for many messages (SMTP with STARTTLS or TLS), and its answers as values.

No exception of `smtplib` leaves this module and none is quoted: they hold addresses, and the server's words may too.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from broadsheet.http.deadline import Deadline, TimedTLS, in_time, timed
from broadsheet.model.diagnostics import Diagnostic, DigestError

TIMEOUT = 60
DEADLINE_S = 180  # for one message, whatever bytes come: to connect, log in and hand it over
_GOODBYE_S = 5
_MOST_BYTES = 1 << 20  # of replies to one message
_WAYS = ("starttls", "tls", "none")
_LOCAL = frozenset(["localhost", "127.0.0.1", "::1"])
_LATE = "does not answer in time"
_NEXT = "docs/mail.md lists the DIGEST_SMTP_ variables"


class Server(NamedTuple):
    """Where and how mail is handed over. `way` is ``starttls`` (and never without it), ``tls`` or ``none``."""

    host: str
    port: int
    way: str
    user: str = ""
    password: str = ""
    verify: bool = True

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.way})"


class Answer(NamedTuple):
    """What became of a message. Neither accepted nor refused: it may be tried again. `code` is like ``550 5.1.1``."""

    accepted: bool
    refused: bool = False
    code: str = ""


def from_environment(environment: Mapping[str, str]) -> Server:
    """The server that ``DIGEST_SMTP_HOST``, ``_PORT``, ``_USER``, ``_PASSWORD``, ``_TLS`` and ``_VERIFY`` describe.

    Raises DigestError with everything that is wrong.
    """
    given = {name: environment.get(f"DIGEST_SMTP_{name}", "") for name in ("HOST", "PORT", "USER", "TLS", "VERIFY")}
    password = environment.get("DIGEST_SMTP_PASSWORD", "")
    port = given["PORT"] or ("465" if given["TLS"] == "tls" else "587")
    way = given["TLS"] or ("tls" if port == "465" else "starttls")
    wrong = {
        "HOST": "not set" if not given["HOST"] else "",
        "PORT": "" if port.isdecimal() and 0 < int(port) < 65536 else "not the number of a port",
        "TLS": "" if way in _WAYS else f"not one of {', '.join(_WAYS)}",
        "VERIFY": "" if given["VERIFY"] in ("", "yes", "no") else "neither yes nor no",
        "PASSWORD": _password_fault(given["USER"], password),
        "USER": "would be sent unencrypted" if given["USER"] and way == "none" and given["HOST"] not in _LOCAL else "",
    }
    problems = [Diagnostic(f"DIGEST_SMTP_{name}", what, _NEXT) for name, what in wrong.items() if what]
    if problems:
        raise DigestError(problems)
    return Server(given["HOST"], int(port), way, given["USER"], password, given["VERIFY"] != "no")


def _password_fault(user: str, password: str) -> str:
    if password and not user:
        return "set without a DIGEST_SMTP_USER"
    return (
        ""
        if (user + password).isascii()
        else "or DIGEST_SMTP_USER has letters that are not ASCII: few servers know such"
    )


class Unreachable(Exception):
    """The server cannot be reached now, or will not talk now; `why` names no one."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Plain(smtplib.SMTP):
    """SMTP over a socket that keeps the deadline."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connect: Callable[[], socket.socket] = partial(super()._get_socket, host, port, timeout)  # type: ignore[misc]
        return timed(in_time(connect, timeout))


class _TLS(smtplib.SMTP_SSL, _Plain):
    """The same over TLS."""


class Connection:
    """To a server: opened when the first message needs it, kept for the next, opened again when it was lost.

    A server that let a deadline pass is `late`, and not tried again.
    """

    def __init__(self, server: Server) -> None:
        self.late = False
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand `message` over for `recipient`.

        Raises Unreachable, and DigestError where no message at all can go out before somebody changes something.
        """
        if self.late:
            raise Unreachable(_LATE)
        deadline = Deadline(DEADLINE_S, most_bytes=_MOST_BYTES)
        try:
            with deadline:
                answer = self._hand_over(sender, recipient, message)
        except Unreachable:
            self._drop_if_late(deadline)
            raise
        if not answer.accepted:
            self._drop_if_late(deadline)
        return answer

    def _drop_if_late(self, deadline: Deadline) -> None:
        if deadline.passed:
            self.late = True
            self.drop()
            raise Unreachable(_LATE) from None

    def _hand_over(self, sender: str, recipient: str, message: bytes) -> Answer:
        smtp = self._smtp or self._open()
        try:
            smtp.sendmail(sender, [recipient], message)
        except smtplib.SMTPRecipientsRefused as error:
            return self._answer(*next(iter(error.recipients.values())))
        except smtplib.SMTPSenderRefused as error:
            code = _code(error.smtp_code, error.smtp_error)
            if error.smtp_code < 500:
                return self._answer(error.smtp_code, error.smtp_error)
            do = "see to mail: from in digest.yml, DIGEST_SMTP_USER and DIGEST_SMTP_PASSWORD"
            raise self._error(f"does not take mail from this sender ({code})", do) from None
        except smtplib.SMTPResponseException as error:
            return self._answer(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError):
            self.drop()
            return Answer(accepted=False, code="the connection was lost")
        return Answer(accepted=True)

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        if self._smtp:
            with contextlib.suppress(smtplib.SMTPException, OSError), Deadline(_GOODBYE_S, most_bytes=_MOST_BYTES):
                self._smtp.quit()
        self.drop()

    def drop(self) -> None:
        """Forget the connection."""
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def _answer(self, code: int, words: bytes | str) -> Answer:
        if code == 421:  # the server closes the connection (RFC 5321 section 3.8)
            self.drop()
        return Answer(accepted=False, refused=500 <= code < 600, code=_code(code, words))

    def _open(self) -> smtplib.SMTP:
        try:
            self._smtp = self._connected()
            self._log_in(self._smtp)
        except ssl.SSLEOFError:
            self.drop()
            raise Unreachable("ends the connection") from None
        except ssl.SSLError as error:
            self.drop()
            why = getattr(error, "verify_message", "") or error.reason or "no TLS"
            do = "see to DIGEST_SMTP_HOST and its certificate; SSL_CERT_FILE may name an authority of your own"
            raise self._error(f"cannot be trusted ({why})", do) from None
        except smtplib.SMTPResponseException as error:
            self.drop()
            raise Unreachable(f"says {_code(error.smtp_code, error.smtp_error)}") from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            self.drop()
            raise Unreachable(f"cannot be reached ({getattr(error, 'strerror', None) or 'no answer'})") from None
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.way == "tls":
            return _TLS(server.host, server.port, timeout=TIMEOUT, context=_context(server))
        smtp = _Plain(server.host, server.port, timeout=TIMEOUT)
        try:
            if server.way == "starttls":
                smtp.starttls(context=_context(server))
        except smtplib.SMTPNotSupportedError:
            smtp.close()
            raise self._error("offers no STARTTLS", "set DIGEST_SMTP_TLS: tls, or none on your own machine") from None
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        try:
            smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPNotSupportedError:
            self.drop()
            raise self._error(
                "knows no login that this program knows", "leave DIGEST_SMTP_USER out, if it needs none"
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise
            self.drop()
            code = _code(error.smtp_code, error.smtp_error)
            do = "see to DIGEST_SMTP_USER and DIGEST_SMTP_PASSWORD"
            raise self._error(f"does not accept user and password ({code})", do) from None

    def _error(self, what: str, do: str) -> DigestError:
        return DigestError(Diagnostic(f"{self._server.host}:{self._server.port}", f"the mail server {what}", do))


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.sslsocket_class = TimedTLS
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _code(code: int, words: bytes | str) -> str:
    """A reply's code and enhanced code (RFC 3463), without its words."""
    line = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)", line)
    return f"{code} {found[0]}" if found else str(code)
