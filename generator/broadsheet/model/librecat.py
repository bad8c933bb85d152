"""Lenient parsers of LibreCat's wire form: YAML streams to plain data, and values of any type to the expected one.

Records come from many years and two syntaxes. A number may be text, a list a single value, a mapping a list of
single-key mappings; a key may be missing, empty or nonsense. Nothing here raises on foreign data.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.limits import MAX_RECORD_CHARS, MAX_RECORD_ITEMS, cut
from broadsheet.text.conflicts import conflict_line
from broadsheet.text.foreign_markup import to_tex, without_entities
from broadsheet.text.sanitize import clean, one_line

# YAML 1.1 forbids these at the start of a line inside any scalar, so a cut here never cuts a record.
_MARKER = re.compile(r"(?:---|\.\.\.)(?=\s|$)")
_LINE_END = re.compile(r"\r\n?")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])", re.ASCII)
_OTHER_BREAK = re.compile("[\x85\u2028\u2029]")  # line breaks to YAML 1.1 but not to editors, whose numbers we report
_MAX_DEPTH = 50  # LibreCat's records have 5; libyaml's time grows with the square of the depth
_ITEM_DEPTH = 2  # a document's root, or an item of its list
_MAX_INTEGER_BITS = 256  # str() rejects integers of more than 4,300 digits


def stream(source: str, where: str) -> Iterator[tuple[str, Any] | Diagnostic]:
    """Yield ``(file:line, data)`` for each document of a YAML stream, or for each item of a document that is a list.

    Every scalar is text (`CBaseLoader`). Documents may follow ``...`` without ``---``, which PyYAML rejects. A
    document that is not YAML is a Diagnostic, and does not stop the others.
    """
    for line, document in _documents(_OTHER_BREAK.sub(" ", _LINE_END.sub("\n", clean(source)))):
        try:
            yield from ((f"{where}:{line + offset}", data) for offset, data in _load(document) if data != "")
        except (yaml.YAMLError, UnicodeError) as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or str(error).splitlines()[0]
            offset = min(mark.line, document.count("\n")) if mark else 0
            hint = "fix the line; the other records were read"
            if conflict := conflict_line(document):
                offset, reason, hint = (
                    conflict - 1,
                    "a merge conflict",
                    "keep one side, and delete the lines with <<<<<<<, ======= and >>>>>>>",
                )
            yield Diagnostic(f"{where}:{line + offset}", f"not YAML: {reason}", hint, kind="not YAML")


def structure_fault(data: Any) -> str | None:
    """Return the reason why a record cannot be written again: its depth, or YAML aliases (parts it contains twice)."""
    seen: set[int] = set()
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if not isinstance(value, dict | list):
            continue
        if depth > _MAX_DEPTH:
            return "nested too deeply to be a record"
        if id(value) in seen:
            return "a record with YAML aliases, which LibreCat does not write"
        seen.add(id(value))
        waiting += [(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]
    return None


def _documents(source: str) -> Iterator[tuple[int, str]]:
    """Yield the documents of a stream: (number of the first line, text)."""
    lines = source.split("\n")
    start = 0
    for number, line in enumerate([*lines, "..."]):
        if _MARKER.match(line):
            if any(_has_content(row) for row in lines[start:number]):
                yield start + 1, "\n".join(lines[start:number])
            start = number if line.startswith("---") else number + 1


def _has_content(line: str) -> bool:
    bare = line.strip()
    return bool(bare) and bare != "---" and not bare.startswith("#") and not line.startswith("%")


def _load(document: str) -> Iterator[tuple[int, Any]]:
    """Yield (line, value) of each document, or of each item of a document that is a list.

    Built from parser events: PyYAML's own composer crashes on deep nesting (a segmentation fault).
    """
    builder = _Builder()
    loader = yaml.CBaseLoader(document)
    try:
        while event := loader.get_event():  # `yaml.parse` asks twice for each event
            builder.feed(event)
    finally:
        loader.dispose()
    lines = iter(builder.lines)
    for root in builder.roots:
        line = next(lines)
        if isinstance(root, list):
            yield from ((next(lines), item) for item in root)
        else:
            yield line, root


class _Builder:
    """A builder of values from parser events: mappings to dicts, sequences to lists, scalars to text.

    `lines` are those of the documents. The line of a list is followed by those of its items.
    """

    def __init__(self) -> None:
        self.roots: list[Any] = []
        self.lines: list[int] = []
        self._open: list[Any] = [self.roots]
        self._keys: list[str | None] = [None]  # of each open mapping, the key without a value yet
        self._anchors: dict[str | None, Any] = {}

    def feed(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._put(event.value, event)
        elif isinstance(event, yaml.AliasEvent):
            self._put(self._anchors.get(event.anchor, ""), event)
        elif isinstance(event, yaml.CollectionStartEvent):
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._put(value, event)
            self._open.append(value)
            self._keys.append(None)
            if len(self._open) > _MAX_DEPTH:
                mark: Any = event.start_mark
                raise yaml.MarkedYAMLError(problem=f"nested more than {_MAX_DEPTH} deep", problem_mark=mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()

    def _put(self, value: Any, event: yaml.NodeEvent) -> None:
        mark: Any = event.start_mark
        target, key = self._open[-1], self._keys[-1]
        if event.anchor:
            self._anchors[event.anchor] = value
        if isinstance(target, list):
            target.append(value)
            if len(self._open) <= _ITEM_DEPTH:
                self.lines.append(mark.line)
        elif key is None:
            self._keys[-1] = value if isinstance(value, str) else ""
        elif key in target:
            problem = f"the key {key!r} is repeated in a record"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        else:
            target[key] = value
            self._keys[-1] = None


def words(value: Any) -> str:
    """Return a scalar as one line of text; an empty text for a mapping, a list or None."""
    if isinstance(value, str):
        return cut(one_line(value), MAX_RECORD_CHARS)
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    if isinstance(value, int) and value.bit_length() > _MAX_INTEGER_BITS:
        return ""
    is_scalar = isinstance(value, int | dt.date) or (isinstance(value, float) and math.isfinite(value))
    return str(value) if is_scalar else ""


def title(value: Any) -> str:
    """Return a scalar as one line of running text, with TeX for markup and characters for entities."""
    return one_line(to_tex(words(value)))


def plain(value: Any) -> str:
    """Return a scalar as one line of text, with characters for entities."""
    return one_line(without_entities(words(value)))


def flag(value: Any) -> bool:
    """Return whether a value is LibreCat's ``1``, ``'1'``, ``true`` or ``Yes``."""
    return words(value).casefold() in ("1", "true", "yes", "y")


