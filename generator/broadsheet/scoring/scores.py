"""The result of every scorer."""

from typing import NamedTuple

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Tokens


class Scores(NamedTuple):
    """The scored papers, and the reasons of the unscored ones."""

    papers: tuple[Paper, ...]  # with relevance, novelty, comment, topics, scorer
    unscored: dict[str, str]  # arXiv id -> reason
    model: str
    rubric: str | None = None  # hash of the prompt as sent (without papers)
    tokens: Tokens | None = None
    cost: Cost | None = None
    errors: tuple[str, ...] = ()
