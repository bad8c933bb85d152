"""The arithmetic of a day's receipt: what was given, minus what stands elsewhere, minus what is not shown. Pure.

The receipt of a run is counted from the day's papers, listed and dropped, and never from an earlier count: so a run
that was killed, or one that comes after it, ends in the same sums. A receipt that was imported has counts that nothing
in ``data/`` proves: they are raised only as far as the papers that are there require.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from broadsheet.daily.scorers import credited
from broadsheet.index.states import GOOD, SCORING, TROUBLED, is_open, serious_errors, state_by_counts
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.store.store import DROPPED

PREFILTER, WITHDRAWN = "prefilter", "withdrawn"
NOT_ON_RECORD = "reason not on record"
NOT_TRIED = "not tried: "  # begins the reason of a paper that no scorer has seen
# Keys of a paper's line: the day whose list had it, if that was another one at first; and the UTC day on which its
# votes or comments last changed since.
SIGHTED, RENEWED = "sighted", "renewed"


class Given(NamedTuple):
    """What a source gave in one run: `ids` as new, `duplicates` of them stand on another day. See `SourceStats`."""

    source: str
    condition: str
    ids: frozenset[str] = frozenset()
    announced: int | None = None
    replaced: int | None = None
    duplicates: Mapping[str, str] = {}
    dated: bool = True
    open: str = ""
    empty_since: str | None = None


class _Rows(NamedTuple):
    """The rows that a source gave for the day itself: the ids, and how many were renewed."""

    ids: frozenset[str] = frozenset()
    renewed: int = 0


def account(
    receipt: Receipt,
    given: Sequence[Given],
    listed: Sequence[Paper],
    dropped: Sequence[Paper],
    unscored: Mapping[str, str],
    errors: Sequence[str],
    signers: Collection[str] = (),
) -> Receipt:
    """Return the receipt of a day whose rows are `listed` and `dropped`, after a run in which the sources gave `given`.

    `unscored` has reasons; `errors` are those of this run. A given paper that is nowhere becomes an error.
    """
    shown = {row.arxiv_id for row in listed}
    rated = {row.arxiv_id for row in listed if row.score is not None}
    gone = {row.arxiv_id: str(row.extra.get(DROPPED, "")) for row in dropped if row.arxiv_id not in shown}
    rated_gone = {row.arxiv_id for row in dropped if row.score is not None} & gone.keys()
    sources = _tallies(receipt, given, [*listed, *dropped])
    fetched, scanned = sum(tally.fetched or 0 for tally in sources.values()), len(shown) + len(gone)
    reasons = receipt.unscored | dict(unscored)
    left = {row: reasons.get(row, f"{NOT_TRIED}no scorer was asked") for row in sorted(shown - rated)}
    noted = [error for error in receipt.errors if error.startswith(SCORING)]
    summed = msgspec.structs.replace(
        credited(receipt, [*listed, *dropped], signers),
        sources=sources,
        announced=_total(tally.announced for tally in sources.values()),
        replaced=_total(tally.replaced for tally in sources.values()),
        fetched=fetched,
        duplicates=fetched - scanned,
        scanned=scanned,
        scored=len(rated) + len(rated_gone),
        relevant=len(rated),
        dropped=dict(sorted(Counter(gone.values()).items())),
        unscored=left,
        near_misses=tuple(
            miss
            for miss in receipt.near_misses
            if miss.arxiv_id not in shown and gone.get(miss.arxiv_id, PREFILTER) == PREFILTER
        ),
        errors=tuple(dict.fromkeys([*errors, *_lost(given, shown | gone.keys(), sources), *noted])),
    )
    return msgspec.structs.replace(summed, state=state_by_counts(summed))


def recounted(
    receipt: Receipt, listed: Sequence[Paper], dropped: Sequence[Paper], signers: Collection[str] = ()
) -> Receipt:
    """Return the receipt with sums that fit the day's papers as they are now, whoever wrote it."""
    if receipt.sources:
        return account(receipt, (), listed, dropped, {}, serious_errors(receipt), signers)
    return _fitted(receipt, listed, dropped, signers)


def _fitted(receipt: Receipt, listed: Sequence[Paper], dropped: Sequence[Paper], signers: Collection[str]) -> Receipt:
    """Raise the counts of a receipt that was imported as far as the day's papers require, and no further.

    A shown paper with a score was scanned, and it is relevant; what was scanned was fetched.
    """
    shown = {row.arxiv_id for row in listed}
    rated = {row.arxiv_id for row in listed if row.score is not None}
    all_rated = rated | {row.arxiv_id for row in dropped if row.score is not None}
    scanned = _raised(receipt.scanned, sum(receipt.dropped.values()) + len(rated))
    relevant = _raised(receipt.relevant, len(rated))
    return msgspec.structs.replace(
        credited(receipt, [*listed, *dropped], signers),
        relevant=relevant,
        scanned=scanned,
        dropped=receipt.dropped | _dropped_elsewhere(receipt.dropped, scanned, relevant, len(shown)),
        fetched=_raised(receipt.fetched, (scanned or 0) + (receipt.duplicates or 0)),
        scored=_raised(receipt.scored, len(all_rated)),
        unscored={arxiv_id: why for arxiv_id, why in receipt.unscored.items() if arxiv_id not in all_rated},
        near_misses=tuple(miss for miss in receipt.near_misses if miss.arxiv_id not in shown),
    )


