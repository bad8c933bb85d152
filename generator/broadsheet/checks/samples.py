"""Checks for what a new digest has and a real one should not: sample papers beside real ones, and their notice."""

import re
from collections.abc import Iterator
from pathlib import Path

from broadsheet.build.hosts import STARTER
from broadsheet.checks.day import CheckedRow
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.samples import SAMPLES
from broadsheet.store.store import Store


class SampleUse:
    """The use of samples: papers of a new digest, and others."""

    def __init__(self) -> None:
        self._ids = _sample_ids()
        self._samples: list[str] = []
        self._has_others = False

    def add(self, row: CheckedRow) -> None:
        """Add a paper."""
        if row.paper.arxiv_id in self._ids:
            self._samples.append(row.where)
        else:
            self._has_others = True

    def problems(self, root: Path, settings: Settings | None) -> Iterator[Diagnostic]:
        """Yield the problems once every paper was added."""
        if not self._has_others:
            return
        files = dict.fromkeys(where.rpartition(":")[0] for where in self._samples)
        for file in files:
            yield Diagnostic(file, "sample papers beside real ones", "delete the file", is_note=True)
        if settings and re.search(r"\bsamples?\b", settings.notice, re.IGNORECASE):
            where = f"{config.SETTINGS_FILE}:{config.line_of(root, 'notice')}"
            what = "notice: pages would call real papers samples"
            yield Diagnostic(where, what, "remove the notice", is_note=True)


def _sample_ids() -> frozenset[str]:
    """Return the ids of the papers that a new digest has."""
    samples = Store(STARTER / SAMPLES)
    return frozenset(paper.arxiv_id for date in samples.dates() for paper in samples.papers(date))
