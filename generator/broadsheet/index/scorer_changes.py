"""The days from which another model or rubric scores papers. Pure."""

from collections.abc import Iterable, Iterator

import msgspec

from broadsheet.index.day_stats import DayStats
from broadsheet.model.scorer import ScorerName


class ScorerChange(msgspec.Struct, frozen=True, kw_only=True):
    """A day whose main scorer is another than that of `last_date`, the last day with scores before."""

    date: str
    last_date: str
    before: ScorerName
    after: ScorerName


def main_scorer(stats: DayStats) -> ScorerName | None:
    """Return the scorer of most listed papers of a day; None without scores."""
    return max(stats.scorers, key=lambda scorer: scorer.papers).name if stats.scorers else None


def scorer_changes(days: Iterable[tuple[str, DayStats]]) -> Iterator[ScorerChange]:
    """Yield the changes of the main scorer, oldest first. An unknown model or rubric is no other one."""
    last_date, before = "", None
    for date, stats in days:
        after = main_scorer(stats)
        if after is None:
            continue
        if before and _is_other(before, after):
            yield ScorerChange(date=date, last_date=last_date, before=before, after=after)
            before = after
        last_date, before = date, _filled(after, before)


def _is_other(before: ScorerName, after: ScorerName) -> bool:
    return any(old and new and old != new for old, new in zip(before, after, strict=True))


def _filled(name: ScorerName, before: ScorerName | None) -> ScorerName:
    """Return the name with its unknown parts from before."""
    return ScorerName(name.model or before.model, name.rubric or before.rubric) if before else name
