"""Rows of papers: the object by arXiv id that paper assistants keep, an LLM's rating lines, our own lines, and others.

Object by id: https://github.com/tatsu-lab/gpt_paper_assistant and its descendants (``SCORE ARXIVID COMMENT RELEVANCE
NOVELTY authors title abstract arxiv_id``). Rating lines: ``{"ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY"}``. None of
them gives its day; other rows may have a ``date``. docs/importing.md lists what else is understood.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from generator.edges.sources import fields, mending, rows
from generator.edges.sources.days import day_of_value
from generator.edges.sources.fields import DATE, SCORES, FieldMap
from generator.edges.sources.harvest import Harvest, Notes, Row, refused
from generator.edges.sources.payload import Json, LineFinder, Lines, Payload, Repeated, json_pairs
from generator.edges.sources.unscored import raw_score, why_unscored
from generator.ground import arxiv_id

NO_DAY = "the day of these papers cannot be told"
_MARKS = frozenset({"ARXIVID", "arxiv_id", "RELEVANCE", "NOVELTY", "SCORE", "COMMENT"})


class Item(NamedTuple):
    """A row where it stands: its line, found when it is asked for, and the name under which it is kept, if any."""

    row: object
    line: Callable[[], int] | int
    key: str | None = None
    is_repeated: bool = False
    repeats_a_key: bool = False


def recognise(payload: Payload) -> bool:
    """An object of rows by id, a list of rows, one row, or rows line by line."""
    if isinstance(payload, Lines):
        return any(rows.is_row(payload.fields.apply(row)) for _, row in payload.rows)
    if not isinstance(payload, Json):
        return False
    value = payload.value
    if isinstance(value, list):
        return any(rows.is_row(_applied(item, payload.fields)) for item in value[:100])
    return isinstance(value, dict) and (rows.is_row(_applied(value, payload.fields)) or is_by_id(value))


def _applied(value: object, names: FieldMap) -> object:
    return names.apply(value) if isinstance(value, dict) else value


def is_by_id(value: dict[str, Any]) -> bool:
    """Return whether these are rows, each under its id or with the keys of assistants."""
    return any(isinstance(row, dict) and (row.keys() & _MARKS or arxiv_id.parse(key)) for key, row in value.items())


def parse(payload: Payload, day: str | None) -> Harvest:
    """Return the rows on their days. Raises DigestError if none has one and `day` is unknown."""
    notes = Notes(payload.where)
    if isinstance(payload, Lines):
        items = [Item(payload.fields.apply(row), line) for line, row in payload.rows]
        harvest = notes.harvest(take(items, day, notes))
        harvest.problems = sorted([*harvest.problems, *payload.problems], key=lambda problem: _number(problem.where))
        harvest.refused += len(payload.problems)
        return harvest
    assert isinstance(payload, Json)
    return notes.harvest(take(items_of(payload, payload.value), day, notes))


def items_of(payload: Json, value: Any) -> Sequence[Item]:
    """Return the rows in `value`, which is all of the payload or a part of it."""
    line = LineFinder(payload.data)
    if isinstance(value, dict) and not rows.is_row(_applied(value, payload.fields)):
        return list(_by_id(payload, value, line))
    listed = value if isinstance(value, list) else [value]
    return [Item(_applied(row, payload.fields), partial(line, _id_of(row))) for row in listed]


def _by_id(payload: Json, value: dict[str, Any], line: LineFinder) -> Iterable[Item]:
    # JSON readers keep the last of two equal keys. More titles than rows give such a file away.
    twice = value is payload.value and payload.data.count(b'"title"') > len(value)
    seen: set[str] = set()
    for key, row in json_pairs(payload.data) if twice else value.items():
        place = line(key, key=True) if twice else partial(line, key, key=True)
        yield Item(_applied(row, payload.fields), place, key, key in seen, isinstance(row, Repeated))
        seen.add(key)


def _id_of(row: object) -> str:
    value = (row.get("ARXIVID") or row.get("arxiv_id") or row.get("id")) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def _number(where: str) -> int:
    return int(where.rpartition(":")[2])


def take(items: Sequence[Item], day: str | None, notes: Notes) -> list[Row]:
    """Return the papers of these rows, each on its own day or on `day`. Raises DigestError if no row has a day."""
    items = [item._replace(row=fields.translate(item.row)) if isinstance(item.row, dict) else item for item in items]
    if day is None and not any(isinstance(item.row, dict) and item.row.get(DATE) for item in items):
        raise refused(notes.label, NO_DAY, _ways_to_tell_it(items))
    scales = {name: fields.guess_scale(raw_score(item.row, name) for item in items) for name in SCORES}
    taken: list[Row] = []
    for item in items:
        notes.at(item.line)
        if item.is_repeated:
            notes.repair("a paper that stands twice in one file: both rows read", item.key or "")
        if item.repeats_a_key:
            notes.repair("a key that stands twice in one row: the last counts")
        if isinstance(item.row, dict):
            _take_row(item.row, item.key, day, scales, notes, taken)
        else:
            notes.refuse("not an object with a paper's keys", "mend or delete it")
    return taken


def _ways_to_tell_it(items: Sequence[Item]) -> str:
    do = "put YYYY-MM-DD into the file's name or as date into each row, or pass --date"
    published = any(isinstance(item.row, dict) and item.row.get("published") for item in items)
    return f"{do}; --map date=published takes the day of publication" if published else do


def _take_row(
    row: dict[str, Any], key: str | None, day: str | None, scales: dict[str, str | None], notes: Notes, taken: list[Row]
) -> None:
    row, date = _dated(row, day, notes)
    if date is None:
        return
    row, odd = _without_odd_scores(row, scales, notes)
    paper = rows.paper(row, key, notes)
    if paper is None:
        return
    if paper.score is None:
        notes.unscored(*why_unscored(paper, row, odd))
    taken.append(notes.row(paper, date))


def _without_odd_scores(
    row: dict[str, Any], scales: dict[str, str | None], notes: Notes
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the row without scores on a scale that is not ours, and the scales of these."""
    odd = {name: scale for name in SCORES if (scale := scales[name]) and raw_score(row, name) is not None}
    for name in odd:
        if mending.score(raw_score(row, name), name, notes) is not None:
            what = "a score among others that are not from 1 to 10 was left out"
            notes.repair(what, f"{name} {mending.shown(raw_score(row, name))}")
    return {name: value for name, value in row.items() if name.lower() not in odd} if odd else row, odd


def _dated(row: dict[str, Any], day: str | None, notes: Notes) -> tuple[dict[str, Any], str | None]:
    """Return the row without its date, and its day; None if it has none or a day that contradicts `day`."""
    raw = row.get(DATE)
    if raw in (None, ""):
        if day is None:
            notes.refuse("no date, though other rows have one", "add date (YYYY-MM-DD), or pass --date")
        return row, day
    date = day_of_value(raw)
    if date is None and day is not None:
        notes.repair("a date that is not a day was left as it is", mending.shown(raw))
        return row, day
    if date is None:
        notes.refuse(f"date {mending.shown(raw)} is not a day", "write YYYY-MM-DD")
    elif day is not None and date != day:
        what = f"the row's date is {date}, its file's name or --date gives {day}"
        notes.refuse(what, "correct the wrong one, or leave --date out; --map date=KEY takes the day from another key")
        return row, None
    return {name: value for name, value in row.items() if name != DATE}, date
