"""``/since/``: what was published since a reader's last visit, which only the reader's browser knows.

Without scripts, the page is the last week. With them, the browser puts its list together out of one small file a day
and an index of them: one more day makes one more file.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import DayHead, Entry, day_address
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.views import formatting
from broadsheet.views.calendar import month_address
from broadsheet.views.page import File, Page
from broadsheet.views.permalink import paper_address
from broadsheet.views.render import render

ADDRESS = "since/"
INDEX = f"{ADDRESS}days.json"
SCRIPT = "assets/since.js"
WEEK = 7
WINDOW = 60  # days: whoever was away for longer is led to the months
NAMES = 4  # of the authors, as in every list

# Inline HTML as data: text, or an element's name, its attributes and its content.
Part = str | list[Any]


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """The days of the window that have papers."""
    return [head.date for head in _last(catalogue, WINDOW) if head.papers]


def files(catalogue: Catalogue, settings: Settings, date: str) -> Iterator[File]:
    """The papers of one day, best first, as JSON."""
    papers = [_paper(entry, settings) for entry in catalogue.day(date)]
    yield File(f"{ADDRESS}{date}.json", msgspec.json.encode({"date": date, "papers": papers}))


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page | File]:
    """The page, and the index of the days."""
    week = _last(catalogue, WEEK)
    best = settings.pages.month_best
    context = {
        "days": week,
        "month": next((head.date[:7] for head in week if head.has_page), ""),
        "gaps": [head for head in week if formatting.label(head).key not in formatting.UNREMARKED],
        "best": catalogue.best(week[0].date, week[-1].date, best) if week else [],
        "settings": settings,
        "day_address": day_address,
        "month_address": month_address,
    }
    yield Page(
        address=ADDRESS,
        title="Since your last visit",
        description="What was published since you were here last, in one list, best first",
        body=render("since.html.j2", ADDRESS, **context),
        updated=week[-1].date if week else None,
        script=SCRIPT,
        reader=True,
    )
    yield File(INDEX, msgspec.json.encode(_index(catalogue, settings)))


def _last(catalogue: Catalogue, days: int) -> list[DayHead]:
    """The days on record, and the missing ones, of so many dates up to the newest day with a page; oldest first."""
    newest = catalogue.newest_day()
    if newest is None:
        return []
    first = dt.date.fromisoformat(newest) - dt.timedelta(days=days - 1)
    return [head for head in catalogue.span(first.isoformat(), newest) if head]


def _index(catalogue: Catalogue, settings: Settings) -> dict[str, Any]:
    """Return the index: `days` as date, state, papers, and a label's words if they are not the usual ones.

    `week` begins the last of them, and `before` is the newest day older than all.
    """
    days = _last(catalogue, WINDOW)
    return {
        "version": 1,
        "days": [_indexed(head) for head in days],
        "week": next((head.date for head in _last(catalogue, WEEK)), None),
        "before": catalogue.neighbours("day", days[0].date)[0] if days else None,
        "states": formatting.STATE_KEYS,
        "topics": {topic.id: topic.label for topic in settings.topics},
    }


def _indexed(head: DayHead) -> tuple[Any, ...]:
    key, *words = formatting.label(head)
    usual = formatting.STATE_KEYS[key]
    return (head.date, key, head.papers, *([] if tuple(words) == usual else [words]))


def _paper(entry: Entry, settings: Settings) -> dict[str, Any]:
    """What a list shows of a paper; what it has no word for is left out. Text is plain, never markup."""
    it = entry.paper
    told = {
        "id": it.arxiv_id,
        "title": rendering.plain(it.title),
        "title_parts": parts(str(rendering.title(it.title))),
        "authors": it.authors[:NAMES],
        "more": max(len(it.authors) - NAMES, 0) or None,
        "score": it.score,
        "relevance": it.relevance,
        "novelty": it.novelty,
        "upvotes": it.upvotes,
        "comment": rendering.plain(it.comment or ""),
        "comment_parts": parts(str(rendering.title(it.comment or ""))),
        "topics": entry.topics,
        "address": paper_address(entry, settings),
        "first_seen": entry.first_seen if entry.first_seen < entry.date else None,
    }
    return {name: value for name, value in told.items() if value not in (None, "", (), [])}


def parts(markup: str) -> list[Part]:
    """Our own inline HTML as data, so that a script makes nodes of it, not markup; empty where plain text says all."""
    return _content(ElementTree.fromstring(f"<p>{markup}</p>")) if "<" in markup else []


def _content(element: ElementTree.Element) -> list[Part]:
    said: list[Part] = [element.text] if element.text else []
    for child in element:
        said.append([child.tag, child.attrib, *_content(child)])
        said += [child.tail] if child.tail else []
    return said
