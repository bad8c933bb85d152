"""Posts of a feed's editions: each webhook gets an edition once, even if runs are repeated or killed.

No service can discard a message that it has already. So a request of which the reply was lost, or that was killed after
its head was sent, is reported and not repeated.
"""

import hashlib
import heapq
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Reply, WebError, retry_after
from broadsheet.mail import delivery_log, selection
from broadsheet.mail.delivery_log import DeliveryLog, Status
from broadsheet.mail.edition import Edition, ParsedFeed, read
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.post.bulletin import Bulletin, bulletin
from broadsheet.post.service import RETRY_STATUSES
from broadsheet.post.webhooks import Webhook
from broadsheet.settings.config import Settings

KEY_VARIABLE = "DIGEST_POST_KEY"
STATE_VARIABLE = "DIGEST_POST_STATE"
PAUSES = (10, 60, 300)  # seconds before the next tries, unless the service asks for longer ones
LONGEST_WAIT_S = 600  # of all pauses of a webhook together
_GATEWAY_STATUSES = frozenset({502, 504, 520, 522, 524})  # the service may have the request; from 520 on: Cloudflare
_AGAIN = "run 'broadsheet post' again: it goes on where it stopped"
_TRUST = "renew the certificate, or set REQUESTS_CA_BUNDLE"
_HINTS = {
    400: "the service does not take this message: report it with the output of --dry-run",
    403: "the service does not let this webhook post: ask who administers it",
    413: "lower post.papers in digest.yml",
}
_OTHER_HINT = "check the address of the webhook, or make another"


class Posting(msgspec.Struct, kw_only=True):
    """The posts of one edition in numbers of webhooks."""

    edition: str
    title: str
    posted: int = 0
    already_posted: int = 0
    rejected: int = 0
    unconfirmed: int = 0
    waiting: int = 0
    skipped: int = 0


class PostReport(msgspec.Struct, kw_only=True):
    """The report of a run. `quiet` is the reason why there was nothing to post."""

    postings: list[Posting] = []
    quiet: str = ""
    problems: list[Diagnostic] = []


