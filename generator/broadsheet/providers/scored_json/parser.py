"""Rows of papers: the object by arXiv id that paper assistants keep, an LLM's rating lines, our own lines, and others.

Object by id: https://github.com/tatsu-lab/gpt_paper_assistant and its descendants (``SCORE ARXIVID COMMENT RELEVANCE
NOVELTY authors title abstract arxiv_id``). Rating lines: ``{"ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY"}``. None of
them gives its day; other rows may have a ``date``. docs/importing.md lists what else is understood.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers import fields, normalize
from broadsheet.providers.dates import day_of_value
from broadsheet.providers.decode import (
    Document,
    JsonDocument,
    JsonLines,
    LineFinder,
    ObjectWithRepeatedKeys,
    parse_pairs,
)
from broadsheet.providers.fields import DATE, SCORES, FieldMap
from broadsheet.providers.parse_result import PaperRow, ParseLog, ParseResult
from broadsheet.providers.scored_json import row_parser
from broadsheet.providers.unscored import ScoreColumn, explain_unscored, raw_score
from broadsheet.store.records import A_DATE

NO_DAY = "no date found"
_MARKS = frozenset({"ARXIVID", "arxiv_id", "RELEVANCE", "NOVELTY", "SCORE", "COMMENT"})


class InputRow(NamedTuple):
    """A row where it stands: its line, found when it is asked for, and the name under which it is kept, if any."""

    row: object
    line: Callable[[], int] | int
    key: str | None = None
    is_repeated: bool = False
    repeats_a_key: bool = False


def matches(document: Document) -> bool:
    """An object of rows by id, a list of rows, one row, or rows line by line."""
    if isinstance(document, JsonLines):
        return any(is_row(row, document.fields) for _, row in document.rows)
    if not isinstance(document, JsonDocument):
        return False
    value = document.value
    if isinstance(value, list):
        return any(is_row(item, document.fields) for item in value[:100])
    return isinstance(value, dict) and (is_row(value, document.fields) or is_by_id(value))


def is_row(value: object, names: FieldMap) -> bool:
    """Return whether `value` is an object with an arXiv id, under a usual name or under one that the user gave."""
    return row_parser.is_row(value) or (isinstance(value, dict) and bool(names.keys) and row_parser.is_row(names.apply(value)))


def is_by_id(value: dict[str, Any]) -> bool:
    """Return whether these are rows, each under its id or with the keys of assistants."""
    return any(isinstance(row, dict) and (row.keys() & _MARKS or arxiv_id.parse(key)) for key, row in value.items())


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the rows on their days. Raises DigestError if none has one and `day` is unknown."""
    log = ParseLog(document.where)
    if isinstance(document, JsonLines):
        items = [InputRow(row, line) for line, row in document.rows]
        harvest = log.result(parse_rows(items, day, log, resolve_fields(document.fields, items, log)))
        harvest.problems = sorted([*harvest.problems, *document.problems], key=lambda problem: _number(problem.location))
        harvest.rejected += len(document.problems)
        return harvest
    assert isinstance(document, JsonDocument)
    items = input_rows(document, document.value)
    return log.result(parse_rows(items, day, log, resolve_fields(document.fields, items, log)))


def resolve_fields(names: FieldMap, items: Sequence[InputRow], log: ParseLog) -> FieldMap:
    """Return what the user said as far as the rows of a file have its keys; the rest is a problem of the file."""
    objects = [item.row for item in items if isinstance(item.row, dict)]
    if names.is_empty or not objects:
        return names
    log.problems += [Diagnostic(log.label, what, do) for what, do in names.unmet_by(objects)]
    return names.met_by(objects)


def input_rows(document: JsonDocument, value: Any) -> list[InputRow]:
    """Return the rows in `value`, which is all of the document or a part of it."""
    line = LineFinder(document.data)
    if isinstance(value, dict) and not is_row(value, document.fields):
        return list(_by_id(document, value, line))
    listed = value if isinstance(value, list) else [value]
    return [InputRow(row, partial(line, _id_of(row))) for row in listed]


