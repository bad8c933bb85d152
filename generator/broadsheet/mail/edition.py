"""Editions from any feed: one for each date, with papers as sections."""

import datetime as dt
import re
from collections import Counter
from itertools import groupby
from typing import NamedTuple

from broadsheet.mail.prose import HEADINGS, Block, Inline, blocks
from broadsheet.model.state import DayState
from broadsheet.text import formats
from broadsheet.translations import gettext
from broadsheet.views.feeds import edition_words
from broadsheet.views.formatting import UNREMARKED, state_label

# The ids of our own editions: host, path of the site, and last 2025-05-27 or 2025-W22.
_OWN = re.compile(
    r"(?P<host>tag:[^,]+,\d{4}:)(?:[^\s]+/)?"
    r"(?P<edition>edition/(?:daily/(?P<date>\d{4}-\d\d-\d\d)|weekly/(?P<week>\d{4}-W\d\d)))"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class ParsedItem(NamedTuple):
    """An item of any feed: `html` is untrusted, `title` is plain text, `link` is safe, `date` has a time zone."""

    id: str
    title: str
    link: str | None
    date: dt.datetime
    html: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class ParsedFeed(NamedTuple):
    """A feed; its items have any order."""

    title: str
    link: str | None
    items: tuple[ParsedItem, ...]


class FeedIssue(NamedTuple):
    """The items of one mail. `id` is permanent; `name` is ``2025-05-27`` or ``2025-W22``."""

    id: str
    name: str
    date: dt.datetime
    items: tuple[ParsedItem, ...]


class ContentsEntry(NamedTuple):
    """A line of the table of contents. `scores` are relevance and novelty, ``9 · 7``, or nothing."""

    title: str
    url: str | None
    scores: str = ""
    topics: str = ""

    @property
    def both_scores(self) -> list[float]:
        """Relevance and novelty, or nothing."""
        return list(map(float, _NUMBER.findall(self.scores.replace(",", "."))))

    @property
    def score(self) -> float | None:
        """Relevance plus novelty."""
        return sum(self.both_scores) if self.scores else None


class Section(NamedTuple):
    """A paper, or the text between two headings."""

    title: str
    url: str | None
    blocks: tuple[Block, ...]

    @property
    def scores(self) -> str:
        """The scores as our own editions have them, ``Relevance 9, novelty 8.``, or nothing."""
        matches = (edition_words.read_scores(block.text) for block in self.blocks)
        return next((match[0] for match in matches if match), "")

    @property
    def topics(self) -> str:
        """The topics that our own editions have after the scores: ``Theory, Vision.``, or nothing."""
        matches = ((block.text, edition_words.read_scores(block.text)) for block in self.blocks)
        return next((text[match.end() :] for text, match in matches if match), "")


class Edition(NamedTuple):
    """A parsed issue. `label` is its day or week in words; `url` is the page with all of it."""

    id: str
    name: str
    label: str
    title: str
    url: str | None
    date: dt.datetime
    state: DayState
    lead: tuple[Block, ...]
    contents: tuple[ContentsEntry, ...]
    sections: tuple[Section, ...]

    @property
    def remark(self) -> str:
        """The state in a word if it is remarkable: ``partial``, or ``open`` while more papers may come."""
        if own := self._own_title:
            return own.groupdict().get("state") or ""
        return "" if self.state in UNREMARKED else state_label(self.state).inline

    @property
    def log_id(self) -> str:
        """The id in delivery logs. The notice that a day failed is not the edition of that day."""
        return f"{self.id} failed" if self.state is DayState.FAILED else self.id

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to send: a day without papers that did not fail, or an item without text."""
        has_no_papers = self._is_own and edition_words.has_no_papers(self.title)
        return self.state is DayState.QUIET or has_no_papers or not (self.lead or self.sections)

    @property
    def successor(self) -> "Edition | None":
        """The edition that may still come, since the day failed or has no papers so far; None for any other."""
        may_come = self.state is DayState.FAILED or (self._is_own and edition_words.may_come(self.title))
        return self._replace(state=DayState.OK) if may_come else None

    @property
    def papers(self) -> int:
        """The number of papers, which may be more than the edition describes."""
        own = self._own_title
        return int(re.sub(r"\D", "", own["papers"])) if own else max(len(self.sections), len(self.contents))

    @property
    def _is_own(self) -> bool:
        return bool(_OWN.fullmatch(self.id))

    @property
    def _own_title(self) -> re.Match[str] | None:
        return edition_words.read_outcome(self.title) if self._is_own else None


def old_id(issue_id: str) -> str:
    """Return the id that an issue had when ids of our own editions had the host of a site, but not its path."""
    own = _OWN.fullmatch(issue_id)
    return own["host"] + own["edition"] if own else issue_id


def issues(feed: ParsedFeed) -> list[FeedIssue]:
    """Return the issues of `feed`, newest first.

    Each of our own editions is an issue. In other feeds all items of one date are one issue: a feed of single papers
    makes one mail a day, and no feed makes more.
    """
    own = [FeedIssue(item.id, match["date"] or match["week"], item.date, (item,)) for item, match in _own(feed)]
    rest = sorted((item for item in feed.items if not _OWN.fullmatch(item.id)), key=_day, reverse=True)
    others = [
        FeedIssue(f"{feed.link or feed.title}#{day}", day, max(item.date for item in items), items)
        for day, items in ((day, tuple(group)) for day, group in groupby(rest, _day))
    ]
    return sorted(own + others, key=lambda issue: issue.date, reverse=True)


def read(issue: FeedIssue, feed: ParsedFeed) -> Edition:
    """Parse the HTML of `issue` into an edition."""
    first = issue.items[0]
    if len(issue.items) == 1:
        lead, contents, sections = _parts(blocks(first.html))
        if sections and _OWN.fullmatch(issue.id):
            lead = lead[:1]  # the next paragraph is on the layout of the feed, which is not that of a mail or post
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
        contents=_with_topics(contents, sections) if contents else tuple(map(_entry, sections)),
        sections=sections,
    )


def _entry(section: Section) -> ContentsEntry:
    return ContentsEntry(section.title, section.url, " · ".join(_NUMBER.findall(section.scores)), section.topics)


def _listed(block: Block) -> ContentsEntry:
    """Return a line of the table of contents, which ends in the scores in our own editions."""
    scores = edition_words.read_listed_scores(block.text)
    title = block.text[: scores.start()] if scores else block.text
    return ContentsEntry(title, block.url, " · ".join(scores.groups()) if scores else "")


def _with_topics(contents: tuple[ContentsEntry, ...], sections: tuple[Section, ...]) -> tuple[ContentsEntry, ...]:
    """Return the contents with the topics of the papers that are described below them."""
    topics = {section.url: section.topics for section in sections if section.url}
    return tuple(entry._replace(topics=topics.get(entry.url or "", "")) for entry in contents)


def _own(feed: ParsedFeed) -> list[tuple[ParsedItem, re.Match[str]]]:
    return [(item, match) for item in feed.items if (match := _OWN.fullmatch(item.id))]


def _day(item: ParsedItem) -> str:
    return item.date.date().isoformat()


def _state(item: ParsedItem) -> DayState:
    """Return the state of one of our own editions. In another feed the category "failed" may be a subject."""
    if _OWN.fullmatch(item.id):
        return next((DayState(name) for name in item.categories if name in set(DayState)), DayState.OK)
    return DayState.OK


def _section(item: ParsedItem) -> Section:
    """Return the section of an item that is one paper, with its authors first unless the text names them."""
    paragraphs = blocks(item.html)
    names = ", ".join(item.authors)
    if names and not any(item.authors[0] in block.text for block in paragraphs):
        paragraphs = (Block("p", (Inline(names),)), *paragraphs)
    return Section(item.title or gettext("Untitled"), item.link, paragraphs)


def _parts(body: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[ContentsEntry, ...], tuple[Section, ...]]:
    """Split `body` into lead, contents if it has them, and sections."""
    chunks = _chunks(body)
    lead, contents, sections = chunks[0], tuple[ContentsEntry, ...](), []
    for heading, *blocks_below in chunks[1:]:
        if _is_contents(heading) and blocks_below and blocks_below[0].kind == "li":
            contents = tuple(_listed(block) for block in blocks_below if block.kind == "li")
            lead += tuple(block for block in blocks_below if block.kind != "li")
        else:
            sections.append(Section(heading.text, heading.url, tuple(blocks_below)))
    return lead, contents, tuple(sections)


def _chunks(body: tuple[Block, ...]) -> list[tuple[Block, ...]]:
    """Return the lead, then each heading of a section or of the contents with the blocks below it."""
    level = _splitting_level(body)
    if level is None:
        return [body]
    first = next(index for index, block in enumerate(body) if block.kind == level)
    headings = [(index, block) for index, block in enumerate(body) if block.kind in HEADINGS and block.kind <= level]
    cuts = [index for index, block in headings if index >= first or _is_contents(block)]
    return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


def _is_contents(heading: Block) -> bool:
    return heading.text.strip().lower() in ("contents", edition_words.contents_title().lower())


def _splitting_level(body: tuple[Block, ...]) -> str | None:
    """Return the repeated level of heading; of several, the one with most links, then the highest."""
    counts = Counter(block.kind for block in body if block.kind in HEADINGS)
    links = Counter(block.kind for block in body if block.kind in HEADINGS and block.url)
    levels = [level for level in counts if counts[level] > 1 or (level == "h3" and links[level])]
    return min(levels, key=lambda level: (-links[level], level), default=None)
