"""LibreCat's wire form, read leniently: YAML streams to plain data, and values of any type to the one that is wanted.

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
from broadsheet.model.limits import LONGEST_IN_RECORD, MOST_IN_RECORD, cut
from broadsheet.text.foreign_markup import to_tex, without_entities
from broadsheet.text.sanitize import clean, one_line

# YAML 1.1 forbids these at the start of a line inside any scalar, so that cutting here never cuts a record.
_MARKER = re.compile(r"(?:---|\.\.\.)(?=\s|$)")
_LINE_END = re.compile(r"\r\n?")
_OTHER_BREAK = re.compile("[\x85\u2028\u2029]")  # line breaks to YAML 1.1, not to editors: they would upset the count
_DEEPEST = 50  # LibreCat's records go to 5; libyaml takes time with the square of the depth
_ITEM_DEPTH = 2  # a document's root, or an item of its list
_LONGEST_INTEGER = 256  # bits; str() refuses integers of more than 4,300 digits


def stream(source: str, where: str) -> Iterator[tuple[str, Any] | Diagnostic]:
    """Yield ``(file:line, data)`` for each document of a YAML stream, each item of a list being one of its own.

    Every scalar is text (`CBaseLoader`). Documents may follow ``...`` without ``---``, which PyYAML refuses; a
    document that is not YAML is a Problem, and the others still come.
    """
    for line, document in _documents(_OTHER_BREAK.sub(" ", _LINE_END.sub("\n", clean(source)))):
        try:
            yield from ((f"{where}:{line + at}", data) for at, data in _load(document) if data != "")
        except (yaml.YAMLError, UnicodeError) as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or str(error).splitlines()[0]
            at = min(mark.line, document.count("\n")) if mark else 0
            do = "mend the line; the other records came in"
            yield Diagnostic(f"{where}:{line + at}", f"not YAML: {reason}", do, kind="not YAML")


def _documents(source: str) -> Iterator[tuple[int, str]]:
    """Cut a stream at its markers: (number of the first line, text)."""
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
    """The (line, value) of each document, or of each item where a document is a list.

    Built from parser events: PyYAML's own composer dies of deep nesting (a segmentation fault).
    """
    builder = _Builder()
    for event in yaml.parse(document, yaml.CBaseLoader):
        builder.feed(event)
    lines = iter(builder.lines)
    for root in builder.roots:
        line = next(lines)
        if isinstance(root, list):
            yield from ((next(lines), item) for item in root)
        else:
            yield line, root


class _Builder:
    """Puts parser events together: mappings to dicts, sequences to lists, scalars to text.

    `lines` are those of the documents, each followed by those of its items where it is a list.
    """

    def __init__(self) -> None:
        self.roots: list[Any] = []
        self.lines: list[int] = []
        self._open: list[Any] = [self.roots]
        self._keys: list[str | None] = [None]  # of each open mapping, the key that waits for its value
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
            if len(self._open) > _DEEPEST:
                mark: Any = event.start_mark
                raise yaml.MarkedYAMLError(problem=f"nested more than {_DEEPEST} deep", problem_mark=mark)
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
            problem = f"the key {key!r} stands twice in a record"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        else:
            target[key] = value
            self._keys[-1] = None


def words(value: Any) -> str:
    """A scalar as one line of text; nothing for a mapping, a list or None."""
    if isinstance(value, str):
        return cut(one_line(value), LONGEST_IN_RECORD)
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    if isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER:
        return ""
    is_scalar = isinstance(value, int | dt.date) or (isinstance(value, float) and math.isfinite(value))
    return str(value) if is_scalar else ""


def title(value: Any) -> str:
    """A scalar as one line of running text, its markup and entities as TeX and characters."""
    return one_line(to_tex(words(value)))


def plain(value: Any) -> str:
    """A scalar as one line of text, with characters in place of entities."""
    return one_line(without_entities(words(value)))


def flag(value: Any) -> bool:
    """LibreCat's ``1``, ``'1'``, ``true`` or ``Yes``."""
    return words(value).casefold() in ("1", "true", "yes", "y")


def items(value: Any) -> list[Any]:
    """A list as it is; nothing for None and empty text; any other value as the only item."""
    if isinstance(value, list | tuple):
        return list(value[:MOST_IN_RECORD])
    return [] if value is None or value in ("", {}) else [value]


def mapping(value: Any) -> dict[str, Any]:
    """A mapping as it is; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    """The different non-empty texts of a list, in order; of ``{_id}``, ``{iso}`` and the like the name of the thing."""
    found = (words(_name(item)) for item in items(value))
    return tuple(dict.fromkeys(text for text in found if text))


def _name(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return next((item[key] for key in ("_id", "iso", "id", "value", "name", "term") if key in item), None)


def mappings(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list. In old records one person is a list of single-key mappings: those are put together."""
    found = [item for item in items(value) if isinstance(item, dict)]
    if not found or any(len(item) != 1 for item in found):
        return found
    joined: list[dict[str, Any]] = []
    for item in found:
        if not joined or item.keys() & joined[-1].keys():
            joined.append({})
        joined[-1] |= item
    return joined


def first(record: dict[str, Any], *keys: str) -> str:
    """The first of `keys` that holds text."""
    return next((text for key in keys if (text := words(record.get(key)))), "")


def date(value: Any) -> str | None:
    """An ISO 8601 date (``2025``, ``2025-04`` or ``2025-04-01``, the time cut off), if it is one of the calendar.

    A year before 1000 is a database's word for none (``0001-01-01``).
    """
    found = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])", words(value), re.ASCII)
    if not found or found[1] < "1000":
        return None
    try:
        dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
    return found[0]
