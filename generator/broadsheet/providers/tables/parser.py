"""A parser of tables of papers: CSV and TSV with a header (RFC 4180), also with semicolons as spreadsheets use."""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers import fields, normalize
from broadsheet.providers.decode import MAX_FILE_BYTES, Document, JsonLines, TextDocument, split_lines
from broadsheet.providers.parse_result import ParseResult, rejected
from broadsheet.providers.scored_json import parser as scored_json
from broadsheet.providers.scored_json.row_parser import NO_ID

_DELIMITERS = ",\t;|"
_SEPARATOR = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)  # Excel's hint, before the header
_OTHERS = [name for names in fields.ALTERNATIVES.values() for name in names]
_NAMES = frozenset(map(fields.normalize_key, (*fields.ID_KEYS, *fields.TARGETS, *_OTHERS)))
_TABLE_NAME = re.compile(r"\.[ct]sv(?:\.gz)?$", re.IGNORECASE)
_MAX_START_CHARS = 20_000
_MAX_LINES_BEFORE_HEADER = 10
_COUNTS = frozenset({"version", "upvotes", "comments"})


class TableLayout(NamedTuple):
    """The header of a table, with the number of lines before it and the delimiter of cells."""

    skipped: int
    delimiter: str
    headings: list[str]


def matches(document: Document) -> bool:
    """Return whether a text has a header of a paper's fields, a first line with an arXiv id, or a table's file name."""
    if not isinstance(document, TextDocument):
        return False
    return _layout(document) is not None or _TABLE_NAME.search(document.where) is not None or _is_headless(document)


def _start(document: TextDocument) -> list[tuple[int, str]]:
    """Return the first lines that are not empty, each with the number of lines before it."""
    lines = enumerate(split_lines(document.text[:_MAX_START_CHARS]))
    return list(islice(((number, line) for number, line in lines if line.strip()), _MAX_LINES_BEFORE_HEADER + 1))


def _layout(document: TextDocument) -> TableLayout | None:
    """Return the first header among the first lines, since titles and remarks may precede it."""
    start = _start(document)
    hint = _SEPARATOR.match(start[0][1])
    for index, (number, line) in enumerate(start):
        delimiters = hint[1] if hint else _DELIMITERS
        layouts = [TableLayout(number, delimiter, _cells(line, delimiter)) for delimiter in delimiters]
        best = max(layouts, key=lambda layout: _count_fields(layout.headings, document))
        if _count_fields(best.headings, document) >= 2 and (index == 0 or _has_ids(best.headings, document)):
            return best
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _count_fields(headings: list[str], document: TextDocument) -> int:
    names = {fields.normalize_key(name) for name in headings} - {""}
    return len(names & (_NAMES | {fields.normalize_key(key) for key in document.fields.keys.values()}))


def _has_ids(headings: list[str], document: TextDocument) -> bool:
    """Return whether a column can hold arXiv ids."""
    return fields.has_id_column([dict.fromkeys(headings)], document.fields)


