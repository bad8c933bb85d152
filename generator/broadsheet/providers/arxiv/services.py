"""Requests to arXiv's three services, within its limit: one request in three seconds, over one connection for all.

Source: https://info.arxiv.org/help/api/tou.html; each method names its own.
"""

import datetime
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

import msgspec

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, printable_url
from broadsheet.model.arxiv_categories import other_names
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers import decode
from broadsheet.providers.arxiv import feed_parser as arxiv_feed
from broadsheet.providers.arxiv import oai_parser as arxiv_oai
from broadsheet.providers.decode import XmlDocument
from broadsheet.providers.parse_result import ParseResult, rejected
from broadsheet.settings.fetch import Endpoints

SERVICE = Service(name="arXiv", interval=3.0, pause=10.0, domain="arxiv.org")

MOST_IN_FEED = 2000  # a feed holds no more: https://info.arxiv.org/help/rss.html
_IDS = 100
_PAGE = 1000  # 2,000 are allowed, but such pages are often incomplete
_MOST = 30_000
_EMPTY_PAGES = 3  # the API sometimes replies 200 with nothing although it has papers
_MOST_LISTS = 1000
_PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
)


class ArxivServices:
    """A client that parses the answers. Every method raises WebError or DigestError."""

    def __init__(self, web: HttpClient, endpoints: Endpoints) -> None:
        self._web, self._at = web, endpoints

    def feed(self, categories: Sequence[str], date: str) -> tuple[str | None, ParseResult]:
        """Return the day that the feed of `categories` names, and its papers (at most `MOST_IN_FEED`).

        Source: https://info.arxiv.org/help/rss.html
        """
        document = self._xml(f"{self._at.arxiv_feed}/{'+'.join(map(quote, categories))}")
        result = arxiv_feed.parse(document, date)
        days = {row.date for row in result.rows}  # Atom has a day for each paper, but none for the whole
        return arxiv_feed.feed_day(document) or (days.pop() if len(days) == 1 else None), result

    def details(self, ids: Sequence[str], date: str) -> Iterator[ParseResult]:
        """Yield the API's details of the papers `ids`, without papers that its index does not have yet.

        Source: https://info.arxiv.org/help/api/user-manual.html
        """
        for start in range(0, len(ids), _IDS):
            wanted, result = ids[start : start + _IDS], ParseResult()
            _extend(result, arxiv_feed.parse(self._query(id_list=",".join(wanted), max_results=len(wanted)), date))
            yield result

    def submitted(
        self, categories: Sequence[str], window: tuple[datetime.datetime, datetime.datetime], date: str
    ) -> ParseResult:
        """Return the papers in one of `categories` whose first version came in `window` (UTC, the end excluded).

        Where a page fails after others came, these are returned, and the problems say what is missing.
        """
        start, end = (f"{time:%Y%m%d%H%M}" for time in (window[0], window[1] - datetime.timedelta(minutes=1)))
        names = " OR ".join(_searched(categories))
        result, total, received, empty = ParseResult(), 0, 0, 0
        while empty < _EMPTY_PAGES:
            try:
                page = self._query(
                    search_query=f"({names}) AND submittedDate:[{start} TO {end}]",
                    sortBy="submittedDate",
                    sortOrder="ascending",
                    start=received,
                    max_results=_PAGE,
                )
                _extend(result, arxiv_feed.parse(page, date))
            except DigestError as error:
                return _broken_off(result, error)
            total, entries = max(total, arxiv_feed.total_results(page) or 0), len(page.root.findall("entry"))
            received += entries
            empty = 0 if entries else empty + 1
            if total > _MOST:
                raise rejected(
                    page.where, f"{total:,} papers of {date}, more than the API gives", "fetch fewer categories"
                )
            if entries and received >= total:
                break
        if received < total:
            raise rejected(
                printable_url(self._at.arxiv_api),
                f"gives {received:,} of {total:,} papers of {date}",
                "try again later",
            )
        return result

    def modified(self, category: str, date: str) -> ParseResult:
        """Return the records of `category` whose last change was on `date`, with their versions.

        A record that was changed again since is under that later day. A list that expires half-way (tokens live for a
        day) is asked for once more from its beginning. One that breaks off otherwise is returned as far as it came.
        Source: https://info.arxiv.org/help/oa/index.html
        """
        for attempt in (1, 2):
            result, expired = ParseResult(), False
            try:
                for document in self._lists(category, date):
                    expired = arxiv_oai.error_code(document) == "badResumptionToken"
                    if expired and attempt == 1:
                        break
                    _extend(result, arxiv_oai.parse(document, date))
            except DigestError as error:
                return _broken_off(result, error)
            if not expired:
                break
        return result

    def _lists(self, category: str, date: str) -> Iterator[XmlDocument]:
        query = {"metadataPrefix": "arXivRaw", "set": oai_set(category), "from": date, "until": date}
        tokens: set[str] = set()
        for _ in range(_MOST_LISTS):
            document = self._xml(f"{self._at.arxiv_oai}?{urlencode({'verb': 'ListRecords', **query})}")
            yield document
            token = arxiv_oai.resumption_token(document)
            if token is None:
                return
            if token in tokens:
                break
            tokens.add(token)
            query = {"resumptionToken": token}
        raise rejected(printable_url(self._at.arxiv_oai), f"lists {category} without end", "try again later")

    def _query(self, **parameters: str | int) -> XmlDocument:
        return self._xml(f"{self._at.arxiv_api}?{urlencode(parameters)}")

    def _xml(self, url: str) -> XmlDocument:
        document = decode.decode_document(self._web.get(SERVICE, url).body, printable_url(url))
        if not isinstance(document, XmlDocument):
            raise rejected(printable_url(url), "answers with something that is not XML", "try again later")
        return document


def oai_set(category: str) -> str:
    """Return the OAI-PMH set of a category or archive: ``cs:cs:LG``, ``physics:hep-th``, ``cs``."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    if not subject and group == archive:
        return archive if archive != "physics" else "physics:physics"
    return f"{group}:{archive}" + (f":{subject}" if subject else "")


def is_full_feed(result: ParseResult) -> bool:
    """Return whether a feed has as many items as it can have, so that some may be left out."""
    return len(result.rows) + result.rejected >= MOST_IN_FEED


def _searched(categories: Sequence[str]) -> list[str]:
    """Return the API's search terms for categories and archives."""
    names = [name for code in categories for name in (code, *(other_names(code) if "." in code else ()))]
    return [f"cat:{name}" if "." in name else f"cat:{name}*" for name in dict.fromkeys(names)]


def _extend(result: ParseResult, more: ParseResult) -> None:
    """Add a page. Raises DigestError if none of its records can be parsed."""
    problems = [problem for problem in more.problems if not problem.is_note]
    if more.rejected and not more.rows:
        raise DigestError(problems)
    result.rows += more.rows
    result.fixes += more.fixes
    result.problems += problems


def _broken_off(result: ParseResult, error: DigestError) -> ParseResult:
    """Return what came before a page failed, with a problem for the rest. Raises the error if nothing came."""
    if not result.rows:
        raise error
    result.problems += [
        msgspec.structs.replace(problem, hint="fetch the day again for the rest") for problem in error.problems
    ]
    return result
