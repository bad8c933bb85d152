"""The mail server: one SMTP connection (STARTTLS or TLS) for many messages, with results as values.

No exception of `smtplib` leaves this module, and none is quoted: its text and the server's may contain addresses.
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
from broadsheet.settings.address import is_local_host

TIMEOUT_S = 60
DEADLINE_S = 180  # for one message, however slow the server: to connect, log in and send it
_GOODBYE_S = 5
_MAX_BYTES = 1 << 20  # of replies to one message
_TLS_MODES = ("starttls", "tls", "none")
_LATE = "does not answer in time"
_HINT = "set it, see 'broadsheet docs mail'"


class Server(NamedTuple):
    """The address and login of a mail server. `tls_mode` is ``starttls`` (mandatory), ``tls`` or ``none``."""

    host: str
    port: int
    tls_mode: str
    user: str = ""
    password: str = ""
    verify: bool = True

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.tls_mode})"


class SendResult(NamedTuple):
    """The result of sending one message. If neither accepted nor refused, retry. `code` is like ``550 5.1.1``.

    `in_doubt`: the connection was lost, and the server may have the message. `recipient_refused`: the server refused
    the recipient, not the message.
    """

    accepted: bool
    refused: bool = False
    code: str = ""
    in_doubt: bool = False
    recipient_refused: bool = False


def from_environment(environment: Mapping[str, str]) -> Server:
    """Return the server in ``DIGEST_SMTP_HOST``, ``_PORT``, ``_USER``, ``_PASSWORD``, ``_TLS`` and ``_VERIFY``.

    Raises DigestError with all problems.
    """
    values = {name: environment.get(f"DIGEST_SMTP_{name}", "") for name in ("HOST", "PORT", "USER", "TLS", "VERIFY")}
    password = environment.get("DIGEST_SMTP_PASSWORD", "")
    port = values["PORT"] or ("465" if values["TLS"] == "tls" else "587")
    tls_mode = values["TLS"] or ("tls" if port == "465" else "starttls")
    is_unencrypted = tls_mode == "none" and not is_local_host(values["HOST"])
    wrong = {
        "HOST": "not set" if not values["HOST"] else "",
        "PORT": "" if port.isdecimal() and 0 < int(port) < 65536 else "not the number of a port",
        "TLS": "" if tls_mode in _TLS_MODES else f"not one of {', '.join(_TLS_MODES)}",
        "VERIFY": "" if values["VERIFY"] in ("", "yes", "no") else "neither yes nor no",
        "PASSWORD": _password_fault(values["USER"], password),
        "USER": "would be sent unencrypted" if values["USER"] and is_unencrypted else "",
    }
    problems = [Diagnostic(f"DIGEST_SMTP_{name}", what, _HINT) for name, what in wrong.items() if what]
    if problems:
        raise DigestError(problems)
    return Server(values["HOST"], int(port), tls_mode, values["USER"], password, values["VERIFY"] != "no")


def _password_fault(user: str, password: str) -> str:
    if password and not user:
        return "set without a DIGEST_SMTP_USER"
    return (
        ""
        if (user + password).isascii()
        else "or DIGEST_SMTP_USER has letters that are not ASCII: few servers accept them"
    )


class SenderRefusedError(DigestError):
    """The server does not accept the sender. `code` is like ``553 5.7.1``."""

    def __init__(self, problem: Diagnostic, code: str) -> None:
        super().__init__(problem)
        self.code = code


class UnreachableError(Exception):
    """The server is unreachable or unavailable now. `reason` contains no address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Plain(smtplib.SMTP):
    """SMTP over a socket that keeps the deadline."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connect: Callable[[], socket.socket] = partial(super()._get_socket, host, port, timeout)  # type: ignore[misc]
        return timed(in_time(connect, timeout))


class _TLS(smtplib.SMTP_SSL, _Plain):
    """SMTP over TLS with the deadline."""


class Connection:
    """A connection that opens with the first message, serves the next ones, and reopens if it was lost.

    A server that misses a deadline is `late`, and gets no further message.
    """

    def __init__(self, server: Server) -> None:
        self.late = False
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, sender: str, recipient: str, message: bytes) -> SendResult:
        """Send `message` to `recipient`.

        Raises UnreachableError, or DigestError if no message can be sent before the settings change.
        """
        if self.late:
            raise UnreachableError(_LATE)
        deadline = Deadline(DEADLINE_S, max_bytes=_MAX_BYTES)
        try:
            with deadline:
                result = self._send_once(sender, recipient, message)
        except UnreachableError:
            self._drop_if_late(deadline)
            raise
        if not result.accepted:
            self._drop_if_late(deadline)
        return result

    def _drop_if_late(self, deadline: Deadline) -> None:
        if deadline.passed:
            self.late = True
            self.drop()
            raise UnreachableError(_LATE) from None

    def _send_once(self, sender: str, recipient: str, message: bytes) -> SendResult:
        smtp = self._smtp or self._open()
        try:
            smtp.sendmail(sender, [recipient], message)
        except smtplib.SMTPRecipientsRefused as error:
            return self._result(*next(iter(error.recipients.values())))._replace(recipient_refused=True)
        except smtplib.SMTPSenderRefused as error:
            code = _code(error.smtp_code, error.smtp_error)
            if error.smtp_code < 500:
                return self._result(error.smtp_code, error.smtp_error)
            what = f"the mail server does not accept mail from this sender ({code})"
            hint = "check mail: from and bounces in digest.yml, DIGEST_SMTP_USER and DIGEST_SMTP_PASSWORD"
            raise SenderRefusedError(Diagnostic(self._place, what, hint), code) from None
        except smtplib.SMTPResponseException as error:
            return self._result(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError):
            self.drop()
            return SendResult(accepted=False, code="the connection was lost", in_doubt=True)
        return SendResult(accepted=True)

    def close(self) -> None:
        """End the session and close the connection."""
        if self._smtp:
            with contextlib.suppress(smtplib.SMTPException, OSError), Deadline(_GOODBYE_S, max_bytes=_MAX_BYTES):
                self._smtp.quit()
        self.drop()

    def drop(self) -> None:
        """Close the connection without ending the session."""
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def _result(self, code: int, text: bytes | str) -> SendResult:
        if code == 421:  # the server closes the connection (RFC 5321 section 3.8)
            self.drop()
        return SendResult(accepted=False, refused=500 <= code < 600, code=_code(code, text))

    def _open(self) -> smtplib.SMTP:
        try:
            self._smtp = self._connected()
            self._log_in(self._smtp)
        except ssl.SSLEOFError:
            self.drop()
            raise UnreachableError("ends the connection") from None
        except ssl.SSLError as error:
            self.drop()
            reason = getattr(error, "verify_message", "") or error.reason or "no TLS"
            hint = "check DIGEST_SMTP_HOST and its certificate; SSL_CERT_FILE may name an authority of your own"
            raise self._error(f"cannot be trusted ({reason})", hint) from None
        except smtplib.SMTPResponseException as error:
            self.drop()
            raise UnreachableError(f"replied {_code(error.smtp_code, error.smtp_error)}") from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            self.drop()
            raise UnreachableError(f"cannot be reached ({getattr(error, 'strerror', None) or 'no answer'})") from None
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.tls_mode == "tls":
            return _TLS(server.host, server.port, timeout=TIMEOUT_S, context=_context(server))
        smtp = _Plain(server.host, server.port, timeout=TIMEOUT_S)
        try:
            if server.tls_mode == "starttls":
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
                "offers no login method of this program", "leave DIGEST_SMTP_USER out, if it needs none"
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise
            self.drop()
            code = _code(error.smtp_code, error.smtp_error)
            hint = "check DIGEST_SMTP_USER and DIGEST_SMTP_PASSWORD"
            raise self._error(f"does not accept user and password ({code})", hint) from None

    def _error(self, what: str, hint: str) -> DigestError:
        return DigestError(Diagnostic(self._place, f"the mail server {what}", hint))

    @property
    def _place(self) -> str:
        return f"{self._server.host}:{self._server.port}"


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.sslsocket_class = TimedTLS
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _code(code: int, text: bytes | str) -> str:
    """Return a reply's code and enhanced code (RFC 3463), without its text."""
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    match = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)", line)
    return f"{code} {match[0]}" if match else str(code)