def state_file(settings: Settings, path: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the path of the delivery log, outside the digest."""
    if path or environment.get(STATE_VARIABLE):
        return path or Path(environment[STATE_VARIABLE])
    digest = re.sub(r"[^A-Za-z0-9.-]+", "-", _digest(settings)).strip("-.")
    return delivery_log.log_folder(environment) / f"post.{digest}.sqlite"


def preview(settings: Settings, feed: ParsedFeed, name: str | None) -> Bulletin:
    """Return the bulletin of the edition called `name`, by default the newest that is not empty."""
    return _bulletin(settings, selection.choose_edition(feed, name))


def post_edition(
    settings: Settings,
    feed: ParsedFeed,
    name: str | None,
    to: Sequence[Webhook],
    state: Path,
    environment: Mapping[str, str],
    web: HttpClient,
    sleep: Callable[[float], None],
    *,
    retry: bool = False,
) -> PostReport:
    """Finish the editions of earlier runs, then post the one called `name` (by default the newest).

    `retry` includes webhooks that rejected it, or of which the reply was lost.
    """
    issue = selection.choose_issue(feed, name)
    limit, failed_notice, key_of = settings.post.max_failures, settings.post.failed_notice, partial(_key, settings)
    report = PostReport()
    with delivery_log.open_log(state, environment.get(KEY_VARIABLE), KEY_VARIABLE) as log:
        for edition, key in selection.unfinished(feed, issue, key_of, log, to, failed_notice=failed_notice):
            report.postings.append(_EditionPosts(settings, edition, key, log, web, sleep).post(to, report.problems))
        edition = read(issue, feed)
        report.quiet = selection.reason_not_to_send(edition, failed_notice)
        if edition.successor:
            log.enqueue(key_of(edition.successor), to, limit, retry=False)
        if not report.quiet:
            key = key_of(edition)
            chosen, skipped = log.enqueue(key, to, limit, retry=retry)
            report.problems += (_skipped(webhook, limit) for webhook in skipped)
            posting = _EditionPosts(settings, edition, key, log, web, sleep).post(chosen, report.problems)
            posting.skipped = len(skipped)
            report.postings.append(posting)
    return report


class _EditionPosts:
    """The posts of one edition."""

    def __init__(
        self,
        settings: Settings,
        edition: Edition,
        key: str,
        log: DeliveryLog,
        web: HttpClient,
        sleep: Callable[[float], None],
    ) -> None:
        self._key, self._log, self._web, self._sleep = key, log, web, sleep
        self._bulletin = _bulletin(settings, edition)
        self._problems: dict[str, Diagnostic] = {}

    def post(self, to: Sequence[Webhook], problems: list[Diagnostic]) -> Posting:
        """Post it to all of `to` in the log that do not have it yet; retry those that the service deferred."""
        before = {webhook.key: self._status(webhook) for webhook in to}
        for webhook in to:
            if before[webhook.key] is Status.SENDING:
                self._doubt(webhook, "the run was stopped while it posted")
        self._post_when_due(self._waiting(to))
        problems += self._problems.values()
        after = [self._status(webhook) for webhook in to]
        already_posted = sum(status is Status.SENT for status in before.values())
        return Posting(
            edition=self._bulletin.edition,
            title=self._bulletin.title,
            posted=after.count(Status.SENT) - already_posted,
            already_posted=already_posted,
            rejected=sum(status in delivery_log.REFUSALS for status in after),
            unconfirmed=after.count(Status.UNCONFIRMED),
            waiting=len(self._waiting(to)),
        )

    def _post_when_due(self, to: Sequence[Webhook]) -> None:
        """Post to each of `to` until it is done, after its own pauses."""
        now, due = 0.0, [(0.0, number, 0) for number in range(len(to))]
        while due:
            time, number, tries = heapq.heappop(due)
            if time > now:
                self._sleep(time - now)
                now = time
            wait = self._try(to[number])
            if tries < len(PAUSES) and self._waiting([to[number]]):
                time += max(PAUSES[tries], wait)
                if time <= LONGEST_WAIT_S:
                    heapq.heappush(due, (time, number, tries + 1))

    def _waiting(self, to: Sequence[Webhook]) -> list[Webhook]:
        return [webhook for webhook in to if self._status(webhook) in delivery_log.UNFINISHED]

    def _try(self, webhook: Webhook) -> float:
        """Post once; return the seconds to wait before the next time."""
        service = webhook.service
        self._problems.pop(webhook.key, None)
        idempotency_key = hashlib.sha256(self._key.encode()).hexdigest()
        try:
            reply = self._web.post(
                service.rules,
                webhook.url + (f"{'&' if '?' in webhook.url else '?'}{service.query}" if service.query else ""),
                service.payload(self._bulletin),
                headers={"Idempotency-Key": idempotency_key},
                before_body=partial(self._set, webhook, Status.SENDING),
            )
            status = service.status(reply)
        except WebError as error:
            if error.reply is None:
                self._unanswered(webhook, error)
                return math.inf if error.untrusted else 0
            reply, status = error.reply, error.reply.status
        self._record(webhook, reply, status)
        return retry_after(reply) or 0

    def _record(self, webhook: Webhook, reply: Reply, status: int | None) -> None:
        """Log the status of a reply."""
        name = webhook.service.name
        if status is None:
            self._doubt(webhook, f"the reply ({reply.status}) is not the one of {name}")
        elif 200 <= status < 300:
            self._set(webhook, Status.SENT)
        elif status in _GATEWAY_STATUSES:
            self._doubt(webhook, f"{name} replies {status}")
        elif status >= 500 or status in RETRY_STATUSES:
            self._set(webhook, Status.WAITING, str(status))
            self._problems[webhook.key] = Diagnostic(webhook.where, f"{name} defers the post ({status})", _AGAIN)
        else:
            self._set(webhook, Status.RETURNED if status in (400, 413) else Status.REFUSED, str(status))
            what = f"{name} rejects the post ({status})"
            self._problems[webhook.key] = Diagnostic(webhook.where, what, _HINTS.get(status, _OTHER_HINT))

    def _unanswered(self, webhook: Webhook, error: WebError) -> None:
        """Log that there was no reply: the message is in doubt if its body may have been sent."""
        reason = error.problems[0].message
        if self._status(webhook) is Status.SENDING:
            self._doubt(webhook, f"{webhook.service.name} {reason}")
        else:
            hint = _TRUST if error.untrusted else _AGAIN
            self._problems[webhook.key] = Diagnostic(webhook.where, f"{webhook.service.name} {reason}", hint)

    def _doubt(self, webhook: Webhook, reason: str) -> None:
        self._set(webhook, Status.UNCONFIRMED)
        what = f"{reason}: the edition may have been posted, and is not posted again"
        hint = "look into the channel; if it is not there, add --retry"
        self._problems[webhook.key] = Diagnostic(webhook.where, what, hint)

    def _status(self, webhook: Webhook) -> Status | None:
        return self._log.status(self._key, webhook)

    def _set(self, webhook: Webhook, status: Status, reply: str = "") -> None:
        self._log.set(self._key, webhook, status, reply)


def _bulletin(settings: Settings, edition: Edition) -> Bulletin:
    return bulletin(edition, settings.site.site_name, settings.post.papers)


def _key(settings: Settings, edition: Edition) -> str:
    """Return the name of an edition in the log."""
    return f"{_digest(settings)} {edition.log_id}"


def _digest(settings: Settings) -> str:
    return settings.id_site.host + "/" + quote(settings.id_site.path)


def _skipped(webhook: Webhook, limit: int) -> Diagnostic:
    what = f"{webhook.service.name} rejected the last {limit} editions, so it gets no more"
    return Diagnostic(webhook.where, what, "replace or remove the address; --retry posts to it once more", is_note=True)
