"""Verdicts from what a language model wrote: values are matched to papers by id, never by position. Pure.

Models wrap their lines in prose, fences, lists, tables and reasoning, forget quotes and braces, break off in the
middle, rate papers that were not asked about, and contradict themselves. What is clear counts; the rest has a reason.
"""

import contextlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from broadsheet.providers import normalize as mending
from broadsheet.providers.parse_result import Notes
from broadsheet.providers.scored_json import row_parser as rows
from broadsheet.scoring.llm import reply_fields as fields
from broadsheet.scoring.llm import reply_layouts as layouts
from broadsheet.scoring.llm import reply_text as replies
from broadsheet.scoring.llm.lenient_json import Bare, Members
from broadsheet.scoring.llm.reply_fields import COMMENT, ID, NOVELTY, PLACE, RELEVANCE, TOPICS

_DEEPEST = 10
_PACKED = frozenset({"arguments", "input", "output", "content", "text", "answer", "response", "result", "json"})

_ARRAY = re.compile(r"[\s\ufeff]*(?:```\w{0,10}\s*)?(\[\s*\".*\])\s*(?:```)?\s*", re.DOTALL)

Pairs = list[tuple[str, Any]]


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


def read(content: str, asked: Collection[str], *, cut: bool = False) -> Reading:
    """Return the verdicts on the papers `asked` about. A paper answered twice, and differently, has none.

    `cut`: the reply came to the limit of tokens, so its end is not meant.
    """
    reading = Reading({}, {})
    for judged in _ways(content[: replies.LONGEST], asked, cut or len(content) > replies.LONGEST):
        reading = judged if judged.surplus else judged._replace(surplus=reading.surplus)
        if reading.verdicts or reading.faults:
            break
    left = [paper for paper in asked if paper not in reading.verdicts]
    return reading._replace(faults={paper: reading.faults.get(paper, "no line that can be read") for paper in left})


def judge(content: str, asked: Collection[str], *, cut: bool = False) -> Reading:
    """Return the same; where the reader itself fails, that is the reason: one reply must not cost the others."""
    try:
        return read(content, asked, cut=cut)
    except Exception as error:
        return Reading({}, dict.fromkeys(asked, f"the reply could not be judged ({type(error).__name__})"))


def _ways(content: str, asked: Collection[str], cut: bool) -> Iterator[Reading]:
    """Yield what a reply says, read in one way after the other."""
    reply = replies.read(content)
    yield _read(reply.answer, asked, cut)
    if not cut and not any(paper in reply.after for paper in asked):  # nothing but the mark follows the answer
        before = _read(reply.before, asked, cut)
        if before.verdicts.keys() == set(asked):
            yield before
    if texts := _texts(content):
        yield _read(replies.answer("\n".join(texts)), asked, cut)
    if "&quot;" in content and '"' not in content:
        yield _read(replies.answer(html.unescape(content)), asked, cut)
    if '\\"' in content:  # the whole of it is a text of JSON once more
        plain = content.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
        yield _judged(_rows(replies.answer(plain).objects, asked), asked)


def _read(answer: replies.Answer, asked: Collection[str], cut: bool) -> Reading:
    found = [*_rows(answer.objects, asked)]
    around = [*layouts.rows(answer.text, [*asked], cut)]
    # Beside objects only whole verdicts count, since a summary may speak of relevance; one that contradicts is a doubt.
    reading = _judged([*found, *(row for row in around if not found or isinstance(_verdict(row), Verdict))], asked)
    # Without objects each line may be a verdict with its comment.
    taken_back = layouts.taken_back(answer.text, asked) & reading.verdicts.keys() if found else set()
    clear = {paper: verdict for paper, verdict in reading.verdicts.items() if paper not in taken_back}
    return Reading(clear, reading.faults | dict.fromkeys(taken_back, "a verdict that was taken back"), reading.surplus)


def _texts(content: str) -> list[str]:
    """Return the texts of a reply that is an array of nothing else."""
    found = _ARRAY.fullmatch(content)
    with contextlib.suppress(ValueError, RecursionError):
        values = json.loads(found[1]) if found else []
        return values if all(isinstance(value, str) for value in values) else []
    return []


def _rows(objects: Iterable[Any], asked: Collection[str], depth: int = _DEEPEST) -> Iterator[Pairs]:
    """Yield the fields of every object with an id, its own or the key under which it stands."""
    for value in objects if depth else ():
        if isinstance(value, Members):
            found = _fields(value)
            names = {field for field, _ in found}
            if names & {ID, PLACE} and (names & {RELEVANCE, NOVELTY, COMMENT} or ID in names):
                if value.closed or (value.followed and {RELEVANCE, NOVELTY} <= names):
                    yield found
            else:
                yield from _inside(value, asked, depth - 1)
        elif isinstance(value, list):
            yield from _rows(value, asked, depth - 1)


