"""The parts of a publication, each with its parser: people, files, licences, identifiers, relations.

A parser takes the value of any type that a LibreCat record has under a key, and never raises.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from broadsheet.model import arxiv_id, vocabulary
from broadsheet.model.doi import DOI
from broadsheet.model.librecat import date, first, items, mapping, mappings, plain, texts, title, words
from broadsheet.model.limits import MAX_RECORD_CHARS, cut
from broadsheet.text.foreign_markup import to_tex, without_entities
from broadsheet.text.sanitize import clean, safe_url

_ORCID = re.compile(r"(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dX])/?", re.ASCII)
_ARXIV_JOURNAL = re.compile(r"(?:e-?prints?\s+|pre-?prints?\s+)?arxiv", re.IGNORECASE)
_MIN_ARXIV_CHARS = 9  # a shorter text may be a page or a year
_ISI = re.compile(r"(?:WOS:)?([A-Z0-9]{15})", re.ASCII)


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An author or editor. `name` has the record's order, usually ``Last, First``; `orcid` is bare and well formed.

    A team has `last` alone.
    """

    name: str
    first: str = ""
    last: str = ""
    orcid: str | None = None

    @property
    def display(self) -> str:
        """The name, first name first."""
        return f"{self.first} {self.last}" if self.first and self.last else self.name


class Abstract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An abstract and its language (ISO 639-2, ``eng``)."""

    text: str
    lang: str | None = None


class Conference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The conference of a paper; `start` and `end` are ISO dates."""

    name: str = ""
    location: str = ""
    start: str | None = None
    end: str | None = None


