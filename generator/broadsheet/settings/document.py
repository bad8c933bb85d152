"""A YAML file of settings, with the line of each value.

YAML is read with ``CBaseLoader`` (everything is text), then converted with types: other loaders turn the arXiv id
``2611.01230`` into a number and ``No`` into false.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin

import msgspec
import yaml

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.files import read_regular

T = TypeVar("T")

_HINT = "correct it; see 'broadsheet docs settings'"
# Patterns of msgspec's messages, each with ours and a hint.
_MESSAGES = (
    (r"Object missing required field `(.*)`", "no {}", "add it"),
    (r"Object contains unknown field .*", "no such setting", _HINT),
    (r"Expected `object\b.*", "not a section", "write its keys below it"),
    (r"Expected `array\b.*", "not a list", "write its items below it, each after a hyphen"),
    (r"Expected `\w+` >= (.+?)(?:\.0)?", "must be {} or more", _HINT),
    (r"Expected `\w+` > (.+?)(?:\.0)?", "must be more than {}", _HINT),
    (r"Expected `\w+` <= (.+?)(?:\.0)?", "must be {} or less", _HINT),
    (r"Expected `\w+` < (.+?)(?:\.0)?", "must be less than {}", _HINT),
    (r"Expected `bool\b.*", "must be true or false", _HINT),
    (r"Expected `int\b.*, got .*", "must be a whole number", _HINT),
    (r"Expected `(?:float|decimal)\b.*, got .*|Invalid decimal string", "must be a number", _HINT),
    (r"Expected `str\b.*, got .*", "must be a text", _HINT),
    (r"(?s)Invalid enum value (.*)", "{} is not one of {choices}", _HINT),
)


class Fault(NamedTuple):
    """A wrong setting: its path (keys and indexes), what is wrong, and what to do."""

    path: Sequence[str]
    message: str
    hint: str


class Document:
    """A YAML file."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises DigestError if it is missing or not YAML."""
        self._name = path.name
        try:
            loader = yaml.CBaseLoader(read_regular(path).decode())
            self._root = loader.get_single_node()
            value = loader.construct_document(self._root) if self._root else {}
        except FileNotFoundError as error:
            hint = f"make a digest with 'broadsheet new DIR' and copy its {self._name}"
            raise DigestError(Diagnostic(self._name, "no such file", hint)) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            location = f"{self._name}:{mark.line + 1}" if mark else self._name
            message = f"not YAML: {getattr(error, 'problem', None) or error}"
            raise DigestError(Diagnostic(location, message, "correct the line")) from error
        if duplicates := list(_duplicates(self._root)):
            message, hint = "{!r} is repeated, after line {}", "keep one of them"
            places = ((f"{self._name}:{line}", message.format(key, first)) for key, line, first in duplicates)
            raise DigestError([Diagnostic(location, text, hint) for location, text in places])
        self.value = limits.bounded(value or {}, limits.MAX_SETTING_CHARS)

    def convert(self, kind: type[T]) -> T:
        """Return the settings as a struct. Raises DigestError for the first value of a wrong type."""
        try:
            return msgspec.convert(self.value, kind, strict=False)
        except msgspec.ValidationError as error:
            raise DigestError(self.diagnostic(_fault(str(error), kind))) from error

    def diagnostic(self, fault: Fault) -> Diagnostic:
        """Return a fault with its file and line."""
        return Diagnostic(f"{self._name}:{self.line(fault.path)}", fault.message, fault.hint)

    def line(self, path: Sequence[str]) -> int:
        """Return the line of the value at `path`, or of the deepest part of the path that exists."""
        line, node = 1, self._root
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pair = next((pair for pair in node.value if pair[0].value == step), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
                node = node.value[int(step)]
                line = node.start_mark.line + 1
            else:
                break
        return line


def _duplicates(root: yaml.Node | None) -> Iterator[tuple[str, int, int]]:
    """Yield each key that its mapping has already, with its line and the line of the first."""
    nodes, seen = [root], set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if lines.setdefault(key.value, line) != line:
                    yield key.value, line, lines[key.value]
                nodes.append(value)


def _fault(error: str, kind: type) -> Fault:
    """Return the fault that msgspec's message means in settings of this type."""
    text, _, location = error.partition(" - at ")
    path = re.findall(r"[^.\[\]`$]+", location)
    name = location.strip("`$").removeprefix(".").replace("[...]", "")
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        path.append(unknown[1])
        name = f"{name}.{unknown[1]}".removeprefix(".")
    message, hint = _explain(text, _choices(kind, path))
    return Fault(path, f"{name}: {message}" if name else message, hint)


def _explain(text: str, choices: Sequence[str]) -> tuple[str, str]:
    """Return what is wrong with a value, and what to do; msgspec's own text if no pattern matches."""
    for pattern, message, hint in _MESSAGES:
        if match := re.fullmatch(pattern, text):
            return message.format(*match.groups(), choices=", ".join(choices)), hint
    return text, _HINT


def _choices(kind: Any, path: Sequence[str]) -> Sequence[str]:
    """Return the values that the setting at `path` can have, if its type lists them."""
    for step in path:
        fields = msgspec.structs.fields(kind) if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else ()
        kind = next((field.type for field in fields if field.encode_name == step), None)
    return get_args(kind) if get_origin(kind) is Literal else ()
