"""A parser of Hugging Face Daily Papers: ``GET https://huggingface.co/api/daily_papers?date=``, of all years."""

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
    """Return whether this is a list of entries with a ``paper`` (or such ``data``), or the site's page as text."""
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
    """Return the entries with the day of their listing (``submittedOnDailyAt``), else `day`."""
    if isinstance(document, TextDocument):
        hint = "import the day's JSON, https://huggingface.co/api/daily_papers?date=YYYY-MM-DD"
        raise rejected(document.where, "a Hugging Face page saved as text, which has no paper ids", hint)
    assert isinstance(document, JsonDocument)
    entries = _entries(document.value)
    if any(isinstance(entry, str) and _is_entry(entry) for entry in entries):
        raise rejected(document.where, "entries are Python text, not JSON", "fetch the day again")
    if day is None and isinstance(document.value, dict):
        day = day_of_time(str(document.value.get("date")))
    log, line = ParseLog(document.where), LineFinder(document.data)
    rows = (_row(entry, day, log, line) for entry in entries)
    return log.result([row for row in rows if row])


def _row(entry: Any, day: str | None, log: ParseLog, line: LineFinder) -> PaperRow | None:
    if not _is_entry(entry):
        log.start(0)
        log.skip("an entry without a paper")
        return None
    paper_id = entry["paper"].get("id")
    log.start(partial(line, str(paper_id)))
    title = _title(entry.get("title"), entry["paper"].get("title"))
    if normalize.parse_id(paper_id, ParseLog("")) is None:
        log.skip(f"a paper without an arXiv id: {normalize.excerpt(paper_id)}")
        return None
    if normalize.single_line(title, "title", ParseLog("")) is None:
        log.skip("a paper without a title")
        return None
    date = day_of_time(_string(entry["paper"].get("submittedOnDailyAt"))) or day
    if date is None:
        log.reject("no date found", "put YYYY-MM-DD into the file's name or pass --date")
        return None
    paper = _paper(entry, title, log)
    return log.row(paper, date) if paper else None


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
    parsed = row_parser.parse_paper(row, None, log)
    if parsed is None:
        return None
    discussion = f"https://huggingface.co/papers/{parsed.arxiv_id}"
    return msgspec.structs.replace(
        parsed, links=msgspec.structs.replace(parsed.links or Links(), discussion=discussion)
    )


def _title(entry: object, paper: object) -> object:
    """Return the title with more TeX and accents, since one of the two may have lost them."""
    if entry == paper or not isinstance(entry, str) or not isinstance(paper, str):
        return entry if isinstance(entry, str) else paper
    return max(paper, entry, key=lambda title: sum(mark in "\\$^_" or mark > "\x7f" for mark in title))


def _organization(raw: object) -> str | None:
    names = (_string(raw.get("fullname")), _string(raw.get("name"))) if isinstance(raw, dict) else ()
    return next((name.strip() for name in names if name and name.strip()), None)


def _string(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []
