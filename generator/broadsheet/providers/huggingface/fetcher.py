"""Hugging Face Daily Papers of one day.

Source: https://huggingface.co/docs/hub/api (``GET /api/daily_papers``)
"""

import datetime
import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, WebError, printable_url
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.providers import decode
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.providers.decode import Document, JsonDocument
from broadsheet.providers.fetch_result import FetchResult, FetchTask, SourceStatus, absence_diagnostic
from broadsheet.providers.huggingface import parser as huggingface
from broadsheet.providers.parse_result import rejected
from broadsheet.settings.fetch import Fetch

NAME = "hf"
SERVICE = Service(name="Hugging Face", interval=1.0, domain="huggingface.co", whole_timeout=60, largest=32 << 20)
_PAGE = 100
_MOST_PAGES = 100
_REFUSALS = (400, 404, 416, 422)  # of a limit or a page beyond the server's own
_OPEN_DAYS = 2  # papers join a list until its day is over in UTC, and some after it
_RENEWED_DAYS = 7  # votes and comments go on for about a week


def tasks(settings: Fetch) -> Iterator[FetchTask]:
    """The list of a day, if it is wanted."""
    if settings.huggingface:
        yield FetchTask(NAME, partial(fetch, settings.endpoints.huggingface), renewed_days=_RENEWED_DAYS)


def fetch(endpoint: str, web: HttpClient, date: str, today: str) -> FetchResult:
    """Return the list of `date`, empty on most weekends; `today` is the newest day there can be. Raises DigestError."""
    done = FetchResult(source=NAME, date=date)
    papers: dict[str, Paper] = {}
    entries: set[str] = set()
    others = 0
    for page in _pages(web, endpoint, date, done.problems):
        new = set(map(_key, page.value)) - entries
        if not new:
            break  # a server that knows no pages gives its first one again
        entries |= new
        harvest = huggingface.parse(page, date)
        for row in harvest.rows:
            papers.setdefault(row.paper.arxiv_id, row.paper)
        others += harvest.rejected
        done.fixes += harvest.fixes
        done.problems += harvest.problems
    done.papers, done.announced = tuple(papers.values()), len(papers) + others
    done.status = SourceStatus.OK if papers else SourceStatus.QUIET
    _note_whether_over(done, today)
    return done


def _note_whether_over(done: FetchResult, today: str) -> None:
    """Say whether papers may still join the list, and whether it is empty though it should not be."""
    age = (datetime.date.fromisoformat(today) - datetime.date.fromisoformat(done.date)).days
    if age <= _OPEN_DAYS:
        done.open = "Hugging Face adds papers until the day ends in UTC, and a few after that"
    if not done.papers and age > 0 and Calendar().announces(done.date):
        done.status, done.absent = SourceStatus.STALE, True
        done.problems.append(absence_diagnostic("Hugging Face", done.date))


def _pages(web: HttpClient, endpoint: str, date: str, problems: list[Diagnostic]) -> Iterator[JsonDocument]:
    """Yield pages until one is empty: a server may give fewer entries than it is asked for.

    What is wrong with a page after the first goes to `problems`.
    """
    limit = _PAGE
    for number in range(_MOST_PAGES):
        try:
            page, limit = _page(web, endpoint, {"date": date}, limit, number)
        except DigestError as error:
            if number == 0:
                raise
            if isinstance(error, WebError) and error.status in _REFUSALS:
                return  # there is no such page
            problems += [msgspec.structs.replace(it, hint="fetch the day again for the rest") for it in error.problems]
            return
        if not page.value:
            return
        yield page
    what = f"more than {_MOST_PAGES} pages for {date}: the rest was left out"
    problems.append(Diagnostic(printable_url(endpoint), what, "nothing to do, unless that day had so many papers"))


def _key(entry: Any) -> str:
    paper = entry.get("paper") if isinstance(entry, dict) else None
    return str(paper.get("id")) if isinstance(paper, dict) else repr(entry)


def _page(
    web: HttpClient, endpoint: str, query: dict[str, str | int], limit: int, number: int
) -> tuple[JsonDocument, int]:
    """Return a page, and the limit with which it was had: none (0) where the server refuses ours."""
    asked = query | ({"limit": limit} if limit else {}) | ({"p": number} if number else {})
    try:
        reply = web.get(SERVICE, f"{endpoint}?{urlencode(asked)}")
    except WebError as error:
        if error.status in _REFUSALS and limit:
            return _page(web, endpoint, query, 0, number)
        raise
    return _list(decode.decode_document(reply.body, printable_url(reply.url))), limit


def _list(read: Document) -> JsonDocument:
    if isinstance(read, JsonDocument) and (read.value == [] or huggingface.matches(read)):
        return JsonDocument(read.where, read.value if isinstance(read.value, list) else read.value["data"], read.data)
    if isinstance(read, JsonDocument) and isinstance(read.value, dict) and "error" in read.value:
        what = f"answers with an error: {json.dumps(read.value['error'])[:200]}"
        raise rejected(read.where, what, "try again later", kind="answers with an error")
    raise rejected(read.where, "answers with something that is no list of papers", "try again later")
