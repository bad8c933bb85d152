"""What every scorer gives."""

from typing import NamedTuple

from broadsheet.model.model import Cost, Paper, Tokens


class Scores(NamedTuple):
    """What a scorer made of some papers: the scored ones, and why the others are not."""

    papers: tuple[Paper, ...]  # with relevance, novelty, comment, topics, scorer
    unscored: dict[str, str]  # arXiv id -> reason
    model: str
    rubric: str | None = None  # hash of the prompt as sent (without papers)
    tokens: Tokens | None = None
    cost: Cost | None = None
    errors: tuple[str, ...] = ()
