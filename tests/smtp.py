"""A mail server on loopback with programmed replies, and the messages that it accepted."""

import asyncio
import email
import ssl
import threading
from collections import defaultdict
from email.message import EmailMessage
from email.policy import default
from typing import Any, NamedTuple, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROP = "drop"  # close the connection before a reply
KEEP_AND_DROP = "keep and drop"  # the same, after the message was stored


class Message(NamedTuple):
    """A message that the server accepted."""

    recipient: str
    data: bytes
    encrypted: bool
    user: str

    @property
    def parsed(self) -> EmailMessage:
        """Return the parsed message."""
        return email.message_from_bytes(self.data, policy=default)


class Server:
    """An SMTP server on 127.0.0.1, as a context manager.

    ``answers["RCPT", address]`` (or ``DATA``, ``MAIL``) lists the next replies. Without one it replies 250.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, implicit: bool = False, login: str = "") -> None:
        self.messages: list[Message] = []
        self.senders: list[str] = []
        self.connections = 0
        self.answers: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._context, self._implicit, self._login = context, implicit, login
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> "Server":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that select this server."""
        way = "none" if self._context is None else "tls" if self._implicit else "starttls"
        variables = {"DIGEST_SMTP_HOST": "localhost", "DIGEST_SMTP_PORT": str(self.port), "DIGEST_SMTP_TLS": way}
        if self._login:
            user, _, password = self._login.partition(":")
            variables |= {"DIGEST_SMTP_USER": user, "DIGEST_SMTP_PASSWORD": password}
        return variables

    def boxes(self) -> dict[str, list[str]]:
        """Return the Message-IDs in each recipient's mailbox."""
        boxes: dict[str, list[str]] = defaultdict(list)
        for message in self.messages:
            boxes[message.recipient].append(message.parsed["Message-ID"])
        return dict(boxes)

    async def _listen(self) -> asyncio.Server:
        tls = self._context if self._implicit else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=tls)

    async def _stop(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            hostname="localhost",
            loop=self._loop,
            tls_context=None if self._implicit else self._context,
            require_starttls=self._context is not None and not self._implicit,
            authenticator=self._authenticate if self._login else None,
            auth_require_tls=not self._implicit and self._context is not None,
        )

    def _authenticate(self, _: SMTP, __: Session, ___: Envelope, mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        credentials = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=credentials == self._login, handled=False, auth_data=data.login)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Reply to the sender's address."""
        is_allowed = not self._login or session.authenticated
        reply = self._reply(server, "MAIL", address) if is_allowed else "530 5.7.0 Authentication required"
        if reply.startswith("250"):
            envelope.mail_from = address
            self.senders.append(address)
        return reply

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Reply to a recipient's address."""
        reply = self._reply(server, "RCPT", address)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the message, and reply."""
        (recipient,) = envelope.rcpt_tos
        wait = self.answers["DATA", recipient][:1]
        if wait in ([], [KEEP_AND_DROP]):
            user = (getattr(session, "auth_data", None) or b"").decode()
            data = cast(bytes, envelope.original_content)
            self.messages.append(Message(recipient, data, session.ssl is not None or self._implicit, user))
        return self._reply(server, "DATA", recipient)

    def _reply(self, server: SMTP, command: str, address: str) -> str:
        answers = self.answers[command, address]
        reply = answers.pop(0) if answers else "250 OK"
        if reply in (DROP, KEEP_AND_DROP):
            cast(asyncio.WriteTransport, server.transport).abort()
        return reply
