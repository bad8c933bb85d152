"""Scored papers: the object by arXiv id that paper assistants keep, an LLM's rating lines, and our own paper lines.

Object by id: https://github.com/tatsu-lab/gpt_paper_assistant and its descendants (``SCORE ARXIVID COMMENT RELEVANCE
NOVELTY authors title abstract arxiv_id``). Rating lines: ``{"ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY"}``. None of
them says its day.
"""

from functools import partial
from typing import Any

from generator.edges.sources import rows
from generator.edges.sources.harvest import Harvest, Notes, Row, refused
from generator.edges.sources.payload import Json, LineFinder, Lines, Payload, Repeated, json_pairs
from generator.ground import arxiv_id

_MARKS = frozenset({"ARXIVID", "arxiv_id", "RELEVANCE", "NOVELTY", "SCORE", "COMMENT"})


def recognise(payload: Payload) -> bool:
    """An object of rows by id, a list of rows, one row, or rows line by line."""
    if isinstance(payload, Lines):
        return any(rows.is_row(row) for _, row in payload.rows)
    if not isinstance(payload, Json):
        return False
    value = payload.value
    if isinstance(value, list):
        return any(rows.is_row(item) for item in value[:100])
    return isinstance(value, dict) and (rows.is_row(value) or _is_by_id(value))


def _is_by_id(value: dict[str, Any]) -> bool:
    return any(isinstance(row, dict) and (row.keys() & _MARKS or arxiv_id.parse(key)) for key, row in value.items())


def parse(payload: Payload, day: str | None) -> Harvest:
    """The rows, all on `day`. Raises DigestError if that is not known."""
    if day is None:
        do = "put YYYY-MM-DD into the file's name or pass --date"
        raise refused(payload.where, "the day of these papers cannot be told", do)
    if isinstance(payload, Lines):
        return _lines(payload, day)
    assert isinstance(payload, Json)
    if isinstance(payload.value, dict) and not rows.is_row(payload.value):
        return _by_id(payload, day)
    notes = Notes(payload.where)
    line = LineFinder(payload.data)
    found: list[Row] = []
    for row in payload.value if isinstance(payload.value, list) else [payload.value]:
        notes.at(partial(line, _id_of(row)))
        _row(row, None, day, notes, found)
    return notes.harvest(found)


def _by_id(payload: Json, day: str) -> Harvest:
    notes = Notes(payload.where)
    line = LineFinder(payload.data)
    found: list[Row] = []
    seen: set[str] = set()
    # JSON readers keep the last of two equal keys. More titles than rows give such a file away.
    twice = payload.data.count(b'"title"') > len(payload.value)
    for key, row in json_pairs(payload.data) if twice else payload.value.items():
        notes.at(line(key, key=True) if twice else partial(line, key, key=True))
        if key in seen:
            notes.repair("a paper that stands twice in one file: both rows read", key)
        seen.add(key)
        _row(row, key, day, notes, found)
    return notes.harvest(found)


def _id_of(row: object) -> str:
    value = (row.get("ARXIVID") or row.get("arxiv_id")) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def _lines(payload: Lines, day: str) -> Harvest:
    notes = Notes(payload.where)
    found: list[Row] = []
    for line, row in payload.rows:
        notes.at(line)
        _row(row, None, day, notes, found)
    harvest = notes.harvest(found)
    harvest.problems = sorted([*harvest.problems, *payload.problems], key=lambda problem: _number(problem.where))
    harvest.refused += len(payload.problems)
    return harvest


def _number(where: str) -> int:
    return int(where.rpartition(":")[2])


def _row(row: object, key: str | None, day: str, notes: Notes, found: list[Row]) -> None:
    if not isinstance(row, dict):
        notes.refuse("not an object with a paper's keys", "mend or delete it")
        return
    if isinstance(row, Repeated):
        notes.repair("a key that stands twice in one row: the last counts")
    if paper := rows.paper(row, key, notes):
        found.append(notes.row(paper, day))
