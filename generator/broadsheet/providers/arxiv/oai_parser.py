"""A parser of arXiv's OAI-PMH answers in the formats ``arXiv``, ``arXivRaw`` and ``oai_dc``.

Source: https://info.arxiv.org/help/oa/index.html. None of them has the day of announcement.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers import normalize
from broadsheet.providers.arxiv import authors as arxiv_authors
from broadsheet.providers.dates import day_of_time
from broadsheet.providers.decode import Document, XmlDocument
from broadsheet.providers.parse_result import PaperRow, ParseLog, ParseResult, rejected
from broadsheet.providers.scored_json import row_parser
from broadsheet.providers.xml import LINE, child, child_text, child_texts

_ERROR_CODES = frozenset(  # OAI-PMH 2.0, 3.6
    "badArgument badResumptionToken badVerb cannotDisseminateFormat idDoesNotExist".split()
) | {"noMetadataFormats", "noSetHierarchy"}
_FORMATS = ("arXiv", "arXivRaw", "dc")


def matches(document: Document) -> bool:
    """Return whether this is an OAI-PMH answer, or one record of it."""
    if not isinstance(document, XmlDocument):
        return False
    root = document.root
    return root.tag == "OAI-PMH" or (root.tag == "record" and child(root, "metadata") is not None)


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the records with `day`, else with the day of their first version; deleted records become a note."""
    assert isinstance(document, XmlDocument)
    root, log = document.root, ParseLog(document.where)
    if (error := child(root, "error")) is not None:
        if error.get("code") == "noRecordsMatch":
            log.problems.append(Diagnostic(document.where, "holds no papers", "nothing to do", is_note=True))
            return log.result([])
        reason = " ".join(filter(None, (error.get("code"), (error.text or "").strip())))
        message, code = f"the repository refused: {normalize.excerpt(reason)}", error.get("code")
        kind = f"the repository refused: {code}" if code in _ERROR_CODES else "the repository refused"
        raise rejected(document.where, message, "correct the request, then fetch again", kind)
    records = list(root.iter("record"))
    if not records:
        raise rejected(document.where, "an OAI-PMH answer without records", "request ListRecords or GetRecord")
    rows: list[PaperRow] = []
    deleted = 0
    for record in records:
        log.start(int(record.get(LINE, "0")))
        if (header := child(record, "header")) is not None and header.get("status") == "deleted":
            deleted += 1
        else:
            _add_record(record, day, log, rows)
    if deleted:
        message = f"{deleted} deleted {'record' if deleted == 1 else 'records'} left out"
        log.problems.append(Diagnostic(document.where, message, "nothing to do", is_note=True))
    return log.result(rows)


def resumption_token(document: XmlDocument) -> str | None:
    """Return the token for the rest of the list, if there is more (OAI-PMH 2.0, 3.5)."""
    return next((text for token in document.root.iter("resumptionToken") if (text := (token.text or "").strip())), None)


def error_code(document: XmlDocument) -> str | None:
    """Return the code of the repository's error, e.g. ``badResumptionToken`` (OAI-PMH 2.0, 3.6)."""
    error = child(document.root, "error")
    return None if error is None else error.get("code")


def _add_record(record: Element, day: str | None, log: ParseLog, rows: list[PaperRow]) -> None:
    metadata = child(record, "metadata")
    about = next((part for name in _FORMATS if (part := child(metadata, name)) is not None), None)
    text = child_text(about, "id") or child_text(child(record, "header"), "identifier") or ""
    paper_id = arxiv_id.parse(text)
    if about is None or paper_id is None:
        message = f"no arXiv id: {normalize.excerpt(text)}" if about is not None else "no metadata in a known format"
        kind = "no arXiv id" if about is not None else message
        log.reject(message, "request the format arXiv or arXivRaw", kind)
        return
    row = {"arxiv_id": paper_id.id, "title": child_text(about, "title"), **_DETAILS[about.tag](about)}
    if not (paper := row_parser.parse_paper(row, None, log)):
        return
    date = day or day_of_time(paper.published)
    if date is None:
        log.reject("no date found", "pass --date")
        return
    if day is None:
        log.record_fix("announcement date unknown: filed under the first version's date", f"{paper.arxiv_id} on {date}")
    rows.append(log.row(paper, date))


def _arxiv(about: Element) -> dict[str, Any]:
    authors = []
    for author in about.iterfind("authors/author"):
        name = " ".join(filter(None, (child_text(author, part) for part in ("forenames", "keyname", "suffix"))))
        place = ", ".join(child_texts(author, "affiliation"))
        authors.append(f"{name} ({place})" if place else name)
    return {
        **_common(about),
        "authors": authors,
        "published": child_text(about, "created"),
        "updated": child_text(about, "updated"),
    }


def _arxiv_raw(about: Element) -> dict[str, Any]:
    days = [day_of_time(child_text(version, "date")) for version in about.findall("version")]
    line = arxiv_authors.parse(child_text(about, "authors") or "")
    row = {**_common(about), "authors": list(line.authors)} | ({"more_authors": True} if line.more else {})
    if days:
        number = (about.findall("version")[-1].get("version") or "").removeprefix("v")
        row |= {"version": number, "published": days[0], "updated": days[-1] if len(days) > 1 else None}
        if child_text(about.findall("version")[-1], "source_type") == "I":  # arXiv's type of a version without text
            row["withdrawn"] = True
    return row


def _common(about: Element) -> dict[str, Any]:
    dois = re.split(r"[\s,;]+", child_text(about, "doi") or "")
    return {
        "abstract": child_text(about, "abstract"),
        "categories": (child_text(about, "categories") or "").split(),
        "doi": dois[0] or None,
        "journal_ref": child_text(about, "journal-ref"),
        "arxiv_comment": child_text(about, "comments"),
    }


def _dublin_core(about: Element) -> dict[str, Any]:
    """Return the fields. ``dc:description`` is the abstract, then comments; ``dc:identifier`` a DOI or a journal."""
    descriptions = child_texts(about, "description")
    comments = [text.removeprefix("Comment:").strip() for text in descriptions if text.startswith("Comment:")]
    dates = [day for text in child_texts(about, "date") if (day := day_of_time(text))]
    others = [text for text in child_texts(about, "identifier") if not re.match(r"https?://", text)]
    return {
        "authors": [" ".join(reversed(name.split(", ", 1))) for name in child_texts(about, "creator")],
        "abstract": next((text for text in descriptions if not text.startswith("Comment:")), None),
        "arxiv_comment": comments[0] if comments else None,
        "published": min(dates, default=None),
        "updated": max(dates) if len(dates) > 1 else None,
        "doi": next((text[4:] for text in others if text.startswith("doi:")), None),
        "journal_ref": next((text for text in others if not text.startswith("doi:")), None),
    }


_DETAILS = {"arXiv": _arxiv, "arXivRaw": _arxiv_raw, "dc": _dublin_core}
