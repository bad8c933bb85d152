"""``/since/``: papers since a reader's last visit, whose date is in the reader's browser alone.

Without scripts, the page shows the last week. With them, the browser makes its list of one small file a day
(``views/news.py``) and an index of these files. A script that counts what is new and not read needs ids too.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import DayHead, day_address
from broadsheet.index.periods import first_of
from broadsheet.index.places import WEEK_DAYS
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext
from broadsheet.views import formatting
from broadsheet.views.calendar import month_address
from broadsheet.views.news import ADDRESS
from broadsheet.views.page import File, Page
from broadsheet.views.place import places_of
from broadsheet.views.render import render
from broadsheet.views.score import HIGH_SCORE
from broadsheet.views.topic_colours import topic_labels

INDEX = f"{ADDRESS}days.json"
IDS = f"{ADDRESS}ids.json"
SCRIPT = "assets/since.js"
LISTED_DAYS = 60  # after a longer absence, the page links to the months


class FreshIds(NamedTuple):
    """The ids of the papers of a day that no earlier day had: those with a high score, and the others."""

    high: list[str]
    others: list[str]


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page | File]:
    """Yield the page, the index of the days, and the ids of their papers."""
    week = _last_days(catalogue, WEEK_DAYS)
    best = catalogue.best(week[0].date, week[-1].date, settings.pages.month_best) if week else []
    context = {
        "days": week,
        "month": next((head.date[:7] for head in week if head.has_page), ""),
        "gaps": [head for head in week if formatting.label(head).key not in formatting.UNREMARKED],
        "best": best,
        "places": places_of(catalogue, best),
        "settings": settings,
        "day_address": day_address,
        "month_address": month_address,
    }
    yield Page(
        address=ADDRESS,
        title=gettext("Since your last visit"),
        description=gettext("What was published since you were here last, in one list, best first"),
        body=render("since.html.j2", ADDRESS, **context),
        updated=week[-1].date if week else None,
        script=SCRIPT,
        reader=True,
    )
    days = _last_days(catalogue, LISTED_DAYS)
    fresh = _fresh_ids(catalogue, days)
    yield File(INDEX, msgspec.json.encode(_index(catalogue, settings, days, fresh)))
    yield File(IDS, msgspec.json.encode(fresh))


def _last_days(catalogue: Catalogue, days: int) -> list[DayHead]:
    """Return the last `days` days, missing ones included, up to the newest with a page; oldest first."""
    newest = catalogue.newest_day()
    if newest is None:
        return []
    return [head for head in catalogue.span(first_of(days, newest), newest) if head]


def _index(catalogue: Catalogue, settings: Settings, days: list[DayHead], fresh: dict[str, FreshIds]) -> dict[str, Any]:
    """Return the index: `days` as date, state, papers, and the words of a label that differ from the default.

    `week` is the first day of the last week, `before` the newest day older than the window. `fresh` is by day the
    number of papers that no earlier day had, `high` the number of those with a score of `lowest_high` or more.
    """
    return {
        "version": 1,
        "days": [_index_entry(head) for head in days],
        "week": next((head.date for head in _last_days(catalogue, WEEK_DAYS)), None),
        "before": catalogue.neighbours("day", days[0].date)[0] if days else None,
        "states": formatting.state_words(),
        **topic_labels(settings),
        "lowest_high": HIGH_SCORE,
        "fresh": {date: len(ids.high) + len(ids.others) for date, ids in fresh.items()},
        "high": {date: len(ids.high) for date, ids in fresh.items() if ids.high},
    }


def _fresh_ids(catalogue: Catalogue, days: list[DayHead]) -> dict[str, FreshIds]:
    """Return by day the ids of the papers that no earlier day had, without days that have none.

    A score is high if it is so on any of `days`: a list has a paper where its score is best.
    """
    entries = [entry for head in days if head.papers for entry in catalogue.day(head.date)]
    high = {entry.paper.arxiv_id for entry in entries if (entry.paper.score or 0) >= HIGH_SCORE}
    fresh: dict[str, FreshIds] = {}
    for entry in entries:
        if entry.first_seen == entry.date:
            ids = fresh.setdefault(entry.date, FreshIds([], []))
            (ids.high if entry.paper.arxiv_id in high else ids.others).append(entry.paper.arxiv_id)
    return fresh


def _index_entry(head: DayHead) -> tuple[Any, ...]:
    label = formatting.label(head)
    is_default = label == formatting.state_label(label.key)
    return (head.date, label.key, head.papers, *([] if is_default else [[label.word, label.text]]))