def _dropped_elsewhere(
    dropped: Mapping[str, int], scanned: int | None, relevant: int | None, shown: int
) -> dict[str, int]:
    """Return how many scanned papers are neither shown nor dropped for a known reason, once some are."""
    known = sum(dropped.values())
    if not known or scanned is None or relevant is None or scanned - known <= shown:
        return {}
    rest = scanned - known - relevant
    return {NOT_ON_RECORD: dropped.get(NOT_ON_RECORD, 0) + rest} if rest > 0 else {}


def _raised(count: int | None, least: int) -> int | None:
    return None if count is None else max(count, least)


def stays(before: SourceStats | None, condition: str) -> bool:
    """Return whether what a source gave in an earlier run stands, since this time it gave nothing that can be used."""
    if before is None or before.condition not in GOOD or (before.condition == "quiet" and is_open(before)):
        return False
    return condition in TROUBLED or (condition == "quiet" and bool(before.announced))


def _tallies(receipt: Receipt, given: Sequence[Given], rows: Sequence[Paper]) -> dict[str, SourceStats]:
    before, now, here = receipt.sources, {one.source: one for one in given}, _by_source(receipt.date, rows)
    names = dict.fromkeys([*now, *before, *here])
    return {name: _tally(before.get(name), now.get(name), here.get(name, _Rows())) for name in names}


def _by_source(date: str, rows: Sequence[Paper]) -> dict[str, _Rows]:
    """Return what each source gave for `date`: not the rows that it gave for another, unless a paper has no other."""
    own = {row.arxiv_id for row in rows if row.extra.get(SIGHTED, date) == date}
    places: dict[str, list[Paper]] = {}
    for row in rows:
        if row.extra.get(SIGHTED, date) == date or row.arxiv_id not in own:
            places.setdefault(row.source, []).append(row)
    return {
        name: _Rows(
            frozenset(row.arxiv_id for row in group), len({row.arxiv_id for row in group if RENEWED in row.extra})
        )
        for name, group in places.items()
    }


def _tally(before: SourceStats | None, now: Given | None, here: _Rows) -> SourceStats:
    latest = now if now and not stays(before, now.condition) else before
    dated = now.dated if now else before is None or before.fetched is not None
    seen = {**(before.duplicates if before else {}), **(now.duplicates if now else {})}
    duplicates = {arxiv_id: day for arxiv_id, day in sorted(seen.items()) if arxiv_id not in here.ids}
    fetched = len(here.ids) + len(duplicates) if dated else None
    return SourceStats(
        condition=latest.condition if latest else "ok",
        announced=_announced(before, latest, fetched or 0),
        fetched=fetched,
        replaced=latest.replaced if latest else None,
        renewed=here.renewed or None,
        duplicates=duplicates,
        open=_open(before, latest),
        empty_since=latest.empty_since if latest else None,
    )


def _open(before: SourceStats | None, latest: Given | SourceStats | None) -> str:
    """Return why more may come: an open source that cannot be read stays open."""
    if latest is None:
        return ""
    return latest.open or (before.open if before and latest.condition == "failed" else "")


def _announced(before: SourceStats | None, latest: Given | SourceStats | None, fetched: int) -> int | None:
    """Return how many papers a source listed for the day by now: what it gave at any time, and what was left out.

    The feed and the API may differ in both; the more that one of them left out counts. So does an old feed's, as its
    duplicates are counted, too.
    """
    if latest is None or latest.announced is None:
        return None
    left_out = latest.announced - len(latest.ids) if isinstance(latest, Given) else 0
    if before:
        left_out = max(left_out, (before.announced or 0) - (before.fetched or 0))
    return max(latest.announced, fetched + left_out)


def _lost(given: Sequence[Given], here: set[str], sources: Mapping[str, SourceStats]) -> list[str]:
    """Return what must never be: a paper that was given, and is nowhere."""
    lost = sorted({i for one in given for i in one.ids - here - sources[one.source].duplicates.keys()})
    some = ", ".join(lost[:3]) + (", …" if len(lost) > 3 else "")
    return [f"{len(lost)} of the fetched papers could not be kept: {some}"] if lost else []


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
