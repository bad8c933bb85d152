"""The parts of a publication, each with its reader: people, files, licences, identifiers, relations.

A reader takes what a LibreCat record holds under a key, whatever that is, and never raises.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from broadsheet.model import arxiv_id, vocabulary
from broadsheet.model.doi import DOI
from broadsheet.model.librecat import date, first, items, mapping, mappings, plain, texts, title, words
from broadsheet.model.limits import LONGEST_IN_RECORD, cut
from broadsheet.text.foreign_markup import to_tex, without_entities
from broadsheet.text.sanitize import clean, safe_url

_ORCID = re.compile(r"(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dX])/?", re.ASCII)
_ARXIV_JOURNAL = re.compile(r"(?:e-?prints?\s+|pre-?prints?\s+)?arxiv", re.IGNORECASE)
_LONGEST_BARE = 8  # fewer characters are no id that is sure: a page, a year
_ISI = re.compile(r"(?:WOS:)?([A-Z0-9]{15})", re.ASCII)


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An author or editor; `name` as the record orders it, usually ``Last, First``; `orcid` bare and well formed."""

    name: str
    first: str = ""
    last: str = ""
    orcid: str | None = None

    @property
    def display(self) -> str:
        """First name first."""
        return f"{self.first} {self.last}" if self.first and self.last else self.name


class Abstract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An abstract and its language (ISO 639-2, ``eng``)."""

    text: str
    lang: str | None = None


class Conference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a paper was given; `start` and `end` are ISO dates."""

    name: str = ""
    location: str = ""
    start: str | None = None
    end: str | None = None


