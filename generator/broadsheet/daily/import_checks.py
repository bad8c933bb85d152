"""The check of an import as a whole: the scale of its scores. Pure."""

from collections.abc import Sequence

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers.parse_result import PaperRow

_MANY, _LOW = 30, 5  # scores, and their maximum, that suggest a scale of 1 to 5


class RelevanceScale:
    """The number and maximum of an import's relevances, which suggest their scale."""

    def __init__(self) -> None:
        self.number, self.highest = 0, 0.0

    def add(self, rows: Sequence[PaperRow]) -> None:
        """Add the scored ones of `rows`."""
        scored = [row.paper.relevance for row in rows if row.paper.relevance is not None]
        self.number += len(scored)
        self.highest = max([self.highest, *scored])

    def warnings(self) -> list[Diagnostic]:
        """Return a note if the highest of many is 5 or less."""
        if self.number < _MANY or self.highest > _LOW:
            return []
        what = f"none of {self.number} relevances is above {self.highest:g}"
        return [
            Diagnostic("import", what, "if they go from 1 to 5, import again with --scale 1-5 --replace", is_note=True)
        ]
