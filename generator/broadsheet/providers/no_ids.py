"""A parser that rejects files of papers without any arXiv id, with a message that says so."""

from collections.abc import Sequence
from typing import Any

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers import fields
from broadsheet.providers.decode import Document, JsonDocument, JsonLines
from broadsheet.providers.fields import FieldMap
from broadsheet.providers.parse_result import ParseResult
from broadsheet.providers.scored_json import row_parser
from broadsheet.text.formats import count


def matches(document: Document) -> bool:
    """Return whether there are rows with a title and another field of a paper: a list, lines, or under `papers`."""
    return any(_has_title(row) for row in _rows(document)[:100])


def _rows(document: Document) -> list[Any]:
    if isinstance(document, JsonLines):
        return [row for _, row in document.rows]
    value = document.value if isinstance(document, JsonDocument) else []
    if isinstance(value, dict):
        inner = value.get("papers", [value])
        return list(inner.values()) if isinstance(inner, dict) else inner if isinstance(inner, list) else []
    return value if isinstance(value, list) else []


def _has_title(row: object) -> bool:
    # Two of our names, since anything may have a title.
    names = fields.translate(row).keys() & {*fields.TARGETS} if isinstance(row, dict) else set()
    return "title" in names and len(names) > 1


def parse(document: Document, day: str | None) -> ParseResult:
    """Reject the file: none of its rows has an arXiv id. Raises DigestError."""
    assert isinstance(document, JsonDocument | JsonLines)
    raise no_ids_error(document.where, [row for row in _rows(document) if _has_title(row)], document.fields)


def no_ids_error(where: str, papers: Sequence[dict[str, Any]], names: FieldMap) -> DigestError:
    """Return the error of a file without arXiv ids, and a problem for each option without a key."""
    message = f"{count(len(papers), 'paper')} with no arXiv id under {', '.join(fields.ID_KEYS)}"
    problems = [Diagnostic(where, option, hint) for option, hint in names.unmet_by(papers)]
    columns = fields.describe_columns(papers)
    return DigestError([*problems, Diagnostic(where, f"{message}; {columns}", row_parser.NO_ID)])
