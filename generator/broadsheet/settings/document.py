"""A YAML file of settings, with the line of each value.

YAML is read with ``CBaseLoader`` (everything is text), then converted with types: other loaders turn the arXiv id
``2611.01230`` into a number and ``No`` into false.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import yaml

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.yaml_errors import explain
from broadsheet.store.files import problem_from, read_regular
from broadsheet.text.conflicts import conflict_line

MAX_NODES = 100_000  # of a document, after its aliases are replaced
MAX_DEPTH = 50


class Fault(NamedTuple):
    """A wrong setting: its path (keys and indexes), what is wrong, what to do, and whether it is only a warning."""

    path: Sequence[str]
    message: str
    hint: str
    is_warning: bool = False


def setting_name(path: Sequence[str]) -> str:
    """Return the name of a setting as messages have it: ``topics[1].words``."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", ".".join(path))


class Document:
    """A YAML file."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises DigestError if it is missing or not YAML."""
        self._name = path.name
        self.text = text = _read(path)
        try:
            if line := _line_too_deep(text):
                what = f"nested more than {MAX_DEPTH} deep"
                raise DigestError(Diagnostic(f"{self._name}:{line}", what, "correct it"))
            loader = yaml.CBaseLoader(text)
            self.root = loader.get_single_node()
            if self.root and (excess := _excess(self.root, {})):
                what = "aliases that repeat too much, or themselves"
                raise DigestError(
                    Diagnostic(f"{self._name}:{excess.start_mark.line + 1}", what, "write the values out")
                )
            value = loader.construct_document(self.root) if self.root else {}
        except yaml.YAMLError as error:
            if conflict := conflict_line(text):
                hint = "keep one side, and delete the lines with <<<<<<<, ======= and >>>>>>>"
                raise DigestError(Diagnostic(f"{self._name}:{conflict}", "a merge conflict", hint)) from error
            line, message, hint = explain(error, text)
            raise DigestError(Diagnostic(f"{self._name}:{line}" if line else self._name, message, hint)) from error
        self.value = limits.bounded(value or {}, limits.MAX_SETTING_CHARS)

    @property
    def meaning(self) -> str:
        """The file without comments and layout: it changes if a value, a tag or the order does."""
        fields = ("anchor", "tag", "implicit", "value")
        events = yaml.parse(self.text, Loader=yaml.CBaseLoader)
        return repr([(type(event).__name__, *(getattr(event, name, None) for name in fields)) for event in events])

    def duplicates(self) -> Iterator[Diagnostic]:
        """Yield a problem for each key that its section has already."""
        for key, line, first in _duplicates(self.root):
            message = f"{key!r} is repeated, after line {first}"
            yield Diagnostic(f"{self._name}:{line}", message, "keep one of them")

    def diagnostic(self, fault: Fault) -> Diagnostic:
        """Return a fault with its file and line."""
        where = f"{self._name}:{self.line(fault.path)}"
        return Diagnostic(where, fault.message, fault.hint, is_note=fault.is_warning)

    def line(self, path: Sequence[str]) -> int:
        """Return the line of the value at `path`, or of the deepest part of the path that exists."""
        line, node = 1, self.root
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

    def is_quoted(self, path: Sequence[str]) -> bool:
        """Return whether the value at `path` is a text in quotes, in which no word has a meaning of its own."""
        nodes = (node for place, node in self.scalars() if place == tuple(path))
        return any(isinstance(node, yaml.ScalarNode) and bool(node.style) for node in nodes)

    def path_at(self, line: int) -> tuple[str, ...]:
        """Return the path of the last value that begins at or above `line`."""
        paths = [path for path, node in self.scalars() if node.start_mark.line < line]
        return paths[-1] if paths else ()

    def texts(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield every key and every text, with its path."""
        keys = {path[:length] for path, _ in self.scalars() for length in range(1, len(path) + 1)}
        yield from ((path, path[-1]) for path in sorted(keys, key=len) if not path[-1].isdigit())
        yield from ((path, node.value) for path, node in self.scalars() if isinstance(node.value, str))

    def scalars(self) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
        """Yield path and node of every text, and of every list or section with a tag."""
        yield from _tagged_or_text((), self.root)


def _read(path: Path) -> str:
    try:
        return read_regular(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        hint = f"make a digest with 'broadsheet new DIR' and copy its {path.name}"
        raise DigestError(Diagnostic(path.name, "no such file", hint)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DigestError(Diagnostic(f"{path.name}:{line}", "not UTF-8", "save the file as UTF-8")) from error
    except OSError as error:
        raise DigestError(problem_from(error, path.parent.absolute())) from error


def _line_too_deep(text: str) -> int | None:
    """Return the line where a part is nested too deeply, if there is one. Libyaml's composer would crash on it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH and event.start_mark:
            return int(event.start_mark.line) + 1
    return None


def _excess(node: yaml.Node, counts: dict[int, int]) -> yaml.Node | None:
    """Return the first node that is inside itself, or too large if every alias is replaced.

    `counts` gets the number of nodes below each; that of a node in work is 0.
    """
    counts[id(node)] = 0
    children = node.value if isinstance(node, yaml.CollectionNode) else []
    size = 1
    for child in chain.from_iterable(part if isinstance(part, tuple) else (part,) for part in children):
        if id(child) not in counts and (excess := _excess(child, counts)):
            return excess
        size += counts[id(child)]
        if not counts[id(child)] or size > MAX_NODES:
            return node
    counts[id(node)] = size
    return None


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
                if key.value in lines:
                    yield key.value, line, lines[key.value]
                lines.setdefault(key.value, line)
                nodes.append(value)


def _tagged_or_text(path: tuple[str, ...], node: yaml.Node | None) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    if node is None:
        return
    if isinstance(node, yaml.ScalarNode) or not node.tag.startswith("tag:yaml.org,2002:"):
        yield path, node
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _tagged_or_text((*path, str(index)), item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _tagged_or_text((*path, str(key.value)), value)