def _inside(members: Members, asked: Collection[str], depth: int) -> Iterator[Pairs]:
    for name, value in members:
        if isinstance(value, Members) and value.closed and fields.papers_in(name, asked) and (own := _fields(value)):
            yield [(ID, name), *own]
        elif isinstance(value, str) and name.casefold() in _PACKED and "{" in value:
            yield from _rows(replies.answer(value).objects, asked, depth)
        else:
            yield from _rows([value], asked, depth)


def _fields(members: Members) -> Pairs:
    """Return the known fields; scores may stand one level deeper."""
    found = _direct(members)
    if not any(field in (RELEVANCE, NOVELTY) for field, _ in found):
        deeper = [value for _, value in members if isinstance(value, Members) and value.closed]
        scores = [pair for value in deeper for pair in _direct(value) if pair[0] in (RELEVANCE, NOVELTY)]
        found += scores if any(field == ID for field, _ in found) else []
    return found


def _direct(members: Members) -> Pairs:
    return [(field, value) for name, value in members if (field := fields.field_of(name))]


# -- judging -------------------------------------------------------------------------------------------------------


def _judged(found: Iterable[Pairs], asked: Collection[str]) -> Reading:
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    faults: dict[str, str] = {}
    weak: dict[str, str] = {}
    surplus: list[str] = []
    for pairs in found:
        papers = _papers(pairs, asked)
        if not papers & set(asked):
            surplus.append(mending.shown(next((value for field, value in pairs if field == ID), "")))
            continue
        outcome = _verdict(pairs) if len(papers) == 1 else "a line with two ids"
        for paper in papers & set(asked):
            if isinstance(outcome, Verdict):
                verdicts[paper].append(outcome)
            else:
                (weak if outcome.startswith("no ") else faults)[paper] = outcome
    faults |= {paper: "two lines that contradict each other" for paper in verdicts if _differ(verdicts[paper])}
    clear = {paper: _last(given) for paper, given in verdicts.items() if paper not in faults}
    return Reading(clear, {**{p: why for p, why in weak.items() if p not in clear}, **faults}, tuple(surplus))


def _papers(pairs: Pairs, asked: Collection[str]) -> set[str]:
    named = {paper for field, value in pairs if field == ID for paper in fields.papers_in(value, asked)}
    return named or {paper for field, value in pairs if field == PLACE for paper in fields.papers_in(value, asked)}


def _verdict(pairs: Pairs) -> Verdict | str:
    """Return what the fields of a row say, or why that does not count."""
    scores = {}
    for name in (RELEVANCE, NOVELTY):
        values = [value for field, value in pairs if field == name and not fields.is_nothing(value)]
        if not values:
            return f"no {name}"
        found = {fields.score_of(value) for value in values}
        if None in found:
            wrong = next(value for value in values if fields.score_of(value) is None)
            return f"{name} {fields.shown(wrong)} is not from 1 to 10"
        if len(found) > 1:
            return f"{name} twice, and not the same"
        scores[name] = found.pop()
    comments = {text for field, value in pairs if field == COMMENT and (text := _comment(value))}
    if len(comments) > 1:
        return f"{COMMENT} twice, and not the same"
    row = {ID: "0704.0001", COMMENT: next(iter(comments), None), **scores, "topics": _topics(pairs)}
    rated = rows.paper(row, None, Notes(""))
    assert rated is not None
    assert rated.relevance is not None
    assert rated.novelty is not None
    return Verdict(rated.relevance, rated.novelty, rated.comment, rated.topics)


def _comment(value: Any) -> str | None:
    return value if isinstance(value, str) and not (isinstance(value, Bare) and fields.is_nothing(value)) else None


def _topics(pairs: Pairs) -> list[str]:
    values = [
        part for field, value in pairs if field == TOPICS for part in (value if isinstance(value, list) else [value])
    ]
    return [str(value) for value in values if isinstance(value, str) and not fields.is_nothing(value)]


def _differ(given: list[Verdict]) -> bool:
    return len({(verdict.relevance, verdict.novelty) for verdict in given}) > 1


def _last(given: list[Verdict]) -> Verdict:
    """Return the last of verdicts that agree, one with a comment if there is any."""
    return next((verdict for verdict in reversed(given) if verdict.comment), given[-1])
