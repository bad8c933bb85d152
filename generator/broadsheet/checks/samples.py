"""Checks for what a new digest has and a real one should not: sample papers beside real ones, and their notice."""

import re
from collections.abc import Iterator
from pathlib import Path

from broadsheet.checks.day import CheckedRow
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.samples import sample_ids


class SampleUse:
    """The use of samples: papers of a new digest, and others."""

    def __init__(self) -> None:
        self._ids = sample_ids()
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
        files = dict.fromkeys(where.rpartition(":")[0] for where in self._samples)
        if not self._has_others:
            for file in files if settings and not settings.notice else ():
                yield Diagnostic(file, "sample papers, shown as if they were real", "delete the file", is_note=True)
            return
        for file in files:
            yield Diagnostic(file, "sample papers beside real ones", "delete the file", is_note=True)
        if settings and re.search(r"\bsamples?\b", settings.notice, re.IGNORECASE):
            where = f"{config.SETTINGS_FILE}:{config.line_of(root, 'notice')}"
            what = "notice: pages would call real papers samples"
            yield Diagnostic(where, what, "remove the notice", is_note=True)
