"""The values of settings against their types: all faults in one go, in plain words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import msgspec
import yaml

from broadsheet.settings.document import Document, Fault, setting_name
from broadsheet.text.suggestion import did_you_mean

LIST = "correct it; 'broadsheet docs settings' lists every setting"
SettingPath = tuple[str, ...]
# Patterns of msgspec's messages, each with ours.
_MESSAGES = (
    (r"Expected `\w+` >= (.+?)(?:\.0)?", "must be {} or more"),
    (r"Expected `\w+` > (.+?)(?:\.0)?", "must be more than {}"),
    (r"Expected `\w+` <= (.+?)(?:\.0)?", "must be {} or less"),
    (r"Expected `\w+` < (.+?)(?:\.0)?", "must be less than {}"),
    (r"Expected `bool\b.*", "must be true or false"),
    (r"Expected `int\b.*, got .*", "must be a whole number"),
    (r"Expected `(?:float|decimal)\b.*, got .*|Invalid decimal string", "must be a number"),
    (r"Expected `str\b.*, got .*", "must be a text"),
)
_PLACEHOLDER = re.compile(r"\$\{?[A-Z_][A-Z0-9_]*\}?|\$?\{\{.*\}\}")
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq", "int", "float", "bool", "null", "timestamp")
}
NULL = ("~", "null", "Null", "NULL")
_QUOTE = "remove the line, or quote the text"


def type_faults(document: Document, kind: type[msgspec.Struct]) -> Iterator[Fault]:
    """Yield every fault of a file, which was read as texts, lists and sections, against the type `kind`."""
    for fault in _faults(document.value, kind, ()):
        if fault.hint != _QUOTE or not document.is_quoted(fault.path):
            yield fault if fault.hint else fault._replace(hint=_place_hint(fault.path, kind))


def unread_faults(document: Document, kind: type[msgspec.Struct]) -> Iterator[Fault]:
    """Yield a fault for what MkDocs reads in ``mkdocs.yml``, and this program does not: `kind` has its settings."""
    if "INHERIT" in document.value:
        yield Fault(("INHERIT",), "INHERIT: another file is not read", "copy its settings here, and remove the line")
    for path, node in document.scalars():
        if path and path[0] in kind.__struct_fields__ and node.tag not in {*_PLAIN_TAGS, "!ENV"}:
            what = f"{path[0]}: the tag {_tag(node)} is not read here"
            yield Fault(path, what, "write the value itself")


def text_faults(document: Document) -> Iterator[Fault]:
    """Yield a fault for each tag, and for each text that only another program would replace."""
    for path, node in document.scalars():
        name = setting_name(path)
        if node.tag not in _PLAIN_TAGS:
            yield Fault(path, f"{name}: the tag {_tag(node)} is not read", "write the value itself, or quote it")
        elif isinstance(node.value, str) and _PLACEHOLDER.fullmatch(node.value.strip()):
            what = f"{name}: {node.value.strip()} is not replaced by a value of the environment"
            yield Fault(path, what, "write the value itself")


def _tag(node: yaml.Node) -> str:
    """Return the tag of a node as a file has it."""
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")


def _faults(value: Any, kind: Any, path: SettingPath) -> Iterator[Fault]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _section_faults(value, kind, path)
    elif get_origin(kind) is tuple:
        yield from _list_faults(value, get_args(kind)[0], path)
    elif get_origin(kind) is dict:
        if fault := _shape_fault(value, Mapping, path):
            yield fault
            return
        for key, part in value.items():
            yield from _faults(part, get_args(kind)[1], (*path, key))
    else:
        yield from _value_faults(value, kind, path)


def _section_faults(value: Any, kind: type[msgspec.Struct], path: SettingPath) -> Iterator[Fault]:
    if fault := _shape_fault(value, Mapping, path):
        yield fault
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, part in value.items():
        if key in fields:
            yield from _faults(part, fields[key].type, (*path, key))
        elif kind.__struct_config__.forbid_unknown_fields:
            yield _unknown(key, fields, path)
    for name, field in fields.items():
        if field.required and name not in value:
            yield Fault(path, _about(path, f"no {name}"), "add it")


def _list_faults(value: Any, kind: Any, path: SettingPath) -> Iterator[Fault]:
    if fault := _shape_fault(value, list, path):
        yield fault
        return
    for index, item in enumerate(value):
        yield from _faults(item, kind, (*path, str(index)))


def _shape_fault(value: Any, shape: type, path: SettingPath) -> Fault | None:
    """Return the fault of a value that should be a section (Mapping) or a list."""
    if isinstance(value, shape):
        return None
    if value == "" or value in NULL:
        return Fault(path, _about(path, "empty"), "write its settings below it, indented, or remove the line")
    if shape is list:
        return Fault(path, _about(path, "not a list"), "write its items below it, each after a hyphen")
    return Fault(path, _about(path, "not a section"), "write its keys below it")


def _value_faults(value: Any, kind: Any, path: SettingPath) -> Iterator[Fault]:
    if kind is str and value in NULL and path and not path[-1].isdigit():
        yield Fault(path, _about(path, f"{value} would be a text"), _QUOTE)
        return
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        yield _value_fault(value, kind, path, str(error))


def _value_fault(value: Any, kind: Any, path: SettingPath, error: str) -> Fault:
    if value == "":
        return Fault(path, _about(path, "empty"), "write its value, or remove the line")
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        what = f"{value!r} is not one of {', '.join(choices)}"
        return Fault(path, _about(path, what), did_you_mean(str(value), choices, LIST))
    for pattern, message in _MESSAGES:
        if match := re.fullmatch(pattern, error):
            return Fault(path, _about(path, message.format(*match.groups())), LIST)
    return Fault(path, _about(path, error), LIST)


def _unknown(key: str, fields: Mapping[str, Any], path: SettingPath) -> Fault:
    """Return the fault of an unknown key; without a hint if none of the `fields` is meant."""
    if key == "<<":
        return Fault((*path, key), _about(path, "merge keys (<<) are not read"), "write the values out")
    return Fault((*path, key), f"{setting_name((*path, key))}: no such setting", did_you_mean(key, fields, ""))


def _place_hint(path: Sequence[str], kind: type[msgspec.Struct]) -> str:
    """Return the hint for an unknown key: the section that it belongs to, if there is one."""
    places = [section for section, name in _settings(kind, ()) if name == path[-1]]
    return f"it belongs to {places[0]}: move it there" if places and places[0] else LIST


def _settings(kind: Any, path: SettingPath) -> Iterator[tuple[str, str]]:
    """Yield section and name of each setting, but for those in lists and tables."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield ".".join(path), field.encode_name
            yield from _settings(field.type, (*path, field.encode_name))


def _about(path: SettingPath, what: str) -> str:
    return f"{setting_name(path)}: {what}" if path else what
