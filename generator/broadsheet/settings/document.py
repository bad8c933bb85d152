"""A YAML file of settings, with the line of each value.

YAML is read with ``CBaseLoader`` (everything is text), then converted with types: other loaders turn the arXiv id
``2611.01230`` into a number and ``No`` into false.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import yaml

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.files import read_regular

T = TypeVar("T")


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
        self.value = limits.bounded(value or {}, limits.MAX_SETTING_CHARS)

    def convert(self, kind: type[T]) -> T:
        """Return the settings as a struct. Raises DigestError for the first value of a wrong type."""
        try:
            return msgspec.convert(self.value, kind, strict=False)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at ")
            message += f" ({path.strip('`')})" if path else ""
            hint = "correct it; docs/settings.md lists every setting"
            fault = Fault(re.findall(r"[^.\[\]`$]+", path), message, hint)
            raise DigestError(self.diagnostic(fault)) from error

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
