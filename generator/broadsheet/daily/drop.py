"""What a day does not show: kept beside it in ``data/dropped``, so that every fetched paper is somewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.store.store import DROPPED, Store


def put(store: Store, date: str, rows: Sequence[Paper], reasons: Mapping[str, str]) -> None:
    """Make `rows` the day's papers, but for those that `reasons` (arXiv id → why) name: they go where dropped ones are.

    Those are written first: after a crash a paper may stand in both places, and then it is listed, but never in none.
    """
    going = [_marked(row, reasons[row.arxiv_id]) for row in rows if row.arxiv_id in reasons]
    listed = {row.arxiv_id for row in rows} - reasons.keys()
    again = {(row.arxiv_id, row.source) for row in going}
    before = [row for row in store.dropped(date) if (row.arxiv_id, row.source) not in again]
    store.write_dropped(date, [*(row for row in before if row.arxiv_id not in listed), *going])
    store.write_papers(date, [row for row in rows if row.arxiv_id not in reasons])


def _marked(row: Paper, reason: str) -> Paper:
    """The row with the reason; without its abstract where nothing can be learned from it."""
    changes: dict[str, Any] = {"extra": {**row.extra, DROPPED: reason}}
    return msgspec.structs.replace(row, **changes, abstract=row.abstract if row.score is not None else None)
