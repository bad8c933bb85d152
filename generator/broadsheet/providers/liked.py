"""The papers of a file that the group likes: a library (BibTeX, RIS), publications (LibreCat), or papers in any form
that can be imported. They need a title, but no id, no day and no score.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from broadsheet.model import arxiv_id, publication
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.liked_paper import LikedPaper
from broadsheet.providers import parsers
from broadsheet.providers.bibliography import parser as bibliography
from broadsheet.providers.decode import Document, JsonDocument, JsonLines, TextDocument, decode_document
from broadsheet.providers.librecat import parser as librecat
from broadsheet.providers.parse_result import rejected
from broadsheet.text.braces import without_braces
from broadsheet.text.foreign_markup import to_tex
from broadsheet.text.sanitize import clean, one_line

ANY_DAY = "2000-01-01"  # parsers of papers need a day; a liked paper has none
_ID_FIELDS = ("arxiv_id", "eprint", "arxiv", "arxivid", "url", "doi", "id")
_FORMATS = "use BibTeX or RIS, LibreCat's YAML, or lines of JSON with title and abstract"


class LikedPapers(NamedTuple):
    """The papers of a source, each once, and a problem for each part that cannot be used."""

    papers: tuple[LikedPaper, ...]
    problems: tuple[Diagnostic, ...] = ()


def parse(data: bytes, where: str) -> LikedPapers:
    """Return the liked papers of a file; `where` names it in messages. Raises DigestError if there are none."""
    problems: list[Diagnostic] = []
    try:
        papers = unique(_papers(decode_document(data, where), data, problems))
    except DigestError as error:
        raise DigestError(list(_reasons(error.problems))) from error
    if not papers:
        errors = [problem for problem in problems if not problem.is_note]
        reasons = list(_reasons(errors))
        raise DigestError(reasons) if reasons else rejected(where, "no paper with a title", _FORMATS)
    return LikedPapers(papers, tuple(problems))


def _reasons(problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the first error of each kind. Options of `broadsheet import` are no help here, so no hint names them."""
    first: dict[str, Diagnostic] = {}
    for problem in problems:
        if not problem.is_note:
            first.setdefault(problem.message, problem)
    for problem in first.values():
        yield msgspec.structs.replace(problem, hint=_FORMATS) if "--" in problem.hint else problem


def to_jsonl(papers: Iterable[LikedPaper]) -> bytes:
    """Return papers as lines of JSON, which `parse` reads."""
    return b"".join(msgspec.json.encode(paper) + b"\n" for paper in papers)


def unique(papers: Iterable[LikedPaper]) -> tuple[LikedPaper, ...]:
    """Return each paper once, by its id or title; of several the longest abstract."""
    first: dict[str, LikedPaper] = {}
    for paper in papers:
        key = paper.arxiv_id or " ".join(re.findall(r"\w+", paper.title.casefold()))
        before = first.setdefault(key, paper)
        if len(paper.abstract) > len(before.abstract):
            first[key] = paper
    return tuple(first.values())


def _papers(document: Document, data: bytes, problems: list[Diagnostic]) -> Iterator[LikedPaper]:
    if librecat.matches(document):
        yield from _publications(document, problems)
    elif isinstance(document, TextDocument) and bibliography.matches(document):
        yield from _rows(bibliography.rows(document, problems))
    elif isinstance(document, JsonLines):
        problems += document.problems
        yield from _rows(row for _, row in document.rows)
    elif isinstance(document, JsonDocument) and (objects := _titled(document.value)):
        yield from _rows(objects)
    else:
        yield from _imported(data, document.where, problems)


def _publications(document: Document, problems: list[Diagnostic]) -> Iterator[LikedPaper]:
    result = librecat.parse(document, None)
    problems += result.problems
    publications, _ = publication.parse_records([record.data for record in result.publications], document.where)
    for work in publications:
        english = sorted(work.abstracts, key=lambda abstract: abstract.lang != "eng")
        ids = work.arxiv_ids[:1]
        abstract = to_tex(english[0].text) if english else ""
        yield from _liked(work.title, abstract, ids[0] if ids else "")


def _imported(data: bytes, where: str, problems: list[Diagnostic]) -> Iterator[LikedPaper]:
    _, result = parsers.parse(data, where, ANY_DAY)
    problems += result.problems
    for row in result.rows:
        if not row.is_rating:
            yield from _liked(row.paper.title, row.paper.abstract or "", row.paper.arxiv_id)


def _titled(value: Any) -> list[dict[str, Any]]:
    """Return the objects with a title in a JSON value: one, or an array of them (as in CSL-JSON)."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("title"), str)]


def _rows(rows: Iterable[dict[str, Any]]) -> Iterator[LikedPaper]:
    for row in rows:
        text = {name.lower(): value for name, value in row.items() if isinstance(value, str)}
        ids = (arxiv_id.parse(text[name]) for name in _ID_FIELDS if name in text)
        paper_id = next((parsed.id for parsed in ids if parsed), "")
        yield from _liked(text.get("title", ""), text.get("abstract") or text.get("summary", ""), paper_id)


def _liked(title: str, abstract: str, paper_id: str) -> Iterator[LikedPaper]:
    title = without_braces(one_line(clean(title)))
    if any(character.isalpha() for character in title):
        yield LikedPaper(title=title, abstract=one_line(clean(abstract)), arxiv_id=paper_id)
