"""arXiv's feeds: the daily RSS and Atom announcements, and the Atom answers of its API, also as recorded in JSON.

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
# Until January 2024 titles ended in what has elements of its own since: "Title. (arXiv:2301.00001v2 [cs.LG] UPDATED)".
_OLD_TITLE = re.compile(r"\.?\s*\((arXiv:\S{1,40}) \[([A-Za-z.-]{1,30})\](?: (UPDATED|CROSS LISTED))?\)\s*$")
_OLD_TYPES = {"UPDATED": "replace", "CROSS LISTED": "cross", None: "new"}
_ANCHOR = re.compile(r"</?a\b[^<>]*>", re.IGNORECASE)


def matches(document: Document) -> bool:
    """An RSS or Atom document, or a recorded answer: an object whose ``body`` is one."""
    if isinstance(document, XmlDocument):
        return document.root.tag in ("rss", "feed")
    if not isinstance(document, JsonDocument) or not isinstance(document.value, dict):
        return False
    body = document.value.get("body")
    return isinstance(body, str) and body.lstrip().startswith("<") and ("<feed" in body or "<rss" in body)


def parse(document: Document, day: str | None) -> ParseResult:
    """The papers on the day they were announced. An API answer does not say it: `day`, or else the first version's."""
    log = ParseLog(document.where)
    root = document.root if isinstance(document, XmlDocument) else _recorded(document, log)
    channel = child(root, "channel") if root.tag == "rss" else None
    entries = root.findall("entry") if channel is None else channel.findall("item")
    announced = None if channel is None else day_of_time(child_text(channel, "pubDate"))
    rows_found: list[PaperRow] = []
    for entry in entries:
        log.start(int(entry.get(LINE, "0")) if isinstance(document, XmlDocument) else 0)
        if _ERRORS in (child_text(entry, "id") or ""):
            reason = normalize.excerpt(child_text(entry, "summary") or "no reason given")
            log.reject(f"arXiv refused: {reason}", "correct the query, then fetch again", kind="arXiv refused")
        elif paper := _paper(entry, log):
            date = _announced(entry) or announced or day or _first_version(paper, log)
            if date:
                rows_found.append(log.row(paper, date))
            else:
                log.reject("no date found", "pass --date")
    if not entries:
        do = "nothing to do on weekends and holidays, when arXiv's feeds are empty"
        log.problems.append(Diagnostic(document.where, "holds no papers", do, is_note=True))
    return log.result(rows_found)


def feed_day(document: XmlDocument) -> str | None:
    """The day for which a daily feed says it was made; None for Atom, which says only when."""
    return day_of_time(child_text(child(document.root, "channel"), "pubDate"))


def total_results(document: XmlDocument) -> int | None:
    """How many papers an answer of the API belongs to (``opensearch:totalResults``)."""
    number = child_text(document.root, "totalResults") or ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _recorded(document: Document, log: ParseLog) -> Element:
    assert isinstance(document, JsonDocument)
    body: str = document.value["body"]
    try:
        # Recorders that take UTF-8 for Latin-1 leave two characters for one.
        proper = body.encode("latin-1").decode("utf-8")
    except UnicodeError:
        proper = body
    if proper != body:
        log.record_fix("UTF-8 that was read as Latin-1 read again")
    return parse_xml(proper.encode("utf-8", "replace"), document.where)


def _announced(entry: Element) -> str | None:
    """The day an item was announced; only the daily feeds say an ``announce_type``, and with it this date."""
    return day_of_time(
        child_text(entry, "pubDate") or (child_text(entry, "published") if child_text(entry, "announce_type") else None)
    )


def _first_version(paper: Paper, log: ParseLog) -> str | None:
    date = day_of_time(paper.published)
    if date:
        log.record_fix("announcement date unknown: filed under the first version's date", f"{paper.arxiv_id} on {date}")
    return date


def _paper(entry: Element, log: ParseLog) -> Paper | None:
    given = child_text(entry, "guid") or child_text(entry, "id") or child_text(entry, "link") or ""
    known = arxiv_id.parse(given) or arxiv_id.parse(child_text(entry, "link") or "")
    if known is None:
        log.reject(f"no arXiv id: {normalize.excerpt(given)}", "leave the entry out", kind="no arXiv id")
        return None
    daily = child_text(entry, "announce_type") is not None or child_text(entry, "guid") is not None
    described = child_text(entry, "description") or child_text(entry, "summary") or ""
    abstract, told, announced = normalize.split_announcement(described, ParseLog(""))  # here the prefix is no fault
    row: dict[str, Any] = {
        "arxiv_id": known.id,
        "title": child_text(entry, "title"),
        "authors": _authors(entry),
        "abstract": abstract,
        "categories": _categories(entry),
        "version": known.version or told,
        "doi": child_text(entry, "DOI") or child_text(entry, "doi"),
        "journal_ref": child_text(entry, "journal_reference") or child_text(entry, "journal_ref"),
        "arxiv_comment": child_text(entry, "comment"),
        "announce_type": child_text(entry, "announce_type") or announced,
    }
    if not daily:
        row |= {"published": child_text(entry, "published"), "updated": child_text(entry, "updated")}
    if old := _OLD_TITLE.search(row["title"] or ""):
        row |= _from_old_title(row, old)
    return row_parser.parse_paper(row, None, log)


def _from_old_title(row: dict[str, Any], old: re.Match[str]) -> dict[str, Any]:
    """Return what a title of the old form says of the paper; the abstract comes as HTML then."""
    named = arxiv_id.parse(old[1])
    return {
        "title": row["title"][: old.start()],
        "abstract": to_tex(row["abstract"]),
        "version": (named.version if named else None) or row["version"],
        "categories": list(dict.fromkeys([old[2], *row["categories"]])),
        "announce_type": row["announce_type"] or _OLD_TYPES[old[3]],
    }


def _authors(entry: Element) -> list[str]:
    people = entry.findall("author")
    named = [child_text(person, "name") or "" for person in people]
    places = [", ".join(child_texts(person, "affiliation")) for person in people]
    if len(named) == 1 and not places[0]:
        return normalize.split_names(named[0])  # the feeds of arXiv's author pages put all names into one element
    if any(named):
        return [f"{name} ({place})" if place else name for name, place in zip(named, places, strict=True)]
    return [name for line in child_texts(entry, "creator") for name in _creators(line)]


def _creators(line: str) -> Iterable[str]:
    """Split a line of names; those of the old feeds are links, and have places as authors wrote them."""
    bare = _ANCHOR.sub("", line)
    return normalize.split_names(line) if bare == line else arxiv_authors.parse(without_entities(bare)).authors


def _categories(entry: Element) -> list[str]:
    """Codes, the primary one first; other schemes (MSC, ACM) are left out."""
    elements = [*entry.findall("primary_category"), *entry.findall("category")]
    found = [(element.get("term") or element.text or "").strip() for element in elements]
    return [code for code in dict.fromkeys(found) if code and " " not in code and not code[0].isdigit()]
