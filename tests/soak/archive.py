"""The archive in ``data/`` and the built pages, read without code of the program."""

import datetime
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]


class Place(NamedTuple):
    """The place of a paper's row."""

    date: datetime.date
    shown: bool
    row: Row


class Archive:
    """The data of the digest in `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = _days(root / "data" / "papers")
        self.dropped = _days(root / "data" / "dropped")
        self.receipts = {
            _date(path): json.loads(path.read_bytes()) for path in (root / "data" / "runs").glob("*/*.json")
        }
        self.places: dict[str, list[Place]] = defaultdict(list)
        for shown, days in ((True, self.shown), (False, self.dropped)):
            for date, rows in days.items():
                for row in rows:
                    self.places[row["arxiv_id"]].append(Place(date, shown, row))

    def of(self, paper_id: str) -> list[Place]:
        """All rows of a paper."""
        return self.places.get(paper_id, [])

    def rows(self, date: datetime.date) -> dict[str, list[Place]]:
        """The papers of a day with all their rows."""
        papers: dict[str, list[Place]] = defaultdict(list)
        for shown, days in ((True, self.shown), (False, self.dropped)):
            for row in days.get(date, []):
                papers[row["arxiv_id"]].append(Place(date, shown, row))
        return papers

    def publications(self) -> list[tuple[str, str]]:
        """The id and the last change of every record."""
        texts = [path.read_text("utf-8") for path in sorted((self.root / "data" / "publications").glob("*.yml"))]
        record = re.compile(r"^_id: '?(\d+)(?:(?!^---).)*?^date_updated: '?([^\s']+)", re.MULTILINE | re.DOTALL)
        return [(name, time) for text in texts for name, time in record.findall(text)]

    def page(self, date: datetime.date) -> str:
        """The HTML of a day, empty if there is none."""
        path = self.root / "site" / f"daily/{date:%Y/%m/%d}/index.html"
        return path.read_text("utf-8") if path.is_file() else ""


def _days(folder: Path) -> dict[datetime.date, list[Row]]:
    return {
        _date(path): [json.loads(line) for line in path.read_bytes().splitlines()] for path in folder.glob("*/*.jsonl")
    }


def _date(path: Path) -> datetime.date:
    return datetime.date.fromisoformat(path.name.partition(".")[0])
