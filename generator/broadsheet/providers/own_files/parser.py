"""A parser of files that a digest writes: those of a ``data/`` folder and the lines of ``downloads/archive.jsonl``.

The keys of a paper's line stay as they are, since they are ours. A ``date`` among them does not name the day.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.providers.decode import Document, JsonDocument, JsonLines
from broadsheet.providers.parse_result import PaperRow, ParseLog, ParseResult, rejected
from broadsheet.providers.scored_json import row_parser
from broadsheet.store import records
from broadsheet.text.sanitize import clean

# Papers, dropped papers and an LLM's replies by day; receipts are recognised by content.
_PLACE = re.compile(r"(?:^|/)(papers|dropped|replies)/([0-9]{4})/(\2-[0-9]{2}-[0-9]{2})\.jsonl(?:\.gz)?$")
_ALWAYS = frozenset({"arxiv_id", "title", "authors", "source"})  # the keys of all our lines
_KINDS = frozenset({"archive", "day", "paper", "publication"})


def matches(document: Document) -> bool:
    """Return whether this is a receipt, a download, or by path and keys a file of ``data/``."""
    if isinstance(document, JsonDocument):
        value = document.value
        if isinstance(value, dict) and "state" in value and "date" in value:
            return value["state"] in list(DayState)
        return isinstance(value, dict) and _is_ours(document, [value])
    if not isinstance(document, JsonLines) or not document.rows:
        return False
    rows = [row for _, row in document.rows]
    return _is_download(rows[0]) or _is_ours(document, rows)


def _is_download(row: dict[str, Any]) -> bool:
    return row.get("type") in _KINDS and isinstance(row.get("record"), dict)


def _place(document: JsonDocument | JsonLines) -> tuple[str, str] | None:
    match = _PLACE.search(document.where)
    return (match[1], match[3]) if match and records.is_date(match[3]) else None


def _is_ours(document: JsonDocument | JsonLines, rows: list[dict[str, Any]]) -> bool:
    """Return whether path and keys are those of a file of ``data/``."""
    place = _place(document)
    if place is None:
        return False
    if place[0] == "replies":  # A request of an imported receipt has tokens alone; "sent" is a key from before 0.1.0.
        return all("model" in row and not row.keys().isdisjoint({"input_hashes", "sent", "tokens"}) for row in rows)
    return all(row.keys() >= _ALWAYS for row in rows)


def parse(document: Document, day: str | None) -> ParseResult:
    """Return papers, dropped papers, receipts and replies, each with its own day."""
    assert isinstance(document, JsonDocument | JsonLines)
    if isinstance(document, JsonDocument) and "state" in document.value:
        return ParseResult(receipts=[_receipt(document.value, document.where)])
    lines = document.rows if isinstance(document, JsonLines) else [(1, document.value)]
    problems = document.problems if isinstance(document, JsonLines) else []
    place = _place(document)
    if place and place[0] == "replies":
        return ParseResult(replies={place[1]: [_encoded(row) for _, row in lines]}, problems=problems)
    log = ParseLog(document.where)
    if place is None:
        result = _download(lines, log)
    else:
        papers = list(_papers(((line, row, place[1]) for line, row in lines), log))
        result = log.result([] if place[0] == "dropped" else papers)
        result.dropped = papers if place[0] == "dropped" else []
    result.is_in_order = True
    result.problems += problems
    result.rejected += len(problems)
    return result


def _encoded(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode(
        {name: row_parser.clean_json(value) for name, value in row.items() if row_parser.is_storable(value)}
    )


def _receipt(value: dict[str, Any], where: str) -> Receipt:
    plain = {name: part for name, part in value.items() if clean(name) == name}  # has precedence over hidden characters
    try:
        return records.decode_receipt(json.dumps(row_parser.clean_json(value) | row_parser.clean_json(plain)).encode())
    except records.RecordError as error:
        raise rejected(where, f"not a receipt: {error}", "correct the file") from error


def _papers(lines: Iterator[tuple[int, dict[str, Any], str]], log: ParseLog) -> Iterator[PaperRow]:
    for line, row, date in lines:
        log.start(line)
        if paper := row_parser.parse_paper(row, None, log):
            yield log.row(paper, date)


def _download(lines: list[tuple[int, dict[str, Any]]], log: ParseLog) -> ParseResult:
    papers: list[tuple[int, dict[str, Any], str]] = []
    receipts: list[Receipt] = []
    publications = 0
    for line, row in lines:
        kind, record, date = row.get("type"), row.get("record"), row.get("date")
        log.start(line)
        if kind not in _KINDS or not isinstance(record, dict):
            log.reject("no line of a digest's download", "fetch or copy the file again")
        elif kind in ("paper", "day") and not (isinstance(date, str) and records.is_date(date)):
            log.reject(f"a line without {records.A_DATE}", "fetch or copy the file again")
        elif kind == "paper":
            papers.append((line, record, str(date)))
        elif kind == "day":
            receipts.append(_receipt(record, log.location))
        elif kind == "publication":
            publications += 1
    result = log.result(list(_papers(iter(papers), log)))
    result.receipts = receipts
    if publications:
        message = f"{publications} publications, in the form in which pages show them, are not imported"
        hint = "import the repository's export, or data/publications of that digest"
        result.problems.append(Diagnostic(log.location.rpartition(":")[0], message, hint, is_note=True))
    return result