class License(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A licence: its short name and, where known, its http(s) address."""

    name: str
    url: str | None = None


class File(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A full text or another upload. `access_level` is open_access, local, closed or request; `size` is in bytes.

    It is so until the day of its `embargo`, and `embargo_to` (another access level) from then on.
    """

    name: str
    access_level: str
    size: int | None = None
    content_type: str = ""
    title: str = ""
    relation: str = ""
    embargo: str | None = None
    embargo_to: str = ""
    license: License | None = None
    url: str | None = None


class Project(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What paid for the work."""

    id: str = ""
    name: str = ""
    grant_number: str = ""


class Related(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Related material: another record (`id`) or a place on the web (`url`), and what that is to this publication."""

    relation: str
    id: str | None = None
    url: str | None = None
    description: str = ""
    status: str = "public"


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """An identifier that has no field of its own, or is not what its field wants: shown, never linked."""

    kind: str
    value: str


def read_people(value: Any) -> Iterator[Person]:
    """Authors, editors and so on: mappings, or just names."""
    yield from (Person(name=name) for item in items(value) if (name := plain(item)))
    for person in mappings(value):
        given, family = plain(person.get("first_name")), plain(person.get("last_name"))
        name = without_entities(first(person, "full_name", "name", "literal")) or ", ".join(
            filter(None, (family, given))
        )
        orcid = _ORCID.fullmatch(words(person.get("orcid")))
        if name:
            yield Person(name=name, first=given, last=family, orcid=orcid[1] if orcid else None)


def read_license(value: Any) -> License | None:
    """``license`` is a code of LibreCat's list, an address, or a name."""
    code = words(value)
    if code in vocabulary.LICENSES:
        name, url = vocabulary.LICENSES[code]
        return License(name=name, url=url)
    known = {url: name for name, url in vocabulary.LICENSES.values()}
    return License(name=known.get(code, code), url=safe_url(code)) if code else None


def read_shown_license(tmp: dict[str, Any]) -> License | None:
    """``tmp``: the licence as the repository displays it, ``CC BY (4.0)``."""
    name = re.sub(r"\((\d\.\d)\)$", r"\1", first(tmp, "short", "name"))
    url = safe_url(words(tmp.get("legal_code_url")).removesuffix("legalcode"))
    return License(name=name, url=url) if name else None


def read_urls(*values: Any) -> tuple[str, ...]:
    """The different http(s) addresses among `values`."""
    return tuple(dict.fromkeys(url for value in values if (url := safe_url(words(value)))))


def read_files(value: Any) -> Iterator[File]:
    """Uploads; hidden and deleted ones are left out."""
    for file in mappings(value):
        name = first(file, "file_name", "title", "file_id")
        if not name or words(file.get("relation")) == "hidden" or words(file.get("date_deleted")):
            continue
        size = words(file.get("file_size"))
        yield File(
            name=name,
            access_level=words(file.get("access_level")) or "closed",
            size=int(size) if re.fullmatch(r"\d{1,15}", size, re.ASCII) else None,
            content_type=words(file.get("content_type")),
            title=words(file.get("title")),
            relation=words(file.get("relation")),
            embargo=date(file.get("embargo")),
            embargo_to=words(file.get("embargo_to")),
            license=read_license(file.get("license")),
            url=safe_url(words(file.get("url"))),
        )


def read_identifiers(record: dict[str, Any]) -> dict[str, Any]:
    """What names it elsewhere; what is no such name (a Handle as ``doi``) is kept among `other_ids`."""
    external = mapping(record.get("external_id"))
    numbers = mapping(record.get("publication_identifier"))
    given = words(record.get("doi"))
    others: dict[str, tuple[str, ...]] = {}
    doi, others["doi"] = _sorted_out((given,), _doi)
    preprint = (given,) if _arxiv(given) else ()  # arXiv's own DOIs, 10.48550/arXiv.2501.12486
    named_arxiv = tuple(text for key, value in external.items() if _is_arxiv(key) for text in texts(value))
    arxiv, others["arxiv"] = _sorted_out(named_arxiv + preprint, _arxiv)
    isi, others["isi"] = _sorted_out(texts(external.get("isi")), _isi)
    pmid, others["pmid"] = _sorted_out(texts(external.get("pmid")), _pmid)
    named = {words(key): texts(value) for key, value in external.items() if key not in others and not _is_arxiv(key)}
    others |= {key: texts(record.get(key)) for key in ("ipn", "application_number", "ipc")}  # of a patent
    others |= {"urn": texts(record.get("urn"))} | named
    return {
        "doi": doi[0] if doi else None,
        "arxiv_ids": tuple(dict.fromkeys((*arxiv, *_arxiv_elsewhere(record)))),
        "isi": isi,
        "pmid": pmid,
        "isbn": texts(numbers.get("isbn")) + texts(numbers.get("eisbn")),
        "issn": texts(numbers.get("issn")) + texts(numbers.get("eissn")),
        "other_ids": tuple(Identifier(kind=kind, value=v) for kind, values in others.items() for v in values),
    }


def _is_arxiv(key: Any) -> bool:
    return words(key).casefold() == "arxiv"


def _arxiv_elsewhere(record: dict[str, Any]) -> Iterator[str]:
    """Return the arXiv ids among a record's own addresses, and where arXiv is its journal."""
    links = [link.get("url") for link in mappings(record.get("main_file_link"))]
    links += [*items(record.get("link")), *items(record.get("url"))]
    journal = words(record.get("publication"))
    links += [journal, record.get("article_number"), record.get("page")] if _ARXIV_JOURNAL.match(journal) else []
    yield from (found for link in links if len(words(link)) > _LONGEST_BARE and (found := _arxiv(words(link))))


def _sorted_out(values: Iterable[str], name: Callable[[str], str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what `name` makes of the values it takes, the values it does not take)."""
    named = {value: name(value) for value in values if value}
    taken = dict.fromkeys(found for found in named.values() if found)
    return tuple(taken), tuple(value for value, found in named.items() if not found)


def _doi(value: str) -> str | None:
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", value, flags=re.IGNORECASE)
    return bare if DOI.fullmatch(bare) else None


def _arxiv(value: str) -> str | None:
    found = arxiv_id.parse(value)
    return found.id if found and found.resolvable else None


def _isi(value: str) -> str | None:
    found = _ISI.fullmatch(value)
    return found[1] if found else None


def _pmid(value: str) -> str | None:
    return value if value.isascii() and value.isdigit() else None


def read_conference(event: dict[str, Any]) -> Conference | None:
    """``conference``, if it says anything."""
    found = Conference(
        name=title(event.get("name")),
        location=plain(event.get("location")),
        start=date(event.get("start_date")),
        end=date(event.get("end_date")),
    )
    return found if found != Conference() else None


def read_abstracts(value: Any) -> Iterator[Abstract]:
    """``abstract``: a list of ``{lang, text}``, in old records just text."""
    for item in items(value):
        abstract = mapping(item) or {"text": item}
        body = abstract.get("text")
        if isinstance(body, str) and (prose := clean(to_tex(body)).strip()):
            yield Abstract(text=cut(prose, LONGEST_IN_RECORD), lang=words(abstract.get("lang")) or None)


def read_citations(styles: dict[Any, Any]) -> dict[str, str]:
    """``citation``: HTML by style, untrusted."""
    cleaned = (
        (words(style), cut(clean(html).strip(), LONGEST_IN_RECORD))
        for style, html in styles.items()
        if isinstance(html, str)
    )
    return {style: html for style, html in cleaned if style and html}


def read_projects(value: Any) -> Iterator[Project]:
    """``project``: what paid for the work."""
    for project in mappings(value):
        found = Project(
            id=words(project.get("_id")),
            name=to_tex(first(project, "name", "title", "acronym")),
            grant_number=words(project.get("grant_number")),
        )
        if found != Project():
            yield found


def read_related(material: dict[str, Any]) -> Iterator[Related]:
    """Records and links. What LibreCat marks as hidden is for its own administration."""
    both = [*mappings(material.get("record")), *mappings(material.get("link"))]
    for item in both:
        relation = words(item.get("relation")) or "other"
        record, url = first(item, "id", "_id") or None, safe_url(words(item.get("url")))
        if relation != "hidden" and (record or url):
            yield Related(
                relation=relation,
                id=record,
                url=url,
                description=to_tex(first(item, "description", "title")),
                status=words(item.get("status")) or "public",
            )
