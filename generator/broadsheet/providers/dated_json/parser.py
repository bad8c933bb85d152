"""A parser of papers in an object with their day: ``{"date", "papers"}``, days by date, an assistant's daily files.

The assistant is https://github.com/DaizeDong/ChatGPT-ArXiv-Paper-Assistant since April 2026 (``schema_version`` 2):
``*-daily-papers.json`` has ``meta.date``, ``meta.usage`` (the day's receipt) and papers by id. The best papers
are only in ``*-hotspot-papers.json``; the receipt does not count them.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from broadsheet.model.count import MAX_INTEGER
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.providers import normalize
from broadsheet.providers.dated_json import usage
from broadsheet.providers.dated_json.usage import Usage
from broadsheet.providers.dates import day_of_value
from broadsheet.providers.decode import Document, JsonDocument, JsonLines
from broadsheet.providers.parse_result import NO_PAPERS, PaperRow, ParseLog, ParseResult, rejected
from broadsheet.providers.scored_json import parser as scored_json
from broadsheet.providers.scored_json.parser import InputRow
from broadsheet.store.records import A_DATE

_LISTS = ("papers", "items", "entries", "results", "articles")
_DATES = ("date", "day")
_DATE_KEY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DatedPapers(NamedTuple):
    """The raw papers of one day, and the object `holder` that contains them."""

    date: object
    papers: list[Any] | dict[str, Any]
    holder: dict[str, Any]
    line: int = 0


def matches(document: Document) -> bool:
    """Return whether there is an object of papers with a date or an arXiv id, or one of days."""
    return any(_is_valid(batch, document) for batch in _batches(document))


def _is_valid(batch: DatedPapers, document: Document) -> bool:
    if isinstance(batch.papers, dict) and batch.papers and not scored_json.is_by_id(batch.papers):
        return False
    if batch.date is not None or not batch.papers:
        return batch.date is not None and all(isinstance(row, dict) for row in _values(batch.papers))
    assert isinstance(document, JsonDocument | JsonLines)
    return any(scored_json.is_row(row, document.fields) for row in _values(batch.papers)[:100])


def _values(papers: list[Any] | dict[str, Any]) -> list[Any]:
    return list(papers.values()) if isinstance(papers, dict) else papers


def _batches(document: Document) -> Iterator[DatedPapers]:
    if isinstance(document, JsonLines):
        yield from (batch for line, row in document.rows for batch in _in_object(row, line))
    elif isinstance(document, JsonDocument):
        for value in document.value if isinstance(document.value, list) else [document.value]:
            if isinstance(value, dict):
                yield from _in_object(value, 0)


def _in_object(value: dict[str, Any], line: int) -> Iterator[DatedPapers]:
    if value and all(_DATE_KEY.fullmatch(key) and isinstance(papers, list | dict) for key, papers in value.items()):
        yield from (DatedPapers(date, papers, {}, line) for date, papers in value.items())
        return
    meta = value.get("meta")
    places = (value, meta if isinstance(meta, dict) else {})
    date = next((place[name] for place in places for name in _DATES if place.get(name)), None)
    name = next((name for name in _LISTS if isinstance(value.get(name), list | dict)), None)
    if name and not isinstance(value.get("paper"), dict):
        yield DatedPapers(date, value[name], value, line)


def parse(document: Document, day: str | None) -> ParseResult:
    """Return papers and receipts of each day. Raises DigestError if a day is unknown or contradicts `day`."""
    assert isinstance(document, JsonDocument | JsonLines)
    log = ParseLog(document.where)
    rows: list[PaperRow] = []
    receipts: list[Receipt] = []
    empty_day = None
    batches = [(batch, _items(document, batch)) for batch in _batches(document)]
    names = scored_json.resolve_fields(document.fields, [item for _, items in batches for item in items], log)
    for batch, items in batches:
        date = _day_of(batch, day, document.where)
        receipts += _receipts(batch, date)
        if batch.papers:
            rows += scored_json.parse_rows(items, date, log, names)
        elif not receipts:
            empty_day = date
            hint = "nothing to do if the day was quiet"
            log.problems.append(Diagnostic(document.where, NO_PAPERS, hint, is_note=True))
    result = log.result(rows)
    result.receipts, result.empty_day = receipts, empty_day
    return result


def _items(document: JsonDocument | JsonLines, batch: DatedPapers) -> list[InputRow]:
    if isinstance(document, JsonDocument):
        return scored_json.input_rows(document, batch.papers)
    keys = list(batch.papers) if isinstance(batch.papers, dict) else [None] * len(batch.papers)
    return [InputRow(row, batch.line, key) for row, key in zip(_values(batch.papers), keys, strict=True)]


def _day_of(batch: DatedPapers, day: str | None, where: str) -> str | None:
    if batch.date is None:
        return day
    date = day_of_value(batch.date)
    if date is None:
        raise rejected(where, f"date {normalize.excerpt(batch.date)} is not {A_DATE}", "correct it")
    if day is not None and date != day:
        message = f"the file is of {date} by its own date, of {day} by its name or --date"
        raise rejected(where, message, "correct the wrong one, or leave --date out")
    return date


# -- receipts ------------------------------------------------------------------------------------------------------


def _receipts(batch: DatedPapers, date: str | None) -> list[Receipt]:
    meta = batch.holder.get("meta")
    figures = meta.get("usage") if isinstance(meta, dict) else None
    if date is None or not isinstance(figures, dict):
        return []
    model = figures.get("model")
    result = Usage(
        model=normalize.single_line(model, "model", ParseLog("")) if isinstance(model, str) else None,
        tokens=_tokens(figures),
        cost=_cost(figures),
        announced=_count(figures, "total_arxiv_papers"),
        scanned=_count(figures, "total_scanned_papers"),
        shown=_count(figures, "total_relevant_papers"),
    )
    return [usage.receipt(date, result)] if result.scanned is not None or result.announced is not None else []


def _count(figures: dict[str, Any], name: str) -> int | None:
    value = figures.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER else None


def _tokens(figures: dict[str, Any]) -> Tokens | None:
    prompt, completion = _count(figures, "prompt_tokens"), _count(figures, "completion_tokens")
    if prompt is None or completion is None:
        return None
    return Tokens(prompt=prompt, completion=completion, total=prompt + completion)


def _cost(figures: dict[str, Any]) -> Cost | None:
    prompt, completion = (normalize.number(figures.get(name)) for name in ("prompt_cost", "completion_cost"))
    if prompt is None or completion is None or prompt < 0 or completion < 0:
        return None
    return Cost(prompt=float(prompt), completion=float(completion), total=round(float(prompt + completion), 6))
