"""``broadsheet mail``: a feed's editions to everybody on a list, each once, however often it is run or killed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from broadsheet.http.client import Web
from broadsheet.mail import delivery_log as outbox
from broadsheet.mail import feed_parser as feed_in
from broadsheet.mail import recipients, server
from broadsheet.mail.content import Letter, letter
from broadsheet.mail.delivery_log import Outbox, Status
from broadsheet.mail.edition import Edition, Feed, Issue, issues, read
from broadsheet.mail.message import List, message, message_id
from broadsheet.mail.recipients import Recipient
from broadsheet.mail.server import Connection, Unreachable
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.state import DayState
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.settings.mailbox import LONGEST_NAME, Mailbox, mailbox

PAUSES = (10, 60, 300)  # seconds before the second, third and fourth try at those whom the server asked to wait
_NOBODY = Mailbox("reader@digest.invalid")
_LONGEST = Mailbox("a" * 64 + "@" + ".".join(["b" * 60] * 3), "\N{CJK UNIFIED IDEOGRAPH-4E00}" * LONGEST_NAME)


class Delivery(msgspec.Struct, kw_only=True):
    """One edition: who got it now, had it before, was refused, is still waiting. `bytes` is a message's size."""

    edition: str
    subject: str
    bytes: int
    sent: int = 0
    already_sent: int = 0
    refused: int = 0
    waiting: int = 0


class MailReport(msgspec.Struct, kw_only=True):
    """What a run did. `quiet` says why there was nothing to send."""

    deliveries: list[Delivery] = []
    quiet: str = ""
    problems: list[Diagnostic] = []


class RenderedMail(msgspec.Struct, frozen=True):
    """An edition as it would go out, to nobody."""

    edition: str
    subject: str
    message: bytes
    text: str
    html: str
    papers: int


def open_feed(settings: Settings, root: Path, source: str | None, web: Web) -> tuple[Feed, str]:
    """The feed to mail, and where it was found: that of the built site where none is named. Raises DigestError."""
    place = source or str(root / settings.site.site_dir / "feeds" / "daily.xml")
    return feed_in.parse(feed_in.fetch(place, web), place), place


def render_mail(settings: Settings, feed: Feed, name: str | None) -> RenderedMail:
    """The edition called `name` (the newest with something in it, if None), addressed to nobody."""
    mailing_list, edition = _list(settings, sender=_NOBODY), _shown(feed, name)
    it = _letter(settings, edition, mailing_list)
    data = message(it, mailing_list, _NOBODY, message_id(mailing_list, edition.id, _NOBODY), edition.date)
    return RenderedMail(
        edition.name, it.subject, data, it.text, it.html, max(len(edition.sections), len(edition.contents))
    )


def send_test(
    settings: Settings, feed: Feed, name: str | None, address: str, unique: str, environment: Mapping[str, str]
) -> RenderedMail:
    """Send one edition, chosen as `written` does, to one address, and write nothing down.

    `unique` keeps it apart from the real message. Raises DigestError where it could not be handed over.
    """
    recipient = mailbox(address)
    if recipient is None:
        raise DigestError(Diagnostic("--test", "not a mail address", "write name@host.example"))
    mailing_list, edition = _list(settings), _shown(feed, name)
    it = _letter(settings, edition, mailing_list)
    data = message(
        it, mailing_list, recipient, message_id(mailing_list, f"{edition.id} {unique}", recipient), edition.date
    )
    connection = Connection(server.from_environment(environment))
    try:
        answer = connection.send(mailing_list.sender.address, recipient.address, data)
    except Unreachable as error:
        raise DigestError(Diagnostic("--test", f"the mail server {error.why}", "try again later")) from None
    finally:
        connection.close()
    if not answer.accepted:
        do = "see to the address" if answer.refused else "try again later"
        raise DigestError(Diagnostic("--test", f"the mail server did not take it ({answer.code})", do))
    return RenderedMail(edition.name, it.subject, data, it.text, it.html, len(edition.sections))


def find_recipients(
    root: Path, file: Path | None, environment: Mapping[str, str]
) -> tuple[list[Recipient], list[Diagnostic]]:
    """Everybody in `file`, else in ``DIGEST_RECIPIENTS``. Raises DigestError where there is nobody."""
    value = environment.get(recipients.VARIABLE, "")
    found, problems = recipients.read_file(file, root) if file else recipients.read_variable(value)
    if not found:
        nobody = Diagnostic(
            str(file or recipients.VARIABLE), "no recipients", "name a file of addresses with --recipients"
        )
        raise DigestError([*problems, nobody])
    return found, problems


def state_file(settings: Settings, given: Path | None, environment: Mapping[str, str]) -> Path:
    """Where what has been sent is kept: not in the digest's own folder, whose caches may be deleted at any time."""
    if given or environment.get("DIGEST_MAIL_STATE"):
        return given or Path(environment["DIGEST_MAIL_STATE"])
    home = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "."), ".local", "state")
    return Path(home, "broadsheet", f"{_list(settings).id}.sqlite")


def send_edition(
    settings: Settings,
    feed: Feed,
    name: str | None,
    to: list[Recipient],
    state: Path,
    environment: Mapping[str, str],
    sleep: Callable[[float], None],
    *,
    refused_again: bool = False,
) -> MailReport:
    """Send the edition called `name` (the newest, if None), after what an earlier run left unfinished.

    Raises DigestError where no message can go out at all; what went out before is written down.
    """
    mailing_list = _list(settings)
    connection = Connection(server.from_environment(environment))
    chosen = _chosen(feed, name)
    report = MailReport()
    with outbox.opened(state, environment.get(outbox.VARIABLE)) as out:
        try:
            for edition, key in _unfinished(feed, chosen, mailing_list, out, to):
                run = _Run(settings, mailing_list, edition, key, out, connection, sleep)
                report.deliveries.append(run.deliver(to, report.problems))
            edition = read(chosen, feed)
            report.quiet = _nothing_to_send(settings, edition)
            if not report.quiet:
                run = _Run(settings, mailing_list, edition, _key(mailing_list, edition), out, connection, sleep)
                run.begin(to, refused_again)
                report.deliveries.append(run.deliver(to, report.problems))
        finally:
            connection.close()
    return report


class _Run:
    """One edition on its way to everybody who is to have it."""

    def __init__(
        self,
        settings: Settings,
        mailing_list: List,
        edition: Edition,
        key: str,
        out: Outbox,
        connection: Connection,
        sleep: Callable[[float], None],
    ) -> None:
        self._list, self._edition, self._key, self._out = mailing_list, edition, key, out
        self._connection, self._sleep = connection, sleep
        self._letter = _letter(settings, edition, mailing_list)
        self._codes: dict[str, str] = {}
        self._lost = ""

    def begin(self, to: list[Recipient], refused_again: bool) -> None:
        """Write down who is to have it."""
        self._out.begin(self._key, to)
        for recipient in to if refused_again else ():
            if self._status(recipient) is Status.REFUSED:
                self._set(recipient, Status.WAITING)

    def deliver(self, to: list[Recipient], problems: list[Diagnostic]) -> Delivery:
        """Send it to all of `to` who were meant and have it not yet; who asked to wait is tried again."""
        before = {recipient.key: self._status(recipient) for recipient in to}
        left = [recipient for recipient in to if before[recipient.key] in outbox.UNFINISHED]
        for pause in (0, *PAUSES):
            if not left or self._connection.late:
                break
            if pause:
                self._sleep(pause)
            self._round(left)
            left = [recipient for recipient in left if self._status(recipient) in outbox.UNFINISHED]
        after = {recipient.key: self._status(recipient) for recipient in to}
        problems += self._problems(to, before)
        sent = sum(after[key] is Status.SENT for key in after)
        had = sum(before[key] is Status.SENT for key in before)
        return Delivery(
            edition=self._edition.name,
            subject=self._letter.subject,
            bytes=len(self._message(_LONGEST)),
            sent=sent - had,
            already_sent=had,
            refused=sum(status is Status.REFUSED for status in after.values()),
            waiting=len(left),
        )

    def _round(self, left: Iterable[Recipient]) -> None:
        self._lost = ""
        for recipient in left:
            self._set(recipient, Status.SENDING)
            try:
                answer = self._connection.send(
                    self._list.sender.address, recipient.mailbox.address, self._message(recipient.mailbox, recipient)
                )
            except Unreachable as error:
                self._lost = error.why
                self._set(recipient, Status.WAITING)
                return
            self._codes[recipient.key] = answer.code
            if answer.accepted:
                self._set(recipient, Status.SENT)
            else:
                self._set(recipient, Status.REFUSED if answer.refused else Status.WAITING, answer.code)

    def _message(self, mailbox: Mailbox, recipient: Recipient | None = None) -> bytes:
        token = self._out.token(recipient) if recipient else "0" * 32
        name = message_id(self._list, self._key, mailbox)
        return message(self._letter, self._list, mailbox, name, self._edition.date, token)

    def _problems(self, to: list[Recipient], before: Mapping[str, Status | None]) -> Iterator[Diagnostic]:
        if self._lost:
            yield Diagnostic("mail server", self._lost, "run 'broadsheet mail' again: it goes on where it stopped")
        for recipient in to:
            status, code = self._status(recipient), self._codes.get(recipient.key)
            if status is Status.REFUSED and before[recipient.key] is not Status.REFUSED:
                do = "mend or remove it; --refused-again sends this edition once more"
                yield Diagnostic(recipient.where, f"the mail server refuses this recipient ({code})", do)
            elif status in outbox.UNFINISHED and code:
                what = f"not taken yet ({code})"
                yield Diagnostic(recipient.where, what, "run 'broadsheet mail' again: it goes on where it stopped")

    def _status(self, recipient: Recipient) -> Status | None:
        return self._out.status(self._key, recipient)

    def _set(self, recipient: Recipient, status: Status, reply: str = "") -> None:
        self._out.set(self._key, recipient, status, reply)


def _chosen(feed: Feed, name: str | None) -> Issue:
    found = issues(feed)
    chosen = next((issue for issue in found if name in (None, issue.name)), None)
    if chosen is None:
        there = ", ".join(issue.name for issue in found[:5])
        raise DigestError(Diagnostic("--edition", f"the feed has no edition {name!r}", f"it has {there} …"))
    return chosen


def _shown(feed: Feed, name: str | None) -> Edition:
    """What to look at: a quiet day shows nothing, so the newest edition with something in it."""
    editions = (read(issue, feed) for issue in issues(feed) if name is None)
    return next((edition for edition in editions if not edition.is_empty), None) or read(_chosen(feed, name), feed)


def _unfinished(
    feed: Feed, chosen: Issue, mailing_list: List, out: Outbox, to: list[Recipient]
) -> Iterator[tuple[Edition, str]]:
    """What an earlier run owes some of `to`, oldest first, as far as the feed still has it."""
    names = out.unfinished()
    for issue in reversed(issues(feed)):
        if issue.id == chosen.id or not any(issue.id in name for name in names):
            continue
        edition = read(issue, feed)
        key = _key(mailing_list, edition)
        if key in names and any(out.status(key, recipient) in outbox.UNFINISHED for recipient in to):
            yield edition, key


def _key(mailing_list: List, edition: Edition) -> str:
    """What "once" is counted by. A notice that a day failed does not keep the day itself from going out later."""
    return f"{mailing_list.id} {edition.id}" + (" failed" if edition.state is DayState.FAILED else "")


def _nothing_to_send(settings: Settings, edition: Edition) -> str:
    if edition.state is DayState.FAILED and not settings.mail.failed_notice:
        return f"{edition.name}: the run of this day failed"
    return f"{edition.name}: a quiet day" if edition.is_empty else ""


def _letter(settings: Settings, edition: Edition, mailing_list: List) -> Letter:
    def size(it: Letter) -> int:
        name = message_id(mailing_list, edition.id, _LONGEST)
        return len(message(it, mailing_list, _LONGEST, name, edition.date, "0" * 32))

    return letter(edition, mailing_list.name, mailing_list.leave, settings.mail.max_kb * 1000, size)


def _list(settings: Settings, sender: Mailbox | None = None) -> List:
    """The mailing list as the settings have it. Raises DigestError without a sender."""
    it = settings.mail
    sender = mailbox(it.sender) or sender
    if sender is None:
        what, do = "mail: from is not set", "write whom the mail is from: Name <name@host.example>"
        raise DigestError(Diagnostic(SETTINGS_FILE, what, do))
    name = it.name or settings.site.site_name
    return List(
        name=name,
        id=it.list_id or f"digest.{sender.domain}",
        sender=sender if sender.name else sender._replace(name=name),
        reply_to=mailbox(it.reply_to),
        leave_mailto=(mailbox(it.unsubscribe_mailto) or Mailbox("")).address,
        leave_url=it.unsubscribe_url,
    )
