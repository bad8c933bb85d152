"""Delivery of a feed's editions: each recipient gets an edition once, even if runs are repeated or killed."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.mail import delivery_log, feed_parser, recipients, selection, server
from broadsheet.mail.content import MailContent, compose
from broadsheet.mail.delivery_log import DeliveryLog, Status
from broadsheet.mail.edition import Edition, ParsedFeed, old_id, read
from broadsheet.mail.list_id import list_id
from broadsheet.mail.message import MailingList, message, message_id
from broadsheet.mail.recipients import Recipient
from broadsheet.mail.server import Connection, UnreachableError
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.state import DayState
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.settings.mailbox import LONGEST_NAME, Mailbox, fault, mailbox
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.topic_colours import topic_hues

PAUSES = (10, 60, 300)  # seconds before the next tries at recipients that the server deferred
_PLACEHOLDER = Mailbox("reader@digest.invalid")
_LONGEST = Mailbox("a" * 64 + "@" + ".".join(["b" * 60] * 3), "\N{CJK UNIFIED IDEOGRAPH-4E00}" * LONGEST_NAME)


class Delivery(msgspec.Struct, kw_only=True):
    """The delivery of one edition in numbers of recipients. `bytes` is the size of a message."""

    edition: str
    subject: str
    bytes: int
    sent: int = 0
    already_sent: int = 0
    rejected: int = 0
    waiting: int = 0
    skipped: int = 0


class MailReport(msgspec.Struct, kw_only=True):
    """The report of a run. `quiet` is the reason why there was nothing to send."""

    deliveries: list[Delivery] = []
    quiet: str = ""
    problems: list[Diagnostic] = []


class RenderedMail(msgspec.Struct, frozen=True):
    """An edition as a message to a placeholder."""

    edition: str
    subject: str
    message: bytes
    text: str
    html: str
    papers: int


def open_feed(settings: Settings, root: Path, source: str | None, web: HttpClient) -> tuple[ParsedFeed, str]:
    """Return the feed in `source` and its address; by default that of the built site. Raises DigestError."""
    address = source or str(root / settings.site.site_dir / "feeds" / "daily.xml")
    return feed_parser.parse(feed_parser.fetch(address, web), address), address


def render_mail(settings: Settings, feed: ParsedFeed, name: str | None, now: dt.datetime) -> RenderedMail:
    """Render the edition called `name` (by default the newest that is not empty) for a placeholder recipient."""
    mailing_list, edition = _list(settings, sender=_PLACEHOLDER), selection.edition(feed, name)
    content = _compose(settings, edition, mailing_list)
    placeholder_id = message_id(mailing_list, edition.id, _PLACEHOLDER)
    data = message(content, mailing_list, _PLACEHOLDER, placeholder_id, now)
    return RenderedMail(edition.name, content.subject, data, content.text, content.html, edition.papers)


def send_test(
    settings: Settings,
    feed: ParsedFeed,
    name: str | None,
    address: str,
    unique: str,
    environment: Mapping[str, str],
    now: dt.datetime,
) -> RenderedMail:
    """Send one edition, chosen as by `render_mail`, to one address, without the delivery log.

    `unique` makes its Message-ID differ from the real one. Raises DigestError if the server does not take it.
    """
    recipient = mailbox(address)
    if recipient is None:
        raise DigestError(Diagnostic("--test", fault(address), "write name@host.example"))
    mailing_list, edition = _list(settings), selection.edition(feed, name)
    content = _compose(settings, edition, mailing_list)
    test_id = message_id(mailing_list, f"{edition.id} {unique}", recipient)
    data = message(content, mailing_list, recipient, test_id, now)
    connection = Connection(server.from_environment(environment))
    try:
        result = connection.send(mailing_list.envelope_sender(recipient), recipient.address, data)
    except UnreachableError as error:
        raise DigestError(Diagnostic("--test", f"the mail server {error.reason}", "try again later")) from None
    finally:
        connection.close()
    if not result.accepted:
        do = "check the address" if result.refused else "try again later"
        raise DigestError(Diagnostic("--test", f"the mail server did not accept it ({result.code})", do))
    return RenderedMail(edition.name, content.subject, data, content.text, content.html, edition.papers)


def find_recipients(
    root: Path, file: Path | None, environment: Mapping[str, str]
) -> tuple[list[Recipient], list[Diagnostic]]:
    """Return the recipients in `file`, else in ``DIGEST_RECIPIENTS``. Raises DigestError if there are none."""
    value = environment.get(recipients.VARIABLE, "")
    to, problems = recipients.read_file(file, root) if file else recipients.read_variable(value)
    if not to:
        do = "name a file of addresses with --recipients"
        raise DigestError([*problems, Diagnostic(str(file or recipients.VARIABLE), "no recipients", do)])
    return to, problems


def state_file(settings: Settings, path: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the path of the delivery log. It is outside the digest, whose caches may be deleted at any time.

    A digest that was mailed before ids of lists had a path goes on with its log: it has the key of all its recipients.
    """
    if path or environment.get("DIGEST_MAIL_STATE"):
        return path or Path(environment["DIGEST_MAIL_STATE"])
    home = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "."), ".local", "state")
    mailing_list = _list(settings)
    names = (mailing_list.id, _old_list_id(settings, mailing_list))
    paths = [Path(home, "broadsheet", f"{name}.sqlite") for name in names]
    return next((path for path in paths if path.exists()), paths[0])


