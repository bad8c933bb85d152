"""Tables of papers: CSV and TSV with a header (RFC 4180; also with semicolons, as spreadsheets write them)."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from generator.edges.sources import fields, no_ids, scored
from generator.edges.sources.harvest import Harvest, refused
from generator.edges.sources.payload import Lines, Payload, Text
from generator.ground import arxiv_id
from generator.ground.errors import Problem

_DELIMITERS = ",\t;|"
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel's hint, before the header
_OTHERS = [name for names in fields.ALTERNATIVES.values() for name in names]
_NAMES = frozenset(map(fields.normalize, (*fields.ID_KEYS, *fields.TARGETS, *_OTHERS)))
_COUNTS = frozenset({"version", "upvotes", "comments"})


def recognise(payload: Payload) -> bool:
    """A text whose first line has headings that name fields of a paper; or, without a header, an arXiv id."""
    if not isinstance(payload, Text):
        return False
    start, delimiter = _layout(payload)
    return bool(delimiter) and (_known(_cells(start, delimiter), payload) >= 2 or _is_headless(start, delimiter))


def _layout(payload: Text) -> tuple[str, str]:
    """Return the first line that is not empty, and the delimiter that finds most headings in it."""
    text = payload.text[:20_000].lstrip()
    hint = _SEPARATOR.match(text)
    start = text[hint.end() if hint else 0 :].split("\n", 1)[0].rstrip("\r")
    if hint:
        return start, hint[1]
    counts = {mark: (_known(_cells(start, mark), payload), start.count(mark)) for mark in _DELIMITERS if mark in start}
    return start, max(counts, key=lambda mark: counts[mark], default="")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _known(headings: list[str], payload: Text) -> int:
    names = {fields.normalize(name) for name in headings} - {""}
    return len(names & (_NAMES | {fields.normalize(key) for key in payload.fields.keys.values()}))


def _is_headless(line: str, delimiter: str) -> bool:
    return any(arxiv_id.parse(cell) for cell in _cells(line, delimiter))


def parse(payload: Payload, day: str | None) -> Harvest:
    """Return the rows as those of any other file. Raises DigestError if there is no header."""
    assert isinstance(payload, Text)
    start, delimiter = _layout(payload)
    if _known(_cells(start, delimiter), payload) < 2:
        do = "put the names of the columns into the first line, e.g. arxiv_id,title,relevance,novelty,comment"
        raise refused(payload.where, "a table without a header", do)
    problems: list[Problem] = []
    listed = list(rows_of(payload, delimiter, problems))
    papers = [row for _, row in listed]
    if papers and not fields.has_id_column(papers, payload.fields):
        raise no_ids.refusal(payload.where, papers, payload.fields)
    return scored.parse(Lines(payload.where, listed, problems, payload.fields), day)


def rows_of(payload: Text, delimiter: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and the cells of each row, under its headings; what cannot be read is added to `problems`."""
    lines = payload.text.splitlines(keepends=True)
    skipped = next(number for number, line in enumerate(lines) if line.strip())
    skipped += _SEPARATOR.match(lines[skipped]) is not None
    reader = csv.reader(lines[skipped:], delimiter=delimiter)
    headings: list[str] = []
    line = skipped + 1
    try:
        for cells in reader:
            if not headings:
                headings = [name.strip() for name in cells]
            elif len(cells) > len(headings) and any(cells[len(headings) :]):
                what = f"{len(cells)} cells under {len(headings)} headings"
                problems.append(Problem(f"{payload.where}:{line}", what, "put cells with a delimiter into quotes"))
            elif any(cell.strip() for cell in cells):
                yield line, _row(dict(zip(headings, cells, strict=False)))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(f"{payload.where}:{line}", f"not CSV: {error}", "mend the line"))


def _row(cells: dict[str, str]) -> dict[str, Any]:
    """Return the cells that have something in them; whole numbers of counts as numbers, links as an object."""
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
