"""What a language model wrote, read: lines matched to papers by id, never by position. Pure.

Models wrap their lines in prose, fences, lists and reasoning, write one backslash where JSON wants two, break off in
the middle, rate papers nobody asked about, and contradict themselves. What is clear counts; the rest has a reason.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from generator.edges.sources import mending, rows
from generator.edges.sources.harvest import Notes
from generator.ground import arxiv_id

_LONGEST = 1_000_000  # characters of a reply
_REASONING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_OBJECT = re.compile(
    r"^[\s\[,`*-]*(?:[0-9]{1,3}[.)]\s*)?(?=\{)", re.MULTILINE
)  # never inside a line: that is some text
_NEXT = re.compile(r"[\s,]*(?=\{)")
_ESCAPES = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_DECODER = json.JSONDecoder(strict=False)


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """The scores of one paper, 1 to 10, and what is said of it."""

    relevance: int | float
    novelty: int | float
    comment: str | None = None
    topics: tuple[str, ...] = ()


class Reading(NamedTuple):
    """What a reply holds: verdicts by arXiv id, why other papers have none, and ids that were made up."""

    verdicts: dict[str, Verdict]
    faults: dict[str, str]
    surplus: tuple[str, ...] = ()


def read(content: str, asked: Collection[str]) -> Reading:
    """The verdicts on the papers `asked` about. A paper answered twice, and differently, has none."""
    verdicts: dict[str, Verdict] = {}
    faults: dict[str, str] = {}
    surplus: list[str] = []
    for row in _rows(content):
        paper, found = _verdict(row)
        if paper not in asked:
            surplus.append(mending.shown(row.get("ARXIVID")))
        elif isinstance(found, str):
            faults[paper] = found
        elif verdicts.setdefault(paper, found) != found:
            faults[paper] = "two lines that contradict each other"
    for paper in asked:
        if paper in faults:
            verdicts.pop(paper, None)
        elif paper not in verdicts:
            faults[paper] = "no line that can be read"
    return Reading(verdicts, faults, tuple(surplus))


def _verdict(row: dict[str, Any]) -> tuple[str, Verdict | str]:
    """The id a row names, and what it says of that paper, or why that does not count."""
    given = row.get("ARXIVID")
    known = arxiv_id.parse(given) if isinstance(given, str) else None
    if known is None:
        return "", "no arXiv id"
    names = {"ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY"}
    rated = rows.paper({name: row[name] for name in names & row.keys()} | _topics(row), None, Notes(""))
    assert rated is not None
    if rated.relevance is not None and rated.novelty is not None:
        return known.id, Verdict(rated.relevance, rated.novelty, rated.comment, rated.topics)
    name = "RELEVANCE" if rated.relevance is None else "NOVELTY"
    said = f"{name} {mending.shown(row[name])} is not from 1 to 10" if row.get(name) is not None else f"no {name}"
    return known.id, said


def _topics(row: dict[str, Any]) -> dict[str, Any]:
    return {"topics": row["TOPICS"]} if "TOPICS" in row else {}


def _rows(content: str) -> Iterator[dict[str, Any]]:
    """Every object with an id, its keys in capitals. Objects begin a line, or follow another one on it."""
    # In JSON a backslash stands in texts only, so mending what it does not know leaves everything else as it was.
    content = _ESCAPES.sub(lambda escape: escape[0] if escape[1] else r"\\", _REASONING.sub("", content[:_LONGEST]))
    found = _OBJECT.search(content)
    while found:
        at = found.end()
        try:
            value, at = _DECODER.raw_decode(content, at)
        except (ValueError, RecursionError):
            found, at = None, at + 1
        else:
            yield from _with_id(value)
            found = _NEXT.match(content, at)
        found = found or _OBJECT.search(content, at)


def _with_id(value: Any, depth: int = 3) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        row = {str(name).upper(): part for name, part in value.items()}
        if "ARXIVID" in row:
            yield row
        else:
            value = list(value.values())
    if isinstance(value, list) and depth:
        for part in value:
            yield from _with_id(part, depth - 1)
