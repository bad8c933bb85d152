"""arXiv's days of announcement."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.providers.arxiv.calendar import Calendar, current_day, holidays


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-09-24", "2026-09-22T18:00", "2026-09-23T18:00"),  # a Thursday
        ("2026-09-21", "2026-09-17T18:00", "2026-09-18T18:00"),  # a Monday: Thursday to Friday
        ("2026-09-22", "2026-09-18T18:00", "2026-09-21T18:00"),  # a Tuesday: over the weekend
        ("2026-11-03", "2026-10-30T18:00", "2026-11-02T19:00"),  # the clocks went back
        ("2026-03-10", "2026-03-06T19:00", "2026-03-09T18:00"),  # the clocks went forward
        ("2026-09-09", "2026-09-04T18:00", "2026-09-08T18:00"),  # Labor Day's papers came a day later
        ("2027-01-05", "2026-12-30T19:00", "2027-01-04T19:00"),  # two holidays around New Year, and a weekend
    ],
)
def test_windows(day: str, start: str, end: str) -> None:
    window = Calendar().window(day)
    assert window is not None
    assert [time.strftime("%Y-%m-%dT%H:%M") for time in window] == [start, end]


@pytest.mark.parametrize(
    "day",
    [
        "2026-09-26",  # Saturday
        "2026-09-27",  # Sunday
        "2026-06-22",  # the Monday after Juneteenth, a Friday
        "2026-09-08",  # the day after Labor Day
        "2026-11-27",  # the day after Thanksgiving
        "2025-11-28",  # the same by rule
    ],
)
def test_days_without_an_announcement(day: str) -> None:
    assert not Calendar().announces(day)
    assert Calendar().window(day) is None


def test_holidays_themselves_bring_what_closed_the_day_before() -> None:
    assert Calendar().announces("2026-11-26")
    assert Calendar().announces("2026-06-19")


def test_a_holiday_can_be_added_in_the_settings() -> None:
    assert Calendar().announces("2026-09-24")
    assert not Calendar(["2026-09-23"]).announces("2026-09-24")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-09-23T23:59:59+00:00", "2026-09-23"),  # 19:59:59 in summer
        ("2026-09-24T00:00:00+00:00", "2026-09-24"),
        ("2026-12-03T00:30:00+00:00", "2026-12-02"),  # 19:30 in winter
        ("2026-12-03T01:00:00+00:00", "2026-12-03"),
        ("2026-09-24T08:30:00+08:00", "2026-09-24"),  # a morning in Asia
    ],
)
def test_the_day_that_is_newest(now: str, day: str) -> None:
    assert current_day(datetime.datetime.fromisoformat(now)) == day


def test_holidays_by_rule() -> None:
    days = "2025-01-01 2025-01-20 2025-06-19 2025-07-04 2025-09-01 2025-11-27 2025-12-25"
    assert sorted(day.isoformat() for day in holidays(2025)) == days.split()
    assert datetime.date(2027, 7, 5) in holidays(2027)  # the fourth is a Sunday


@given(st.integers(800_000_000, 2_200_000_000))
def test_every_paper_falls_into_the_window_of_its_day(seconds: int) -> None:
    submitted = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    window = Calendar().window(Calendar().day_of(submitted))
    assert window is not None
    assert window[0] <= submitted < window[1]
