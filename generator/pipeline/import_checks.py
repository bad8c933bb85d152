"""What an import looks at once all of it is in: whether the scores make sense, and whether receipts count them all."""

from collections.abc import Collection, Sequence
from contextlib import suppress

import msgspec

from generator.edges.sources.harvest import Row
from generator.edges.store import Store
from generator.ground.errors import DigestError, Problem

_MANY, _LOW = 30, 5  # so many scores, none above: they may be on a scale of 1 to 5


class Relevances:
    """The relevances of an import: on a scale of 1 to 5 none is out of range, and all of them are low."""

    def __init__(self) -> None:
        self.number, self.highest = 0, 0.0

    def look_at(self, rows: Sequence[Row]) -> None:
        """Count the scored ones among `rows`."""
        scored = [row.paper.relevance for row in rows if row.paper.relevance is not None]
        self.number += len(scored)
        self.highest = max([self.highest, *scored])

    def doubts(self) -> list[Problem]:
        """Return a note if the highest of many is 5 or less."""
        if self.number < _MANY or self.highest > _LOW:
            return []
        what = f"none of {self.number} relevances is above {self.highest:g}"
        return [Problem("import", what, "if they go from 1 to 5, import again with --scale 1-5 --replace", note=True)]


def count_relevant(store: Store, dates: Collection[str]) -> None:
    """Raise the relevant papers of imported receipts to those that are listed; a run counts its own."""
    with_receipt = {path.stem for path in (store.data / "runs").glob("*/*.json")}
    for date in sorted(with_receipt.intersection(dates)):
        with suppress(DigestError):  # what cannot be read was reported when it was to be merged
            _count_relevant(store, date)


def _count_relevant(store: Store, date: str) -> None:
    receipt = store.receipt(date)
    if receipt is None or receipt.sources or receipt.relevant is None:
        return
    scored = len({paper.arxiv_id for paper in store.papers(date) if paper.score is not None})
    if receipt.relevant < scored <= (receipt.scanned or 0):
        store.write_receipt(msgspec.structs.replace(receipt, relevant=scored))
