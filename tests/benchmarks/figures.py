"""What is kept of a benchmark: a report, as it stands in the JSON file, and the arithmetic over it."""

import math
from collections.abc import Sequence
from statistics import median

import msgspec

from tests.benchmarks.measurement import Run

GROWING = ("y1", "y2", "y5", "y10")  # the archives over which a slope is taken


class Archive(msgspec.Struct, frozen=True):
    """What was built: how many days and papers, and the bytes of ``data/``."""

    days: int
    papers: int
    size: int


class Figure(msgspec.Struct, frozen=True):
    """Something done to an archive, once for each run."""

    archive: str
    what: str
    runs: tuple[Run, ...]
    size: int = 0  # bytes read, where speed is the question

    def median(self, measure: str) -> float:
        """The median of ``wall``, ``cpu``, ``peak`` or ``others``."""
        return float(median(getattr(run, measure) for run in self.runs))


class Rewritten(msgspec.Struct, frozen=True):
    """What a build did to the files of the last site. `needless` ones were written anew with the bytes they had."""

    archive: str
    what: str
    added: int
    changed: int
    removed: int
    needless: int
    untouched: int
    examples: tuple[str, ...] = ()


class Size(msgspec.Struct, frozen=True):
    """A built site, in bytes; `search` is the part that the search index takes."""

    archive: str
    size: int
    files: int
    search: int
    largest: tuple[str, int]


class Report(msgspec.Struct):
    """All that a run of the benchmark found out."""

    machine: dict[str, str]
    command: str
    text: str  # where the papers come from
    archives: dict[str, Archive] = {}
    figures: list[Figure] = []
    rewritten: list[Rewritten] = []
    sizes: list[Size] = []
    notes: list[str] = []
    parts: dict[str, dict[str, float]] = {}  # CPU seconds of each part of a cold build with defaults, by archive

    def figure(self, archive: str, what: str) -> Figure | None:
        """The figure, if it was taken."""
        return next((found for found in self.figures if (found.archive, found.what) == (archive, what)), None)

    def value(self, archive: str, what: str, measure: str = "wall") -> float | None:
        """The median of a figure, if it was taken."""
        found = self.figure(archive, what)
        return found.median(measure) if found else None

    def ratio(self, archive: str, one: str, other: str, measure: str = "wall") -> float | None:
        """The median of `one` over `other`, run by run as they took turns."""
        ours, theirs = self.figure(archive, one), self.figure(archive, other)
        if ours is None or theirs is None:
            return None
        pairs = zip(ours.runs, theirs.runs, strict=False)
        return float(median(getattr(left, measure) / getattr(right, measure) for left, right in pairs))

    def size_of(self, archive: str) -> Size | None:
        """The site of an archive, if it was built."""
        return next((found for found in self.sizes if found.archive == archive), None)

    def slope(self, what: str, measure: str) -> float | None:
        """How a figure grows with the papers, over the archives of `GROWING`."""
        points = ((self.archives[name].papers, self.value(name, what, measure)) for name in self._growing())
        return slope([(papers, value) for papers, value in points if value])

    def slope_of_sizes(self, field: str) -> float | None:
        """How ``size``, ``files`` or ``search`` of the site grows with the papers."""
        points = ((self.archives[name].papers, self.size_of(name)) for name in self._growing())
        return slope([(papers, float(getattr(found, field))) for papers, found in points if found])

    def _growing(self) -> list[str]:
        return [name for name in GROWING if name in self.archives]


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The exponent k of value ~ papers^k, fitted over the logarithms: 1 is growth with the archive, 0 is none."""
    logs = [(math.log(papers), math.log(value)) for papers, value in points if value > 0]
    if len(logs) < 2:
        return None
    across, up = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    spread = sum((x - across) ** 2 for x, _ in logs)
    return sum((x - across) * (y - up) for x, y in logs) / spread if spread else None
