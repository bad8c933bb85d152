"""The counts of a day's receipt: fetched - duplicates - dropped - unscored = shown. Pure.

The receipt of a run is counted from the day's papers, listed and dropped, and never from an earlier count. So a killed
run and the run after it end in the same sums. ``data/`` does not prove the counts of an imported receipt: they are
raised only as far as the day's papers require.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from broadsheet.daily.scorers import with_scorers
from broadsheet.index.states import GOOD, SCORING, TROUBLED, derive_state, is_open, serious_errors
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.store.store import DROPPED

PREFILTER, WITHDRAWN = "prefilter", "withdrawn"
NOT_ON_RECORD = "reason not on record"
NOT_TRIED = "not tried: "  # prefix of the reason of a paper that no scorer has seen
# Keys of a paper's line: the day that first listed it, if not its own; the UTC day of its last new votes or comments.
SIGHTED, RENEWED = "sighted", "renewed"


class SourceRun(NamedTuple):
    """The papers of one source in one run: `ids` as new, of which `duplicates` are on another day."""

    source: str
    status: str
    ids: frozenset[str] = frozenset()
    announced: int | None = None
    replaced: int | None = None
    duplicates: Mapping[str, str] = {}
    dated: bool = True
    open: str = ""
    empty_since: str | None = None


class _SourceRows(NamedTuple):
    """The rows of one source for the day itself: their ids, and the number of renewed ones."""

    ids: frozenset[str] = frozenset()
    renewed: int = 0


def reconcile(
    receipt: Receipt,
    runs: Sequence[SourceRun],
    papers: Sequence[Paper],
    dropped: Sequence[Paper],
    unscored: Mapping[str, str],
    errors: Sequence[str],
    signers: Collection[str] = (),
) -> Receipt:
    """Return the receipt of a day with the rows `papers` and `dropped`, after a run with the results `runs`.

    `unscored` has reasons; `errors` are those of this run. A fetched paper without a row becomes an error.
    """
    ids = {row.arxiv_id for row in papers}
    scored = {row.arxiv_id for row in papers if row.score is not None}
    reasons = {row.arxiv_id: str(row.extra.get(DROPPED, "")) for row in dropped if row.arxiv_id not in ids}
    scored_dropped = {row.arxiv_id for row in dropped if row.score is not None} & reasons.keys()
    sources = _source_stats(receipt, runs, [*papers, *dropped])
    fetched, scanned = sum(stats.fetched or 0 for stats in sources.values()), len(ids) + len(reasons)
    notes = receipt.unscored | dict(unscored)
    scoring_errors = [error for error in receipt.errors if error.startswith(SCORING)]
    summed = msgspec.structs.replace(
        with_scorers(receipt, [*papers, *dropped], signers),
        sources=sources,
        announced=_total(stats.announced for stats in sources.values()),
        replaced=_total(stats.replaced for stats in sources.values()),
        fetched=fetched,
        duplicates=fetched - scanned,
        scanned=scanned,
        scored=len(scored) + len(scored_dropped),
        shown=len(scored),
        dropped=dict(sorted(Counter(reasons.values()).items())),
        unscored={i: notes.get(i, f"{NOT_TRIED}no scorer has run") for i in sorted(ids - scored)},
        near_misses=tuple(
            miss
            for miss in receipt.near_misses
            if miss.arxiv_id not in ids and reasons.get(miss.arxiv_id, PREFILTER) == PREFILTER
        ),
        errors=tuple(dict.fromkeys([*errors, *_lost(runs, ids | reasons.keys(), sources), *scoring_errors])),
    )
    return msgspec.structs.replace(summed, state=derive_state(summed))


def refit_counts(
    receipt: Receipt, papers: Sequence[Paper], dropped: Sequence[Paper], signers: Collection[str] = ()
) -> Receipt:
    """Return the receipt, of a run or imported, with sums that fit the day's papers."""
    if receipt.sources:
        return reconcile(receipt, (), papers, dropped, {}, serious_errors(receipt), signers)
    return _raise_counts(receipt, papers, dropped, signers)


def _raise_counts(
    receipt: Receipt, papers: Sequence[Paper], dropped: Sequence[Paper], signers: Collection[str]
) -> Receipt:
    """Raise the counts of an imported receipt as far as the day's papers require, and no further.

    A listed paper with a score was shown, what was shown was scanned, and what was scanned was fetched.
    """
    ids = {row.arxiv_id for row in papers}
    scored = {row.arxiv_id for row in papers if row.score is not None}
    all_scored = scored | {row.arxiv_id for row in dropped if row.score is not None}
    scanned = _at_least(receipt.scanned, sum(receipt.dropped.values()) + len(scored))
    shown_count = _at_least(receipt.shown, len(scored))
    return msgspec.structs.replace(
        with_scorers(receipt, [*papers, *dropped], signers),
        shown=shown_count,
        scanned=scanned,
        dropped=receipt.dropped | _dropped_elsewhere(receipt.dropped, scanned, shown_count, len(ids)),
        fetched=_at_least(receipt.fetched, (scanned or 0) + (receipt.duplicates or 0)),
        scored=_at_least(receipt.scored, len(all_scored)),
        unscored={arxiv_id: reason for arxiv_id, reason in receipt.unscored.items() if arxiv_id not in all_scored},
        near_misses=tuple(miss for miss in receipt.near_misses if miss.arxiv_id not in ids),
    )