class License(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A licence: its short name and perhaps its http(s) address."""

    name: str
    url: str | None = None


class PublicationFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A full text or another upload. `access_level` is open_access, local, closed or request; `size` is in bytes.

    From the day of its `embargo` on, the access level is `embargo_to`. `id` and `checksum` are the repository's.
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
    id: str = ""
    checksum: str = ""


class Project(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A project that paid for the work."""

    id: str = ""
    name: str = ""
    grant_number: str = ""


class RelatedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Related material: another record (`id`) or a web page (`url`), and its relation to this publication."""

    relation: str
    id: str | None = None
    url: str | None = None
    description: str = ""
    status: str = "public"


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """An identifier without a field of its own, or one that is invalid in its field: shown, never linked."""

    kind: str
    value: str


def read_people(value: Any) -> Iterator[Person]:
    """Parse ``author``, ``editor`` and the like: lists of mappings, or of names."""
    yield from (Person(name=name) for item in items(value) if (name := plain(item)))
    for person in mappings(value):
        first_name, last_name = plain(person.get("first_name")), plain(person.get("last_name"))
        name = without_entities(first(person, "full_name", "name", "literal")) or ", ".join(
            filter(None, (last_name, first_name))
        )
        orcid = _ORCID.fullmatch(words(person.get("orcid")))
        if name:
            yield Person(name=name, first=first_name, last=last_name, orcid=orcid[1] if orcid else None)


def read_teams(value: Any) -> Iterator[Person]:
    """Parse ``corporate_editor``: the names of institutions, as last names without a first one."""
    yield from (Person(name=name, last=name) for name in map(plain, texts(value)) if name)


def read_license(value: Any) -> License | None:
    """Parse ``license``: a code of LibreCat's list, an address, or a name."""
    code = words(value)
    if code in vocabulary.LICENSES:
        name, url = vocabulary.LICENSES[code]
        return License(name=name, url=url)
    names = {url: name for name, url in vocabulary.LICENSES.values()}
    return License(name=names.get(code, code), url=safe_url(code)) if code else None


def read_shown_license(tmp: dict[str, Any]) -> License | None:
    """Parse ``tmp``: the licence that the repository displays, ``CC BY (4.0)``."""
    name = re.sub(r"\((\d\.\d)\)$", r"\1", first(tmp, "short", "name"))
    url = safe_url(words(tmp.get("legal_code_url")).removesuffix("legalcode"))
    return License(name=name, url=url) if name else None


def read_urls(*values: Any) -> tuple[str, ...]:
    """Return the distinct http(s) addresses among `values`."""
    return tuple(dict.fromkeys(url for value in values if (url := safe_url(words(value)))))


def read_files(value: Any) -> Iterator[PublicationFile]:
    """Yield the uploads that are neither hidden nor deleted."""
    for file in mappings(value):
        name = first(file, "file_name", "title", "file_id")
        if not name or words(file.get("relation")) == "hidden" or words(file.get("date_deleted")):
            continue
        size = words(file.get("file_size"))
        yield PublicationFile(
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
            id=words(file.get("file_id")),
            checksum=words(file.get("checksum")),
        )


def read_identifiers(record: dict[str, Any]) -> dict[str, Any]:
    """Parse the identifiers; a value that is invalid in its field (a Handle as ``doi``) goes to `other_ids`."""
    external = mapping(record.get("external_id"))
    numbers = mapping(record.get("publication_identifier"))
    doi_text = words(record.get("doi"))
    others: dict[str, tuple[str, ...]] = {}
    doi, others["doi"] = _validated((doi_text,), _doi)
    preprint = (doi_text,) if _arxiv(doi_text) else ()  # arXiv's own DOIs, 10.48550/arXiv.2501.12486
    arxiv_texts = tuple(text for key, value in external.items() if _is_arxiv(key) for text in texts(value))
    arxiv, others["arxiv"] = _validated(arxiv_texts + preprint, _arxiv)
    isi, others["isi"] = _validated(texts(external.get("isi")), _isi)
    pmid, others["pmid"] = _validated(texts(external.get("pmid")), _pmid)
    unlisted = {words(key): texts(value) for key, value in external.items() if key not in others and not _is_arxiv(key)}
    others |= {key: texts(record.get(key)) for key in ("ipn", "application_number", "ipc")}  # of a patent
    others |= {"urn": texts(record.get("urn"))} | unlisted
    return {
        "doi": doi[0] if doi else None,
        "arxiv_ids": tuple(dict.fromkeys((*arxiv, *_arxiv_elsewhere(record)))),
        "isi": isi,
        "pmid": pmid,
        "isbn": texts(numbers.get("isbn")) + texts(numbers.get("eisbn")),
        "issn": texts(numbers.get("issn")) + texts(numbers.get("eissn")),
        "other_ids": tuple(Identifier(kind=kind, value=value) for kind, values in others.items() for value in values),
    }


def _is_arxiv(key: Any) -> bool:
    return words(key).casefold() == "arxiv"


def _arxiv_elsewhere(record: dict[str, Any]) -> Iterator[str]:
    """Yield the arXiv ids in a record's own addresses, and in its other fields if arXiv is its journal."""
    links = [link.get("url") for link in mappings(record.get("main_file_link"))]
    links += [*items(record.get("link")), *items(record.get("url"))]
    journal = words(record.get("publication"))
    links += [journal, record.get("article_number"), record.get("page")] if _ARXIV_JOURNAL.match(journal) else []
    texts_of_links = (text for link in links if len(text := words(link)) >= _MIN_ARXIV_CHARS)
    yield from filter(None, map(_arxiv, texts_of_links))


def _validated(values: Iterable[str], parse: Callable[[str], str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the distinct identifiers that `parse` finds in `values`, and the values without one."""
    ids = {value: parse(value) for value in values if value}
    return tuple(dict.fromkeys(filter(None, ids.values()))), tuple(value for value, id_ in ids.items() if not id_)


def _doi(value: str) -> str | None:
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", value, flags=re.IGNORECASE)
    return bare if DOI.fullmatch(bare) else None


def _arxiv(value: str) -> str | None:
    parsed = arxiv_id.parse(value)
    return parsed.id if parsed and parsed.resolvable else None


def _isi(value: str) -> str | None:
    match = _ISI.fullmatch(value)
    return match[1] if match else None


def _pmid(value: str) -> str | None:
    return value if value.isascii() and value.isdigit() else None


def read_conference(event: dict[str, Any]) -> Conference | None:
    """Parse ``conference``; return None if it is empty."""
    conference = Conference(
        name=title(event.get("name")),
        location=plain(event.get("location")),
        start=date(event.get("start_date")),
        end=date(event.get("end_date")),
    )
    return conference if conference != Conference() else None


def read_abstracts(value: Any) -> Iterator[Abstract]:
    """Parse ``abstract``: a list of ``{lang, text}``, in old records just text."""
    for item in items(value):
        abstract = mapping(item) or {"text": item}
        body = abstract.get("text")
        if isinstance(body, str) and (prose := clean(to_tex(body)).strip()):
            yield Abstract(text=cut(prose, MAX_RECORD_CHARS), lang=words(abstract.get("lang")) or None)


def read_acknowledgement(value: Any) -> str:
    """Parse ``acknowledgement``: text, or like ``abstract``."""
    return "\n\n".join(part.text for part in read_abstracts(value))


def read_citations(styles: dict[Any, Any]) -> dict[str, str]:
    """Parse ``citation``: untrusted HTML by style."""
    cleaned = (
        (words(style), cut(clean(html).strip(), MAX_RECORD_CHARS))
        for style, html in styles.items()
        if isinstance(html, str)
    )
    return {style: html for style, html in cleaned if style and html}


def read_projects(value: Any) -> Iterator[Project]:
    """Parse ``project``: the projects that paid for the work."""
    for item in mappings(value):
        project = Project(
            id=words(item.get("_id")),
            name=to_tex(first(item, "name", "title", "acronym")),
            grant_number=words(item.get("grant_number")),
        )
        if project != Project():
            yield project


def read_related(material: dict[str, Any]) -> Iterator[RelatedItem]:
    """Yield related records and links, without those that LibreCat hides for its own administration."""
    for item in [*mappings(material.get("record")), *mappings(material.get("link"))]:
        relation = words(item.get("relation")) or "other"
        record, url = first(item, "id", "_id") or None, safe_url(words(item.get("url")))
        if relation != "hidden" and (record or url):
            yield RelatedItem(
                relation=relation,
                id=record,
                url=url,
                description=to_tex(first(item, "description", "title")),
                status=words(item.get("status")) or "public",
            )
