"""Publications of an institution's LibreCat, by query, page by page.

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
_MOST_PAGES = 1000
_LONGEST_S = 1200.0  # a page a second at most, and large repositories have hundreds


def tasks(settings: Fetch) -> Iterator[FetchTask]:
    """Every repository of the settings."""
    for repository in settings.librecat:
        yield FetchTask(f"{NAME} {repository.name}", partial(fetch, repository), dated=False, longest_s=_LONGEST_S)


def fetch(repository: Repository, web: HttpClient, date: str, today: str) -> FetchResult:
    """All publications that the query finds, whatever the day. Raises DigestError."""
    harvest, given = ParseResult(), 0
    problems: list[Diagnostic] = []
    streams: list[str | None] = []
    known: set[str] = set()
    for _ in range(_MOST_PAGES):
        try:
            page = _page(web, repository, given)
        except DigestError as error:
            if not known:
                raise
            problems += error.problems  # what came before it is good: a search engine gives no more than so many
            what = f"breaks off after {given:,} records, which are kept"
            problems.append(Diagnostic(printable_url(repository.url), what, "narrow the query, or fetch again later"))
            break
        new = [record for record in page.publications if record.id not in known]
        if not new and not page.rejected_publications:
            break  # the end, or a repository that knows no `start` gives its first page again
        known.update(record.id for record in new)
        given += len(page.publications) + page.rejected_publications
        harvest.publications += new
        harvest.rejected_publications += page.rejected_publications
        problems += page.problems
        streams.append(page.stream if len(new) == len(page.publications) else None)
    else:
        raise rejected(printable_url(repository.url), "gives pages without end", "narrow the query")
    texts = [text for text in streams if text is not None]
    harvest.stream = "".join(f"{text.rstrip()}\n" for text in texts) if len(texts) == len(streams) else None
    if not known:
        problems.append(
            Diagnostic(printable_url(repository.url), "finds no publication", "check the query", is_note=True)
        )
    status = SourceStatus.OK if known else SourceStatus.QUIET
    return FetchResult(
        source=f"{NAME} {repository.name}",
        date=date,
        status=status,
        publications=harvest,
        file=f"{repository.name}.yml",
        problems=problems,
    )


def _page(web: HttpClient, repository: Repository, start: int) -> ParseResult:
    query = {"fmt": "yaml", "start": start, "limit": _PAGE} | ({"cql": repository.query} if repository.query else {})
    reply = web.get(SERVICE, f"{repository.url}?{urlencode(query)}")
    if not reply.body.strip() or reply.body.strip() in (b"---", b"--- []", b"[]"):
        return ParseResult()
    read = decode.decode_document(reply.body, f"{printable_url(repository.url)} (from {start})")
    if not librecat.matches(read):
        raise rejected(read.where, "answers with something that holds no publications", "check url and query")
    return librecat.parse(read, None)