def _is_headless(document: TextDocument) -> bool:
    first = _start(document)[0][1]
    return any(arxiv_id.parse(cell) for sign in _DELIMITERS if sign in first for cell in _cells(first, sign))


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the rows. Raises DigestError for a table without a header or a column of ids."""
    assert isinstance(document, TextDocument)
    problems: list[Diagnostic] = []
    notes: list[Diagnostic] = []
    rows = list(read_rows(document, problems, notes))
    result = scored_json.parse(JsonLines(document.where, rows, problems, document.fields), day)
    result.problems = [*notes, *result.problems]
    return result


def _header(document: TextDocument) -> TableLayout:
    layout = _layout(document)
    number, line = _start(document)[0] if layout is None else (layout.skipped, "")
    where = f"{document.where}:{number + 1}"
    if layout is None:
        hint = "put the names of the columns into the first line, e.g. arxiv_id,title,relevance,novelty,comment"
        raise rejected(where, f"a table without a header: its first line is {normalize.excerpt(line.strip())}", hint)
    if not _has_ids(layout.headings, document):
        names = normalize.excerpt(", ".join(filter(None, layout.headings)))
        raise rejected(where, f"a table without a column of arXiv ids; its columns are {names}", NO_ID)
    return layout


def read_rows(
    document: TextDocument, problems: list[Diagnostic], notes: list[Diagnostic]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line of each row and its cells by heading.

    Add rejected rows to `problems`, and messages about other rows to `notes`.
    """
    layout = _header(document)
    lines = split_lines(document.text)
    if any(line.strip() and not _SEPARATOR.match(line) for line in lines[: layout.skipped]):
        what = f"the header is on line {layout.skipped + 1}; the lines before it were skipped"
        notes.append(Diagnostic(f"{document.where}:1", what, "nothing to do if they are a title", is_note=True))
    records, unclosed = _records(lines, layout.skipped, layout.delimiter)
    for line in unclosed:
        what = "a quote that is not closed: the lines from here on were read without it"
        notes.append(Diagnostic(f"{document.where}:{line}", what, "close it, or take it out"))
    headings = [name.strip() for name in records[0][1]]
    for line, cells in records[1:]:
        if len(cells) > len(headings) and any(cells[len(headings) :]):
            what = f"{len(cells)} cells under {len(headings)} headings"
            problems.append(Diagnostic(f"{document.where}:{line}", what, "put cells with a delimiter into quotes"))
        elif any(cell.strip() for cell in cells):
            yield line, _row(dict(zip(headings, cells, strict=False)))


def _records(lines: list[str], start: int, delimiter: str) -> tuple[list[tuple[int, list[str]]], list[int]]:
    """Return the line and cells of each record after line `start`, and the lines of unclosed quotes.

    By RFC 4180 a delimiter or line end follows a closing quote. A quote with no such end, or one only after whole
    records, does not begin a cell: the lines from it on are read without quotes.
    """
    records: list[tuple[int, list[str]]] = []
    unclosed: list[int] = []
    largest = csv.field_size_limit(MAX_FILE_BYTES)
    try:
        while start < len(lines):
            reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter, strict=True)
            first = start
            try:
                for cells in reader:
                    end = start + reader.line_num
                    if records and end > first + 1:
                        _check_lines(lines[first + 1 : end], delimiter, len(records[0][1]))
                    records.append((first + 1, cells))
                    first = end
                break
            except csv.Error:
                start = max(start + reader.line_num - 1, first + 1)
                is_slip = start == first + 1 and not _is_open(lines[first], delimiter)
                plain = csv.reader(lines[first:start], delimiter=delimiter, quotechar='"' if is_slip else None)
                records += enumerate(plain, first + 1)
                unclosed += [] if is_slip else [first + 1]
    finally:
        csv.field_size_limit(largest)
    return records, unclosed


def _check_lines(within: list[str], delimiter: str, width: int) -> None:
    """Raise csv.Error if a line within a record is itself a whole record with an arXiv id."""
    for cells in csv.reader(within, delimiter=delimiter, quotechar=None):
        if len(cells) >= width and any(map(arxiv_id.parse, cells)):
            raise csv.Error


def _is_open(line: str, delimiter: str) -> bool:
    """Return whether the line ends within a quote."""
    reader = csv.reader([line, "end"], delimiter=delimiter)
    next(reader)
    return reader.line_num > 1


def _row(cells: dict[str, str]) -> dict[str, Any]:
    """Return the non-empty cells; counts as integers, links as an object."""
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        text = cell.strip()
        if not name or not text:
            continue
        if name.startswith("links."):
            row.setdefault("links", {})[name.removeprefix("links.")] = text
        else:
            row[name] = int(text) if name in _COUNTS and text.isascii() and text.isdigit() and len(text) < 16 else text
    return row
