"""``broadsheet post``."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from broadsheet.cli.fetch import open_client
from broadsheet.cli.options import json_option, quiet_option, root_option
from broadsheet.cli.problems import end_with_report
from broadsheet.mail.deliver import open_feed
from broadsheet.post.bulletin import Bulletin
from broadsheet.post.deliver import PostReport, post_edition, preview, state_file
from broadsheet.post.services import SERVICES
from broadsheet.post.webhooks import Webhook, find_webhooks, without_webhooks
from broadsheet.settings import config


@click.command("post")
@click.argument("feed", required=False, metavar="[FEED]")
@root_option
@click.option(
    "--webhooks", type=click.Path(path_type=Path), metavar="FILE", help="Webhooks, one a line: slack https://…"
)
@click.option("--edition", metavar="NAME", help="2025-05-27 or 2025-W22. Default: the newest.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The log of posts.")
@click.option("--dry-run", is_flag=True, help="Post nothing: print the message of each service as JSON.")
@click.option("--retry", is_flag=True, help="Post again where it was rejected, or where the reply was lost.")
@quiet_option
@json_option
def post_command(
    feed: str | None,
    root: Path,
    webhooks: Path | None,
    edition: str | None,
    state: Path | None,
    dry_run: bool,
    retry: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Post the newest edition of FEED to every webhook, once.

    A webhook is one of Slack, Discord, Teams, or your own. FEED is the same as for 'broadsheet mail'. Default:
    feeds/daily.xml of the built site. If you run it twice, or again after a kill, no channel gets an edition twice. The
    addresses of webhooks are in the environment (DIGEST_POST_SLACK, _DISCORD, _TEAMS, _JSON).
    See 'broadsheet docs chat'.

    \b
    Example:
      broadsheet post --dry-run
      DIGEST_POST_SLACK=https://hooks.slack.com/services/… broadsheet post
      broadsheet post --webhooks ~/webhooks.txt site/feeds/weekly.xml
    """
    settings = config.load(root)
    with open_client(settings) as web:
        source, place = open_feed(settings, root, feed, web)
        to, problems = find_webhooks(root, webhooks, os.environ)
        if dry_run:
            _show(preview(settings, source, edition), to)
            return
        if not to:
            raise without_webhooks(webhooks, problems)
        log = state_file(settings, state, os.environ)
        report = post_edition(settings, source, edition, to, log, os.environ, web, time.sleep, retry=retry)
    report.problems = problems + report.problems
    end_with_report(report, report.problems, _lines(report, place), quiet=quiet, as_json=as_json)


def _show(bulletin: Bulletin, to: list[Webhook]) -> None:
    """Print the payload of each service that has a webhook; of all services if there are no webhooks."""
    ids = {webhook.service.id for webhook in to} or {service.id for service in SERVICES}
    payloads = {service.id: service.payload(bulletin) for service in SERVICES if service.id in ids}
    click.echo(json.dumps(payloads, ensure_ascii=False, indent=2))


def _lines(report: PostReport, place: str) -> Iterator[str]:
    for posting in report.postings:
        numbers = {
            "already posted": posting.already_posted,
            "rejected": posting.rejected,
            "unconfirmed": posting.unconfirmed,
            "waiting": posting.waiting,
            "skipped": posting.skipped,
        }
        parts = [f"{posting.posted:,} posted", *(f"{number:,} {label}" for label, number in numbers.items() if number)]
        yield f"{posting.title} → {', '.join(parts)}"
    if report.quiet:
        yield f"{place}: nothing to post: {report.quiet}"