def send_edition(
    settings: Settings,
    feed: ParsedFeed,
    name: str | None,
    to: list[Recipient],
    state: Path,
    environment: Mapping[str, str],
    sleep: Callable[[float], None],
    *,
    now: Callable[[], dt.datetime],
    retry_rejected: bool = False,
) -> MailReport:
    """Finish the editions of earlier runs, then send the one called `name` (by default the newest).

    A message is dated `now` when it is first handed over.

    Raises DigestError if no message can be sent at all; earlier messages stay in the log.
    """
    mailing_list = _list(settings)
    connection = Connection(server.from_environment(environment))
    issue = selection.issue(feed, name)
    report = MailReport()
    with delivery_log.open_log(state, environment.get(delivery_log.VARIABLE)) as log:
        key_of = partial(_key, settings, mailing_list, log)
        try:
            for edition, key in selection.unfinished(feed, issue, key_of, log, to):
                run = _EditionDelivery(settings, mailing_list, edition, key, log, connection, sleep, now)
                report.deliveries.append(run.deliver(to, report.problems))
            edition = read(issue, feed)
            report.quiet = selection.nothing_to_send(edition, settings.mail.failed_notice)
            if not report.quiet:
                key = key_of(edition)
                run = _EditionDelivery(settings, mailing_list, edition, key, log, connection, sleep, now)
                chosen = run.enqueue(to, retry_rejected, report.problems)
                delivery = run.deliver(chosen, report.problems)
                delivery.skipped = len(to) - len(chosen)
                report.deliveries.append(delivery)
        finally:
            connection.close()
    return report


