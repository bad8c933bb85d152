"""MkDocs' messages about ``mkdocs.yml``, in plain words and with the path of the setting."""

import re
from collections.abc import Iterable, Iterator, Sequence

from mkdocs.config.defaults import MkDocsConfig

from broadsheet.settings.document import Document, Fault, setting_name
from broadsheet.text.suggestion import did_you_mean

_LIST = "correct it; https://www.mkdocs.org/user-guide/configuration lists every setting"
_SECTION = "write its keys below it, indented"
_ITEMS = "write its items below it, each after a hyphen"
_DEEPER = "begin it with a hyphen, and indent its options by 4 more spaces"
_TYPES = {
    "str": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "dict": "a section",
    "NoneType": "empty",
    "date": "a date",
    **dict.fromkeys(("ConfigDirPlaceholder", "DocsDirPlaceholder", "RelativeDirPlaceholder"), "a !relative path"),
}
_HINTS = {
    "str": "put it in quotes",
    "bool": "write true or false",
    "list": _ITEMS,
    "dict": _SECTION,
}
# Patterns of MkDocs' messages, each with ours and a hint.
_MESSAGES = (
    (r"Required configuration not provided\.", "empty", "write its value, or remove the line"),
    (r"Unrecognised theme name: '(.*?)'.*", "there is no theme {}", "write 'name: material'"),
    (r"No theme name set\.", "no name", "write 'name: material' below it"),
    (r'The "(.*)" plugin is not installed', "no plugin {} is installed", "install its package, or correct the name"),
    (
        r"Failed to load extension '(.*?)'.*\n((?:ModuleNotFound|Import)Error: .*)",
        "cannot load the Markdown extension {}: {}",
        "install its package, or correct the name",
    ),
    (
        r"Failed to load extension '(.*?)'.*\n(\w+: .*)",
        "cannot load the Markdown extension {}: {}",
        "correct its options, or its name",
    ),
    (r"The path '(.*)' isn't an existing (.*)\.", "there is no {1} {0}", "correct it, or make it"),
    (r"The path set in custom_dir \('(.*?)'\) does not exist\.", "there is no folder {}", "write docs/.theme"),
    (r"Expected nav to be a list, got (.*)", "not a list but {}", _ITEMS),
    (r"Expected nav item to be .*, got (.*)", "an item that is no 'Title: page.md' but {}", "begin it with a hyphen"),
    (r"Invalid Plugins configuration\. .*", "not a list of plugins", _ITEMS),
    (r"Invalid (?:Plugins|Markdown Extensions) configuration", "an item without a name", _DEEPER),
    (r"The URL isn't valid.*", "not an address", "begin it with https://"),
    (r"Expected one of:? \[(.*)\],? (?:got|but received:) (.*)", "{1} is not one of {0}", "correct it"),
    (r"The configuration is invalid\. Expected a key-.*", "not a section", _SECTION),
    (r"Invalid type .*\. Expected a string or key/value pairs\.", "not a section", _SECTION),
    (r"Expected a (?:multiline )?string, .*", "not a text", "put it in quotes"),
    (r"Expected a list of items, .*", "not a list", _ITEMS),
    (
        r"The configuration option '(.*)' (?:was removed|has been deprecated).*Use '(.*)' instead.*",
        "outdated",
        "use {1}",
    ),
    (r"The '(\w+)' should not be within the '(\w+)'.*", "{0} lies in {1}", "name another folder"),
    (r"The '\w+' should not be the parent directory.*", "the digest's own folder", "name a folder in it"),
    (r"For internal use only\.", "not a setting for this file", "remove it"),
    (r"Expected type: .*'(\w+)'.* but received: .*'(?:\w+\.)*(\w+)'.*", "", ""),  # see `_type`
)
_CHAIN = re.compile(r"(?:Sub-option|Plugin|option) '([^']+)':? ?")


def fault_of(document: Document, path: Sequence[str], error: BaseException | str) -> Fault:
    """Return the fault that MkDocs' message about the setting at `path` means."""
    text, names = str(error), []
    while match := _CHAIN.match(text):
        names.append(match[1])
        text = text[match.end() :]
    place = _place(document, path, names, text)
    if text.startswith("Unrecognised configuration name: "):
        return unknown_key(place[-1], _siblings(place), place[:-1])
    message, hint = _explain(error, text)
    return Fault(place, f"{setting_name(place)}: {message}", hint)


def unknown_key(key: str, names: Iterable[str], path: Sequence[str] = ()) -> Fault:
    """Return the fault of an unknown key."""
    public = [name for name in names if name not in ("config_file_path", "pages", "mdx_configs")]
    return Fault((*path, key), f"{setting_name((*path, key))}: no such setting", did_you_mean(key, public, _LIST))


def _siblings(path: Sequence[str]) -> list[str]:
    """Return the names of the settings in the section of `path`, as far as MkDocs' own types have them."""
    schema = dict(MkDocsConfig._schema)
    for step in path[:-1]:
        kind = getattr(schema.get(step), "config_class", None)
        schema = dict(getattr(kind, "_schema", ()))
    return list(schema)


def _explain(error: BaseException | str, text: str) -> tuple[str, str]:
    for pattern, message, hint in _MESSAGES:
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return (
                (message.format(*match.groups()), hint.format(*match.groups())) if message else _type(*match.groups())
            )
    line = next(iter(text.strip().splitlines()), "") or type(error).__name__
    if not isinstance(error, str) and type(error).__name__ != "ValidationError":
        line = f"{type(error).__name__}: {line}"
    return line.rstrip("."), _LIST


def _type(expected: str, actual: str) -> tuple[str, str]:
    what = f"must be {_TYPES.get(expected, expected)}, not {_TYPES.get(actual, actual)}"
    return what, _HINTS.get(expected, "correct it")


def _place(document: Document, path: Sequence[str], names: Sequence[str], text: str) -> tuple[str, ...]:
    """Return the path of the part of a setting that the message is about: the one that it quotes."""
    start = tuple(path)
    below = [place for place in _paths(document) if place[: len(start)] == start]
    for name in reversed(names):
        if places := [place for place in below if place[-1] == name]:
            return places[0]
    quoted = [] if names else re.findall(r"""['"]([^'"]+)['"]""", text)
    values = [(place, value) for place, value in document.texts() if place[: len(start)] == start]
    quoted += re.findall(r"\b[a-z]+_[a-z]+\b", text)
    return next((place for name in quoted for place, value in values if value == name), start)


def place_of(document: Document, key: str, name: str) -> tuple[str, ...]:
    """Return the path of a key or text `name` in the section `key`, or of the section."""
    return next((path for path, text in document.texts() if path[0] == key and text == name), (key,))


def _paths(document: Document) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key, the outer ones first."""
    yield from sorted(
        {place[:length] for place, _ in document.scalars() for length in range(1, len(place) + 1)}, key=len
    )
