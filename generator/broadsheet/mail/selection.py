"""The editions to send: the one that was asked for, and those that earlier runs did not finish."""

import re
from collections.abc import Callable, Iterator, Sequence

from broadsheet.mail.delivery_log import UNFINISHED, Addressee, DeliveryLog
from broadsheet.mail.edition import Edition, FeedIssue, ParsedFeed, issues, old_id, read
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.state import DayState
from broadsheet.store.samples import sample_ids


def choose_issue(feed: ParsedFeed, name: str | None) -> FeedIssue:
    """Return the issue called `name`, by default the newest. Raises DigestError."""
    all_issues = issues(feed)
    chosen = next((issue for issue in all_issues if name in (None, issue.name)), None)
    if chosen is None:
        names = ", ".join(issue.name for issue in all_issues[:5])
        raise DigestError(Diagnostic("--edition", f"the feed has no edition {name!r}", f"choose one of {names}"))
    return chosen


def choose_edition(feed: ParsedFeed, name: str | None) -> Edition:
    """Return the edition called `name`, by default the newest that is not empty."""
    newest = (read(issue, feed) for issue in issues(feed) if name is None)
    return next((edition for edition in newest if not edition.is_empty), None) or read(choose_issue(feed, name), feed)


def unfinished(
    feed: ParsedFeed,
    current: FeedIssue,
    key_of: Callable[[Edition], str],
    log: DeliveryLog,
    to: Sequence[Addressee],
    *,
    failed_notice: bool,
) -> Iterator[tuple[Edition, str]]:
    """Yield the editions in the feed that earlier runs did not send to all of `to`, oldest first, with their keys.

    Among them are days that have failed, or had no papers, and are repaired now.
    """
    keys = log.unfinished()
    for earlier in reversed(issues(feed)):
        if earlier.id == current.id or not any(earlier.id in key or old_id(earlier.id) in key for key in keys):
            continue
        edition = read(earlier, feed)
        key = key_of(edition)
        if reason_not_to_send(edition, failed_notice):
            continue
        if key in keys and any(log.status(key, recipient) in UNFINISHED for recipient in to):
            yield edition, key


def reason_not_to_send(edition: Edition, failed_notice: bool) -> str:
    """Return the reason why the edition is not sent; empty if it is."""
    if _has_only_samples(edition):
        return f"{edition.name}: made-up sample papers; get papers with 'broadsheet run' or 'broadsheet import'"
    if edition.state is DayState.FAILED and not failed_notice:
        return f"{edition.name}: the run of this day failed"
    if edition.successor and edition.is_empty:
        return f"{edition.name}: no papers so far"
    return f"{edition.name}: a quiet day" if edition.is_empty else ""


def _has_only_samples(edition: Edition) -> bool:
    ids = {re.split("[/#]", (entry.url or "").rstrip("/"))[-1] for entry in edition.contents}
    return bool(ids) and ids <= sample_ids()
