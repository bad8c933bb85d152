"""Papers none of which has an arXiv id: recognised for the sake of a message that says so."""

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
    """Rows with a title and another field of a paper, in a list, line by line or under `papers`."""
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
    # Two names of ours: a title alone may be that of anything.
    names = fields.translate(row).keys() & {*fields.TARGETS} if isinstance(row, dict) else set()
    return "title" in names and len(names) > 1


def parse(document: Document, day: str | None) -> ParseResult:
    """Raise DigestError: a digest cannot list them."""
    assert isinstance(document, JsonDocument | JsonLines)
    raise refusal(document.where, [row for row in _rows(document) if _has_title(row)], document.fields)


def refusal(where: str, papers: Sequence[dict[str, Any]], names: FieldMap) -> DigestError:
    """Return the problem of a file whose rows have no arXiv id, with the options that met no key."""
    what = f"{count(len(papers), 'paper')} with no arXiv id under {', '.join(fields.ID_KEYS)}"
    problems = [Diagnostic(where, option, do) for option, do in names.unmet_by(papers)]
    return DigestError([*problems, Diagnostic(where, f"{what}; {fields.describe_columns(papers)}", row_parser.NO_ID)])
