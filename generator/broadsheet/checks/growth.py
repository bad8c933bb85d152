"""The pace at which a site grows."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from broadsheet.checks.savings import date_of, is_alternate, is_image
from broadsheet.settings.config import Settings
from broadsheet.views.alternates.attach import RECENT_DAYS

FEWEST_DAYS = 5
_STEADY = ("assets/", "feeds/", "topics/")  # as large on each day


class Growth(NamedTuple):
    """The shares of what grows that a day of the calendar adds, in bytes and in files; 0 with too few days."""

    bytes: float = 0.0
    files: float = 0.0


def growth(files: Sequence[tuple[str, int]]) -> Growth:
    """Estimate the pace of a site of these files (path, bytes) from the days of the last `RECENT_DAYS`.

    All that grows is taken to grow with the pages of days.
    """
    days = {date: size for path, size in files if (date := date_of(path))}
    if len(days) < FEWEST_DAYS:
        return Growth()
    last = dt.date.fromisoformat(max(days))
    first = max(dt.date.fromisoformat(min(days)), last - dt.timedelta(RECENT_DAYS - 1))
    recent = [size for date, size in days.items() if date >= first.isoformat()]
    span = (last - first).days + 1
    return Growth(sum(recent) / max(1, sum(days.values())) / span, len(recent) / len(days) / span)


def grows(path: str, settings: Settings) -> bool:
    """Return whether a file is of a kind that has more bytes or files with each day."""
    if path.startswith(_STEADY):
        return False
    if is_alternate(path):
        return settings.alternates == "all"
    return settings.share_images == "all" or not is_image(path)
