"""What other days say of a day's papers: that changes without a file of the day."""

import sqlite3
from collections.abc import Iterable

from broadsheet.index.database import TOP

# CROSS JOIN, so that SQLite begins with the few papers of the day.
_QUERY = f"""
SELECT e.rank, min(f.date) AS first, min(f.rank) <= {TOP}, e.arxiv_id
FROM entry e CROSS JOIN entry f ON f.arxiv_id = e.arxiv_id
WHERE e.date = ? GROUP BY e.rank HAVING first < e.date OR min(f.rank) < e.rank ORDER BY e.rank
"""


def noted(seen: str) -> dict[int, tuple[str, bool]]:
    """Of a day's papers that others show too, by rank: the first day that did, and whether any has it at its top."""
    words = seen.split()
    return {int(rank): (first, top == "1") for rank, first, top in zip(*[iter(words)] * 3, strict=True)}


def refresh(db: sqlite3.Connection, dates: Iterable[str]) -> dict[str, str]:
    """Note anew, on each of `dates`, where else its papers are; return, for each, those that an earlier day has shown.

    `dates` are those that changed and all that show one of their papers.
    """
    repeated = {}
    for date in sorted(dates):
        rows = db.execute(_QUERY, (date,)).fetchall()
        seen = " ".join(f"{rank} {first} {top}" for rank, first, top, _ in rows)
        db.execute("UPDATE day SET seen = ? WHERE date = ?", (seen, date))
        names = [name for _, first, _, name in rows if first < date]
        db.execute("DELETE FROM again WHERE date = ?", (date,))
        db.executemany("INSERT INTO again VALUES (?, ?)", ((date, name) for name in names))
        repeated[date] = " ".join(names)
    return repeated