def _by_id(document: JsonDocument, value: dict[str, Any], line: LineFinder) -> Iterable[InputRow]:
    # JSON readers keep the last of two equal keys. More titles than rows give such a file away.
    twice = value is document.value and document.data.count(b'"title"') > len(value)
    seen: set[str] = set()
    for key, row in parse_pairs(document.data) if twice else value.items():
        place = line(key, key=True) if twice else partial(line, key, key=True)
        yield InputRow(row, place, key, key in seen, isinstance(row, ObjectWithRepeatedKeys))
        seen.add(key)


def _id_of(row: object) -> str:
    value = (row.get("ARXIVID") or row.get("arxiv_id") or row.get("id")) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def _number(where: str) -> int:
    line = where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def parse_rows(items: Sequence[InputRow], day: str | None, log: ParseLog, names: FieldMap) -> list[PaperRow]:
    """Return the papers of these rows, each on its own day or on `day`. Raises DigestError if no row has a day."""
    items = [item._replace(row=_read(item.row, names)) if isinstance(item.row, dict) else item for item in items]
    if day is None and not any(isinstance(item.row, dict) and item.row.get(DATE) for item in items):
        raise DigestError([*log.problems, Diagnostic(log.label, NO_DAY, _ways_to_tell_it(items))])
    columns = {
        name: ScoreColumn.of([raw_score(item.row, name) for item in items], names.scales.get(name)) for name in SCORES
    }
    taken: list[PaperRow] = []
    for item in items:
        log.start(item.line)
        if item.is_repeated:
            log.record_fix("a paper that stands twice in one file: both rows read", item.key or "")
        if item.repeats_a_key:
            log.record_fix("a key that stands twice in one row: the last counts")
        if isinstance(item.row, dict):
            _take_row(item.row, item.key, day, columns, log, taken)
        else:
            log.reject("not an object with a paper's keys", "mend or delete it")
    return taken


def _read(row: dict[str, Any], names: FieldMap) -> dict[str, Any]:
    return names.convert(fields.translate(names.apply(row)))


def _ways_to_tell_it(items: Sequence[InputRow]) -> str:
    do = "put YYYY-MM-DD into the file's name or as date into each row, or pass --date"
    published = any(isinstance(item.row, dict) and item.row.get("published") for item in items)
    return f"{do}; --map date=published takes the day of publication" if published else do


def _take_row(
    row: dict[str, Any], key: str | None, day: str | None, columns: dict[str, ScoreColumn], log: ParseLog, taken: list[PaperRow]
) -> None:
    row, date = _dated(row, day, log)
    if date is None:
        return
    row, odd = _without_odd_scores(row, columns, log)
    paper = row_parser.parse_paper(row, key, log)
    if paper is None:
        return
    if paper.score is None:
        log.unscored(*explain_unscored(paper, row, odd, columns))
    taken.append(log.row(paper, date))


def _without_odd_scores(
    row: dict[str, Any], columns: dict[str, ScoreColumn], log: ParseLog
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the row without scores on a scale that is not ours, and the scales of these."""
    odd = {name: scale for name in SCORES if (scale := columns[name].guess) and raw_score(row, name) is not None}
    for name in odd:
        if normalize.score(raw_score(row, name), name, log) is not None:
            what = "a score among others that are not from 1 to 10 was left out"
            log.record_fix(what, f"{name} {normalize.excerpt(raw_score(row, name))}")
    return {name: value for name, value in row.items() if name.lower() not in odd} if odd else row, odd


def _dated(row: dict[str, Any], day: str | None, log: ParseLog) -> tuple[dict[str, Any], str | None]:
    """Return the row without its date, and its day; None if that cannot be read or contradicts `day`."""
    raw = row.get(DATE)
    if raw in (None, ""):
        if day is None:
            log.reject("no date, though other rows have one", "add date (YYYY-MM-DD), or pass --date")
        return row, day
    date = day_of_value(raw)
    if date is None:
        log.reject(f"date {normalize.excerpt(raw)} is not {A_DATE}", "correct it")
    elif day is not None and date != day:
        what = f"the row's date is {date}, its file's name or --date gives {day}"
        log.reject(what, "correct the wrong one, or leave --date out; --map date=KEY takes the day from another key")
        return row, None
    return {name: value for name, value in row.items() if name != DATE}, date
