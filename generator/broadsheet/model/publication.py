"""A publication: the typed view of a LibreCat record, parsed from YAML streams and JSON objects.

Field names in the docstrings are LibreCat's own (``config/schemas.yml``; ISTA's Research Explorer adds ``OA_type``,
``oa``, ``tmp``). All text is the repository's, on one line, without control characters; views escape it.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from broadsheet.model import librecat, vocabulary
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.doi import doi_url
from broadsheet.model.librecat import date, first, flag, items, mapping, mappings, plain, texts, title, words
from broadsheet.model.limits import MAX_CHARS, cut
from broadsheet.model.publication_parts import (
    Abstract,
    Conference,
    Identifier,
    License,
    Person,
    Project,
    PublicationFile,
    RelatedItem,
    read_abstracts,
    read_acknowledgement,
    read_citations,
    read_conference,
    read_files,
    read_identifiers,
    read_license,
    read_people,
    read_projects,
    read_related,
    read_shown_license,
    read_teams,
    read_urls,
)
from broadsheet.text.braces import without_braces
from broadsheet.text.foreign_markup import without_entities
from broadsheet.text.path_names import is_free

_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9])?", re.ASCII)
_RESERVED_IDS = {"years", "types", "departments", "open-access"}  # pages beside those of publications


class Publication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of the repository. `id` is safe in an address; `year` is ``YYYY``; `date` is ISO 8601, perhaps a year.

    `citations` are HTML by style, untrusted; `departments` are codes; `where` is ``file:line``. `processing_charge` is
    the repository's word on money paid to the publisher, usually ``Yes`` or ``No``.
    """

    id: str
    title: str
    type: str
    year: str | None = None
    date: str | None = None
    authors: tuple[Person, ...] = ()
    editors: tuple[Person, ...] = ()
    translators: tuple[Person, ...] = ()
    supervisors: tuple[Person, ...] = ()
    applicants: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    venue: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    article_number: str = ""
    edition: str = ""
    publisher: str = ""
    place: str = ""
    series: str = ""
    conference: Conference | None = None
    abstracts: tuple[Abstract, ...] = ()
    citations: dict[str, str] = {}
    files: tuple[PublicationFile, ...] = ()
    license: License | None = None
    open_access: bool = False
    oa_kind: str = ""
    oa_version: str = ""
    doi: str | None = None
    arxiv_ids: tuple[str, ...] = ()
    isi: tuple[str, ...] = ()
    pmid: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    other_ids: tuple[Identifier, ...] = ()
    urls: tuple[str, ...] = ()
    projects: tuple[Project, ...] = ()
    related: tuple[RelatedItem, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    publication_status: str = ""
    acknowledgement: str = ""
    processing_charge: str = ""
    status: str = "public"
    date_created: str | None = None
    date_updated: str | None = None
    where: str = ""

    @property
    def address(self) -> str:
        """The address of its page, relative to the site's root."""
        return f"publications/{self.id}/"

    @property
    def list_date(self) -> str:
        """The day (ISO 8601) on which the record was created, else the work published, else 1970.

        An issue may be dated ahead, so a record's last change limits that.
        """
        dates = [self.date_created] if self.date_created else [self.date, self.date_updated]
        return min((f"{date}-01-01"[:10] for date in dates if date), default="1970-01-01")

    @property
    def type_label(self) -> str:
        """``journal_article`` as ``Journal article``."""
        return vocabulary.label(vocabulary.TYPES, self.type)

    @property
    def language_tag(self) -> str:
        """The language of the work, for the ``lang`` attribute; "" if it is not known."""
        return (self.languages and vocabulary.language_tag(self.languages[0])) or ""

    @property
    def access(self) -> str:
        """The open-access status: diamond, gold, green, hybrid, bronze, else ``open``; or ``closed``."""
        if not self.open_access:
            return "closed"
        return self.oa_kind if self.oa_kind in vocabulary.OPEN_ACCESS else "open"

    @property
    def patent_number(self) -> str:
        """The number of a published patent, else that of its application."""
        numbers = {other.kind: other.value for other in reversed(self.other_ids)}
        return numbers.get("ipn") or numbers.get("application_number") or ""

    @property
    def doi_url(self) -> str | None:
        """The address of its DOI."""
        return doi_url(self.doi)


def parse_stream(text: str, where: str) -> tuple[list[Publication], list[Diagnostic]]:
    """Parse LibreCat's YAML: a stream of documents, each a record or a list of records.

    `where` is the file's name; problems and records carry ``file:line``. Nothing is raised: an invalid document or
    record is a Diagnostic, and does not stop the others. Records that are not public are left out with a note.
    """
    return _read(librecat.stream(text, where))


def parse_records(objects: Iterable[Any], where: str) -> tuple[list[Publication], list[Diagnostic]]:
    """Parse decoded records (LibreCat's JSON); `where` is the ``file`` or ``file:line`` of them all."""
    return _read((where, data) for data in objects)


def is_public(record: dict[str, Any]) -> bool:
    """Return whether LibreCat's `status` lets everyone see a record."""
    return (words(record.get("status")) or "public") == "public"


def duplicate_ids(publications: Iterable[Publication]) -> list[Diagnostic]:
    """Return a problem for each repeated id, in any file."""
    locations: dict[str, str] = {}
    problems = []
    for publication in publications:
        if first_location := locations.get(publication.id):
            message = f"publication {publication.id} is also at {first_location}"
            problems.append(Diagnostic(publication.where, message, "keep one of the records"))
        locations.setdefault(publication.id, publication.where)
    return problems


def deduplicate(publications: Iterable[Publication]) -> list[Publication]:
    """Return publications, oldest first; of records with the same id only the newest."""
    ordered = sorted(publications, key=lambda publication: (publication.date or "", publication.id))
    return list({publication.id: publication for publication in ordered}.values())


def _read(parts: Iterable[tuple[str, Any] | Diagnostic]) -> tuple[list[Publication], list[Diagnostic]]:
    publications = []
    problems = []
    for part in parts:
        if isinstance(part, Diagnostic):
            problems.append(part)
        elif fault := _fault(part[1], part[0]):
            problems.append(fault)
        else:
            publications.append(_publication(part[1], part[0]))
    return publications, problems


def _fault(data: Any, where: str) -> Diagnostic | None:
    """Return the reason why a record cannot be shown (it needs an id and a title), or None."""
    if not isinstance(data, dict):
        return Diagnostic(where, "not a record (keys and values)", "remove it, or export it from the repository again")
    record = words(data.get("_id"))[:100]
    name = f"record {record}" if record else "record"
    if not is_public(data):  # checked first: a deleted record has only its id and status
        return Diagnostic(
            where,
            f"{name} is {words(data['status'])}",
            "not shown; make it public in the repository to show it",
            is_note=True,
            kind="a record that is not public",
        )
    if missing := [key for key in ("_id", "title") if not words(data.get(key))]:
        return Diagnostic(
            where,
            f"{name} has no {', no '.join(missing)}",
            "add it in the repository and export the record again",
            kind=f"a record has no {', no '.join(missing)}",
        )
    if not _ID.fullmatch(record) or ".." in record or record.casefold() in _RESERVED_IDS or not is_free(record):
        message = f"the id {record!r} cannot be part of an address"
        hint = "use at most 80 letters, digits, hyphens, dots or underscores, and no name that a site or system needs"
        return Diagnostic(where, message, hint, kind="an id that cannot be part of an address")
    return None


def _publication(record: dict[str, Any], where: str) -> Publication:
    """Return the view of a valid record."""
    year, day = _dates(record)
    return Publication(
        id=words(record["_id"]),
        title=cut(without_braces(title(record["title"])), MAX_CHARS["title"]),
        type=words(record.get("type")) or "misc",
        year=year,
        date=day,
        where=where,
        date_created=date(record.get("date_created")),
        date_updated=words(record.get("date_updated")) if date(record.get("date_updated")) else None,
        **_host(record),
        **_people(record),
        **_access(record),
        **read_identifiers(record),
        departments=texts(record.get("department")),
        conference=read_conference(mapping(record.get("conference"))),
        abstracts=tuple(read_abstracts(record.get("abstract"))),
        citations=read_citations(mapping(record.get("citation"))),
        projects=tuple(read_projects(record.get("project"))),
        related=tuple(read_related(mapping(record.get("related_material")))),
        keywords=tuple(map(without_entities, texts(record.get("keyword")))),
        languages=texts(record.get("language")),
        publication_status=words(record.get("publication_status")),
        acknowledgement=read_acknowledgement(record.get("acknowledgement")),
        processing_charge=words(record.get("article_processing_charge")),
    )


def _dates(record: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return year and date. Ignores dates far from the record's own year, which are slips (a sample has 2916)."""
    keys = ("date_published", "publication_date", "defense_date")
    dates = [day for key in keys if (day := date(record.get(key)))]
    year = date(record.get("year"))
    if year is None:
        return (dates[0][:4], dates[0]) if dates else (None, None)
    near = (day for day in dates if abs(int(day[:4]) - int(year[:4])) <= 1)
    return year[:4], next(near, year)


def _host(record: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the host publication. ``pages`` is the key in records before 2016."""
    return {
        "venue": title(record.get("publication")),
        "volume": words(record.get("volume")),
        "issue": words(record.get("issue")),
        "page": re.sub(r"\s*[-\u2010-\u2015]+\s*", "\u2013", first(record, "page", "pages")),
        "article_number": words(record.get("article_number")),
        "edition": words(record.get("edition")),
        "publisher": plain(record.get("publisher")),
        "place": plain(record.get("place")),
        "series": title(record.get("series_title")),
    }


def _people(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "authors": tuple(read_people(record.get("author"))),
        "editors": (*read_people(record.get("editor")), *read_teams(record.get("corporate_editor"))),
        "translators": tuple(read_people(record.get("translator"))),
        "supervisors": tuple(read_people(record.get("supervisor"))),
        "applicants": tuple(map(without_entities, texts(record.get("applicant")))),
    }


def _access(record: dict[str, Any]) -> dict[str, Any]:
    """Return files, licence and open access; a missing ``oa`` is derived as in LibreCat's indexer."""
    files = tuple(read_files(record.get("file")))
    links = mappings(record.get("main_file_link"))
    is_open = any(file.access_level == "open_access" for file in files)
    is_open = is_open or any(flag(link.get("open_access")) for link in links)
    return {
        "files": files,
        "urls": read_urls(*(link.get("url") for link in links), *items(record.get("link")), *items(record.get("url"))),
        "license": read_license(record.get("license")) or read_shown_license(mapping(record.get("tmp"))),
        "open_access": flag(record["oa"]) if words(record.get("oa")) else is_open,
        "oa_kind": words(record.get("OA_type")).casefold(),
        "oa_version": words(record.get("oa_version")),
    }
