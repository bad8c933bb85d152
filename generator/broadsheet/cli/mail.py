"""``broadsheet mail``."""

import datetime as dt
import os
import time
import uuid
import webbrowser
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import click
import msgspec

from broadsheet.cli.fetch import open_client
from broadsheet.cli.options import json_option, old_option, quiet_option, root_option
from broadsheet.cli.problems import end_with_report
from broadsheet.mail.deliver import (
    MailReport,
    RenderedMail,
    find_recipients,
    open_feed,
    render_mail,
    send_edition,
    send_test,
    state_file,
)
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.store.atomic import write_atomically
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.text.formats import count

PREVIEW = Path(".digest", "mail")


@click.command("mail")
@click.argument("feed", required=False, metavar="[FEED]")
@root_option
@click.option("--recipients", type=click.Path(path_type=Path), metavar="FILE", help="Recipients, one address a line.")
@click.option("--edition", metavar="NAME", help="2025-05-27 or 2025-W22. Default: the newest.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The log of sent mails.")
@click.option("--dry-run", is_flag=True, help="Send nothing: write the message and a preview.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for --dry-run: .digest/mail.")
@click.option("--open", "browse", is_flag=True, help="With --dry-run: show the preview in the browser.")
@click.option("--test", "address", metavar="ADDRESS", help="Send it to this address only, and do not log it.")
@click.option("--retry-rejected", is_flag=True, help="Retry recipients that the server rejected.")
@old_option("--refused-again", "--retry-rejected")
@quiet_option
@json_option
def mail_command(
    feed: str | None,
    root: Path,
    recipients: Path | None,
    edition: str | None,
    state: Path | None,
    dry_run: bool,
    out: Path | None,
    browse: bool,
    address: str | None,
    retry_rejected: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Mail the newest edition of FEED to every recipient, once.

    FEED is a file or an address: RSS, Atom or JSON Feed, of this or any other site. Default: feeds/daily.xml of the
    built site. If you run it twice, or again after a kill, every recipient still gets each edition once. The server is
    set in the environment (DIGEST_SMTP_HOST, _USER, _PASSWORD): see 'broadsheet docs mail'.

    \b
    Example:
      broadsheet mail --dry-run --open
      broadsheet mail --test me@group.example
      broadsheet mail --recipients ~/readers.txt
    """
    if dry_run and address:
        raise click.UsageError("--dry-run sends nothing, --test does: choose one of them.")
    if (out or browse) and not dry_run:
        raise click.UsageError("--out and --open belong to a preview: add --dry-run.")
    settings = config.load(root)
    with open_client(settings) as web:
        source, place = open_feed(settings, root, feed, web)
    if dry_run:
        with nullcontext() if out else exclusive_lock(root, Lock.PREVIEW):
            mail = render_mail(settings, source, edition, _now())
            _show(mail, out or root / PREVIEW, browse, quiet, as_json, sole=not out)
    elif address:
        sent = send_test(settings, source, edition, address, uuid.uuid4().hex, os.environ, _now())
        if not quiet:
            click.echo(f"{sent.subject} ({_size(len(sent.message))}) → sent to the address you gave")
    else:
        readers, problems = find_recipients(root, recipients, os.environ)
        log = state_file(settings, state, os.environ)
        send = partial(send_edition, settings, source, edition, readers, log, os.environ, time.sleep, now=_now)
        report = send(retry_rejected=retry_rejected)
        report.problems = problems + report.problems
        end_with_report(report, report.problems, _lines(report, place), quiet=quiet, as_json=as_json)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _show(mail: RenderedMail, folder: Path, browse: bool, quiet: bool, as_json: bool, *, sole: bool) -> None:
    files = {"eml": mail.message, "txt": mail.text.encode(), "html": mail.html.encode()}
    paths = {kind: folder / f"{mail.edition}.{kind}" for kind in files}
    if (others := [path for path in paths.values() if path.exists()]) and len(others) < len(paths):
        what = "is in the place of the preview, but is not part of one"  # a preview is three files
        raise DigestError([Diagnostic(str(path), what, "move it away, or name another --out") for path in others])
    for kind, data in files.items():
        write_atomically(paths[kind], data, sole=sole)
    if as_json:
        report = {"edition": mail.edition, "subject": mail.subject, "bytes": len(mail.message), "papers": mail.papers}
        click.echo(msgspec.json.encode(report | {kind: str(path) for kind, path in paths.items()}).decode())
    elif not quiet:
        click.echo(f"{mail.subject} ({count(mail.papers, 'paper')}, {_size(len(mail.message))}), not sent")
        for path in paths.values():
            click.echo(f"  {path}")
    if browse:
        webbrowser.open(paths["html"].resolve().as_uri())


def _lines(report: MailReport, place: str) -> Iterator[str]:
    for mail in report.deliveries:
        numbers = {"already sent": mail.already_sent, "rejected": mail.rejected}
        numbers |= {"waiting": mail.waiting, "skipped": mail.skipped}
        parts = [f"{mail.sent:,} sent", *(f"{number:,} {label}" for label, number in numbers.items() if number)]
        yield f"{mail.subject} ({_size(mail.bytes)}) → {', '.join(parts)}"
    if report.quiet:
        yield f"{place}: nothing to send: {report.quiet}"


def _size(size: int) -> str:
    return f"{size / 1000:.0f} KB"
