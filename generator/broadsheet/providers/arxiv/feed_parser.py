"""A parser of arXiv's feeds: daily RSS and Atom announcements, and Atom answers of the API, also recorded in JSON.

Sources: https://info.arxiv.org/help/rss_specifications.html, atom_specifications.html, api/user-manual.html
"""

import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Paper
from broadsheet.providers import normalize
from broadsheet.providers.arxiv import authors as arxiv_authors
from broadsheet.providers.dates import day_of_time
from broadsheet.providers.decode import Document, JsonDocument, XmlDocument
from broadsheet.providers.parse_result import PaperRow, ParseLog, ParseResult
from broadsheet.providers.scored_json import row_parser
from broadsheet.providers.xml import LINE, child, child_text, child_texts, parse_xml
from broadsheet.text.foreign_markup import to_tex, without_entities

_ERRORS = "arxiv.org/api/errors"
# Until January 2024, id, category and type were part of the title: "Title. (arXiv:2301.00001v2 [cs.LG] UPDATED)".
_OLD_TITLE = re.compile(r"\.?\s*\((arXiv:\S{1,40}) \[([A-Za-z.-]{1,30})\](?: (UPDATED|CROSS LISTED))?\)\s*$")
_OLD_TYPES = {"UPDATED": "replace", "CROSS LISTED": "cross", None: "new"}
_ANCHOR = re.compile(r"</?a\b[^<>]*>", re.IGNORECASE)


