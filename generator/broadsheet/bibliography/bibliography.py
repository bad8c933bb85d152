"""BibTeX and CSL-JSON of publications and of the digest's papers.

Types follow LibreCat's tables (`broadsheet.model.vocabulary`); preprints of the digest are ``@misc`` with ``eprint``,
as arXiv itself exports them. Keys never change while the record keeps its id, year and first author.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from broadsheet.bibliography import bibtex_text
from broadsheet.bibliography.bibtex_text import escaped, verbatim
from broadsheet.model import arxiv_id, librecat, names, vocabulary
from broadsheet.model.doi import DOI
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.text.rendering import plain

_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_LONGEST_NAME_IN_KEY = 30
_ET_AL = re.compile(r"et\.? ?al\.?", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:and|others)\b", re.IGNORECASE)
_OF_A_HOST = ("inbook", "inproceedings", "proceedings")


@singledispatch
def bibtex(entry: Publication | Paper) -> str:
    """The BibTeX entry of a publication or a paper: UTF-8, braces balanced, ends in a line break."""
    raise TypeError(type(entry))


@singledispatch
def csl(entry: Publication | Paper) -> dict[str, Any]:
    """The CSL-JSON item (schema 1.0.2) of a publication or a paper; its texts are plain Unicode."""
    raise TypeError(type(entry))


@singledispatch
def key(entry: Publication | Paper) -> str:
    """A citation key that no other entry has: ``Chen2025-20032``, ``Chen2025:2505.18313``; ASCII without TeX's own."""
    raise TypeError(type(entry))


@key.register
def _(entry: Publication) -> str:
    people = entry.authors or entry.editors or entry.translators
    return f"{_key_name([names.of_person(people[0])] if people else [])}{entry.year or ''}-{entry.id}"


@key.register
def _(entry: Paper) -> str:
    found = [names.of_text(name) for name in entry.authors[:1]]
    return f"{_key_name(found)}{paper_date(entry)[:4]}:{re.sub(r'[^A-Za-z0-9./-]', '_', entry.arxiv_id)}"


def _key_name(people: list[Name]) -> str:
    family = next((name.family or name.literal for name in people), "")
    letters = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z]", "", letters)[:_LONGEST_NAME_IN_KEY]


# -- publications --------------------------------------------------------------------------------------------------


@bibtex.register
def _(entry: Publication) -> str:
    kind = vocabulary.BIBTEX_TYPES.get(entry.type, "misc")
    fields = {
        "author": _bibtex_names(map(names.of_person, entry.authors)),
        "editor": _bibtex_names(map(names.of_person, entry.editors)),
        "translator": _bibtex_names(map(names.of_person, entry.translators)),
        "title": f"{{{bibtex_text.text(entry.title)}}}",
        **_bibtex_host(entry, kind),
        "volume": escaped(entry.volume),
        "number": escaped(entry.issue or entry.patent_number),
        "holder": " and ".join(f"{{{escaped(name)}}}" for name in entry.applicants),
        _pages_field(entry): escaped(entry.page or entry.article_number).replace("\N{EN DASH}", "--"),
        "edition": escaped(entry.edition),
        "year": entry.year or "",
        "address": escaped(entry.place),
        **_bibtex_conference(entry),
        "isbn": escaped(", ".join(entry.isbn)),
        "issn": escaped(", ".join(entry.issn)),
        "doi": verbatim(entry.doi or ""),
        **_eprint(entry.arxiv_ids[0] if entry.arxiv_ids else ""),
        "url": verbatim(entry.urls[0] if entry.urls else ""),
        "keywords": escaped(", ".join(entry.keywords)),
        "note": vocabulary.label(vocabulary.STATUSES, "unpublished") if kind == "unpublished" else "",
    }
    return _bibtex_entry(kind, key(entry), fields)


def _bibtex_host(entry: Publication, kind: str) -> dict[str, str]:
    """What the work stands in and who brought it out, under the names this entry type has for them."""
    venue = "journal" if kind == "article" else "booktitle" if kind in _OF_A_HOST else "howpublished"
    publisher = {"phdthesis": "school", "techreport": "institution"}.get(kind, "publisher")
    return {
        venue: bibtex_text.text(entry.venue),
        "series": bibtex_text.text(entry.series),
        publisher: bibtex_text.text(entry.publisher),
    }


def _pages_field(entry: Publication) -> str:
    """LibreCat's ``page`` of a whole book is how many it has."""
    return "pagetotal" if _is_whole(entry) and entry.page.isdigit() else "pages"


def _is_whole(entry: Publication) -> bool:
    return vocabulary.CSL_TYPES.get(entry.type) in ("book", "thesis", "report")


def _bibtex_conference(entry: Publication) -> dict[str, str]:
    """BibLaTeX's names; BibTeX's own styles have none for them."""
    event = entry.conference
    return {"eventtitle": bibtex_text.text(event.name), "venue": escaped(event.location)} if event else {}