def _dropped_elsewhere(
    dropped: Mapping[str, int], scanned: int | None, shown_count: int | None, listed_count: int
) -> dict[str, int]:
    """Return the number of scanned papers that are neither shown nor dropped for a known reason, once some are."""
    total = sum(dropped.values())
    if not total or scanned is None or shown_count is None or scanned - total <= listed_count:
        return {}
    rest = scanned - total - shown_count
    return {NOT_ON_RECORD: dropped.get(NOT_ON_RECORD, 0) + rest} if rest > 0 else {}


def _at_least(count: int | None, minimum: int) -> int | None:
    return None if count is None else max(count, minimum)


def keeps_previous(before: SourceStats | None, status: str) -> bool:
    """Return whether the stats of an earlier run stay, since this run gave nothing usable."""
    if before is None or before.status not in GOOD or (before.status == "quiet" and is_open(before)):
        return False
    return status in TROUBLED or (status == "quiet" and bool(before.announced))


def _source_stats(receipt: Receipt, runs: Sequence[SourceRun], rows: Sequence[Paper]) -> dict[str, SourceStats]:
    before, now, rows_of = receipt.sources, {run.source: run for run in runs}, _by_source(receipt.date, rows)
    names = dict.fromkeys([*now, *before, *rows_of])
    return {name: _stats(before.get(name), now.get(name), rows_of.get(name, _SourceRows())) for name in names}


def _by_source(date: str, rows: Sequence[Paper]) -> dict[str, _SourceRows]:
    """Return the rows of each source for `date`; a row for another day counts only if its paper has no other."""
    own = {row.arxiv_id for row in rows if row.extra.get(SIGHTED, date) == date}
    groups: dict[str, list[Paper]] = {}
    for row in rows:
        if row.extra.get(SIGHTED, date) == date or row.arxiv_id not in own:
            groups.setdefault(row.source, []).append(row)
    return {
        name: _SourceRows(
            frozenset(row.arxiv_id for row in group), len({row.arxiv_id for row in group if RENEWED in row.extra})
        )
        for name, group in groups.items()
    }


def _stats(before: SourceStats | None, now: SourceRun | None, rows: _SourceRows) -> SourceStats:
    latest = now if now and not keeps_previous(before, now.status) else before
    dated = now.dated if now else before is None or before.fetched is not None
    all_duplicates = {**(before.duplicates if before else {}), **(now.duplicates if now else {})}
    duplicates = {arxiv_id: day for arxiv_id, day in sorted(all_duplicates.items()) if arxiv_id not in rows.ids}
    fetched = len(rows.ids) + len(duplicates) if dated else None
    return SourceStats(
        status=latest.status if latest else "ok",
        announced=_announced(before, latest, fetched or 0),
        fetched=fetched,
        replaced=latest.replaced if latest else None,
        renewed=rows.renewed or None,
        duplicates=duplicates,
        open=_open(before, latest),
        empty_since=latest.empty_since if latest else None,
    )


def _open(before: SourceStats | None, latest: SourceRun | SourceStats | None) -> str:
    """Return the reason why more papers may come; an open source that cannot be read stays open."""
    if latest is None:
        return ""
    return latest.open or (before.open if before and latest.status == "failed" else "")


def _announced(before: SourceStats | None, latest: SourceRun | SourceStats | None, fetched: int) -> int | None:
    """Return the number of papers that a source has listed for the day, in any run, fetched or left out.

    Feed and API may differ in both numbers; the larger number left out counts. That holds for an old feed, too, since
    its duplicates are counted.
    """
    if latest is None or latest.announced is None:
        return None
    left_out = latest.announced - len(latest.ids) if isinstance(latest, SourceRun) else 0
    if before:
        left_out = max(left_out, (before.announced or 0) - (before.fetched or 0))
    return max(latest.announced, fetched + left_out)


def _lost(runs: Sequence[SourceRun], rows: set[str], sources: Mapping[str, SourceStats]) -> list[str]:
    """Return an error if a fetched paper has no row and is no duplicate: that must never be."""
    lost = sorted({i for run in runs for i in run.ids - rows - sources[run.source].duplicates.keys()})
    examples = ", ".join(lost[:3]) + (", …" if len(lost) > 3 else "")
    return [f"{len(lost)} of the fetched papers could not be stored: {examples}"] if lost else []


def _total(counts: Iterable[int | None]) -> int | None:
    numbers = [count for count in counts if count is not None]
    return sum(numbers) if numbers else None