def items(value: Any) -> list[Any]:
    """Return a list unchanged, an empty list for None and empty text, any other value as the only item."""
    if isinstance(value, list | tuple):
        return list(value[:MAX_RECORD_ITEMS])
    return [] if value is None or value in ("", {}) else [value]


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping unchanged, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    """Return the distinct texts of a list, in order; of a mapping the value of ``_id``, ``iso`` or the like."""
    return tuple(dict.fromkeys(text for item in items(value) if (text := words(_name(item)))))


def _name(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return next((item[key] for key in ("_id", "iso", "id", "value", "name", "term") if key in item), None)


def mappings(value: Any) -> list[dict[str, Any]]:
    """Return the mappings of a list; joins single-key mappings, by which old records describe one person."""
    parts = [item for item in items(value) if isinstance(item, dict)]
    if any(len(item) != 1 for item in parts):
        return parts
    joined: list[dict[str, Any]] = []
    for item in parts:
        if not joined or item.keys() & joined[-1].keys():
            joined.append({})
        joined[-1] |= item
    return joined


def first(record: dict[str, Any], *keys: str) -> str:
    """Return the first non-empty text under `keys`."""
    return next((text for key in keys if (text := words(record.get(key)))), "")


def date(value: Any) -> str | None:
    """Return an ISO 8601 date (``2025``, ``2025-04`` or ``2025-04-01``, without its time), or None if it is invalid.

    A year before 1000 is a database's form of none (``0001-01-01``).
    """
    match = _DATE.match(words(value))
    if not match or match[1] < "1000":
        return None
    try:
        dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
    return match[0]
