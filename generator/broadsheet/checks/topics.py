"""Checks of the topics beside other settings."""

from collections.abc import Iterator
from pathlib import Path

from broadsheet.model.arxiv_taxonomy import CATEGORIES
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import topic_id

_CATEGORY_TOPICS = frozenset(map(topic_id, CATEGORIES))


def is_category(topic: str) -> bool:
    """Return whether an id is that of a topic that `broadsheet new` makes of a category of arXiv."""
    return topic in _CATEGORY_TOPICS


def shows_everything(root: Path, settings: Settings) -> Iterator[Diagnostic]:
    """Yield a warning if every paper is shown beside topics of one's own, as in a digest that had none."""
    is_own = not all(is_category(topic.id) for topic in settings.topics)
    if is_own and settings.run.min_relevance <= 1:
        where = f"{config.SETTINGS_FILE}:{config.line_of(root, 'run', 'min_relevance')}"
        what = "run.min_relevance: 1 shows every paper, on your topics or not"
        yield Diagnostic(where, what, "delete it, or set a higher one; without it, it is 5", is_note=True)
