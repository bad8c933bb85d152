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
from broadsheet.providers import normalize as mending
from broadsheet.providers.arxiv import authors as arxiv_authors
from broadsheet.providers.dates import day_of_time
from broadsheet.providers.decode import Json, Payload, Xml
from broadsheet.providers.parse_result import Harvest, Notes, Row
from broadsheet.providers.scored_json import row_parser as rows
from broadsheet.providers.xml import LINE, child, one, several, xml_root
from broadsheet.text.foreign_markup import to_tex, without_entities

_ERRORS = "arxiv.org/api/errors"
# Until January 2024 titles ended in what has elements of its own since: "Title. (arXiv:2301.00001v2 [cs.LG] UPDATED)".
_OLD_TITLE = re.compile(r"\.?\s*\((arXiv:\S{1,40}) \[([A-Za-z.-]{1,30})\](?: (UPDATED|CROSS LISTED))?\)\s*$")
_OLD_TYPES = {"UPDATED": "replace", "CROSS LISTED": "cross", None: "new"}
_ANCHOR = re.compile(r"</?a\b[^<>]*>", re.IGNORECASE)


def recognise(payload: Payload) -> bool:
    """An RSS or Atom document, or a recorded answer: an object whose ``body`` is one."""
    if isinstance(payload, Xml):
        return payload.root.tag in ("rss", "feed")
    if not isinstance(payload, Json) or not isinstance(payload.value, dict):
        return False
    body = payload.value.get("body")
    return isinstance(body, str) and body.lstrip().startswith("<") and ("<feed" in body or "<rss" in body)


def parse(payload: Payload, day: str | None) -> Harvest:
    """The papers on the day they were announced. An API answer does not say it: `day`, or else the first version's."""
    notes = Notes(payload.where)
    root = payload.root if isinstance(payload, Xml) else _recorded(payload, notes)
    channel = child(root, "channel") if root.tag == "rss" else None
    entries = root.findall("entry") if channel is None else channel.findall("item")
    announced = None if channel is None else day_of_time(one(channel, "pubDate"))
    rows_found: list[Row] = []
    for entry in entries:
        notes.at(int(entry.get(LINE, "0")) if isinstance(payload, Xml) else 0)
        if _ERRORS in (one(entry, "id") or ""):
            reason = mending.shown(one(entry, "summary") or "no reason given")
            notes.refuse(f"arXiv refused: {reason}", "correct the query, then fetch again", kind="arXiv refused")
        elif paper := _paper(entry, notes):
            date = _announced(entry) or announced or day or _first_version(paper, notes)
            if date:
                rows_found.append(notes.row(paper, date))
            else:
                notes.refuse("no date found", "pass --date")
    if not entries:
        do = "nothing to do on weekends and holidays, when arXiv's feeds are empty"
        notes.problems.append(Diagnostic(payload.where, "holds no papers", do, is_note=True))
    return notes.harvest(rows_found)


def announced(payload: Xml) -> str | None:
    """The day for which a daily feed says it was made; None for Atom, which says only when."""
    return day_of_time(one(child(payload.root, "channel"), "pubDate"))


def total(payload: Xml) -> int | None:
    """How many papers an answer of the API belongs to (``opensearch:totalResults``)."""
    number = one(payload.root, "totalResults") or ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _recorded(payload: Payload, notes: Notes) -> Element:
    assert isinstance(payload, Json)
    body: str = payload.value["body"]
    try:
        # Recorders that take UTF-8 for Latin-1 leave two characters for one.
        proper = body.encode("latin-1").decode("utf-8")
    except UnicodeError:
        proper = body
    if proper != body:
        notes.repair("UTF-8 that was read as Latin-1 read again")
    return xml_root(proper.encode("utf-8", "replace"), payload.where)


def _announced(entry: Element) -> str | None:
    """The day an item was announced; only the daily feeds say an ``announce_type``, and with it this date."""
    return day_of_time(one(entry, "pubDate") or (one(entry, "published") if one(entry, "announce_type") else None))


def _first_version(paper: Paper, notes: Notes) -> str | None:
    date = day_of_time(paper.published)
    if date:
        notes.repair("announcement date unknown: filed under the first version's date", f"{paper.arxiv_id} on {date}")
    return date


def _paper(entry: Element, notes: Notes) -> Paper | None:
    given = one(entry, "guid") or one(entry, "id") or one(entry, "link") or ""
    known = arxiv_id.parse(given) or arxiv_id.parse(one(entry, "link") or "")
    if known is None:
        notes.refuse(f"no arXiv id: {mending.shown(given)}", "leave the entry out", kind="no arXiv id")
        return None
    daily = one(entry, "announce_type") is not None or one(entry, "guid") is not None
    described = one(entry, "description") or one(entry, "summary") or ""
    abstract, told, announced = mending.announcement(described, Notes(""))  # here the prefix is no fault
    row: dict[str, Any] = {
        "arxiv_id": known.id,
        "title": one(entry, "title"),
        "authors": _authors(entry),
        "abstract": abstract,
        "categories": _categories(entry),
        "version": known.version or told,
        "doi": one(entry, "DOI") or one(entry, "doi"),
        "journal_ref": one(entry, "journal_reference") or one(entry, "journal_ref"),
        "arxiv_comment": one(entry, "comment"),
        "announce_type": one(entry, "announce_type") or announced,
    }
    if not daily:
        row |= {"published": one(entry, "published"), "updated": one(entry, "updated")}
    if old := _OLD_TITLE.search(row["title"] or ""):
        row |= _from_old_title(row, old)
    return rows.paper(row, None, notes)


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
    named = [one(person, "name") or "" for person in people]
    places = [", ".join(several(person, "affiliation")) for person in people]
    if len(named) == 1 and not places[0]:
        return mending.split_names(named[0])  # the feeds of arXiv's author pages put all names into one element
    if any(named):
        return [f"{name} ({place})" if place else name for name, place in zip(named, places, strict=True)]
    return [name for line in several(entry, "creator") for name in _creators(line)]


def _creators(line: str) -> Iterable[str]:
    """Split a line of names; those of the old feeds are links, and have places as authors wrote them."""
    bare = _ANCHOR.sub("", line)
    return mending.split_names(line) if bare == line else arxiv_authors.parse(without_entities(bare)).authors


def _categories(entry: Element) -> list[str]:
    """Codes, the primary one first; other schemes (MSC, ACM) are left out."""
    elements = [*entry.findall("primary_category"), *entry.findall("category")]
    found = [(element.get("term") or element.text or "").strip() for element in elements]
    return [code for code in dict.fromkeys(found) if code and " " not in code and not code[0].isdigit()]
