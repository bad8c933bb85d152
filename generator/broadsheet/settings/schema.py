"""The JSON Schema (draft 2020-12) of ``digest.yml``, derived from the types of its sections."""

from typing import Any

from broadsheet.settings.config import Settings
from broadsheet.store.schemas import struct_schema


def settings_schema() -> dict[str, Any]:
    """Return the schema."""
    document = struct_schema(Settings)
    del document["properties"]["site"], document["$defs"]["Site"]  # in mkdocs.yml
    for part in ("prompt", "completion", "cached"):  # msgspec has a decimal number as text; YAML has both
        document["$defs"]["Price"]["properties"][part] = {"type": ["number", "string"]}
    return document
