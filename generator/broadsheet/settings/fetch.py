"""The settings of `broadsheet fetch`: the services, what is requested of them, and the contact."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from broadsheet.model.arxiv_taxonomy import CODES, category_hint
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.address import is_sample_contact
from broadsheet.settings.document import Fault
from broadsheet.store.records import A_DATE, is_date


class Arxiv(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of arXiv's announcements to fetch. `holidays` are those that arXiv declared besides the usual ones."""

    categories: tuple[str, ...] = ()
    cross_lists: bool = True
    replacements: bool = True
    details: bool = True
    holidays: tuple[str, ...] = ()


class Repository(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An institution's LibreCat: the address of its export, and a query in its own language (CQL)."""

    url: str
    query: str = ""
    name: str = "publications"


class Endpoints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The addresses of the services; only a mirror needs others."""

    arxiv_feed: str = "https://rss.arxiv.org/rss"
    arxiv_api: str = "https://export.arxiv.org/api/query"
    arxiv_oai: str = "https://oaipmh.arxiv.org/oai"
    huggingface: str = "https://huggingface.co/api/daily_papers"


class Fetch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sources to fetch. `contact` is an e-mail address or a page that services see in the User-Agent.

    It may be empty: a digest can be tried without one.
    """

    contact: str = ""
    arxiv: Arxiv = Arxiv()
    huggingface: bool = False
    librecat: tuple[Repository, ...] = ()
    endpoints: Endpoints = Endpoints()

    @property
    def wanted(self) -> bool:
        """True if any source is to be fetched."""
        return bool(self.arxiv.categories or self.huggingface or self.librecat)


def with_environment(fetch: Fetch, environment: Mapping[str, str]) -> Fetch:
    """Return `fetch` with the endpoints of the environment: ``DIGEST_ARXIV_FEED`` is that of `arxiv_feed`, and so on.

    Raises DigestError for a text that is no address.
    """
    names = {field: f"DIGEST_{field.upper()}" for field in Endpoints.__struct_fields__}
    places = {field: environment[name] for field, name in names.items() if environment.get(name)}
    bad = [names[field] for field, url in places.items() if not _is_address(url)]
    if bad:
        what = "not an absolute http(s) address"
        raise DigestError([Diagnostic(name, what, "correct this variable, or unset it") for name in bad])
    return msgspec.structs.replace(fetch, endpoints=msgspec.structs.replace(fetch.endpoints, **places))


def faults(fetch: Fetch) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    if fetch.contact and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+|https?://[^\s/]+\S*", fetch.contact):
        message = "fetch.contact is not an e-mail address or a page"
        yield Fault(("fetch", "contact"), message, "write an e-mail address or a page, for arXiv and other services")
    if fetch.contact and is_sample_contact(fetch.contact):
        message = f"fetch.contact: {fetch.contact} is only an example"
        yield Fault(("fetch", "contact"), message, "write your own, which services can write to", is_warning=True)
    if fetch.wanted and not fetch.contact:
        hint = "write an e-mail address or a page: services ask for one"
        yield Fault(("fetch",), "fetch.contact is not set", hint, is_warning=True)
    yield from _arxiv_faults(fetch.arxiv)
    yield from _repository_faults(fetch.librecat)
    for field in Endpoints.__struct_fields__:
        if not _is_address(getattr(fetch.endpoints, field)):
            message = f"{field} is not an absolute http(s) address"
            yield Fault(("fetch", "endpoints", field), message, "correct it, or leave it out")


def _arxiv_faults(arxiv: Arxiv) -> Iterator[Fault]:
    for index, category in enumerate(arxiv.categories):
        if category not in CODES:
            path = ("fetch", "arxiv", "categories", str(index))
            yield Fault(path, f"{category!r} is not a category of arXiv", category_hint(category))
    for index, day in enumerate(arxiv.holidays):
        if not is_date(day):
            yield Fault(("fetch", "arxiv", "holidays", str(index)), f"{day!r} is not {A_DATE}", "correct it")


def _repository_faults(repositories: tuple[Repository, ...]) -> Iterator[Fault]:
    names = [repository.name for repository in repositories]
    for index, repository in enumerate(repositories):
        path = ("fetch", "librecat", str(index))
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", repository.name) or names.count(repository.name) > 1:
            message = f"name {repository.name!r} is no file name, or is used twice"
            yield Fault((*path, "name"), message, "use A-Z, a-z, 0-9 and hyphens, each name once")
        if not _is_address(repository.url):
            yield Fault((*path, "url"), "url is not an absolute http(s) address", "write the address of the export")


def _is_address(url: str) -> bool:
    return re.fullmatch(r"https?://[^/\s?#@]+[^\s?#]*", url) is not None
