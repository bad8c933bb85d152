"""The JSON Schema (draft 2020-12) of ``digest.yml``, derived from the types of its sections."""

from collections.abc import Iterator
from typing import Any

from broadsheet.settings.config import Settings
from broadsheet.settings.descriptions import DESCRIPTIONS
from broadsheet.store.schemas import struct_schema


def settings_schema() -> dict[str, Any]:
    """Return the schema."""
    document = struct_schema(Settings)
    del document["properties"]["site"], document["$defs"]["Site"]  # in mkdocs.yml
    for part in ("prompt", "completion", "cached"):  # msgspec has a decimal number as text; YAML has both
        document["$defs"]["Price"]["properties"][part] = {"type": ["number", "string"]}
    for path, section in sections(document):
        properties = section["properties"]
        for key in properties:
            sentence = DESCRIPTIONS.get(f"{path}.{key}".removeprefix("."), "")
            properties[key] = properties[key] | {"description": sentence}
    return document


def sections(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the schema of the document and of each of its sections, with the section's path.

    A section that several settings have, such as a grade, belongs to the first of them.
    """
    queue = [("", document)]
    seen = set[str]()
    while queue:
        path, section = queue.pop(0)
        yield path, section
        for key, value in section["properties"].items():
            name = reference(value)
            if name and name not in seen:
                seen.add(name)
                queue.append((f"{path}.{key}".removeprefix("."), document["$defs"][name]))


def reference(value: dict[str, Any]) -> str:
    """Return the name of the section that a setting is, or that its items are; "" for a plain value."""
    inner = value.get("items") or value.get("additionalProperties") or value
    return str(inner.get("$ref", "")).rpartition("/")[2]
