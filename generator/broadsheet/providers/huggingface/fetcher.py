"""The fetcher of Hugging Face Daily Papers of one day.

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
_MAX_PAGES = 100
_REJECTIONS = (400, 404, 416, 422)  # of a limit or a page beyond the server's own
_OPEN_DAYS = 2  # papers are added to a list until its day ends in UTC, and a few after that
_RENEWED_DAYS = 7  # votes and comments change for about a week


def tasks(settings: Fetch) -> Iterator[FetchTask]:
    """Yield the task of a day's list, if the settings want it."""
    if settings.huggingface:
        yield FetchTask(NAME, partial(fetch, settings.endpoints.huggingface), renewed_days=_RENEWED_DAYS)


def fetch(endpoint: str, web: HttpClient, date: str, today: str) -> FetchResult:
    """Return the list of `date`, empty on most weekends; `today` is the newest possible day. Raises DigestError."""
    result = FetchResult(source=NAME, date=date)
    papers: dict[str, Paper] = {}
    entries: set[str] = set()
    others = 0
    for page in _pages(web, endpoint, date, result.problems):
        new = set(map(_key, page.value)) - entries
        if not new:
            break  # a server without pages sends the first one again
        entries |= new
        page_result = huggingface.parse(page, date)
        for row in page_result.rows:
            papers.setdefault(row.paper.arxiv_id, row.paper)
        others += page_result.rejected
        result.fixes += page_result.fixes
        result.problems += page_result.problems
    result.papers, result.announced = tuple(papers.values()), len(papers) + others
    result.status = SourceStatus.OK if papers else SourceStatus.QUIET
    _note_completeness(result, today)
    return result


def _note_completeness(result: FetchResult, today: str) -> None:
    """Record whether papers may still be added, and whether an empty list is unexpected."""
    age = (datetime.date.fromisoformat(today) - datetime.date.fromisoformat(result.date)).days
    if age <= _OPEN_DAYS:
        result.open = "Hugging Face adds papers until the day ends in UTC, and a few after that"
    if not result.papers and age > 0 and Calendar().announces(result.date):
        result.status, result.absent = SourceStatus.STALE, True
        result.problems.append(absence_diagnostic("Hugging Face", result.date))


def _pages(web: HttpClient, endpoint: str, date: str, problems: list[Diagnostic]) -> Iterator[JsonDocument]:
    """Yield pages until one is empty, since a server may send fewer entries than the limit.

    Errors of pages after the first are added to `problems`.
    """
    limit = _PAGE
    for number in range(_MAX_PAGES):
        try:
            page, limit = _page(web, endpoint, {"date": date}, limit, number)
        except DigestError as error:
            if number == 0:
                raise
            if isinstance(error, WebError) and error.status in _REJECTIONS:
                return  # there is no such page
            hint = "fetch the day again for the rest"
            problems += [msgspec.structs.replace(problem, hint=hint) for problem in error.problems]
            return
        if not page.value:
            return
        yield page
    message = f"more than {_MAX_PAGES} pages for {date}: the rest was left out"
    problems.append(Diagnostic(printable_url(endpoint), message, "nothing to do, unless that day had so many papers"))


def _key(entry: Any) -> str:
    paper = entry.get("paper") if isinstance(entry, dict) else None
    return str(paper.get("id")) if isinstance(paper, dict) else repr(entry)


def _page(
    web: HttpClient, endpoint: str, query: dict[str, str | int], limit: int, number: int
) -> tuple[JsonDocument, int]:
    """Return a page, and the limit that the server accepts: 0 if it rejects ours."""
    parameters = query | ({"limit": limit} if limit else {}) | ({"p": number} if number else {})
    try:
        reply = web.get(SERVICE, f"{endpoint}?{urlencode(parameters)}")
    except WebError as error:
        if error.status in _REJECTIONS and limit:
            return _page(web, endpoint, query, 0, number)
        raise
    return _list(decode.decode_document(reply.body, printable_url(reply.url))), limit


def _list(document: Document) -> JsonDocument:
    if isinstance(document, JsonDocument) and (document.value == [] or huggingface.matches(document)):
        entries = document.value if isinstance(document.value, list) else document.value["data"]
        return JsonDocument(document.where, entries, document.data)
    if isinstance(document, JsonDocument) and isinstance(document.value, dict) and "error" in document.value:
        message = f"answers with an error: {json.dumps(document.value['error'])[:200]}"
        raise rejected(document.where, message, "try again later", kind="answers with an error")
    raise rejected(document.where, "answers with something that is not a list of papers", "try again later")
