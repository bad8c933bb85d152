"""Papers that a day does not show: stored in ``data/dropped``, so that every fetched paper has a row."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.store.store import DROPPED, Store


def move_to_dropped(store: Store, date: str, rows: Sequence[Paper], reasons: Mapping[str, str]) -> None:
    """Write `rows` as the day's papers, but move those in `reasons` (arXiv id → reason) to the dropped ones.

    Dropped papers are written first. After a crash a paper may be in both files, and then it is listed.
    """
    moved = [_marked(row, reasons[row.arxiv_id]) for row in rows if row.arxiv_id in reasons]
    listed_ids = {row.arxiv_id for row in rows} - reasons.keys()
    keys = {(row.arxiv_id, row.source) for row in moved}
    before = [row for row in store.dropped(date) if (row.arxiv_id, row.source) not in keys]
    store.write_dropped(date, [*(row for row in before if row.arxiv_id not in listed_ids), *moved])
    store.write_papers(date, [row for row in rows if row.arxiv_id not in reasons])


def _marked(row: Paper, reason: str) -> Paper:
    """Return the row with the reason, and without its abstract if it has no score to learn from."""
    changes: dict[str, Any] = {"extra": {**row.extra, DROPPED: reason}}
    return msgspec.structs.replace(row, **changes, abstract=row.abstract if row.score is not None else None)
