"""arXiv's calendar of announcements: US Eastern time, weekends, holidays.

Submissions close at 14:00 Eastern from Monday to Friday and are announced at 20:00, Friday's on Sunday; the day of an
announcement is the morning after it. On a holiday nothing closes; papers wait for the
next closing.
Source: https://info.arxiv.org/help/availability.html
"""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
_DAY = datetime.timedelta(days=1)
_CLOSING, _ANNOUNCED = datetime.time(14), datetime.time(20)
_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6

# As published by arXiv. The days around New Year change every year and follow no rule.
_PUBLISHED = {
    2026: "01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31",
}


def holidays(year: int) -> frozenset[datetime.date]:
    """Return the days of `year` on which nothing closes: as published, else by the usual rule."""
    if year in _PUBLISHED:
        return frozenset(datetime.date.fromisoformat(f"{year}-{day}") for day in _PUBLISHED[year].split())
    fixed = (datetime.date(year, 6, 19), datetime.date(year, 7, 4), datetime.date(year, 12, 25))
    return frozenset(
        {
            datetime.date(year, 1, 1),
            _nth(year, 1, _MONDAY, 3),
            _nth(year, 9, _MONDAY, 1),
            _nth(year, 11, _THURSDAY, 4),
            *map(_observed, fixed),
        }
    )


def current_day(now: datetime.datetime) -> str:
    """Return the day of the newest papers at `now`. The announcement at 20:00 Eastern is tomorrow's."""
    there = now.astimezone(EASTERN)
    return (there.date() + _DAY * (there.time() >= _ANNOUNCED)).isoformat()


class Calendar:
    """arXiv's calendar. `more` are additional holidays."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = frozenset(map(datetime.date.fromisoformat, more))

    def announces(self, day: str) -> bool:
        """Return whether arXiv announces papers for the morning of `day`."""
        return self._closing(datetime.date.fromisoformat(day)) is not None

    def last_before(self, day: str) -> str:
        """Return the newest day before `day` for which arXiv announces papers."""
        date = datetime.date.fromisoformat(day) - _DAY
        while not self._closing(date):
            date -= _DAY
        return date.isoformat()

    def window(self, day: str) -> tuple[datetime.datetime, datetime.datetime] | None:
        """Return start and end (UTC, excluded) of the submissions for `day`; None without an announcement."""
        closing = self._closing(datetime.date.fromisoformat(day))
        if closing is None:
            return None
        before = closing - _DAY
        while not self._closes(before):
            before -= _DAY
        return _at_closing(before), _at_closing(closing)

    def day_of(self, submitted: datetime.datetime) -> str:
        """Return the earliest day of announcement for a time of submission; a paper on hold comes later."""
        there = submitted.astimezone(EASTERN)
        closing = there.date() if there.time() < _CLOSING else there.date() + _DAY
        while not self._closes(closing):
            closing += _DAY
        return (closing + _DAY * (3 if closing.weekday() == _FRIDAY else 1)).isoformat()

    def first_day(self, published: str) -> str:
        """Return the earliest day on which a paper is announced whose first version has this ISO time or day in UTC."""
        time = datetime.datetime.fromisoformat(published)
        return self.day_of(time if time.tzinfo else time.replace(tzinfo=datetime.UTC))

    def _closing(self, day: datetime.date) -> datetime.date | None:
        if day.weekday() in (_SATURDAY, _SUNDAY):
            return None
        closing = day - _DAY * (3 if day.weekday() == _MONDAY else 1)
        return closing if self._closes(closing) else None

    def _closes(self, day: datetime.date) -> bool:
        return day.weekday() < _SATURDAY and day not in holidays(day.year) and day not in self._more


def _nth(year: int, month: int, weekday: int, number: int) -> datetime.date:
    first = datetime.date(year, month, 1)
    return first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: datetime.date) -> datetime.date:
    """Return the weekday on which a holiday is observed: the nearest one."""
    return day + _DAY * {_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0)


def _at_closing(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, _CLOSING, EASTERN).astimezone(datetime.UTC)
