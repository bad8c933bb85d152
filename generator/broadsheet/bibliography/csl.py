"""CSL-JSON of publications and of the digest's papers."""

import json
import re
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

import msgspec

from broadsheet.bibliography.citation_key import citation_key
from broadsheet.bibliography.entry_fields import abstract_url, has_page_count, paper_authors, paper_date, preprint_doi
from broadsheet.model import names, vocabulary
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.text.rendering import plain

_JSON = json.JSONEncoder(ensure_ascii=False)
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


@singledispatch
def csl(entry: Publication | Paper, key: str = "") -> dict[str, Any]:
    """Return the CSL-JSON item (schema 1.0.2) of a publication or a paper; its texts are plain Unicode.

    Pass the `key` of the index, if it has one.
    """
    raise TypeError(type(entry))


@csl.register
def _(entry: Publication, key: str = "") -> dict[str, Any]:
    event = entry.conference
    item = {
        "id": key or citation_key(entry),
        "type": vocabulary.CSL_TYPES.get(entry.type, "article"),
        "title": plain(entry.title),
        "author": _names(map(names.of_person, entry.authors)),
        "editor": _names(map(names.of_person, entry.editors)),
        "translator": _names(map(names.of_person, entry.translators)),
        "issued": _date_parts(entry.date or entry.year),
        "container-title": plain(entry.venue),
        "collection-title": plain(entry.series),
        "volume": entry.volume,
        "issue": entry.issue,
        "number": entry.article_number or entry.patent_number,
        "number-of-pages" if has_page_count(entry) else "page": entry.page.replace("\N{EN DASH}", "-"),
        "edition": entry.edition,
        "publisher": plain(entry.publisher),
        "publisher-place": entry.place,
        "event-title": plain(event.name) if event else "",
        "event-place": event.location if event else "",
        "event-date": _date_parts(event.start, event.end) if event else None,
        # Styles print it, and "published" goes without saying.
        "status": "" if entry.publication_status == "published" else entry.publication_status.replace("_", " "),
        "ISBN": " ".join(entry.isbn),
        "ISSN": " ".join(entry.issn),
        "PMID": next(iter(entry.pmid), ""),
        "DOI": entry.doi,
        "URL": next(iter(entry.urls), "") or next(map(abstract_url, entry.arxiv_ids), ""),
        "language": next((tag for code in entry.languages if (tag := vocabulary.language_tag(code))), ""),
        "keyword": ", ".join(entry.keywords),
        "note": " ".join(f"arXiv:{name}" for name in entry.arxiv_ids),
    }
    return _without_empty(item)


@csl.register
def _(entry: Paper, key: str = "") -> dict[str, Any]:
    url = abstract_url(entry.arxiv_id)
    item = {
        "id": key or citation_key(entry),
        "type": "article",
        "title": plain(entry.title),
        "author": _names(map(names.of_text, paper_authors(entry))),
        "issued": _date_parts(paper_date(entry)),
        "publisher": "arXiv" if url else "",
        "number": f"arXiv:{entry.arxiv_id}" if url else "",
        "DOI": preprint_doi(entry),
        "URL": url,
        "note": plain(entry.journal_ref or ""),
    }
    return _without_empty(item)


def csl_json(items: Iterable[dict[str, Any]]) -> str:
    """Return a CSL-JSON file of `items`, with a line for each field."""
    return f"[{', '.join(map(_item, items))}]\n"


def _item(item: dict[str, Any]) -> str:
    fields = [f'  "{field}": {_JSON.encode(value)}' for field, value in item.items()]
    return "{\n" + ",\n".join(fields) + "\n}"


def _names(people: Iterable[Name]) -> list[dict[str, str]]:
    return [_without_empty(msgspec.structs.asdict(name)) for name in people]


def _date_parts(*dates: str | None) -> dict[str, list[list[int]]] | None:
    """Return the date parts of a date or a range."""
    matches = [match for date in dict.fromkeys(dates) if date and (match := _ISO_DATE.match(date))]
    return {"date-parts": [[int(part) for part in match.groups() if part] for match in matches]} if matches else None


def _without_empty(item: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in item.items() if value}
