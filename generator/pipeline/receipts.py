"""The arithmetic of a day's receipt: what was given, minus what stands elsewhere, minus what is not shown. Pure.

All of it is counted from the day's papers, listed and dropped, and never from an earlier count: so a run that was
killed, or one that comes after it, ends in the same sums.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from generator.edges.store import DROPPED
from generator.ground.model import Paper, Receipt, State, Tally

PREFILTER, WITHDRAWN = "prefilter", "withdrawn"
SCORING = "scoring: "  # begins those of the receipt's errors that a scorer noted, and made up for
NOT_TRIED = "not tried: "  # begins the reason of a paper that no scorer has seen
_GOOD = frozenset({"ok", "quiet"})
_TROUBLED = frozenset({"stale", "failed"})


class Given(NamedTuple):
    """What a source gave in one run: `ids` as new, `duplicates` of them stand on an earlier day. See `Tally`."""

    source: str
    condition: str
    ids: frozenset[str] = frozenset()
    announced: int | None = None
    replaced: int | None = None
    duplicates: Mapping[str, str] = {}
    dated: bool = True


def account(
    receipt: Receipt,
    given: Sequence[Given],
    listed: Sequence[Paper],
    dropped: Sequence[Paper],
    unscored: Mapping[str, str],
    errors: Sequence[str],
) -> Receipt:
    """The receipt of a day whose rows are `listed` and `dropped`, after a run in which the sources gave `given`.

    `unscored` has reasons; `errors` are those of this run. A given paper that is nowhere becomes an error.
    """
    shown = {row.arxiv_id for row in listed}
    rated = {row.arxiv_id for row in listed if row.score is not None}
    gone = {row.arxiv_id: str(row.extra.get(DROPPED, "")) for row in dropped if row.arxiv_id not in shown}
    rated_gone = {row.arxiv_id for row in dropped if row.score is not None} & gone.keys()
    sources = _tallies(receipt.sources, given, [*listed, *dropped])
    fetched, scanned = sum(tally.fetched or 0 for tally in sources.values()), len(shown) + len(gone)
    reasons = receipt.unscored | dict(unscored)
    left = {row: reasons.get(row, f"{NOT_TRIED}no scorer was asked") for row in sorted(shown - rated)}
    noted = [error for error in receipt.errors if error.startswith(SCORING)]
    scorer = next((row.scorer for row in (*listed, *dropped) if row.scorer), None)
    counted = msgspec.structs.replace(
        receipt,
        model=receipt.model or (scorer.model if scorer else None),
        rubric=receipt.rubric or (scorer.rubric if scorer and not receipt.model else None),
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
        near_misses=tuple(miss for miss in receipt.near_misses if gone.get(miss.arxiv_id) == PREFILTER),
        errors=tuple(dict.fromkeys([*errors, *_lost(given, shown | gone.keys(), sources), *noted])),
    )
    return msgspec.structs.replace(counted, state=state_by(counted))


def state_by(receipt: Receipt) -> State:
    """What became of a day, by its counts: failed if nothing came of it though something should have."""
    serious = [error for error in receipt.errors if not error.startswith(SCORING)]
    conditions = {tally.condition for tally in receipt.sources.values()}
    troubled = bool(serious or receipt.unscored or conditions & _TROUBLED)
    if receipt.unscored and not receipt.scored:
        return State.FAILED
    if receipt.scanned:
        return State.PARTIAL if troubled else State.OK
    if troubled:
        answered = any(tally.fetched is not None and tally.condition in _GOOD for tally in receipt.sources.values())
        return State.PARTIAL if answered else State.FAILED
    return State.OK if receipt.fetched else State.QUIET


def is_settled(receipt: Receipt | None) -> bool:
    """Whether nothing is left to be mended."""
    return receipt is not None and receipt.state in (State.OK, State.QUIET)


def stays(before: Tally | None, condition: str) -> bool:
    """Whether what a source gave in an earlier run stands, since this time it gave nothing that can be used."""
    return before is not None and before.condition in _GOOD and condition in _TROUBLED


def _tallies(before: Mapping[str, Tally], given: Sequence[Given], rows: Sequence[Paper]) -> dict[str, Tally]:
    now = {one.source: one for one in given}
    places: dict[str, set[str]] = {}
    for row in rows:
        places.setdefault(row.source, set()).add(row.arxiv_id)
    names = dict.fromkeys([*now, *before, *places])
    return {name: _tally(before.get(name), now.get(name), places.get(name, set())) for name in names}


def _tally(before: Tally | None, now: Given | None, here: set[str]) -> Tally:
    told = now if now and not stays(before, now.condition) else before
    dated = now.dated if now else before is None or before.fetched is not None
    found = {**(before.duplicates if before else {}), **(now.duplicates if now else {})}
    duplicates = {arxiv_id: day for arxiv_id, day in sorted(found.items()) if arxiv_id not in here}
    return Tally(
        condition=told.condition if told else "ok",
        announced=told.announced if told else None,
        fetched=len(here) + len(duplicates) if dated else None,
        replaced=told.replaced if told else None,
        duplicates=duplicates,
    )


def _lost(given: Sequence[Given], here: set[str], sources: Mapping[str, Tally]) -> list[str]:
    """What must never be: a paper that was given, and is nowhere."""
    lost = sorted({i for one in given for i in one.ids - here - sources[one.source].duplicates.keys()})
    some = ", ".join(lost[:3]) + (", …" if len(lost) > 3 else "")
    return [f"{len(lost)} of the fetched papers could not be kept: {some}"] if lost else []


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
