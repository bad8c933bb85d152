"""A parser of rows of papers: an object by arXiv id as paper assistants write it, an LLM's rating lines, and others.

Object by id: https://github.com/tatsu-lab/gpt_paper_assistant and its descendants (``SCORE ARXIVID COMMENT RELEVANCE
NOVELTY authors title abstract arxiv_id``). Rating lines: ``{"ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY"}``. None of
them has its day; other rows may have a ``date``. 'broadsheet docs data' lists all supported forms.
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
from broadsheet.providers.fields import DATE, SCORES, FieldMap, describe_columns
from broadsheet.providers.parse_result import PaperRow, ParseLog, ParseResult
from broadsheet.providers.scored_json import row_parser
from broadsheet.providers.unscored import ScoreColumn, explain_unscored, raw_score
from broadsheet.store.records import A_DATE, PAPER_FIELDS

NO_DAY = "no date found"
_OR_ANOTHER = ", or take the day from another column: --map date=COLUMN"
_ROW_KEYS = frozenset({"ARXIVID", "arxiv_id", "RELEVANCE", "NOVELTY", "SCORE", "COMMENT"})


class InputRow(NamedTuple):
    """A raw row with its line, which is computed only for messages, and the key of the row, if any."""

    row: object
    line: Callable[[], int] | int
    key: str | None = None
    is_repeated: bool = False
    repeats_a_key: bool = False


def matches(document: Document) -> bool:
    """Return whether there are rows: an object by id, a list, one row, or JSON lines."""
    if isinstance(document, JsonLines):
        return any(is_row(row, document.fields) for _, row in document.rows)
    if not isinstance(document, JsonDocument):
        return False
    value = document.value
    if isinstance(value, list):
        return any(is_row(item, document.fields) for item in value[:100])
    return isinstance(value, dict) and (is_by_id(value) or is_row(value, document.fields))


def is_row(value: object, names: FieldMap) -> bool:
    """Return whether `value` is an object with an arXiv id, under a common key or one that the user mapped."""
    return row_parser.is_row(value) or (
        isinstance(value, dict) and bool(names.keys) and row_parser.is_row(names.apply(value))
    )


def is_by_id(value: dict[str, Any]) -> bool:
    """Return whether the values are rows: their keys are ids, or they have an assistant's fields."""
    return any(isinstance(row, dict) and (row.keys() & _ROW_KEYS or arxiv_id.parse(key)) for key, row in value.items())


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the rows with their days. Raises DigestError if `day` is unknown and no row has one."""
    log = ParseLog(document.where)
    if isinstance(document, JsonLines):
        items = [InputRow(row, line) for line, row in document.rows]
        result = log.result(parse_rows(items, day, log, resolve_fields(document.fields, items, log)))
        result.problems = sorted(
            [*result.problems, *document.problems], key=lambda problem: _line_number(problem.location)
        )
        result.rejected += len(document.problems)
        return result
    assert isinstance(document, JsonDocument)
    items = input_rows(document, document.value)
    return log.result(parse_rows(items, day, log, resolve_fields(document.fields, items, log)))


def resolve_fields(names: FieldMap, items: Sequence[InputRow], log: ParseLog) -> FieldMap:
    """Return the options whose keys the rows have; each other option is a problem of the file."""
    objects = [item.row for item in items if isinstance(item.row, dict)]
    if names.is_empty or not objects:
        return names
    log.problems += [Diagnostic(log.label, message, hint) for message, hint in names.unmet_by(objects)]
    return names.met_by(objects)


def input_rows(document: JsonDocument, value: Any) -> list[InputRow]:
    """Return the rows in `value`, which is the document or a part of it."""
    line = LineFinder(document.data)
    if isinstance(value, dict) and not is_row(value, document.fields):
        return list(_by_id(document, value, line))
    rows = value if isinstance(value, list) else [value]
    return [InputRow(row, partial(line, _id_of(row))) for row in rows]


def _by_id(document: JsonDocument, value: dict[str, Any], line: LineFinder) -> Iterable[InputRow]:
    # JSON decoders keep only the last of two equal keys. Such a file has more titles than rows.
    has_repeats = value is document.value and document.data.count(b'"title"') > len(value)
    seen: set[str] = set()
    for key, row in parse_pairs(document.data) if has_repeats else value.items():
        place = line(key, key=True) if has_repeats else partial(line, key, key=True)
        yield InputRow(row, place, key, key in seen, isinstance(row, ObjectWithRepeatedKeys))
        seen.add(key)


def _id_of(row: object) -> str:
    value = (row.get("ARXIVID") or row.get("arxiv_id") or row.get("id")) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def _line_number(location: str) -> int:
    line = location.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def parse_rows(items: Sequence[InputRow], day: str | None, log: ParseLog, names: FieldMap) -> list[PaperRow]:
    """Return the papers of rows, on their own day or else on `day`. Raises DigestError if no row has a day."""
    values = [_translate(item.row, names) for item in items]
    rows = [row for row in values if isinstance(row, dict)]
    if day is None and not any(row.get(DATE) for row in rows):
        raise DigestError([*log.problems, Diagnostic(log.label, NO_DAY, _no_day_hint(rows))])
    columns = {name: ScoreColumn.of([raw_score(row, name) for row in rows], names.scales.get(name)) for name in SCORES}
    papers = (_parse_row(item, row, day, columns, log) for item, row in zip(items, values, strict=True))
    return [paper for paper in papers if paper]


def _translate(row: object, names: FieldMap) -> object:
    return names.convert(fields.translate(names.apply(row))) if isinstance(row, dict) else row


def _no_day_hint(rows: Sequence[dict[str, Any]]) -> str:
    hint = "put YYYY-MM-DD into the file's name or as date into each row, or pass --date"
    has_publication = any(row.get("published") for row in rows)
    if has_publication:
        return f"{hint}; --map date=published takes the day of publication"
    others = [{name: None for name in row if name not in PAPER_FIELDS} for row in rows]
    return f"{hint}, or name its column: --map date=COLUMN; {describe_columns(others)}" if any(others) else hint


def _parse_row(
    item: InputRow, value: object, day: str | None, columns: dict[str, ScoreColumn], log: ParseLog
) -> PaperRow | None:
    """Return the paper of `item`, whose row is `value` under our names."""
    log.start(item.line)
    if item.is_repeated:
        log.record_fix("a paper that is twice in one file: both rows read", item.key or "")
    if item.repeats_a_key:
        log.record_fix("a key that is twice in one row: the last counts")
    if not isinstance(value, dict):
        log.reject("not an object with a paper's keys", "correct or delete it")
        return None
    row, date = _split_date(value, day, log)
    if date is None:
        return None
    row, odd = _without_foreign_scores(row, columns, log)
    paper = row_parser.parse_paper(row, item.key, log)
    if paper is None:
        return None
    if paper.score is None:
        log.unscored(*explain_unscored(paper, row, odd, columns))
    return log.row(paper, date)


def _without_foreign_scores(
    row: dict[str, Any], columns: dict[str, ScoreColumn], log: ParseLog
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the row without scores on another scale than ours, and their scales."""
    odd: dict[str, str] = {}
    for name, column in columns.items():
        if column.guess and raw_score(row, name) is not None:
            odd[name] = column.guess
    for name in odd:
        if normalize.score(raw_score(row, name), name, log) is not None:
            kind = "a score among others that are not from 1 to 10 was left out"
            log.record_fix(kind, f"{name} {normalize.excerpt(raw_score(row, name))}")
    return {name: value for name, value in row.items() if name.lower() not in odd} if odd else row, odd


def _split_date(row: dict[str, Any], day: str | None, log: ParseLog) -> tuple[dict[str, Any], str | None]:
    """Return the row without its date, and its day: None if the date is invalid or contradicts `day`."""
    raw = row.get(DATE)
    if raw in (None, ""):
        if day is None:
            log.reject("no date, though other rows have one", "add date (YYYY-MM-DD), or pass --date")
        return row, day
    date = day_of_value(raw)
    if date is None:
        log.reject(f"date {normalize.excerpt(raw)} is not {A_DATE}", f"write it so{_OR_ANOTHER}")
    elif day is not None and date != day:
        message = f"the row's date is {date}, its file's name or --date gives {day}"
        hint = "correct the wrong one, or leave --date out; --map date=KEY takes the day from another key"
        log.reject(message, hint)
        return row, None
    return {name: value for name, value in row.items() if name != DATE}, date