def matches(document: Document) -> bool:
    """Return whether this is an RSS or Atom document, or an object with one in ``body``."""
    if isinstance(document, XmlDocument):
        return document.root.tag in ("rss", "feed")
    if not isinstance(document, JsonDocument) or not isinstance(document.value, dict):
        return False
    body = document.value.get("body")
    return isinstance(body, str) and body.lstrip().startswith("<") and ("<feed" in body or "<rss" in body)


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the papers with the day of announcement. API answers have none: `day`, else the day of version 1."""
    log = ParseLog(document.where)
    root = document.root if isinstance(document, XmlDocument) else _recorded(document, log)
    channel = child(root, "channel") if root.tag == "rss" else None
    entries = root.findall("entry") if channel is None else channel.findall("item")
    date = (None if channel is None else day_of_time(child_text(channel, "pubDate"))) or day
    rows = []
    for entry in entries:
        log.start(int(entry.get(LINE, "0")) if isinstance(document, XmlDocument) else 0)
        rows.append(_row(entry, date, log))
    if not entries:
        hint = "nothing to do on weekends and holidays, when arXiv's feeds are empty"
        log.problems.append(Diagnostic(document.where, "holds no papers", hint, is_note=True))
    return log.result([row for row in rows if row])


def _row(entry: Element, day: str | None, log: ParseLog) -> PaperRow | None:
    if _ERRORS in (child_text(entry, "id") or ""):
        reason = normalize.excerpt(child_text(entry, "summary") or "no reason given")
        log.reject(f"arXiv refused: {reason}", "correct the query, then fetch again", kind="arXiv refused")
        return None
    paper = _paper(entry, log)
    if paper is None:
        return None
    date = _announcement_day(entry) or day or _first_version_day(paper, log)
    if date is None:
        log.reject("no date found", "pass --date")
        return None
    return log.row(paper, date)


def feed_day(document: XmlDocument) -> str | None:
    """Return the day that a daily RSS feed names; None for Atom, which has only a time."""
    return day_of_time(child_text(child(document.root, "channel"), "pubDate"))


def total_results(document: XmlDocument) -> int | None:
    """Return the total number of results of an API query (``opensearch:totalResults``)."""
    number = child_text(document.root, "totalResults") or ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _recorded(document: Document, log: ParseLog) -> Element:
    assert isinstance(document, JsonDocument)
    body: str = document.value["body"]
    try:
        # Recorders that decode UTF-8 as Latin-1 leave two characters for one.
        proper = body.encode("latin-1").decode("utf-8")
    except UnicodeError:
        proper = body
    if proper != body:
        log.record_fix("UTF-8 that was read as Latin-1 decoded again")
    return parse_xml(proper.encode("utf-8", "replace"), document.where)


def _announcement_day(entry: Element) -> str | None:
    """Return the day of announcement. In Atom, only the daily feeds have it, along with ``announce_type``."""
    return day_of_time(
        child_text(entry, "pubDate") or (child_text(entry, "published") if child_text(entry, "announce_type") else None)
    )


def _first_version_day(paper: Paper, log: ParseLog) -> str | None:
    date = day_of_time(paper.published)
    if date:
        log.record_fix("announcement date unknown: filed under the first version's date", f"{paper.arxiv_id} on {date}")
    return date


def _paper(entry: Element, log: ParseLog) -> Paper | None:
    text = child_text(entry, "guid") or child_text(entry, "id") or child_text(entry, "link") or ""
    paper_id = arxiv_id.parse(text) or arxiv_id.parse(child_text(entry, "link") or "")
    if paper_id is None:
        log.reject(f"no arXiv id: {normalize.excerpt(text)}", "leave the entry out", kind="no arXiv id")
        return None
    daily = child_text(entry, "announce_type") is not None or child_text(entry, "guid") is not None
    described = child_text(entry, "description") or child_text(entry, "summary") or ""
    abstract, version, announce_type = normalize.split_announcement(
        described, ParseLog("")
    )  # the prefix is normal here
    row: dict[str, Any] = {
        "arxiv_id": paper_id.id,
        "title": child_text(entry, "title"),
        "authors": _authors(entry),
        "abstract": abstract,
        "categories": _categories(entry),
        "version": paper_id.version or version,
        "doi": child_text(entry, "DOI") or child_text(entry, "doi"),
        "journal_ref": child_text(entry, "journal_reference") or child_text(entry, "journal_ref"),
        "arxiv_comment": child_text(entry, "comment"),
        "announce_type": child_text(entry, "announce_type") or announce_type,
    }
    if not daily:
        row |= {"published": child_text(entry, "published"), "updated": child_text(entry, "updated")}
    if old := _OLD_TITLE.search(row["title"] or ""):
        row |= _from_old_title(row, old)
    return row_parser.parse_paper(row, None, log)


def _from_old_title(row: dict[str, Any], old: re.Match[str]) -> dict[str, Any]:
    """Return the fields in an old title; the abstract is HTML in such feeds."""
    paper_id = arxiv_id.parse(old[1])
    return {
        "title": row["title"][: old.start()],
        "abstract": to_tex(row["abstract"]),
        "version": (paper_id.version if paper_id else None) or row["version"],
        "categories": list(dict.fromkeys([old[2], *row["categories"]])),
        "announce_type": row["announce_type"] or _OLD_TYPES[old[3]],
    }


def _authors(entry: Element) -> list[str]:
    people = entry.findall("author")
    names = [child_text(person, "name") or "" for person in people]
    places = [", ".join(child_texts(person, "affiliation")) for person in people]
    if len(names) == 1 and not places[0]:
        return normalize.split_names(names[0])  # feeds of arXiv's author pages have all names in one element
    if any(names):
        return [f"{name} ({place})" if place else name for name, place in zip(names, places, strict=True)]
    return [name for line in child_texts(entry, "creator") for name in _creators(line)]


def _creators(line: str) -> Iterable[str]:
    """Split a line of names. In old feeds they are links, with affiliations as the authors wrote them."""
    bare = _ANCHOR.sub("", line)
    return normalize.split_names(line) if bare == line else arxiv_authors.parse(without_entities(bare)).authors


def _categories(entry: Element) -> list[str]:
    """Return arXiv's categories, the primary one first, without other schemes (MSC, ACM)."""
    elements = [*entry.findall("primary_category"), *entry.findall("category")]
    codes = [(element.get("term") or element.text or "").strip() for element in elements]
    return [code for code in dict.fromkeys(codes) if code and " " not in code and not code[0].isdigit()]
