"""The reference archives: real papers, drawn by a seed, dated and numbered anew, as many days as asked for.

A day is drawn by its own seed, so a short archive is the end of every longer one, and days can be added one by one.
"""

import datetime as dt
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState
from broadsheet.store import records
from tests.example import ROOT, make_digest

LAST = dt.date(2025, 12, 15)  # mid-month and late in the year: what is kept by month or by year is not small then
PAPERS = 84  # of a day: those of 27 May 2025 in the archive that the corpus has
# What users get; the same without the search; and what the others build too: no pages of papers and authors.
DEFAULTS, NO_SEARCH, BARE = "defaults", "defaults without search", "bare"
MODES: dict[str, dict[str, str]] = {
    DEFAULTS: {},
    NO_SEARCH: {"search": "false"},
    BARE: {
        "search": "false",
        **dict.fromkeys(("paper_pages", "author_pages", "alternates", "downloads"), "none"),
    },
}
DAYS = {"week": 7, "month": 30, "y1": 365, "y2": 730, "y5": 1825, "y10": 3650}


def dates(days: int) -> list[str]:
    """The last `days` days up to `LAST`, oldest first."""
    return [(LAST - dt.timedelta(days=back)).isoformat() for back in reversed(range(days))]


def later(days: int) -> list[str]:
    """The `days` days after `LAST`."""
    return [(LAST + dt.timedelta(days=ahead + 1)).isoformat() for ahead in range(days)]


def pool(imported: Path) -> list[Paper]:
    """The papers to draw from: those in ``data/`` of `imported`, each id once."""
    found: dict[str, Paper] = {}
    for file in sorted((imported / "data" / "papers").rglob("*.jsonl")):
        for line in file.read_bytes().splitlines():
            paper = records.decode_paper(line)
            found.setdefault(paper.arxiv_id, paper)
    return list(found.values())


def day(papers: list[Paper], date: str) -> tuple[list[Paper], Receipt]:
    """What stands on a day: `PAPERS` of `papers`, under ids of the day's month that no other day has."""
    draw = random.Random(date)
    start = (int(date[8:]) - 1) * PAPERS
    chosen = [
        msgspec.structs.replace(paper, arxiv_id=f"{date[2:4]}{date[5:7]}.{start + place:05}", version=None)
        for place, paper in enumerate(draw.sample(papers, min(PAPERS, len(papers))), 1)
    ]
    scanned = draw.randint(400, 1100)
    receipt = Receipt(
        date=date,
        state=DayState.OK,
        model="gpt-4o",
        tokens=Tokens(prompt=110 * scanned, completion=15 * scanned, total=125 * scanned),
        cost=Cost(total=round(scanned * 0.0004, 2)),
        announced=scanned + draw.randint(200, 900),
        scanned=scanned,
        shown=len(chosen),
    )
    return chosen, receipt


def days(papers: list[Paper], of: list[str]) -> Iterator[tuple[list[Paper], Receipt]]:
    """The days `of`, one after the other."""
    return (day(papers, date) for date in of)


def write(root: Path, papers: list[Paper], of: list[str]) -> None:
    """Put the days `of` into ``data/`` of `root`, as the program's own store would, but for its waiting for disks."""
    for chosen, receipt in days(papers, of):
        lines, run = day_files(root, receipt.date)
        lines.parent.mkdir(parents=True, exist_ok=True)
        run.parent.mkdir(parents=True, exist_ok=True)
        lines.write_bytes(b"".join(records.encode_paper(paper) + b"\n" for paper in chosen))
        run.write_bytes(records.encode_receipt(receipt))


def copy_day(source: Path, root: Path, date: str) -> None:
    """Take a day of the digest in `source` over into `root`."""
    for taken, put in zip(day_files(source, date), day_files(root, date), strict=True):
        put.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, put)


def remove(root: Path, of: list[str]) -> None:
    """Take the days `of` out of ``data/`` again."""
    for date in of:
        for file in day_files(root, date):
            file.unlink(missing_ok=True)


def day_files(root: Path, date: str) -> tuple[Path, Path]:
    """The file of a day's papers, and that of its receipt."""
    return (
        root / "data" / "papers" / date[:4] / f"{date}.jsonl",
        root / "data" / "runs" / date[:4] / f"{date}.json",
    )


def make(root: Path, papers: list[Paper], days: int) -> Path:
    """The archive of `days` days as a digest in `root`; one that is complete there is left as it is."""
    mark = root / "complete"
    wanted = f"{days} days of {PAPERS} out of {len(papers)} papers\n"
    if not mark.is_file() or mark.read_text("utf-8") != wanted:
        shutil.rmtree(root, ignore_errors=True)
        write(root, papers, dates(days))
        mark.write_text(wanted, "utf-8")
    return settle(root)


def settle(root: Path, mode: str = BARE) -> Path:
    """Give `root` this repository's hand-written pages, and its settings in a mode of `MODES`."""
    lines = "".join(f"{name}: {value}\n" for name, value in MODES[mode].items())
    return make_digest(root, settings=lines + (ROOT / "digest.yml").read_text("utf-8"))
