"""Checks of the topics beside other settings."""

from collections.abc import Iterator
from pathlib import Path

from broadsheet.model.arxiv_taxonomy import CATEGORIES
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import topic_id


def shows_everything(root: Path, settings: Settings) -> Iterator[Diagnostic]:
    """Yield a warning if every paper is shown beside topics of one's own, as in a digest that had none."""
    is_own = {topic.id for topic in settings.topics} - {topic_id(code) for code in CATEGORIES}
    if is_own and settings.run.min_relevance <= 1:
        where = f"{config.SETTINGS_FILE}:{config.line_of(root, 'run', 'min_relevance')}"
        what = "run.min_relevance: 1 shows every paper, on your topics or not"
        yield Diagnostic(where, what, "delete it, or set a higher one; without it, it is 5", is_note=True)
