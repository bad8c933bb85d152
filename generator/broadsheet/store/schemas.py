"""The JSON Schemas (draft 2020-12) of the files in ``data/``; those of records are derived from their types."""

from typing import Any

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Rules that the types do not contain: see `broadsheet.store.records`.
_SCORE: dict[str, Any] = {"minimum": 1, "maximum": 10, "description": "1 to 10; null or left out for an unscored paper"}
_TIME = {"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T ])"}
_PAPER_RULES: dict[str, dict[str, Any]] = {
    "arxiv_id": {"description": "an arXiv id without its version, e.g. 2505.18313 or math/0309136"},
    "title": {"minLength": 1},
    "source": {"minLength": 1},
    "relevance": _SCORE,
    "novelty": _SCORE,
    "local_score": {"minimum": 2, "maximum": 20, "description": "relevance + novelty by the local scorer; breaks ties"},
    "published": _TIME,
    "updated": _TIME,
}
# LibreCat's export is kept as it is. These are the parts that the program reads, in the forms that it understands.
_TEXT = {"type": ["string", "number", "null"]}
_LIST_OF_TEXTS = {"type": ["array", "string", "number", "null"]}
_LIST_OF_OBJECTS = {"type": ["array", "object", "null"], "items": {"type": "object"}}
_PUBLICATION_PARTS = {
    "texts": "type status year date_published publication_date defense_date date_created date_updated publication"
    " volume issue page pages article_number edition publisher place series_title doi publication_status license"
    " OA_type oa_version urn",
    "lists of texts": "keyword applicant",
    "lists of objects": "author editor corporate_editor translator supervisor abstract department file main_file_link"
    " language project",
    "objects": "citation conference external_id publication_identifier related_material tmp",
}


def paper_schema() -> dict[str, Any]:
    """Return the schema of a line of papers."""
    return _record_schema(Paper, _PAPER_RULES)


def receipt_schema() -> dict[str, Any]:
    """Return the schema of a receipt."""
    return _record_schema(Receipt, {"date": {"format": "date"}})


def publication_schema() -> dict[str, Any]:
    """Return the schema of a record of LibreCat, one document of a file of publications."""
    forms = dict(
        zip(_PUBLICATION_PARTS, (_TEXT, _LIST_OF_TEXTS, _LIST_OF_OBJECTS, {"type": ["object", "null"]}), strict=True)
    )
    properties = {name: forms[form] for form, names in _PUBLICATION_PARTS.items() for name in names.split()}
    return {
        "$schema": DIALECT,
        "title": "Publication",
        "description": "A record of LibreCat. Other keys are kept as they are.",
        "type": "object",
        "properties": {
            "_id": {"type": ["string", "number"]},
            "title": {"type": "string", "minLength": 1},
            **properties,
        },
        "required": ["_id", "title"],
    }


def struct_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of a struct; its parts are in ``$defs``."""
    (reference,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    document = parts.pop(reference["$ref"].rpartition("/")[2])
    for part in (document, *parts.values()):
        part["description"] = part["description"].split("\n")[0].replace("``", "")
    return {"$schema": DIALECT, **document, "$defs": parts}


def _record_schema(kind: type[msgspec.Struct], rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    document = struct_schema(kind)
    properties = document["properties"]
    del properties["extra"]
    for field, rule in rules.items():
        properties[field] = {**properties[field], **rule}
    document["description"] += " Other keys are kept as they are."
    return document
