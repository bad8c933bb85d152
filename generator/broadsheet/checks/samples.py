"""Checks for what a new digest has and a real one should not: sample papers beside real ones, and their notice."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from broadsheet.checks.day import CheckedRow
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store import records
from broadsheet.store.program import PROGRAM

STARTER = PROGRAM / "starter"


class SampleUse:
    """The use of samples: papers of a new digest, and others."""

    def __init__(self) -> None:
        self._samples: list[str] = []
        self._has_others = False

    def add(self, row: CheckedRow) -> None:
        """Add a paper."""
        if row.paper.arxiv_id in sample_ids():
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


@cache
def sample_ids() -> frozenset[str]:
    """Return the ids of the papers that a new digest has."""
    return frozenset(_ids(file for file in STARTER.rglob("*.jsonl") if "papers" in file.parts))


def _ids(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        for line in file.read_bytes().splitlines():
            if line.strip():
                yield records.decode_whole(line).arxiv_id
