"""The JSON Schema (draft 2020-12) of what stands in ``data/``, made from the types themselves."""

import json
from typing import Any

import msgspec

from broadsheet.model.model import Paper, Receipt

_KINDS: dict[str, type[Paper] | type[Receipt]] = {"paper": Paper, "receipt": Receipt}
# What the types do not say: see `broadsheet.store.records`.
_SCORE: dict[str, Any] = {"minimum": 1, "maximum": 10, "description": "1 to 10; null or left out for an unscored paper"}
_TIME = {"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T ])"}
_RULES: dict[str, dict[str, dict[str, Any]]] = {
    "paper": {
        "arxiv_id": {"description": "an arXiv id without its version, e.g. 2505.18313 or math/0309136"},
        "title": {"minLength": 1},
        "source": {"minLength": 1},
        "relevance": _SCORE,
        "novelty": _SCORE,
        "published": _TIME,
        "updated": _TIME,
    },
    "receipt": {"date": {"format": "date"}},
}


def schema(kind: str) -> str:
    """Return the schema of a ``paper`` or a ``receipt`` as a text; other keys may stand beside those it names."""
    (whole,), parts = msgspec.json.schema_components([_KINDS[kind]], ref_template="#/$defs/{name}")
    name = whole["$ref"].rpartition("/")[2]
    record = parts.pop(name)
    properties = record["properties"]
    del properties["extra"]
    for field, rules in _RULES[kind].items():
        properties[field] = {**properties[field], **rules}
    record["description"] = record["description"].split("\n")[0].replace("``", "") + " Other keys are kept as they are."
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **record, "$defs": parts}
    return json.dumps(document, indent=2)
