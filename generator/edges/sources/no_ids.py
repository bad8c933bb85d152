"""Papers none of which has an arXiv id: recognised for the sake of a message that says so."""

from typing import Any

from generator.edges.sources import fields, rows
from generator.edges.sources.harvest import Harvest, refused
from generator.edges.sources.payload import Json, Lines, Payload


def recognise(payload: Payload) -> bool:
    """Rows with a title and another field of a paper, in a list, line by line or under `papers`."""
    return any(_has_title(row) for row in _rows(payload)[:100])


def _rows(payload: Payload) -> list[Any]:
    if isinstance(payload, Lines):
        return [row for _, row in payload.rows]
    value = payload.value if isinstance(payload, Json) else []
    if isinstance(value, dict):
        inner = value.get("papers", [value])
        return list(inner.values()) if isinstance(inner, dict) else inner if isinstance(inner, list) else []
    return value if isinstance(value, list) else []


def _has_title(row: object) -> bool:
    # Two names of ours: a title alone may be that of anything.
    names = fields.translate(row).keys() & {*fields.TARGETS} if isinstance(row, dict) else set()
    return "title" in names and len(names) > 1


def parse(payload: Payload, day: str | None) -> Harvest:
    """Raise DigestError: a digest cannot list them."""
    number = sum(_has_title(row) for row in _rows(payload))
    papers = "1 paper" if number == 1 else f"{number} papers"
    raise refused(payload.where, f"{papers} with no arXiv id under {', '.join(fields.ID_KEYS)}", rows.NO_ID)
