"""BibTeX of publications and of the digest's papers.

Types are LibreCat's, with the fields that BibLaTeX allows and requires (`broadsheet.bibliography.bibtex_fields`).
Preprints of the digest are ``@misc`` with ``eprint``, as in arXiv's own exports.
"""

import re
from collections.abc import Iterable
from functools import lru_cache, singledispatch

from broadsheet.bibliography import bibtex_text
from broadsheet.bibliography.bibtex_fields import HOST_FIELDS, PUBLISHER_FIELDS, allowed_fields, entry_type
from broadsheet.bibliography.bibtex_text import escaped, verbatim
from broadsheet.bibliography.citation_key import citation_key
from broadsheet.bibliography.entry_fields import (
    abstract_url,
    has_more_authors,
    has_page_count,
    paper_authors,
    paper_date,
    paper_doi,
)
from broadsheet.model import names, vocabulary
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication

_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
_SEVERAL = re.compile(r"\b(?:and|others)\b", re.IGNORECASE)


@singledispatch
def bibtex(entry: Publication | Paper, key: str = "") -> str:
    """Return the BibTeX entry of a publication or a paper: UTF-8, balanced braces, a line break at the end.

    Pass the `key` of the index, if it has one: `citation_key` does not look at other works.
    """
    raise TypeError(type(entry))


@bibtex.register
def _(entry: Publication, key: str = "") -> str:
    kind = entry_type(entry)
    fields = {
        "author": _names(_name(names.of_person(person)) for person in entry.authors),
        "editor": _names(_name(names.of_person(person)) for person in entry.editors),
        "translator": _names(_name(names.of_person(person)) for person in entry.translators),
        "title": f"{{{bibtex_text.text(entry.title)}}}",
        HOST_FIELDS.get(kind, "howpublished"): _host(entry, kind),
        "series": bibtex_text.text(entry.series),
        PUBLISHER_FIELDS.get(kind, "publisher"): bibtex_text.text(entry.publisher),
        "volume": escaped(entry.volume),
        "number": escaped(entry.issue or entry.patent_number),
        "holder": " and ".join(f"{{{escaped(name)}}}" for name in entry.applicants),
        "eid": escaped(entry.article_number) if entry.page else "",
        "pagetotal" if has_page_count(entry) else "pages": escaped(entry.page or entry.article_number).replace(
            "\N{EN DASH}", "--"
        ),
        "edition": escaped(entry.edition),
        "year": entry.year or "",
        "address": escaped(entry.place),
        **_conference_fields(entry),
        "isbn": escaped(", ".join(entry.isbn)),
        "issn": escaped(", ".join(entry.issn)),
        "doi": verbatim(entry.doi or ""),
        **_eprint(entry.arxiv_ids[0] if entry.arxiv_ids else ""),
        "url": verbatim(entry.urls[0] if entry.urls else ""),
        "keywords": ", ".join(map(bibtex_text.text, entry.keywords)),
        "note": vocabulary.label(vocabulary.STATUSES, "unpublished") if kind == "unpublished" else "",
    }
    if kind == "proceedings":
        fields["editor"] = fields["editor"] or fields["author"]
    return _entry(kind, key or citation_key(entry), allowed_fields(kind, fields))


def _host(entry: Publication, kind: str) -> str:
    """Return the host publication; for ``@misc``, which has no other fields for them, with volume, issue and pages."""
    venue = entry.venue
    if kind == "inproceedings":
        venue = venue or (entry.conference.name if entry.conference else "") or entry.series
    if kind != "misc" or not venue:
        return bibtex_text.text(venue) or (vocabulary.label(vocabulary.TYPES, entry.type) if kind == "misc" else "")
    volume = entry.volume + (f"({entry.issue})" if entry.issue else "")
    pages = escaped(entry.page).replace("\N{EN DASH}", "--")
    return ", ".join(filter(None, [f"{bibtex_text.text(venue)} {escaped(volume)}".strip(), pages]))


def _conference_fields(entry: Publication) -> dict[str, str]:
    """Return the conference under BibLaTeX's names; BibTeX's own styles have none."""
    event = entry.conference
    return {"eventtitle": bibtex_text.text(event.name), "venue": escaped(event.location)} if event else {}


@bibtex.register
def _(entry: Paper, key: str = "") -> str:
    category = next(filter(_CATEGORY.fullmatch, entry.categories[:1]), "")
    page = abstract_url(entry.arxiv_id)
    fields = {
        "author": _names(map(_author, paper_authors(entry)), more=has_more_authors(entry)),
        "title": f"{{{bibtex_text.text(entry.title)}}}",
        "year": paper_date(entry)[:4],
        **({"eprint": entry.arxiv_id, "archiveprefix": "arXiv", "primaryclass": category} if page else {}),
        "doi": verbatim(paper_doi(entry)),
        "url": verbatim(page),
        "note": bibtex_text.text(entry.journal_ref or ""),
    }
    return _entry("misc", key or citation_key(entry), fields)


def _eprint(name: str) -> dict[str, str]:
    return {"eprint": name, "archiveprefix": "arXiv"} if abstract_url(name) else {}


def _entry(kind: str, name: str, fields: dict[str, str]) -> str:
    lines = [f"  {field} = {{{value}}}" for field, value in fields.items() if value]
    return ",\n".join([f"@{kind}{{{name}", *lines]) + "\n}\n"


def _names(people: Iterable[str], *, more: bool = False) -> str:
    texts = list(filter(None, people))
    return " and ".join([*texts, "others"] if texts and more else texts)


@lru_cache(2**15)  # 3 % of a cold build, with the parts of names: a day and its month have the same names
def _author(name: str) -> str:
    return _name(names.of_text(name))


def _name(name: Name) -> str:
    if name.literal:
        return f"{{{escaped(name.literal)}}}"
    return ", ".join(_guarded(part) for part in (name.family, name.suffix, name.given) if part)


def _guarded(part: str) -> str:
    """Return a part, in braces if BibTeX would see a second person or another part in it."""
    value = escaped(part)
    return f"{{{value}}}" if "," in value or _SEVERAL.search(value) else value
