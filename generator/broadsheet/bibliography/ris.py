"""RIS of publications and of the digest's papers: tagged lines for reference managers.

It is derived from the CSL item, so that both agree. Format: https://en.wikipedia.org/wiki/RIS_(file_format); a preprint
is ``UNPB``, as in Zotero's exports.
"""

from collections.abc import Iterator
from typing import Any

from broadsheet.bibliography.csl import csl
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.text.rendering import plain
from broadsheet.text.sanitize import one_line

_TYPES = {
    "article": "UNPB",
    "article-journal": "JOUR",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "entry-encyclopedia": "ENCYC",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "report": "RPRT",
    "review": "JOUR",
    "software": "COMP",
    "thesis": "THES",
}
_FIELDS_BY_TAG = (
    *(("T2", "container-title"), ("T3", "collection-title"), ("VL", "volume"), ("IS", "issue"), ("ET", "edition")),
    *(("PB", "publisher"), ("CY", "publisher-place"), ("SN", "ISSN"), ("SN", "ISBN"), ("M1", "number")),
    *(("DO", "DOI"), ("UR", "URL"), ("LA", "language"), ("N1", "note")),
)


def ris(entry: Publication | Paper, item: dict[str, Any] | None = None) -> str:
    """Return the RIS record of a publication or a paper: UTF-8, a line for each field, ``ER`` last.

    `item` is its CSL item, if it is at hand.
    """
    fields = _fields(item or csl(entry), entry)
    return "".join([f"{tag}  - {value}\n" for tag, text in fields if (value := one_line(text)) or tag == "ER"])


def _fields(item: dict[str, Any], entry: Publication | Paper) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES.get(item["type"], "GEN")
    yield "ID", item["id"]
    for tag, role in (("AU", "author"), ("ED", "editor"), ("A4", "translator")):
        yield from ((tag, Name(**name).inverted) for name in item.get(role, ()) if name)
    yield "TI", item.get("title", "")
    if issued := item.get("issued"):
        parts = [f"{part:02}" for part in issued["date-parts"][0]]
        yield "PY", parts[0]
        # Always three slashes, one before each optional part.
        yield "DA", "/".join([*parts, "", "", ""][:4])
    for tag, field in _FIELDS_BY_TAG:
        if value := item.get(field):
            yield tag, value
    first, last = _pages(item.get("page", ""))
    yield from ((tag, value) for tag, value in (("SP", first), ("EP", last)) if value)
    yield "AB", _abstract(entry)
    yield from (("KW", word) for word in (entry.categories if isinstance(entry, Paper) else entry.keywords))
    yield "ER", ""


def _pages(pages: str) -> tuple[str, str]:
    """Return the first and the last page: ``1-2`` and ``1-9`` of ``1-2-1-9``. Several ranges stay whole."""
    parts = pages.split("-")
    half = len(parts) // 2
    return (pages, "") if len(parts) % 2 or "," in pages else ("-".join(parts[:half]), "-".join(parts[half:]))


def _abstract(entry: Publication | Paper) -> str:
    if isinstance(entry, Paper):
        return plain(entry.abstract or "")
    return plain(entry.abstracts[0].text) if entry.abstracts else ""
