"""When arXiv closes, announces, and renews its feeds and its index, from its own help pages.

Sources: https://info.arxiv.org/help/availability.html, rss.html, oa/index.html, api/user-manual.html
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
DAY = datetime.timedelta(days=1)
SATURDAY, SUNDAY, FRIDAY = 5, 6, 4

# The published list of 2026. Later years are not published yet: the days that law fixes, and two of arXiv's own choice.
_PUBLISHED = """\
2026-01-01 2026-01-19 2026-06-19 2026-07-03 2026-09-07 2026-11-26 2026-12-25 2026-12-29 2026-12-31
2027-01-01 2027-01-18 2027-06-18 2027-07-05 2027-09-06 2027-11-25 2027-12-24"""
PUBLISHED = frozenset(map(datetime.date.fromisoformat, _PUBLISHED.split()))


class Announcement(NamedTuple):
    """One announcement: the morning it is for, and in UTC from when to when its papers came in, and when it is made."""

    day: datetime.date
    opens: datetime.datetime
    closes: datetime.datetime
    temporary: datetime.datetime


class Schedule:
    """arXiv's calendar, where nothing closes on `deferred` days either."""

    def __init__(self, deferred: frozenset[datetime.date] = frozenset()) -> None:
        self._holidays = PUBLISHED | deferred

    def announcements(self, first: datetime.date, last: datetime.date) -> Iterator[Announcement]:
        """Those for the mornings from `first` to `last`."""
        for number in range((last - first).days + 1):
            if announcement := self.announcement(first + DAY * number):
                yield announcement

    def announcement(self, day: datetime.date) -> Announcement | None:
        """The one for the morning of `day`: made the evening before, at 20:00; Friday's on Sunday."""
        closing = day - DAY * (3 if day.weekday() == 0 else 1)
        if day.weekday() in (SATURDAY, SUNDAY) or not self._closes(closing):
            return None
        before = closing - DAY
        while not self._closes(before):
            before -= DAY
        return Announcement(day, at(before, 14), at(closing, 14), at(day - DAY, 20))

    def first_day_for(self, submitted: datetime.datetime) -> datetime.date:
        """The earliest morning for which a paper submitted then can be announced."""
        day = submitted.astimezone(EASTERN).date()
        while (
            announcement := self.announcement(day)
        ) is None or not announcement.opens <= submitted < announcement.closes:
            day += DAY
        return day

    def _closes(self, day: datetime.date) -> bool:
        return day.weekday() < SATURDAY and day not in self._holidays


def at(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    """A time of the clock in Ithaca, in UTC; 24 is midnight."""
    day, hour = (day + DAY, 0) if hour == 24 else (day, hour)
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN).astimezone(datetime.UTC)


def newest_day(now: datetime.datetime) -> datetime.date:
    """The morning for which the newest announcement is: tomorrow's from 20:00 on."""
    there = now.astimezone(EASTERN)
    return there.date() + DAY * (there.hour >= 20)


def feed_day(now: datetime.datetime, lag: datetime.timedelta) -> datetime.date:
    """The day that the feeds are of: they change over at midnight Eastern, and `lag` later."""
    return (now - lag).astimezone(EASTERN).date()


def utc_midnight(day: datetime.date) -> datetime.datetime:
    """The beginning of a day in UTC."""
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
