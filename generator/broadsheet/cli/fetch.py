"""``broadsheet fetch``."""

import datetime
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from broadsheet import __version__
from broadsheet.cli.data_lock import data_lock
from broadsheet.cli.import_ import fix_lines
from broadsheet.cli.options import json_option, parse_date, quiet_option, root_option
from broadsheet.cli.problems import log_line
from broadsheet.daily.fetch import DayReport, fetch_days
from broadsheet.http.client import HttpClient
from broadsheet.http.service import user_agent
from broadsheet.providers.arxiv.calendar import current_day
from broadsheet.providers.fetch_result import SourceStatus
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.fetch import with_environment
from broadsheet.text.formats import count


def today() -> str:
    """Return the day whose papers are the newest."""
    return current_day(datetime.datetime.now(datetime.UTC))


def load_settings(root: Path) -> Settings:
    """Read the settings of a digest; the environment may name other endpoints. Raises DigestError."""
    settings = config.load(root)
    return msgspec.structs.replace(settings, fetch=with_environment(settings.fetch, os.environ))


def open_client(settings: Settings) -> HttpClient:
    """Return an HTTP client that names this digest as its user agent."""
    agent = user_agent(__version__, settings.site.site_url, settings.fetch.contact)
    return HttpClient(agent, clock=time.monotonic, sleep=time.sleep)


@click.command("fetch")
@root_option
@click.option(
    "--date",
    callback=parse_date,
    metavar="YYYY-MM-DD",
    help="The day to fetch. Default: the latest announcement; after 20:00 US Eastern that is tomorrow's date.",
)
@click.option("--from", "first", callback=parse_date, metavar="YYYY-MM-DD", help="The first of several days.")
@click.option("--to", "last", callback=parse_date, metavar="YYYY-MM-DD", help="The last of them. Default: the newest.")
@quiet_option
@json_option
def fetch_command(
    root: Path, date: str | None, first: str | None, last: str | None, quiet: bool, as_json: bool
) -> None:
    """Fetch a day's papers into data/, without scores.

    The section fetch of digest.yml names the sources: arXiv, Hugging Face, repositories. A paper of an earlier day is
    not listed again; its new version, withdrawal or votes are added there. Fetching a day again keeps all data. Exit
    code 1 if a source failed or returned an old list; the papers of the others are written.

    \b
    Example:
      broadsheet fetch --date 2026-09-24
      broadsheet fetch --from 2026-09-01 --to 2026-09-24
    """
    now = today()
    dates = _dates(date, first, last, now)
    settings = load_settings(root)
    with open_client(settings) as web, data_lock(root):
        show = (lambda report: None) if as_json else (lambda report: _print(report, quiet))
        asked_at = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
        reports = fetch_days(root, settings, dates, web, now, show, asked_at=asked_at)
    if as_json:
        click.echo(msgspec.json.encode(reports).decode())
    if any(report.faults for report in reports):
        sys.exit(1)


def _dates(date: str | None, first: str | None, last: str | None, now: str) -> list[str]:
    if date and (first or last):
        raise click.UsageError("give --date, or --from and --to.")
    if last and not first:
        raise click.UsageError("--to needs --from.")
    start = datetime.date.fromisoformat(first or date or now)
    end = datetime.date.fromisoformat(last or (now if first else start.isoformat()))
    if end < start:
        raise click.UsageError(f"--from {start} is after --to {end}.")
    if end.isoformat() > now:
        raise click.UsageError(f"{'--to' if last else '--date'} {end} is in the future: give a day up to today.")
    return [(start + datetime.timedelta(days=number)).isoformat() for number in range((end - start).days + 1)]


def _print(report: DayReport, quiet: bool) -> None:
    for problem in report.faults:
        click.echo(log_line(problem), err=True)
    if not quiet:
        click.echo("\n".join(_lines(report)))


def _lines(report: DayReport) -> Iterator[str]:
    for source in report.sources:
        name = f"{report.date} {source.source}"
        if source.announced is None or source.status in (SourceStatus.QUIET, SourceStatus.FAILED):
            yield f"{name}: {source.status}"
            continue
        parts = [f"{source.announced:,} announced", f"{source.papers:,} wanted", f"{source.replaced:,} replaced"]
        parts += [f"{len(source.withdrawn):,} withdrawn"] if source.withdrawn else []
        yield f"{name}: {source.status}: {', '.join(parts)}"
    new, changed = count(report.new, "new paper"), count(len(report.changed), "day")
    yield f"{report.date}: {new}; {len(report.duplicates):,} on an earlier day already; {changed} changed in data/"
    if report.publications:
        yield "publications: " + ", ".join(f"{number:,} {name}" for name, number in report.publications.items())
    yield from fix_lines(report.fixes)
    yield from (f"note: {problem}" for problem in report.problems if problem.is_note)
