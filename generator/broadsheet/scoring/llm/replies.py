"""Ratings in an LLM's reply. Values are matched to papers by id, never by position. Pure.

Models wrap their lines in prose, fences, lists, tables and reasoning. They forget quotes and braces, break off, rate
papers that are not in the request, and contradict themselves. Clear ratings count; every other paper gets a reason.
"""

import contextlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from broadsheet.providers import normalize
from broadsheet.providers.parse_result import ParseLog
from broadsheet.providers.scored_json import row_parser
from broadsheet.scoring.llm import reply_fields, reply_layouts, reply_text
from broadsheet.scoring.llm.lenient_json import Bare, Members
from broadsheet.scoring.llm.reply_fields import COMMENT, ID, NOVELTY, PLACE, RELEVANCE, TOPICS

_MAX_DEPTH = 10
_PACKED = frozenset({"arguments", "input", "output", "content", "text", "answer", "response", "result", "json"})

_ARRAY = re.compile(r"[\s\ufeff]*(?:```\w{0,10}\s*)?(\[\s*\".*\])\s*(?:```)?\s*", re.DOTALL)

Pairs = list[tuple[str, Any]]


class Rating(msgspec.Struct, frozen=True, omit_defaults=True):
    """The scores of one paper, from 1 to 10, with a comment and topics."""

    relevance: int | float
    novelty: int | float
    comment: str | None = None
    topics: tuple[str, ...] = ()


class ParsedReply(NamedTuple):
    """The ratings of a reply by arXiv id, the faults of unrated papers, and ids that were not requested."""

    ratings: dict[str, Rating]
    faults: dict[str, str]
    unexpected: tuple[str, ...] = ()


def parse(content: str, requested: Collection[str], *, cut: bool = False) -> ParsedReply:
    """Return the ratings of the `requested` papers. A paper with contradicting ratings has none.

    `cut`: the reply reached the token limit, so its last line may be incomplete.
    """
    parsed = ParsedReply({}, {})
    cut = cut or len(content) > reply_text.MAX_CHARACTERS
    for attempt in _attempts(content[: reply_text.MAX_CHARACTERS], requested, cut):
        parsed = attempt if attempt.unexpected else attempt._replace(unexpected=parsed.unexpected)
        if parsed.ratings or parsed.faults:
            break
    unrated = [paper for paper in requested if paper not in parsed.ratings]
    return parsed._replace(faults={paper: parsed.faults.get(paper, "no line that can be read") for paper in unrated})


def parse_safely(content: str, requested: Collection[str], *, cut: bool = False) -> ParsedReply:
    """Return the result of `parse`. A fault in the parser costs this reply, never the others."""
    try:
        return parse(content, requested, cut=cut)
    except Exception as error:
        return ParsedReply({}, dict.fromkeys(requested, f"the reply could not be parsed ({type(error).__name__})"))


def _attempts(content: str, requested: Collection[str], cut: bool) -> Iterator[ParsedReply]:
    """Yield the results of one way to read the reply after the other."""
    reply = reply_text.split(content)
    yield _parse_answer(reply.answer, requested, cut)
    if not cut and not any(paper in reply.after for paper in requested):  # the closing mark comes after the answer
        before = _parse_answer(reply.before, requested, cut)
        if before.ratings.keys() == set(requested):
            yield before
    if texts := _texts(content):
        yield _parse_answer(reply_text.answer("\n".join(texts)), requested, cut)
    if "&quot;" in content and '"' not in content:
        yield _parse_answer(reply_text.answer(html.unescape(content)), requested, cut)
    if '\\"' in content:  # the whole reply is a JSON string within JSON
        plain = content.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
        yield _collected(_rows(reply_text.answer(plain).objects, requested), requested)


def _parse_answer(answer: reply_text.AnswerParts, requested: Collection[str], cut: bool) -> ParsedReply:
    rows = [*_rows(answer.objects, requested)]
    lines = [*reply_layouts.rows(answer.text, [*requested], cut)]
    # Beside objects only complete ratings count, since a summary may mention relevance. A contradicting one is a fault.
    lines = [line for line in lines if isinstance(_rating(line), Rating)] if rows else lines
    parsed = _collected([*rows, *lines], requested)
    # Without objects each line may be a rating with its comment.
    revised = reply_layouts.revised(answer.text, requested) & parsed.ratings.keys() if rows else set()
    clear = {paper: rating for paper, rating in parsed.ratings.items() if paper not in revised}
    return ParsedReply(
        clear, parsed.faults | dict.fromkeys(revised, "a rating that the reply revises"), parsed.unexpected
    )


def _texts(content: str) -> list[str]:
    """Return the texts of a reply that is an array of texts."""
    match = _ARRAY.fullmatch(content)
    with contextlib.suppress(ValueError, RecursionError):
        values = json.loads(match[1]) if match else []
        return values if all(isinstance(value, str) for value in values) else []
    return []


def _rows(objects: Iterable[Any], requested: Collection[str], depth: int = _MAX_DEPTH) -> Iterator[Pairs]:
    """Yield the fields of every object with an id: a field of its own, or the key of the object."""
    for value in objects if depth else ():
        if isinstance(value, Members):
            yield from _rows_of_object(value, requested, depth - 1)
        elif isinstance(value, list):
            yield from _rows(value, requested, depth - 1)