class _EditionDelivery:
    """The delivery of one edition to its recipients."""

    def __init__(
        self,
        settings: Settings,
        mailing_list: MailingList,
        edition: Edition,
        key: str,
        log: DeliveryLog,
        connection: Connection,
        sleep: Callable[[float], None],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._list, self._edition, self._key, self._log = mailing_list, edition, key, log
        self._connection, self._sleep, self._now = connection, sleep, now
        self._content = _compose(settings, edition, mailing_list)
        self._max_failures = settings.mail.max_failures
        self._codes: dict[str, str] = {}
        self._failure = ""

    def enqueue(self, to: list[Recipient], retry_rejected: bool, problems: list[Diagnostic]) -> list[Recipient]:
        """Add the recipients to the log, and return them; those that failed too often are skipped."""
        dead = frozenset() if retry_rejected else self._log.dead(to, self._max_failures)
        problems += (_skipped(recipient, self._max_failures) for recipient in to if recipient.key in dead)
        chosen = [recipient for recipient in to if recipient.key not in dead]
        self._log.enqueue(self._key, chosen)
        for recipient in chosen if retry_rejected else ():
            if self._status(recipient) in delivery_log.REFUSALS:
                self._set(recipient, Status.WAITING)
        return chosen

    def deliver(self, to: list[Recipient], problems: list[Diagnostic]) -> Delivery:
        """Send it to all of `to` in the log that do not have it yet; retry those that the server deferred."""
        before = {recipient.key: self._status(recipient) for recipient in to}
        left = [recipient for recipient in to if before[recipient.key] in delivery_log.UNFINISHED]
        for pause in (0, *PAUSES):
            if not left or self._connection.late:
                break
            if pause:
                self._sleep(pause)
            self._round(left)
            left = [recipient for recipient in left if self._status(recipient) in delivery_log.UNFINISHED]
        after = {recipient.key: self._status(recipient) for recipient in to}
        problems += self._problems(to, before)
        sent = sum(after[key] is Status.SENT for key in after)
        already_sent = sum(before[key] is Status.SENT for key in before)
        return Delivery(
            edition=self._edition.name,
            subject=self._content.subject,
            bytes=len(self._message(_LONGEST, self._edition.date)),
            sent=sent - already_sent,
            already_sent=already_sent,
            rejected=sum(status in delivery_log.REFUSALS for status in after.values()),
            waiting=len(left),
        )

    def _round(self, left: Iterable[Recipient]) -> None:
        self._failure = ""
        for recipient in left:
            date = self._log.begin(self._key, recipient, self._now())
            data = self._message(recipient.mailbox, date, recipient)
            try:
                sender = self._list.envelope_sender(recipient.mailbox)
                result = self._connection.send(sender, recipient.mailbox.address, data)
            except UnreachableError as error:
                self._failure = error.reason
                self._put_back(recipient)
                return
            self._codes[recipient.key] = result.code
            if result.accepted:
                self._set(recipient, Status.SENT)
            elif result.refused:
                self._set(recipient, Status.REFUSED if result.recipient else Status.RETURNED, result.code)
            elif result.in_doubt:
                self._set(recipient, Status.WAITING, result.code)
            else:
                self._log.withdraw(self._key, recipient, result.code)

    def _put_back(self, recipient: Recipient) -> None:
        """Let the message wait; a server that was too slow may have it already."""
        if self._connection.late:
            self._set(recipient, Status.WAITING)
        else:
            self._log.withdraw(self._key, recipient)

    def _message(self, mailbox: Mailbox, date: dt.datetime, recipient: Recipient | None = None) -> bytes:
        token = self._log.token(recipient) if recipient else "0" * 32
        list_of_key = self._list._replace(id=self._key.partition(" ")[0])  # an old key has the old id of the list
        name = message_id(list_of_key, self._key, mailbox)
        return message(self._content, self._list, mailbox, name, date, token)

    def _problems(self, to: list[Recipient], before: Mapping[str, Status | None]) -> Iterator[Diagnostic]:
        if self._failure:
            yield Diagnostic("mail server", self._failure, "run 'broadsheet mail' again: it goes on where it stopped")
        for recipient in to:
            status, code = self._status(recipient), self._codes.get(recipient.key)
            if status in delivery_log.REFUSALS and before[recipient.key] not in delivery_log.REFUSALS:
                do = "correct or remove it; --retry-rejected sends this edition once more"
                yield Diagnostic(recipient.where, f"the mail server refuses this recipient ({code})", do)
            elif status in delivery_log.UNFINISHED and code:
                what = f"not accepted yet ({code})"
                yield Diagnostic(recipient.where, what, "run 'broadsheet mail' again: it goes on where it stopped")

    def _status(self, recipient: Recipient) -> Status | None:
        return self._log.status(self._key, recipient)

    def _set(self, recipient: Recipient, status: Status, reply: str = "") -> None:
        self._log.set(self._key, recipient, status, reply)


def _key(settings: Settings, mailing_list: MailingList, log: DeliveryLog, edition: Edition) -> str:
    """Return the identity of an edition in the log. The notice that a day failed has another one than the day."""
    notice = " failed" if edition.state is DayState.FAILED else ""
    old_list_id = _old_list_id(settings, mailing_list)
    return log.name(f"{mailing_list.id} {edition.id}{notice}", f"{old_list_id} {old_id(edition.id)}{notice}")


def _old_list_id(settings: Settings, mailing_list: MailingList) -> str:
    """Return the id that the list had before default ids had the path of the site."""
    return settings.mail.list_id or list_id("", mailing_list.sender.domain)


def _compose(settings: Settings, edition: Edition, mailing_list: MailingList) -> MailContent:
    def size(content: MailContent) -> int:
        name = message_id(mailing_list, edition.id, _LONGEST)
        return len(message(content, mailing_list, _LONGEST, name, edition.date, "0" * 32))

    by_id = topic_hues(settings.topics)
    hues = {topic.name: by_id[topic.id] for topic in settings.topics}
    return compose(edition, mailing_list.name, mailing_list.unsubscribe, settings.mail.max_kb * 1000, size, hues)


def _list(settings: Settings, sender: Mailbox | None = None) -> MailingList:
    """Return the mailing list of the settings. Raises DigestError without a sender."""
    mail = settings.mail
    sender = mailbox(mail.sender) or sender
    if sender is None:
        what, do = "mail: from is not set", "set the sender: Name <name@host.example>"
        raise DigestError(Diagnostic(SETTINGS_FILE, what, do))
    name = mail.name or settings.site.site_name
    return MailingList(
        name=name,
        id=mail.list_id or list_id(settings.site.path, sender.domain),
        sender=sender if sender.name else sender._replace(name=name),
        reply_to=mailbox(mail.reply_to),
        unsubscribe_mailto=(mailbox(mail.unsubscribe_mailto) or Mailbox("")).address,
        unsubscribe_url=mail.unsubscribe_url,
        bounces=(mailbox(mail.bounces) or Mailbox("")).address,
        verp=mail.verp,
        **_pages(settings),
    )


def _pages(settings: Settings) -> dict[str, str]:
    """Return the pages for the headers of the list, unless the site is on this machine only."""
    if urlsplit(settings.site.site_url).hostname in ("localhost", "127.0.0.1"):
        return {}
    return {"archive": absolute(settings, "archive/"), "help": absolute(settings, "subscribe/")}


def _skipped(recipient: Recipient, limit: int) -> Diagnostic:
    what = f"the mail server rejected this recipient for the last {limit} editions, so it gets no more"
    do = "correct or remove it; --retry-rejected sends to it once more"
    return Diagnostic(recipient.where, what, do, is_note=True)
