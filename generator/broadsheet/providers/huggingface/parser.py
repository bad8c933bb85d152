"""Hugging Face Daily Papers: what ``GET https://huggingface.co/api/daily_papers?date=`` answers, in all its years."""

from functools import partial
from typing import Any

import msgspec

from broadsheet.model.paper import Links, Paper
from broadsheet.providers import normalize
from broadsheet.providers.dates import day_of_time
from broadsheet.providers.decode import Document, JsonDocument, LineFinder, TextDocument
from broadsheet.providers.parse_result import PaperRow, ParseLog, ParseResult, rejected
from broadsheet.providers.scored_json import row_parser

_PAGE = ("Get trending papers in your email inbox", "byAK and the research community")


def matches(document: Document) -> bool:
    """A list of entries with a ``paper`` each, also inside a wrapper's ``data``; or the site's page as text."""
    if isinstance(document, TextDocument):
        return any(mark in document.text[:2000] for mark in _PAGE)
    return isinstance(document, JsonDocument) and any(_is_entry(entry) for entry in _entries(document.value)[:100])


def _entries(value: object) -> list[Any]:
    if isinstance(value, dict):
        value = value.get("data")
    return value if isinstance(value, list) else []


def _is_entry(entry: object) -> bool:
    if isinstance(entry, str):
        return entry.startswith("{'paper'")
    return isinstance(entry, dict) and isinstance(entry.get("paper"), dict)


def parse(document: Document, day: str | None) -> ParseResult:
    """The entries, each on the day it was listed (``submittedOnDailyAt``), else on `day`."""
    if isinstance(document, TextDocument):
        do = "import the day's JSON, https://huggingface.co/api/daily_papers?date=YYYY-MM-DD"
        raise rejected(document.where, "a Hugging Face page saved as text, which has no paper ids", do)
    assert isinstance(document, JsonDocument)
    entries = _entries(document.value)
    if any(isinstance(entry, str) and _is_entry(entry) for entry in entries):
        raise rejected(document.where, "entries are Python text, not JSON", "fetch the day again")
    if day is None and isinstance(document.value, dict):
        day = day_of_time(str(document.value.get("date")))
    log = ParseLog(document.where)
    line = LineFinder(document.data)
    found: list[PaperRow] = []
    for entry in entries:
        if not _is_entry(entry):
            log.start(0)
            log.skip("an entry without a paper")
            continue
        log.start(partial(line, str(entry["paper"].get("id"))))
        if normalize.parse_id(entry["paper"].get("id"), ParseLog("")) is None:
            log.skip(f"a paper without an arXiv id: {normalize.excerpt(entry['paper'].get('id'))}")
            continue
        title = _title(entry.get("title"), entry["paper"].get("title"))
        if normalize.single_line(title, "title", ParseLog("")) is None:
            log.skip("a paper without a title")
            continue
        date = day_of_time(_string(entry["paper"].get("submittedOnDailyAt"))) or day
        if date is None:
            log.reject("no date found", "put YYYY-MM-DD into the file's name or pass --date")
        elif paper := _paper(entry, title, log):
            found.append(log.row(paper, date))
    return log.result(found)


def _paper(entry: dict[str, Any], title: object, log: ParseLog) -> Paper | None:
    paper = entry["paper"]
    row = {
        "arxiv_id": paper.get("id"),
        "title": title,
        "authors": [a for a in _list(paper.get("authors")) if not (isinstance(a, dict) and a.get("hidden") is True)],
        "abstract": paper.get("summary") or entry.get("summary"),
        "published": paper.get("publishedAt"),
        "upvotes": paper.get("upvotes"),
        "comments": entry.get("numComments"),
        "links": {"code": paper.get("githubRepo"), "project": paper.get("projectPage")},
        "source": "hf",
    }
    if summary := normalize.single_line(_string(paper.get("ai_summary")), "ai_summary", log):
        row["ai_summary"] = summary
    if organization := _organization(paper.get("organization") or entry.get("organization")):
        row["organization"] = organization
    made = row_parser.parse_paper(row, None, log)
    if made is None:
        return None
    discussion = f"https://huggingface.co/papers/{made.arxiv_id}"
    return msgspec.structs.replace(made, links=msgspec.structs.replace(made.links or Links(), discussion=discussion))


def _title(entry: object, paper: object) -> object:
    """One of the two titles lost its TeX or accents on the way: the other."""
    if not isinstance(entry, str) or not isinstance(paper, str):
        return entry if isinstance(entry, str) else paper
    return max(paper, entry, key=lambda title: sum(mark in "\\$^_" or mark > "\x7f" for mark in title))


def _organization(raw: object) -> str | None:
    names = (_string(raw.get("fullname")), _string(raw.get("name"))) if isinstance(raw, dict) else ()
    return next((name.strip() for name in names if name and name.strip()), None)


def _string(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []
