"""The facts of a month's papers, by which the browser filters lists of weeks, months and topics.

A list in a page has its first papers alone. A file a month serves all three kinds of list, so one more day changes one
file. The rows that a filter leaves come from the days' files (``news.py``).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from broadsheet.index.days import Entry
from broadsheet.model.arxiv_categories import distinct
from broadsheet.views.page import File

NAME = "papers.json"


class WholeList(NamedTuple):
    """A list that has more papers than its page: its months, and its topic or first and last day."""

    months: list[str]
    topic: str = ""
    first: str = ""
    last: str = ""


class _NumberedTexts:
    """Texts of a file, each with the number by which its rows name it."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, names: Iterable[str]) -> list[int]:
        return [self.numbers.setdefault(name, len(self.numbers)) for name in names]


def month_facts(address: str, entries: Sequence[Entry]) -> File:
    """Return the file of a month's entries, best first; a paper of several days is there for each."""
    names = {name: _NumberedTexts() for name in ("dates", "topics", "categories", "sources")}
    papers = [_row(entry, names) for entry in sorted(entries, key=lambda entry: (entry.sort_key, entry.date))]
    texts = {name: list(part.numbers) for name, part in names.items()}
    return File(f"{address}{NAME}", msgspec.json.encode({"version": 1, **texts, "papers": papers}))


def _row(entry: Entry, names: dict[str, _NumberedTexts]) -> list[Any]:
    paper = entry.paper
    lists = {"topics": entry.topics, "categories": distinct(paper.categories), "sources": entry.sources}
    numbers = [names[name](values) for name, values in lists.items()]
    return [paper.arxiv_id, *names["dates"]([entry.date]), paper.score, paper.novelty, paper.upvotes, *numbers]
