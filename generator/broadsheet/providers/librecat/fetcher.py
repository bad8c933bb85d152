"""The fetcher of publications from an institution's LibreCat: by query, page by page.

Source: LibreCat's route ``/export``, with ``fmt``, ``cql``, ``start`` and ``limit``.
"""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, printable_url
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers import decode
from broadsheet.providers.fetch_result import FetchResult, FetchTask, SourceStatus
from broadsheet.providers.librecat import parser as librecat
from broadsheet.providers.parse_result import ParseResult, rejected
from broadsheet.settings.fetch import Fetch, Repository

NAME = "librecat"
SERVICE = Service(name="LibreCat", interval=1.0)
_PAGE = 100
_MAX_PAGES = 1000
_LONGEST_S = 1200.0  # a page a second at most, and large repositories have hundreds


def tasks(settings: Fetch) -> Iterator[FetchTask]:
    """Yield a task for each repository of the settings."""
    for repository in settings.librecat:
        yield FetchTask(f"{NAME} {repository.name}", partial(fetch, repository), dated=False, longest_s=_LONGEST_S)


def fetch(repository: Repository, web: HttpClient, date: str, today: str) -> FetchResult:
    """Return all publications that match the query, whatever the day. Raises DigestError."""
    result = ParseResult()
    problems: list[Diagnostic] = []
    streams: list[str | None] = []
    ids: set[str] = set()
    for page in _pages(web, repository, problems):
        new = [record for record in page.publications if record.id not in ids]
        if not new and not page.rejected_publications:
            break  # the end; a repository without `start` sends its first page again
        ids.update(record.id for record in new)
        result.publications += new
        result.rejected_publications += page.rejected_publications
        problems += page.problems
        streams.append(page.stream if len(new) == len(page.publications) else None)
    result.stream = _join(streams)
    if not ids:
        location = printable_url(repository.url)
        problems.append(Diagnostic(location, "finds no publication", "check the query", is_note=True))
    return FetchResult(
        source=f"{NAME} {repository.name}",
        date=date,
        status=SourceStatus.OK if ids else SourceStatus.QUIET,
        publications=result,
        file=f"{repository.name}.yml",
        problems=problems,
    )


def _join(streams: list[str | None]) -> str | None:
    texts = [f"{text.rstrip()}\n" for text in streams if text is not None]
    return "".join(texts) if len(texts) == len(streams) else None


def _pages(web: HttpClient, repository: Repository, problems: list[Diagnostic]) -> Iterator[ParseResult]:
    """Yield pages without end. An error after the first records is added to `problems` and ends the list."""
    start, has_records = 0, False
    for _ in range(_MAX_PAGES):
        try:
            page = _page(web, repository, start)
        except DigestError as error:
            if not has_records:
                raise
            message = f"breaks off after {start:,} records, which are kept"
            hint = "narrow the query, or fetch again later"  # a search engine limits the number of its results
            problems += [*error.problems, Diagnostic(printable_url(repository.url), message, hint)]
            return
        yield page
        has_records = has_records or bool(page.publications)
        start += len(page.publications) + page.rejected_publications
    raise rejected(printable_url(repository.url), "returns pages without end", "narrow the query")


def _page(web: HttpClient, repository: Repository, start: int) -> ParseResult:
    query = {"fmt": "yaml", "start": start, "limit": _PAGE} | ({"cql": repository.query} if repository.query else {})
    reply = web.get(SERVICE, f"{repository.url}?{urlencode(query)}")
    if not reply.body.strip() or reply.body.strip() in (b"---", b"--- []", b"[]"):
        return ParseResult()
    document = decode.decode_document(reply.body, f"{printable_url(repository.url)} (from {start})")
    if not librecat.matches(document):
        raise rejected(document.where, "answers with something that holds no publications", "check url and query")
    return librecat.parse(document, None)
