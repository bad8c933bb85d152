"""What a feed says, as editions: one a date, papers as sections, whoever wrote the feed."""

import datetime as dt
import re
from collections import Counter
from itertools import groupby
from typing import NamedTuple

from broadsheet.mail.prose import HEADINGS, Block, Run, blocks
from broadsheet.model.state import DayState
from broadsheet.text import formats

# Our own editions: the last part is 2025-05-27 or 2025-W22.
_OWN = re.compile(r"tag:[^,]+,\d{4}:edition/(?:daily/(?P<date>\d{4}-\d\d-\d\d)|weekly/(?P<week>\d{4}-W\d\d))")


class Item(NamedTuple):
    """An entry of a feed, as it came: `html` is hostile, `title` plain text, `link` safe, `date` aware of its zone."""

    id: str
    title: str
    link: str | None
    date: dt.datetime
    html: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class Feed(NamedTuple):
    """What was read; its items in any order."""

    title: str
    link: str | None
    items: tuple[Item, ...]


class Issue(NamedTuple):
    """What goes into one mail. `id` is permanent; `name` is ``2025-05-27`` or ``2025-W22``."""

    id: str
    name: str
    date: dt.datetime
    items: tuple[Item, ...]


class Entry(NamedTuple):
    """A line of the contents."""

    title: str
    url: str | None


class Section(NamedTuple):
    """A paper, or whatever stands between two headings."""

    title: str
    url: str | None
    blocks: tuple[Block, ...]


class Edition(NamedTuple):
    """An issue, read. `label` names its day or week in words; `url` is where all of it can be read."""

    id: str
    name: str
    label: str
    title: str
    url: str | None
    date: dt.datetime
    state: DayState
    lead: tuple[Block, ...]
    contents: tuple[Entry, ...]
    sections: tuple[Section, ...]

    @property
    def is_empty(self) -> bool:
        """There is nothing to send: a quiet day, or an item without words."""
        return self.state is DayState.QUIET or not (self.lead or self.sections)


def issues(feed: Feed) -> list[Issue]:
    """The issues of `feed`, newest first.

    Each of our own editions is one. Of other feeds all items of one date are one, however many there are: a feed of
    single papers makes a mail a day, and no feed makes more than that.
    """
    own = [Issue(item.id, found["date"] or found["week"], item.date, (item,)) for item, found in _own(feed)]
    rest = sorted((item for item in feed.items if not _OWN.fullmatch(item.id)), key=_day, reverse=True)
    others = [
        Issue(f"{feed.link or feed.title}#{day}", day, max(item.date for item in items), items)
        for day, items in ((day, tuple(group)) for day, group in groupby(rest, _day))
    ]
    return sorted(own + others, key=lambda issue: issue.date, reverse=True)


def read(issue: Issue, feed: Feed) -> Edition:
    """The edition that `issue` is."""
    first = issue.items[0]
    if len(issue.items) == 1:
        lead, contents, sections = _parts(blocks(first.html))
        title, url = first.title, first.link
    else:
        sections = tuple(map(_section, issue.items))
        lead, contents, title, url = (), (), feed.title, feed.link
    return Edition(
        id=issue.id,
        name=issue.name,
        label=formats.week(issue.name) if "W" in issue.name else formats.day(issue.name),
        title=title,
        url=url,
        date=issue.date,
        state=_state(first),
        lead=lead,
        contents=contents or tuple(Entry(section.title, section.url) for section in sections),
        sections=sections,
    )


def _own(feed: Feed) -> list[tuple[Item, re.Match[str]]]:
    return [(item, found) for item in feed.items if (found := _OWN.fullmatch(item.id))]


def _day(item: Item) -> str:
    return item.date.date().isoformat()


def _state(item: Item) -> DayState:
    """Only our own editions name one; in another feed "failed" may be a subject."""
    if _OWN.fullmatch(item.id):
        return next((DayState(name) for name in item.categories if name in set(DayState)), DayState.OK)
    return DayState.OK


def _section(item: Item) -> Section:
    """An item that is one paper. Its authors lead where its text does not name them."""
    found = blocks(item.html)
    names = ", ".join(item.authors)
    if names and not any(item.authors[0] in block.text for block in found):
        found = (Block("p", (Run(names),)), *found)
    return Section(item.title or "Untitled", item.link, found)


def _parts(found: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Entry, ...], tuple[Section, ...]]:
    """Lead, contents if the feed gives them, and the sections between headings of the level that splits."""
    level = _splitting_level(found)
    if level is None:
        return found, (), ()
    first = next(number for number, block in enumerate(found) if block.kind == level)
    headings = [(number, block) for number, block in enumerate(found) if block.kind in HEADINGS and block.kind <= level]
    cuts = [number for number, block in headings if number >= first or _is_contents(block)]
    lead, contents, sections = found[: cuts[0]], tuple[Entry, ...](), []
    for start, end in zip(cuts, [*cuts[1:], len(found)], strict=True):
        heading, inside = found[start], found[start + 1 : end]
        if _is_contents(heading) and inside and inside[0].kind == "li":
            contents = tuple(Entry(block.text, block.url) for block in inside if block.kind == "li")
            lead += tuple(block for block in inside if block.kind != "li")
        else:
            sections.append(Section(heading.text, heading.url, inside))
    return lead, contents, tuple(sections)


def _is_contents(heading: Block) -> bool:
    return heading.text.strip().lower() == "contents"


def _splitting_level(found: tuple[Block, ...]) -> str | None:
    """The level of heading that repeats; of several, that with most links, then the highest."""
    times = Counter(block.kind for block in found if block.kind in HEADINGS)
    linked = Counter(block.kind for block in found if block.kind in HEADINGS and block.url)
    own = [level for level in times if times[level] > 1 or (level == "h3" and linked[level])]
    return min(own, key=lambda level: (-linked[level], level), default=None)
