"""Repeats: the papers of a day that other days show too. They change without a file of the day."""

import sqlite3
from collections.abc import Iterable

from broadsheet.index.database import TOP

# CROSS JOIN, so that SQLite begins with the few papers of the day.
_STATEMENT = f"""
SELECT e.rank, min(f.date) AS first, min(f.rank) <= {TOP}, e.arxiv_id
FROM entry e CROSS JOIN entry f ON f.arxiv_id = e.arxiv_id
WHERE e.date = ? GROUP BY e.rank HAVING first < e.date OR min(f.rank) < e.rank ORDER BY e.rank
"""


def parse(repeats: str) -> dict[int, tuple[str, bool]]:
    """Return by rank, for repeated papers, the first day with the paper, and whether any day has it at its top."""
    words = repeats.split()
    return {int(rank): (first, top == "1") for rank, first, top in zip(*[iter(words)] * 3, strict=True)}


def refresh(db: sqlite3.Connection, dates: Iterable[str]) -> dict[str, str]:
    """Store the repeats of each of `dates` again; return, for each, the papers that an earlier day has shown.

    `dates` are those that changed, and all that show one of their papers.
    """
    repeated = {}
    for date in sorted(dates):
        rows = db.execute(_STATEMENT, (date,)).fetchall()
        repeats = " ".join(f"{rank} {first} {top}" for rank, first, top, _ in rows)
        db.execute("UPDATE day SET repeats = ? WHERE date = ?", (repeats, date))
        names = [name for _, first, _, name in rows if first < date]
        db.execute("DELETE FROM repeat WHERE date = ?", (date,))
        db.executemany("INSERT INTO repeat VALUES (?, ?)", ((date, name) for name in names))
        repeated[date] = " ".join(names)
    return repeated
