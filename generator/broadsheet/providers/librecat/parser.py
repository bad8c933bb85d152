"""A parser of LibreCat's exports: YAML streams, and JSON as an array, an object or a line each."""

import json
import re
from collections.abc import Iterator
from typing import Any

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers.decode import Document, JsonDocument, JsonLines, TextDocument
from broadsheet.providers.parse_result import ParseResult, PublicationRecord, rejected
from broadsheet.text.sanitize import clean

_RECORD = re.compile(r"^(?:- +|--- +|  )?_id *:", re.MULTILINE)
_TREE = re.compile(r"\A(?:---[^\n]*\n)?tree:\s")
_BRACKETS = re.compile(r"^(?:---|\.\.\.)|[\[{]|[\]}]", re.MULTILINE)
_MAX_LINE_CHARACTERS = 16 << 20
_MAX_OPEN_BRACKETS = 1000  # the YAML parser's time grows with the square of the depth


def matches(document: Document) -> bool:
    """Return whether there are records with an ``_id``; `parse` rejects departments and projects among them by name."""
    if isinstance(document, TextDocument):
        return _RECORD.search(document.text) is not None or _TREE.match(document.text) is not None
    if isinstance(document, JsonLines):
        return any("_id" in row for _, row in document.rows)
    items = _items(document.value)[:100] if isinstance(document, JsonDocument) else []
    return any(isinstance(item, dict) and "_id" in item for item in items)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the publications that can be shown. Every other record is rejected, or noted if it is only not public."""
    parts = list(_parts(document))
    records = [part[1] for part in parts if not isinstance(part, Diagnostic)]
    if kind := _other_kind(records, document):
        hint = "name them under departments: in digest.yml" if kind == "departments" else "import the publications"
        raise rejected(document.where, f"LibreCat's {kind}, not publications", hint)
    result = ParseResult()
    for part in parts:
        _add(part, result, is_text=isinstance(document, TextDocument))
    result.rejected_publications = len(result.problems)
    ids = {record.id for record in result.publications}
    if isinstance(document, TextDocument) and not result.problems and len(ids) == len(result.publications):
        result.stream = document.text
    return result


def _add(part: tuple[str, Any] | Diagnostic, result: ParseResult, *, is_text: bool) -> None:
    """Add a record to `result`; a JSON one with the values that YAML would give."""
    if isinstance(part, Diagnostic):
        result.problems.append(part)
        return
    record = _record(*part)
    if isinstance(record, PublicationRecord):
        data = record.data if is_text else _as_text(record.data)
        result.publications.append(PublicationRecord(record.id, record.updated, data))
        return
    result.problems.append(record)
    if record.is_note:
        result.withdrawn.append(_withdrawn(part[1]))


def _record(where: str, data: Any) -> PublicationRecord | Diagnostic:
    from broadsheet.model import librecat, publication  # noqa: PLC0415 - 12 ms, for YAML

    if fault := librecat.structure_fault(data):
        return Diagnostic(where, fault, "export it from the repository again")
    publications, problems = publication.parse_records([data], where)
    if problems:
        return problems[0]
    return PublicationRecord(publications[0].id, publications[0].date_updated or "", data)


def _withdrawn(data: dict[str, Any]) -> PublicationRecord:
    from broadsheet.model.librecat import words  # noqa: PLC0415 - 12 ms, for YAML

    return PublicationRecord(words(data.get("_id")), words(data.get("date_updated")), data)


def _parts(document: Document) -> Iterator[tuple[str, Any] | Diagnostic]:
    if isinstance(document, TextDocument):
        from broadsheet.model import librecat  # noqa: PLC0415 - 10 ms, for YAML

        _check_size(document.text, document.where)
        yield from librecat.stream(document.text, document.where)
    elif isinstance(document, JsonLines):
        yield from ((f"{document.where}:{line}", row) for line, row in document.rows)
        yield from document.problems
    elif isinstance(document, JsonDocument):
        yield from ((document.where, item) for item in _items(document.value))


def _check_size(stream: str, where: str) -> None:
    """Reject a stream that would cost the YAML parser minutes or gigabytes."""
    if max(map(len, stream.split("\n"))) > _MAX_LINE_CHARACTERS:
        raise rejected(where, "YAML with a line of more than 16 MB", "export the records again")
    depth = 0
    for match in _BRACKETS.finditer(stream):
        sign = match[0]
        depth = depth + 1 if sign in "[{" else max(0, depth - 1) if sign in "]}" else 0
        if depth > _MAX_OPEN_BRACKETS:
            raise rejected(where, "nested too deeply to be records", "leave the file out")


def _other_kind(records: list[Any], document: Document) -> str | None:
    if isinstance(document, TextDocument) and _TREE.match(document.text):
        return "departments"
    if not records or not all(isinstance(data, dict) and "name" in data and "title" not in data for data in records):
        return None
    return "departments" if any("layer" in data or "tree" in data for data in records) else "projects"


def to_yaml(data: Any) -> str:
    """Return a record, all text, as a YAML document. Parsing that gives an equal record."""
    import yaml  # noqa: PLC0415 - 8 ms

    return f"---\n{yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)}...\n"


def _as_text(value: Any) -> Any:
    """Return JSON's values as the YAML reader would: all scalars as text, without null."""
    if isinstance(value, dict):
        return {clean(name): _as_text(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_as_text(part) for part in value if part is not None]
    return clean(value) if isinstance(value, str) else json.dumps(value)
