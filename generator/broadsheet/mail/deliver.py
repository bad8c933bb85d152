"""Delivery of a feed's editions: each recipient gets an edition once, even if runs are repeated or killed."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.mail import delivery_log, feed_parser, recipients, selection, server
from broadsheet.mail.content import MailContent, compose
from broadsheet.mail.delivery_log import DeliveryLog, Status
from broadsheet.mail.edition import Edition, ParsedFeed, old_id, read
from broadsheet.mail.list_id import list_id
from broadsheet.mail.message import MailingList, message, message_id
from broadsheet.mail.recipients import Recipient
from broadsheet.mail.server import Connection, SenderRefusedError, SendResult, UnreachableError
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.address import is_local
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.settings.mailbox import LONGEST_NAME, Mailbox, mailbox, mailbox_fault
from broadsheet.settings.site import Site
from broadsheet.text.formats import count
from broadsheet.translations import use
from broadsheet.views.feeds.registry import absolute, id_start
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
    """Return the feed in `source` and its address; by default that of the built site. Raises DigestError.

    From here on, words are in the language of the site: those of the feed, and of what is made from it.
    """
    use(settings.site.language)
    address = source or str(root / settings.site.site_dir / "feeds" / "daily.xml")
    return feed_parser.parse(feed_parser.fetch(address, web), address), address


def render_mail(settings: Settings, feed: ParsedFeed, name: str | None, now: dt.datetime) -> RenderedMail:
    """Render the edition called `name` (by default the newest that is not empty) for a placeholder recipient."""
    mailing_list, edition = _list(settings, sender=_PLACEHOLDER), selection.choose_edition(feed, name)
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
        raise DigestError(Diagnostic("--test", mailbox_fault(address), "write name@host.example"))
    mailing_list, edition = _list(settings), selection.choose_edition(feed, name)
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
        hint = "check the address" if result.refused else "try again later"
        raise DigestError(Diagnostic("--test", f"the mail server did not accept it ({result.code})", hint))
    return RenderedMail(edition.name, content.subject, data, content.text, content.html, edition.papers)


def find_recipients(
    root: Path, file: Path | None, environment: Mapping[str, str]
) -> tuple[list[Recipient], list[Diagnostic]]:
    """Return the recipients in `file`, else in ``DIGEST_RECIPIENTS``. Raises DigestError if there are none."""
    value = environment.get(recipients.VARIABLE, "")
    to, problems = recipients.read_file(file, root) if file else recipients.read_variable(value)
    if not to:
        hint = "name a file of addresses with --recipients"
        raise DigestError([*problems, Diagnostic(str(file or recipients.VARIABLE), "no recipients", hint)])
    return to, problems


def state_file(settings: Settings, path: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the path of the delivery log.

    A digest that was mailed before ids of lists had a path goes on with its log: it has the key of all its recipients.
    A log of other digests is not read.
    """
    if path or environment.get("DIGEST_MAIL_STATE"):
        return path or Path(environment["DIGEST_MAIL_STATE"])
    mailing_list, folder = _list(settings), delivery_log.log_folder(environment)
    log, old_id = folder / f"{mailing_list.id}.sqlite", _old_list_id(settings, mailing_list)
    old_log = folder / f"{old_id}.sqlite"
    if log.exists() or not old_log.exists():
        return log
    return old_log if delivery_log.is_log_of(old_log, mailing_list.id, old_id, id_start(settings)) else log


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

    A message has the date of `now` when it is first handed over. Raises DigestError if no message can be sent at all;
    earlier messages stay in the log.
    """
    mailing_list = _list(settings)
    connection = Connection(server.from_environment(environment))
    issue = selection.choose_issue(feed, name)
    limit, failed_notice = settings.mail.max_failures, settings.mail.failed_notice
    report = MailReport()
    with delivery_log.open_log(state, environment.get(delivery_log.VARIABLE)) as log:
        key_of = partial(_key, settings, mailing_list, log)
        try:
            for edition, key in selection.unfinished(feed, issue, key_of, log, to, failed_notice=failed_notice):
                run = _EditionDelivery(settings, mailing_list, edition, key, log, connection, sleep, now)
                report.deliveries.append(run.deliver(to, report.problems))
            edition = read(issue, feed)
            report.quiet = selection.reason_not_to_send(edition, failed_notice)
            if edition.successor:
                log.enqueue(key_of(edition.successor), to, limit, retry=False)
            if not report.quiet:
                key = key_of(edition)
                run = _EditionDelivery(settings, mailing_list, edition, key, log, connection, sleep, now)
                chosen, skipped = log.enqueue(key, to, limit, retry=retry_rejected)
                report.problems += (_skipped(recipient, limit) for recipient in skipped)
                delivery = run.deliver(chosen, report.problems)
                delivery.skipped = len(skipped)
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
        self._codes: dict[str, str] = {}
        self._bounce_refusals: dict[str, str] = {}  # recipients whose bounce address the server refuses, and its code
        self._failure = ""

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
                result = self._send(recipient, data)
            except DigestError:
                self._put_back(recipient)
                raise
            except UnreachableError as error:
                self._failure = error.reason
                self._put_back(recipient)
                return
            self._codes[recipient.key] = result.code
            if result.accepted:
                self._set(recipient, Status.SENT)
            elif result.refused:
                self._set(recipient, Status.REFUSED if result.recipient_refused else Status.RETURNED, result.code)
            elif result.in_doubt:
                self._set(recipient, Status.WAITING, result.code)
            else:
                self._log.withdraw(self._key, recipient, result.code)

    def _send(self, recipient: Recipient, data: bytes) -> SendResult:
        """Send the message; from the plain address for bounces if the server refuses the one with the recipient."""
        sender, address = self._list.envelope_sender(recipient.mailbox), recipient.mailbox.address
        try:
            return self._connection.send(sender, address, data)
        except SenderRefusedError as error:
            if sender == self._list.bounce_address:
                raise
            self._bounce_refusals[recipient.where] = error.code
            return self._connection.send(self._list.bounce_address, address, data)

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
        for where, refusal in islice(self._bounce_refusals.items(), 1):
            number = count(len(self._bounce_refusals), "bounce address", "bounce addresses")
            what = f"the server refuses {number} with a recipient in it ({refusal}); mail.bounces itself was used"
            yield Diagnostic(where, what, "set mail.verp to false if it refuses them all", is_note=True)
        for recipient in to:
            status, code = self._status(recipient), self._codes.get(recipient.key)
            if status in delivery_log.REFUSALS and before[recipient.key] not in delivery_log.REFUSALS:
                hint = "correct or remove it; --retry-rejected sends this edition once more"
                yield Diagnostic(recipient.where, f"the mail server refuses this recipient ({code})", hint)
            elif status in delivery_log.UNFINISHED and code:
                what = f"not accepted yet ({code})"
                yield Diagnostic(recipient.where, what, "run 'broadsheet mail' again: it goes on where it stopped")

    def _status(self, recipient: Recipient) -> Status | None:
        return self._log.status(self._key, recipient)

    def _set(self, recipient: Recipient, status: Status, reply: str = "") -> None:
        self._log.set(self._key, recipient, status, reply)


def _key(settings: Settings, mailing_list: MailingList, log: DeliveryLog, edition: Edition) -> str:
    """Return the name of an edition in the log, which may be the one from before ids had a path."""
    old_edition = edition._replace(id=old_id(edition.id))
    old_name = f"{_old_list_id(settings, mailing_list)} {old_edition.log_id}"
    return log.name(f"{mailing_list.id} {edition.log_id}", old_name)


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
        what, hint = "mail: from is not set", "set the sender: Name <name@host.example>"
        raise DigestError(Diagnostic(SETTINGS_FILE, what, hint))
    name = mail.name or settings.site.site_name
    return MailingList(
        name=name,
        id=mail.list_id or _default_id(settings.id_site, sender.domain),
        sender=sender if sender.name else sender._replace(name=name),
        reply_to=mailbox(mail.reply_to),
        unsubscribe_mailto=(mailbox(mail.unsubscribe_mailto) or Mailbox("")).address,
        unsubscribe_url=mail.unsubscribe_url,
        bounces=(mailbox(mail.bounces) or Mailbox("")).address,
        verp=mail.verp,
        **_pages(settings),
    )


def _default_id(site: Site, domain: str) -> str:
    """Return the id of the list of a site; `domain` is that of the sender, for a site that has no host yet."""
    return list_id(site.path, domain if is_local(site.site_url) or ":" in site.host else site.host)


def _pages(settings: Settings) -> dict[str, str]:
    """Return the pages for the headers of the list, unless the site is on this machine only."""
    if is_local(settings.site.site_url):
        return {}
    return {"archive": absolute(settings, "archive/"), "help": absolute(settings, "subscribe/")}


def _skipped(recipient: Recipient, limit: int) -> Diagnostic:
    what = f"the mail server rejected this recipient for the last {limit} editions, so it gets no more"
    hint = "correct or remove it; --retry-rejected sends to it once more"
    return Diagnostic(recipient.where, what, hint, is_note=True)
