"""``python -m tests.audit``: Lighthouse's mobile profile on a built site: medians of several runs, and the targets.

The site is that of the corpus if there is one, or else the demo with generated papers, so that `DAY` has 115. A local
server acts as a static host.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests import tools
from tests.benchmarks import corpus
from tests.example import ROOT, build_demo, copy_demo, digest, make_digest, paper
from tests.static_host import compressed, hosted

DAY = "daily/2025/05/27/"
DAY_PAPERS = 115
PAGES = {
    "home": "",
    "day": DAY,
    "since": "since/",
    "month": "monthly/2025-05/",
    "week": "weekly/2025-W22/",
    "topic": "topics/model-compression/",
    "search": "search/",
    "hits": "search/?q=quantization",
    "lost": "404.html",
}
MINIMUM_SCORES = {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 95}
SHIFT = 0.01  # CLS
READER = 50.0  # ms of our script's work
HTML = 120_000  # bytes of the day page, compressed


class Row(NamedTuple):
    """A page with the medians of its runs: scores of 100, milliseconds, transferred bytes, names of failed audits."""

    page: str
    scores: dict[str, float]
    paint: float
    shift: float
    blocked: float
    reader: float | None
    transferred: float
    wrong: tuple[str, ...]

    def problems(self) -> Iterator[str]:
        """Yield a message for each missed target."""
        for name, minimum in MINIMUM_SCORES.items():
            if self.scores[name] < minimum:
                yield f"{self.page}: {name} {self.scores[name]:g}, target {minimum} ({', '.join(self.wrong)})"
        if self.shift > SHIFT:
            yield f"{self.page}: layout shift {self.shift:.3f}, target {SHIFT} at most"
        if self.reader is not None and self.reader > READER:
            yield f"{self.page}: the reader worked {self.reader:.0f} ms, target {READER:g} at most"


def main() -> int:
    """Build the site, measure it, print the table, and return 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each page")
    parser.add_argument("--site", type=Path, help="a site that is built already, with the repository's own mkdocs.yml")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-audit-") as folder:
        site = options.site or build(Path(folder))
        rows = measure(site, options.runs)
        size = len(compressed(site / DAY / "index.html"))
    problems = [problem for row in rows for problem in row.problems()]
    if size > HTML:
        problems.append(f"day: {size} bytes of HTML over gzip, target {HTML} at most")
    print("\n".join(table(rows)), f"\nday: {size:,} bytes of HTML over gzip", *problems, sep="\n")
    return 1 if problems else 0


def build(folder: Path) -> Path:
    """Build the site to measure."""
    source, name = corpus.folder(folder)
    if name != "corpus":
        copy_demo(folder / "demo")
        _enlarge_day(folder / "demo", source)
        return build_demo(folder / "demo")
    root = make_digest(folder / "corpus", settings=(ROOT / "digest.yml").read_text("utf-8"))
    for command in (("import", "--quiet", source / "scored", source / "hf" / "raw"), ("build", "--quiet")):
        run = digest(command[0], "--root", root, *command[1:])
        assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


def _enlarge_day(root: Path, generated: Path) -> None:
    """Append papers of generated text to the day."""
    file = root / "data/papers/2025" / f"{DAY[6:16].replace('/', '-')}.jsonl"
    files = sorted((generated / "scored").rglob("*.json"))
    rows = (row for path in files for row in json.loads(path.read_text("utf-8")).values())
    missing = DAY_PAPERS - len(file.read_text("utf-8").splitlines())
    with file.open("a", encoding="utf-8") as stream:
        for row in islice(rows, missing):
            scores = {name: row[name.upper()] for name in ("relevance", "novelty", "comment")}
            fields = {name: row[name] for name in ("title", "abstract", "authors")}
            stream.write(json.dumps(paper(row["arxiv_id"], **fields, **scores)) + "\n")


def measure(site: Path, runs: int) -> list[Row]:
    """Measure each page `runs` times, one after the other."""
    chromium = tools.find("chromium")
    if chromium is None:
        raise SystemExit(tools.missing("chromium"))
    with hosted(site, "/broadsheet/") as address:
        command = ["node", str(ROOT / "tests" / "lighthouse" / "audit.mjs")]
        pages = _pages(site)
        command += [address + page for page in pages.values()] * runs
        environment = os.environ | {"CHROME_PATH": str(chromium)}
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    reports = [json.loads(line) for line in run.stdout.splitlines()]
    return [_row(name, reports[index :: len(pages)]) for index, name in enumerate(pages)]


def _pages(site: Path) -> dict[str, str]:
    """Return the pages to measure: not every paper has one, so the first that has is among them."""
    return PAGES | {"paper": f"papers/{min(site.glob('papers/*/index.html')).parent.name}/"}


def _row(page: str, reports: list[dict[str, Any]]) -> Row:
    worked = [report["reader"] for report in reports if report["reader"] is not None]
    return Row(
        page=page,
        scores={name: median(report["scores"][name] for report in reports) for name in MINIMUM_SCORES},
        paint=median(report["largest_paint"] for report in reports),
        shift=median(report["shift"] for report in reports),
        blocked=median(report["blocked"] for report in reports),
        reader=median(worked) if worked else None,
        transferred=median(report["bytes"] for report in reports),
        wrong=tuple(sorted({name for report in reports for name in report["wrong"]})),
    )


def table(rows: list[Row]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| page | {' | '.join(MINIMUM_SCORES)} | largest paint | shift | blocked | reader | transferred |"
    yield "|---" * (len(MINIMUM_SCORES) + 6) + "|"
    for row in rows:
        scores = " | ".join(f"{row.scores[name]:g}" for name in MINIMUM_SCORES)
        worked = "" if row.reader is None else f"{row.reader:.0f} ms"
        yield (
            f"| {row.page} | {scores} | {row.paint / 1000:.1f} s | {row.shift:.3f} | {row.blocked:.0f} ms | {worked} "
            f"| {row.transferred / 1000:.0f} kB |"
        )


if __name__ == "__main__":
    sys.exit(main())
