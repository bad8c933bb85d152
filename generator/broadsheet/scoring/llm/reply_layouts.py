"""Answers without JSON: tables with a head, lines of ``field: value``, XML elements. Pure.

Every value needs a name: a column its head, a value its field, a paper an id that comes first.
"""

import csv
import html
import re
from collections.abc import Collection, Iterator, Sequence

from broadsheet.scoring.llm.reply_fields import ID, NOVELTY, PLACE, RELEVANCE, field_of, papers_in

Pairs = list[tuple[str, str]]

_ELEMENT = re.compile(r"<([A-Za-z][\w -]{0,30})>([^<>]{0,5000})</\1>")
_ATTRIBUTE = re.compile(r"""([A-Za-z][\w-]{0,30})\s*=\s*(?:"([^"<>]{0,5000})"|'([^'<>]{0,5000})')""")
_TAG = re.compile(r"<[A-Za-z]\w{0,30}((?:\s+[A-Za-z][\w-]{0,30}\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))+)\s*/?>")
_FIELD = re.compile(
    r"""(?:^|(?<=[\s,;|(*_"'`>\-]))(arxiv[ _-]?(?:id|number|identifier)?|paper[ _-]?id|id|paper"""
    r"""|(?:relevance|novelty)(?:[ _-]?(?:score|rating))?"""
    r"""|comments?|reason|rationale|explanation|justification|topics?)["'`*_]*\s*[:=：]\s*[*_]*""",
    re.IGNORECASE,
)
_MARKS = " \t\"'`*_,;|"
_REVISES = re.compile(
    r"\b(?:revis(?:e|ed|ing|ion)|correct(?:ed|ing|ion)|chang(?:e|ed|ing)|reconsider\w*|adjust\w*|updat(?:e|ed|ing)"
    r"|lower(?:ed|ing)?|rais(?:e|ed|ing)|(?:down|up)grad(?:e|ed|ing)|should (?:be|have been)|second thoughts?"
    r"|on reflection|mistake\w*|actually|instead|rather than|disregard\w*|ignore|withdraw\w*)\b",
    re.IGNORECASE,
)
_RATES = re.compile(
    r"\b(?:relevance|novelty|scor(?:e|es|ing)|rat(?:e|ed|ing|ings)|to (?:an? )?(?:10|[1-9])(?![\d.]*\d))\b", re.I
)
_RULE = re.compile(r"[\s|:+=-]*-[\s|:+=-]*")


def rows(text: str, requested: Sequence[str], cut: bool) -> Iterator[Pairs]:
    """Yield the fields and values of each paper in `text`; nothing if their papers are not clear."""
    lines = re.split(r"\r\n|\n|\r", text)[: -1 if cut else None]  # a score on the last line may lack a digit
    yield from list(_tables(lines)) or _blocks(_fields(lines, requested))


def revised(text: str, requested: Collection[str]) -> set[str]:
    """Return the papers whose scores a line of `text` revises."""
    lines = [line for line in text.splitlines() if _REVISES.search(line)]
    return {paper for line in lines for paper in papers_in(line, requested) & {*requested} if _RATES.search(line)}


# -- tables --------------------------------------------------------------------------------------------------------


def _tables(lines: Sequence[str]) -> Iterator[Pairs]:
    """Yield the rows below every head that names an id and both scores."""
    head: list[str | None] = []
    separator = ""
    for line in lines:
        if new_separator := _separator(line):
            separator, head = new_separator, [field_of(cell) for cell in _cells(line, new_separator)]
        elif head and not _RULE.fullmatch(line):
            cells = _cells(line, separator)
            if len(cells) == len(head):
                yield [(field, cell) for field, cell in zip(head, cells, strict=True) if field]
            elif line.strip():
                head = []


def _separator(line: str) -> str:
    """Return the column separator if `line` is the head of a table, else nothing."""
    for separator in "|\t;,":
        if line.count(separator) > 1:
            fields = [field_of(cell) for cell in _cells(line, separator)]
            if RELEVANCE in fields and NOVELTY in fields and (ID in fields or PLACE in fields):
                return separator
    return ""


def _cells(line: str, separator: str) -> list[str]:
    if separator != "|":
        return [cell.strip(_MARKS) for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return [cell.replace(r"\|", "|").strip(_MARKS) for cell in cells]


# -- fields --------------------------------------------------------------------------------------------------------


def _fields(lines: Sequence[str], requested: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield fields and values in order. A line with one paper and no field is an id."""
    for line in lines:
        pairs = [*_in_markup(line)] or [*_in_line(line)]
        head = _FIELD.search(line)
        before = line[: head.start()] if head else line
        papers = papers_in(before.strip(_MARKS + "#>-•[]().:"), requested) or papers_in(before, requested)
        if len(papers) == 1 and (pairs or len(before) < 200) and not any(field == ID for field, _ in pairs):
            yield ID, papers.pop()
        yield from pairs


def _in_markup(line: str) -> Iterator[tuple[str, str]]:
    for tag in _TAG.finditer(line):
        for name, double_quoted, single_quoted in _ATTRIBUTE.findall(tag[1]):
            if field := field_of(name):
                yield field, html.unescape(double_quoted or single_quoted)
    for name, value in _ELEMENT.findall(line):
        if field := field_of(name):
            yield field, html.unescape(value).strip()


def _in_line(line: str) -> Iterator[tuple[str, str]]:
    heads = list(_FIELD.finditer(line))
    ends = [*(head.start() for head in heads[1:]), len(line)]
    for head, end in zip(heads, ends, strict=False):
        if field := field_of(head[1]):
            yield field, line[head.end() : end].strip(_MARKS + "(").strip()


def _blocks(pairs: Iterator[tuple[str, str]]) -> Iterator[Pairs]:
    """Yield the fields from one id to the next; nothing if a score comes before the first id."""
    block: Pairs = []
    for field, value in pairs:
        if field == ID and block:
            yield block
            block = []
        if not block and field in (RELEVANCE, NOVELTY):
            return
        if field == ID or block:
            block.append((field, value))
    if block:
        yield block