@csl.register
def _(entry: Publication) -> dict[str, Any]:
    event = entry.conference
    item = {
        "id": key(entry),
        "type": vocabulary.CSL_TYPES.get(entry.type, "article"),
        "title": plain(entry.title),
        "author": _csl_names(map(names.of_person, entry.authors)),
        "editor": _csl_names(map(names.of_person, entry.editors)),
        "translator": _csl_names(map(names.of_person, entry.translators)),
        "issued": _csl_date(entry.date or entry.year),
        "container-title": plain(entry.venue),
        "collection-title": plain(entry.series),
        "volume": entry.volume,
        "issue": entry.issue,
        "number": entry.article_number or entry.patent_number,
        "number-of-pages" if _pages_field(entry) == "pagetotal" else "page": entry.page.replace("\N{EN DASH}", "-"),
        "edition": entry.edition,
        "publisher": plain(entry.publisher),
        "publisher-place": entry.place,
        "event-title": plain(event.name) if event else "",
        "event-place": event.location if event else "",
        "event-date": _csl_date(event.start, event.end) if event else None,
        "status": entry.publication_status,
        "ISBN": " ".join(entry.isbn),
        "ISSN": " ".join(entry.issn),
        "PMID": next(iter(entry.pmid), ""),
        "DOI": entry.doi,
        "URL": next(iter(entry.urls), "") or next(map(_abstract_page, entry.arxiv_ids), ""),
        "language": next((tag for code in entry.languages if (tag := vocabulary.language_tag(code))), ""),
        "keyword": ", ".join(entry.keywords),
        "note": " ".join(f"arXiv:{name}" for name in entry.arxiv_ids),
    }
    return _said(item)


# -- papers of the digest ------------------------------------------------------------------------------------------


@bibtex.register
def _(entry: Paper) -> str:
    category = next((c for c in entry.categories[:1] if _CATEGORY.fullmatch(c)), "")
    page = _abstract_page(entry.arxiv_id)
    fields = {
        "author": _bibtex_names(map(names.of_text, _persons(entry)), more=_has_more_authors(entry)),
        "title": f"{{{bibtex_text.text(entry.title)}}}",
        "year": paper_date(entry)[:4],
        **({"eprint": entry.arxiv_id, "archiveprefix": "arXiv", "primaryclass": category} if page else {}),
        "doi": verbatim(_doi(entry)),
        "url": verbatim(page),
        "note": bibtex_text.text(entry.journal_ref or ""),
    }
    return _bibtex_entry("misc", key(entry), fields)


@csl.register
def _(entry: Paper) -> dict[str, Any]:
    url = _abstract_page(entry.arxiv_id)
    item = {
        "id": key(entry),
        "type": "article",
        "title": plain(entry.title),
        "author": _csl_names(map(names.of_text, _persons(entry))),
        "issued": _csl_date(paper_date(entry)),
        "publisher": "arXiv" if url else "",
        "number": f"arXiv:{entry.arxiv_id}" if url else "",
        "DOI": _doi(entry),
        "URL": url,
        "note": plain(entry.journal_ref or ""),
    }
    return _said(item)


def paper_date(entry: Paper) -> str:
    """When it was submitted; where no source says so, the month its identifier names."""
    if published := librecat.date(entry.published):
        return published
    named = re.match(r"(?:.*/)?(\d\d)(\d\d)", entry.arxiv_id, re.ASCII)
    if not named or not arxiv_id.parse(entry.arxiv_id):
        return ""
    return f"{'19' if named[1] > '90' else '20'}{named[1]}-{named[2]}"


def _persons(entry: Paper) -> tuple[str, ...]:
    """Return its authors without the "et al." that some sources list as the last of them."""
    return entry.authors[:-1] if entry.authors and _ET_AL.fullmatch(entry.authors[-1]) else entry.authors


def _has_more_authors(entry: Paper) -> bool:
    return bool(entry.extra.get("more_authors")) or len(_persons(entry)) < len(entry.authors)


def _doi(entry: Paper) -> str:
    return entry.doi if entry.doi and DOI.fullmatch(entry.doi) else ""


def _abstract_page(name: str) -> str:
    found = arxiv_id.parse(name)
    return f"https://arxiv.org/abs/{found.id}" if found and found.resolvable else ""


def csl_json(entry: Publication | Paper) -> str:
    """A CSL-JSON file of one item, a line for each field."""
    fields = (f"  {json.dumps(field)}: {json.dumps(value, ensure_ascii=False)}" for field, value in csl(entry).items())
    return "[{\n" + ",\n".join(fields) + "\n}]\n"


# -- both ----------------------------------------------------------------------------------------------------------


def _eprint(name: str) -> dict[str, str]:
    return {"eprint": name, "archiveprefix": "arXiv"} if _abstract_page(name) else {}


def _bibtex_entry(kind: str, name: str, fields: dict[str, str]) -> str:
    lines = [f"  {field} = {{{value}}}" for field, value in fields.items() if value]
    return ",\n".join([f"@{kind}{{{name}", *lines]) + "\n}\n"


def _bibtex_names(people: Iterable[Name], *, more: bool = False) -> str:
    given = list(filter(None, map(_bibtex_name, people)))
    return " and ".join([*given, "others"] if given and more else given)


def _bibtex_name(name: Name) -> str:
    if name.literal:
        return f"{{{escaped(name.literal)}}}"
    return ", ".join(_guarded(part) for part in (name.family, name.suffix, name.given) if part)


def _guarded(part: str) -> str:
    """A part in which BibTeX would see a second person or another part, in braces."""
    value = escaped(part)
    return f"{{{value}}}" if "," in value or _SEVERAL.search(value) else value


def _csl_names(people: Iterable[Name]) -> list[dict[str, str]]:
    return [{k: v for k, v in name._asdict().items() if v} for name in people]


def _csl_date(*dates: str | None) -> dict[str, list[list[int]]] | None:
    """Date parts of a date or a range."""
    found = [match for date in dates if date and (match := _ISO_DATE.match(date))]
    return {"date-parts": [[int(part) for part in match.groups() if part] for match in found]} if found else None


def _said(item: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in item.items() if value}
