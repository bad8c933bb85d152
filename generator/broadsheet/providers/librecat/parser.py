"""LibreCat's exports: YAML streams, and JSON as an array, an object or a line each."""

import json
import re
from collections.abc import Iterator
from typing import Any

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers.decode import JsonDocument, JsonLines, Document, TextDocument
from broadsheet.providers.parse_result import ParseResult, PublicationRecord, rejected
from broadsheet.text.sanitize import clean

_RECORD = re.compile(r"^(?:- +|--- +|  )?_id *:", re.MULTILINE)
_TREE = re.compile(r"\A(?:---[^\n]*\n)?tree:\s")
_BRACKETS = re.compile(r"^(?:---|\.\.\.)|[\[{]|[\]}]", re.MULTILINE)
_LARGEST_LINE = 16 << 20
_MOST_BRACKETS = 1000  # open at once: the YAML parser takes quadratic time for what is nested
_DEEPEST = 50


def matches(payload: Document) -> bool:
    """Records with an ``_id``; of departments and projects too, which `parse` then refuses by name."""
    if isinstance(payload, TextDocument):
        return _RECORD.search(payload.text) is not None or _TREE.match(payload.text) is not None
    if isinstance(payload, JsonLines):
        return any("_id" in row for _, row in payload.rows)
    items = _items(payload.value)[:100] if isinstance(payload, JsonDocument) else []
    return any(isinstance(item, dict) and "_id" in item for item in items)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def parse(payload: Document, day: str | None) -> ParseResult:
    """The publications that can be shown; every other record is refused, or noted where it is merely not public."""
    from broadsheet.model import publication  # noqa: PLC0415 - loads YAML, which no other text needs

    parts = list(_parts(payload))
    datas = [part[1] for part in parts if not isinstance(part, Diagnostic)]
    if kind := _other_kind(datas, payload):
        do = "name them under departments: in digest.yml" if kind == "departments" else "import the publications"
        raise rejected(payload.where, f"LibreCat's {kind}, not publications", do)
    harvest = ParseResult()
    for part in parts:
        if not isinstance(part, Diagnostic) and (fault := _fault(part[1])):
            part = Diagnostic(part[0], fault, "export it from the repository again")  # noqa: PLW2901
        if isinstance(part, Diagnostic):
            harvest.problems.append(part)
            harvest.refused_publications += 1
            continue
        where, data = part
        good, bad = publication.parse_records([data], where)
        harvest.problems += bad
        harvest.refused_publications += len(bad)
        kept = data if isinstance(payload, TextDocument) else _as_text(data)
        harvest.publications += [PublicationRecord(found.id, found.date_updated or "", kept) for found in good]
    ids = {record.id for record in harvest.publications}
    if isinstance(payload, TextDocument) and not harvest.problems and len(ids) == len(harvest.publications):
        harvest.stream = payload.text
    return harvest


def _parts(payload: Document) -> Iterator[tuple[str, Any] | Diagnostic]:
    if isinstance(payload, TextDocument):
        from broadsheet.model import librecat  # noqa: PLC0415

        _check(payload.text, payload.where)
        yield from librecat.stream(payload.text, payload.where)
    elif isinstance(payload, JsonLines):
        yield from ((f"{payload.where}:{line}", row) for line, row in payload.rows)
        yield from payload.problems
    elif isinstance(payload, JsonDocument):
        yield from ((payload.where, item) for item in _items(payload.value))


def _check(stream: str, where: str) -> None:
    """What would cost the YAML parser minutes or gigabytes is refused before."""
    if max(map(len, stream.split("\n"))) > _LARGEST_LINE:
        raise rejected(where, "YAML with a line of more than 16 MB", "export the records again")
    depth = 0
    for found in _BRACKETS.finditer(stream):
        mark = found[0]
        depth = depth + 1 if mark in "[{" else max(0, depth - 1) if mark in "]}" else 0
        if depth > _MOST_BRACKETS:
            raise rejected(where, "nested too deeply to be records", "leave the file out")


def _fault(data: Any) -> str | None:
    """What makes a record unfit to be written again: depth, or parts that stand in it twice (YAML's aliases)."""
    seen: set[int] = set()
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if not isinstance(value, dict | list):
            continue
        if depth > _DEEPEST:
            return "nested too deeply to be a record"
        if id(value) in seen:
            return "a record with YAML aliases, which LibreCat does not write"
        seen.add(id(value))
        waiting += [(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]
    return None


def _other_kind(datas: list[Any], payload: Document) -> str | None:
    if isinstance(payload, TextDocument) and _TREE.match(payload.text):
        return "departments"
    if not datas or not all(isinstance(data, dict) and "name" in data and "title" not in data for data in datas):
        return None
    return "departments" if any("layer" in data or "tree" in data for data in datas) else "projects"


def document(data: Any) -> str:
    """A record, all text, as a YAML document of its own; read back it is the same."""
    import yaml  # noqa: PLC0415

    return f"---\n{yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)}...\n"


def _as_text(value: Any) -> Any:
    """JSON's values as YAML's reader would give them: everything is text, and nothing (null) is not there."""
    if isinstance(value, dict):
        return {clean(name): _as_text(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_as_text(part) for part in value if part is not None]
    return clean(value) if isinstance(value, str) else json.dumps(value)
