"""Checks of feeds: the newest days fit into them."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from broadsheet.checks.day import CheckedDay
from broadsheet.index.days import TopicMatcher, day_entries
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Paper
from broadsheet.settings.config import SETTINGS_FILE, Settings, line_of
from broadsheet.views.feeds.contents import DAYS_IN_FULL
from broadsheet.views.feeds.files import bytes_of

_MAX_SAMPLE = 2_000  # papers: an item has some kilobytes, so more of them cannot fit
# An item in the largest format has fewer bytes than these.
_ITEM_BYTES, _ITEM_BYTES_PER_CHARACTER = 4_000, 8


class NewestPapers:
    """The papers of the newest days, each on the first day that has it."""

    def __init__(self) -> None:
        self._days: deque[tuple[str, list[Paper]]] = deque(maxlen=DAYS_IN_FULL)

    def add(self, day: CheckedDay, earlier: set[str]) -> None:
        """Add a day, which is later than those before it; `earlier` has the ids of their papers."""
        new = [row.paper for row in day.rows if row.paper.arxiv_id not in earlier]
        if day.rows:
            self._days.append((day.date, new))

    def problems(self, root: Path, settings: Settings | None) -> Iterator[Diagnostic]:
        """Yield a warning if the newest days do not fit into a feed."""
        if settings is None or not self._may_exceed(settings.feeds.max_mb * 1e6):
            return
        needed = self._needed_bytes(settings)
        if needed > settings.feeds.max_mb * 1e6:
            megabytes = -(-needed // 100_000) / 10
            what = f"feeds: the {self._papers} papers of the newest {len(self._days)} days do not all fit into a feed"
            line = line_of(root, "feeds", "max_mb")
            yield Diagnostic(f"{SETTINGS_FILE}:{line}", what, f"set max_mb to {megabytes:g} or more", is_note=True)

    @property
    def _papers(self) -> int:
        return sum(len(new) for _, new in self._days)

    def _may_exceed(self, limit: float) -> bool:
        """Return whether it is worth while to write the items: an estimate that is never too small."""
        texts = (text for _, new in self._days for paper in new for text in _texts(paper))
        return sum(map(len, texts)) * _ITEM_BYTES_PER_CHARACTER + self._papers * _ITEM_BYTES > limit

    def _needed_bytes(self, settings: Settings) -> int:
        match = TopicMatcher(settings)
        entries = [entry for date, new in self._days for entry in day_entries(date, new, match)]
        sample = entries[:_MAX_SAMPLE]
        return bytes_of(sample, settings) * len(entries) // max(1, len(sample))


def _texts(paper: Paper) -> Iterable[str]:
    return (paper.title, paper.abstract or "", paper.comment or "", *paper.authors)
