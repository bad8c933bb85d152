"""Errors of the YAML parser, in plain words and with the line where the mistake is."""

import re
from typing import NamedTuple

import yaml

# Patterns of libyaml's messages (problem, or context), each with ours and a hint.
_MESSAGES = (
    (r"mapping values are not allowed", "a colon where none can be, or a wrong indent", "quote a text with a colon"),
    (r"could not find expected ':'", "a line without a colon after its key", "write 'key: value'"),
    (
        r"expected '-' indicator",
        "a line that is no item of its list",
        "correct its indent, or begin it with -",
    ),
    (r"expected key", "a wrong indent", "indent it like the lines beside it"),
    (r"block sequence entries are not allowed", "a hyphen where no list can be", "put the list on the next lines"),
    (r"undefined alias", "an alias without an anchor", "quote a text that begins with *"),
    (r"scanning an? (?:alias|anchor)", "a text that begins with * or &", "quote it"),
    (r"unexpected end of stream|unexpected document indicator", "a quote that is never closed", "close it"),
    (
        r"expected ',' or '[]}]'|expected node content",
        "a bracket that is never closed, or a missing comma",
        "correct it",
    ),
    (r"cannot start any token", "a text that begins with a reserved character", "quote it"),
    (r"unknown escape character", "a backslash in double quotes", "use single quotes"),
    (r"expected a single document", "a second document", "remove the line '---'"),
    (r"expected '<document start>'", "text after the end of the settings", "correct the indent of the line"),
    (r"unhashable key|not scalar", "a list or a section as a key", "write 'key: value'"),
    (r"control characters are not allowed", "a control character", "delete it"),
    (r"undefined tag handle|scanning a tag", "a tag", "quote a text that begins with !"),
    (r"could not determine a constructor", "a tag that has no meaning here", "quote a text that begins with !"),
)
_AT_START = ("simple key", "quoted scalar", "flow sequence", "flow mapping")


class YamlFault(NamedTuple):
    """A mistake in YAML: its line (None if unknown), what is wrong, and what to do."""

    line: int | None
    message: str
    hint: str


def explain(error: yaml.YAMLError, text: str) -> YamlFault:
    """Return the mistake that `error` is about, in the document `text`."""
    problem, context = getattr(error, "problem", None), getattr(error, "context", None)
    mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if start and any(name in (context or "") for name in _AT_START):
        mark = start  # the end of such a mistake is at any distance from it
    line = mark.line + 1 if mark else _line_of_character(error, text)
    if line and re.match(r"\s*\t", _nth_line(text, line)):
        return YamlFault(line, "not YAML: a tab in the indent", "indent with spaces")
    words = f"{context or ''} {problem or error}"
    for pattern, message, hint in _MESSAGES:
        if re.search(pattern, words):
            return YamlFault(line, f"not YAML: {message}", hint)
    return YamlFault(line, f"not YAML: {problem or str(error).splitlines()[0]}", "correct the line")


def _line_of_character(error: yaml.YAMLError, text: str) -> int | None:
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else None


def _nth_line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number <= len(lines) else ""
