"""Places of scores among all that was scanned, and what the receipts cannot prove."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.index.day_stats import DayStats, ScorerStats
from broadsheet.index.places import WINDOW_DAYS, Place, ScoredDay, place_of, places
from broadsheet.model.receipt import Receipt, Tokens
from broadsheet.model.state import DayState

GPT = ("gpt-x", "r1")


def receipt(date: str, **fields: Any) -> Receipt:
    return Receipt(**{"date": date, "state": DayState.OK, **fields})


def stats(*scores: float, scorer: tuple[str, str] = GPT, dropped: tuple[float, ...] = ()) -> DayStats:
    listed = tuple((score - 5, 5, 1) for score in scores)
    shares = (ScorerStats(*scorer, len(scores), 0, 0),) if scores else ()
    return DayStats(listed, {}, shares, tuple(Counter(dropped).items()))


def day(
    date: str, *scores: float, scanned: int | None = 100, dropped: tuple[float, ...] = (), **fields: Any
) -> ScoredDay:
    found = None if scanned is None else receipt(date, scanned=scanned, **fields)
    return ScoredDay.of(date, stats(*scores, dropped=dropped), found)


def last(*days: ScoredDay) -> dict[float, Place]:
    *_, (_, newest) = places(days, days[0].date)
    return {place.score: place for place in newest}


def test_equal_scores_share_a_place_and_the_next_comes_after_all_of_them() -> None:
    found = last(day("2025-05-27", 19, 17, 17, 17, 15, scanned=1027))
    assert [(p.score, p.rank, p.ties, p.scanned) for p in found.values()] == [
        *((19, 1, 1, 1027), (17, 2, 3, 1027), (15, 5, 1, 1027)),
    ]


def test_a_dropped_paper_with_a_higher_score_comes_before() -> None:
    found = last(day("2025-05-27", 17, 12, dropped=(14, 14, 12)))
    assert (found[17].rank, found[12].rank, found[12].ties) == (1, 4, 1)


def test_decimals_that_add_up_to_the_same_are_the_same() -> None:
    sums = DayStats(((8.1, 8.2, 1), (8.2, 8.1, 1), (8.15, 8.15, 1)))
    (place,) = last(ScoredDay.of("2025-05-27", sums, None)).values()
    assert place.ties == 3
    assert place_of([place], 8.1 + 8.2) is place


@pytest.mark.parametrize(
    "fields",
    [
        {"scanned": None},
        {"unscored": {"2505.00001": "no reply"}},  # it might be the best
        {"shown": 84},  # most of them are not here
        {"scanned": 2},  # fewer than are listed
        {"tokens": Tokens()},  # the scorer failed
    ],
)
def test_without_proof_there_is_no_place_among_the_scanned(fields: dict[str, Any]) -> None:
    found = last(day("2025-05-27", 18, 17, 16, **{"scanned": 100, **fields}))
    assert {place.scanned for place in found.values()} == {None}


def test_papers_that_the_receipt_counts_as_dropped_are_not_missing() -> None:
    counts = receipt("2025-05-27", scanned=100, shown=84, dropped={"irrelevant": 16, "left out here": 82})
    found = last(ScoredDay.of("2025-05-27", stats(18, 17), counts))
    assert {place.scanned for place in found.values()} == {100}


def test_a_paper_that_is_listed_without_a_score_is_not_missing() -> None:
    counts = receipt("2025-05-27", scanned=100, shown=84, dropped={"irrelevant": 97})
    for unscored, scanned in ((0, None), (1, 100), (5, 100)):
        listed = stats(18, 17)
        listed = DayStats(listed.scores, {}, listed.scorers, (), unscored)
        assert last(ScoredDay.of("2025-05-27", listed, counts))[18].scanned == scanned


def test_a_score_is_the_best_of_days_that_the_archive_has() -> None:
    first = dt.date(2025, 1, 1)
    dates = [(first + dt.timedelta(days)).isoformat() for days in range(95)]
    found = dict(places((day(date, 18 + (date == dates[-1]), 12) for date in dates), dates[0]))
    assert found[dates[3]][0].best_days == 0
    assert found[dates[20]][0].best_days == 0  # another day of the week has 18 too
    newest = found[dates[-1]][0]
    assert (newest.best_days, newest.window_rank, newest.window_scanned) == (90, 1, 9000)
    assert found[dates[-1]][1].window_rank == 91
    assert found[dates[50]][0].window_rank is None


def test_the_best_of_the_week_alone() -> None:
    old = day("2025-05-01", 19)
    week = [day(f"2025-05-{number}", 17) for number in (21, 22, 23, 26)]
    assert last(old, *week, day("2025-05-27", 18))[18].best_days == 7
    assert last(old, *week, day("2025-05-27", 17))[17].best_days == 0
    assert last(*week, day("2025-05-27", 18, 18))[18].best_days == 0


def test_an_unproved_day_or_another_scorer_ends_the_comparison() -> None:
    before = [day("2025-01-01", 12), day("2025-05-20", 12)]
    assert last(*before, day("2025-05-27", 18))[18].window_scanned == 200
    assert last(*before, day("2025-05-22", 12, scanned=None), day("2025-05-27", 18))[18].window_scanned is None
    changed = last(*before, day("2025-05-27", 18)._replace(has_new_scorer=True))[18]
    assert (changed.scanned, changed.window_scanned, changed.best_days) == (100, None, 0)


scores = st.lists(st.integers(2, 20), max_size=6)
dates = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)).map(dt.date.isoformat)


@given(st.dictionaries(dates, scores, max_size=12))
@examples(max_examples=60, deadline=None)
def test_places_are_those_of_counting(found: dict[str, list[int]]) -> None:
    in_order = sorted(found)
    days = (day(date, *found[date], scanned=50) for date in in_order)
    for date, listed in places(days, min(found, default="")):
        end = dt.date.fromisoformat(date)
        window = [d for d in in_order if end - dt.timedelta(WINDOW_DAYS) < dt.date.fromisoformat(d) <= end]
        everything = [score for d in window for score in found[d]]
        for place in listed:
            assert place.rank == 1 + sum(score > place.score for score in found[date])
            assert place.ties == found[date].count(int(place.score))
            if place.window_rank is not None:
                assert place.window_rank == 1 + sum(score > place.score for score in everything)
                assert place.window_scanned == 50 * len(window)
                assert len([d for d in window if found[d]]) > 1
            if place.best_days == WINDOW_DAYS:
                assert sorted(everything)[-1:] == [place.score]
                assert everything.count(int(place.score)) == 1