def _rows_of_object(members: Members, requested: Collection[str], depth: int) -> Iterator[Pairs]:
    pairs = _fields(members)
    names = {field for field, _ in pairs}
    if not (ID in names or (PLACE in names and names & {RELEVANCE, NOVELTY, COMMENT})):
        yield from _nested_rows(members, requested, depth)
    elif members.closed or (members.followed and {RELEVANCE, NOVELTY} <= names):
        yield pairs


def _nested_rows(members: Members, requested: Collection[str], depth: int) -> Iterator[Pairs]:
    for name, value in members:
        is_object = isinstance(value, Members) and value.closed
        if is_object and reply_fields.papers_in(name, requested) and (pairs := _fields(value)):
            yield [(ID, name), *pairs]
        elif isinstance(value, str) and name.casefold() in _PACKED and "{" in value:
            yield from _rows(reply_text.answer(value).objects, requested, depth)
        else:
            yield from _rows([value], requested, depth)


def _fields(members: Members) -> Pairs:
    """Return the known fields of an object. Scores may be one level deeper."""
    pairs = _direct_fields(members)
    if not any(field in (RELEVANCE, NOVELTY) for field, _ in pairs):
        objects = [value for _, value in members if isinstance(value, Members) and value.closed]
        scores = [pair for value in objects for pair in _direct_fields(value) if pair[0] in (RELEVANCE, NOVELTY)]
        pairs += scores if any(field == ID for field, _ in pairs) else []
    return pairs


def _direct_fields(members: Members) -> Pairs:
    return [(field, value) for name, value in members if (field := reply_fields.field_of(name))]


# -- ratings -------------------------------------------------------------------------------------------------------


def _collected(rows: Iterable[Pairs], requested: Collection[str]) -> ParsedReply:
    ratings: dict[str, list[Rating]] = defaultdict(list)
    faults: dict[str, str] = {}
    missing: dict[str, str] = {}
    rows_of_papers = [(_papers(pairs, requested), pairs) for pairs in rows]
    for paper, outcome in _outcomes(rows_of_papers, requested):
        if isinstance(outcome, Rating):
            ratings[paper].append(outcome)
        else:
            (missing if outcome.startswith("no ") else faults)[paper] = outcome
    faults |= {paper: "two lines that contradict each other" for paper in ratings if _differ(ratings[paper])}
    clear = {paper: _last(same) for paper, same in ratings.items() if paper not in faults}
    unexpected = tuple(_written_id(pairs) for papers, pairs in rows_of_papers if not papers & set(requested))
    return ParsedReply(clear, {p: fault for p, fault in missing.items() if p not in clear} | faults, unexpected)


def _outcomes(rows: Iterable[tuple[set[str], Pairs]], requested: Collection[str]) -> Iterator[tuple[str, Rating | str]]:
    """Yield the rating of every requested paper that a row names, or the reason why the row does not count."""
    for papers, pairs in rows:
        outcome = _rating(pairs) if len(papers) == 1 else "a line with two ids"
        yield from ((paper, outcome) for paper in papers & set(requested))


def _written_id(pairs: Pairs) -> str:
    return normalize.excerpt(next((value for field, value in pairs if field == ID), ""))


def _papers(pairs: Pairs, requested: Collection[str]) -> set[str]:
    by_id = {paper for field, value in pairs if field == ID for paper in reply_fields.papers_in(value, requested)}
    return by_id or {
        paper for field, value in pairs if field == PLACE for paper in reply_fields.papers_in(value, requested)
    }


def _rating(pairs: Pairs) -> Rating | str:
    """Return the rating in a row, or the reason why it does not count."""
    relevance, novelty = (_score(pairs, name) for name in (RELEVANCE, NOVELTY))
    if isinstance(relevance, str):
        return relevance
    if isinstance(novelty, str):
        return novelty
    comments = {text for field, value in pairs if field == COMMENT and (text := _comment(value))}
    if len(comments) > 1:
        return f"{COMMENT} twice, and not the same"
    row = {ID: "0704.0001", COMMENT: next(iter(comments), None), RELEVANCE: relevance, NOVELTY: novelty}
    rated = row_parser.parse_paper(row | {"topics": _topics(pairs)}, None, ParseLog(""))
    assert rated is not None
    assert rated.relevance is not None
    assert rated.novelty is not None
    return Rating(rated.relevance, rated.novelty, rated.comment, rated.topics)


def _score(pairs: Pairs, name: str) -> int | float | str:
    values = [value for field, value in pairs if field == name and not reply_fields.is_nothing(value)]
    scores = set()
    for value in values:
        score = reply_fields.score_of(value)
        if score is None:
            return f"{name} {reply_fields.described(value)} is not from 1 to 10"
        scores.add(score)
    if not scores:
        return f"no {name}"
    return scores.pop() if len(scores) == 1 else f"{name} twice, and not the same"


def _comment(value: Any) -> str | None:
    return (
        value if isinstance(value, str) and not (isinstance(value, Bare) and reply_fields.is_nothing(value)) else None
    )


def _topics(pairs: Pairs) -> list[str]:
    values = [
        part for field, value in pairs if field == TOPICS for part in (value if isinstance(value, list) else [value])
    ]
    return [str(value) for value in values if isinstance(value, str) and not reply_fields.is_nothing(value)]


def _differ(ratings: list[Rating]) -> bool:
    return len({(rating.relevance, rating.novelty) for rating in ratings}) > 1


def _last(ratings: list[Rating]) -> Rating:
    """Return the last of ratings that agree, preferably with a comment."""
    return next((rating for rating in reversed(ratings) if rating.comment), ratings[-1])
