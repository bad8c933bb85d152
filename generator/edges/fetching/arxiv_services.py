"""arXiv's three services, asked as its rules want: one request in three seconds over one connection for all of them.

Source: https://info.arxiv.org/help/api/tou.html; each method names its own.
"""

import datetime
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

import msgspec

from generator.edges.sources import arxiv_feed, arxiv_oai, payload
from generator.edges.sources.harvest import Harvest, refused
from generator.edges.sources.payload import Xml
from generator.ground.arxiv_categories import other_names
from generator.ground.errors import DigestError
from generator.ground.fetch_settings import Endpoints
from generator.web.door import Web
from generator.web.service import Service, shown

SERVICE = Service(name="arXiv", interval=3.0, pause=10.0, domain="arxiv.org")

MOST_IN_FEED = 2000  # a feed holds no more: https://info.arxiv.org/help/rss.html
_IDS = 100
_PAGE = 1000  # 2,000 are allowed, but often come short
_MOST = 30_000
_EMPTY_PAGES = 3  # the API answers 200 with nothing now and then, though there is something
_MOST_LISTS = 1000
_PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
)


class ArxivServices:
    """Asks, and parses what comes. Every method raises WebError or DigestError."""

    def __init__(self, web: Web, endpoints: Endpoints) -> None:
        self._web, self._at = web, endpoints

    def feed(self, categories: Sequence[str], date: str) -> tuple[str | None, Harvest]:
        """The day for which the feed of `categories` says it was made, and what it lists (`MOST_IN_FEED` at most).

        Source: https://info.arxiv.org/help/rss.html
        """
        read = self._xml(f"{self._at.arxiv_feed}/{'+'.join(map(quote, categories))}")
        harvest = arxiv_feed.parse(read, date)
        days = {row.date for row in harvest.rows}  # Atom says it of each paper, but not of the whole
        return arxiv_feed.announced(read) or (days.pop() if len(days) == 1 else None), harvest

    def details(self, ids: Sequence[str], date: str) -> Iterator[Harvest]:
        """Yield what the API knows of the papers `ids`, which may be nothing of those announced an hour ago.

        Source: https://info.arxiv.org/help/api/user-manual.html
        """
        for start in range(0, len(ids), _IDS):
            wanted, found = ids[start : start + _IDS], Harvest()
            _extend(found, arxiv_feed.parse(self._query(id_list=",".join(wanted), max_results=len(wanted)), date))
            yield found

    def submitted(
        self, categories: Sequence[str], window: tuple[datetime.datetime, datetime.datetime], date: str
    ) -> Harvest:
        """Return the papers in one of `categories` whose first version came in `window` (UTC, the end excluded).

        Where a page fails after others came, these are returned, and the problems say what is missing.
        """
        start, end = (f"{time:%Y%m%d%H%M}" for time in (window[0], window[1] - datetime.timedelta(minutes=1)))
        names = " OR ".join(_searched(categories))
        found, total, given, empty = Harvest(), 0, 0, 0
        while empty < _EMPTY_PAGES:
            try:
                page = self._query(
                    search_query=f"({names}) AND submittedDate:[{start} TO {end}]",
                    sortBy="submittedDate",
                    sortOrder="ascending",
                    start=given,
                    max_results=_PAGE,
                )
                _extend(found, arxiv_feed.parse(page, date))
            except DigestError as error:
                return _broken_off(found, error)
            total, entries = max(total, arxiv_feed.total(page) or 0), len(page.root.findall("entry"))
            given += entries
            empty = 0 if entries else empty + 1
            if total > _MOST:
                raise refused(page.where, f"{total:,} papers of {date}, more than the API gives", "ask for less")
            if entries and given >= total:
                break
        if given < total:
            raise refused(
                shown(self._at.arxiv_api), f"gives {given:,} of {total:,} papers of {date}", "try again later"
            )
        return found

    def modified(self, category: str, date: str) -> Harvest:
        """Every record of `category` whose last change was on `date`, with its versions: replaced ones among them.

        A record that was changed again since is under that later day. A list that expires half-way (tokens live for a
        day) is asked for once more from its beginning. One that breaks off otherwise is returned as far as it came.
        Source: https://info.arxiv.org/help/oa/index.html
        """
        for attempt in (1, 2):
            found, expired = Harvest(), False
            try:
                for read in self._lists(category, date):
                    expired = arxiv_oai.error_code(read) == "badResumptionToken"
                    if expired and attempt == 1:
                        break
                    _extend(found, arxiv_oai.parse(read, date))
            except DigestError as error:
                return _broken_off(found, error)
            if not expired:
                break
        return found

    def _lists(self, category: str, date: str) -> Iterator[Xml]:
        query = {"metadataPrefix": "arXivRaw", "set": oai_set(category), "from": date, "until": date}
        tokens: set[str] = set()
        for _ in range(_MOST_LISTS):
            read = self._xml(f"{self._at.arxiv_oai}?{urlencode({'verb': 'ListRecords', **query})}")
            yield read
            token = arxiv_oai.resumption_token(read)
            if token is None:
                return
            if token in tokens:
                break
            tokens.add(token)
            query = {"resumptionToken": token}
        raise refused(shown(self._at.arxiv_oai), f"lists {category} without end", "try again later")

    def _query(self, **parameters: str | int) -> Xml:
        return self._xml(f"{self._at.arxiv_api}?{urlencode(parameters)}")

    def _xml(self, url: str) -> Xml:
        read = payload.read(self._web.get(SERVICE, url).body, shown(url))
        if not isinstance(read, Xml):
            raise refused(shown(url), "answers with something that is not XML", "try again later")
        return read


def oai_set(category: str) -> str:
    """The OAI-PMH set of a category or archive: ``cs:cs:LG``, ``physics:hep-th``, ``cs``."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    if not subject and group == archive:
        return archive if archive != "physics" else "physics:physics"
    return f"{group}:{archive}" + (f":{subject}" if subject else "")


def is_full(harvest: Harvest) -> bool:
    """Return whether a feed has as many items as it can have, so that some may be left out."""
    return len(harvest.rows) + harvest.refused >= MOST_IN_FEED


def _searched(categories: Sequence[str]) -> list[str]:
    """Return the API's search terms for categories and archives."""
    names = [name for code in categories for name in (code, *(other_names(code) if "." in code else ()))]
    return [f"cat:{name}" if "." in name else f"cat:{name}*" for name in dict.fromkeys(names)]


def _extend(found: Harvest, more: Harvest) -> None:
    """Add a page. Raises DigestError if none of its records can be read."""
    problems = [problem for problem in more.problems if not problem.note]
    if more.refused and not more.rows:
        raise DigestError(problems)
    found.rows += more.rows
    found.repairs += more.repairs
    found.problems += problems


def _broken_off(found: Harvest, error: DigestError) -> Harvest:
    """Return what came before a page failed, with a problem for the rest. Raises the error if nothing came."""
    if not found.rows:
        raise error
    found.problems += [msgspec.structs.replace(it, do="fetch the day again for the rest") for it in error.problems]
    return found
