"""Days: the papers of all sources merged, ranked, and matched with topics. Pure."""

import string
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from broadsheet.index.ranking import rank
from broadsheet.model.paper import Links, Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings

# ASCII and general punctuation (U+2010 to U+205E) become spaces.
SPACES = dict.fromkeys([*map(ord, string.punctuation), *range(0x2010, 0x205F)], " ")
# The keys under which an assistant puts its topics: ids, labels, or tags.
LABELS = ("PRIMARY_TOPIC_ID", "PRIMARY_TOPIC_LABEL", "MATCHED_TOPIC_IDS", "MATCHED_TOPIC_LABELS", "TAGS")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as one day shows it: merged over its sources, with its rank (from 1) and the ids of its topics.

    `first_seen` is the first date with the paper, at most `date`; `top` is true if any day has it among its best.
    `sort_key` sorts the papers of several days as those of one.
    """

    date: str
    rank: int
    sort_key: int = 0
    paper: Paper
    sources: tuple[str, ...]
    topics: tuple[str, ...]
    first_seen: str = ""
    top: bool = False

    @property
    def address(self) -> str:
        """The address of the entry, relative to the site's root. That of the paper is `paper_address`."""
        return entry_address(self.date, self.paper)


class DayHead(msgspec.Struct, frozen=True, kw_only=True):
    """A day without its papers, for a calendar. `has_page` is False if the day has no page."""

    date: str
    state: DayState
    papers: int
    receipt: Receipt | None = None
    has_page: bool = True


def day_address(date: str) -> str:
    """Return the address of a day's page, relative to the site's root."""
    return f"daily/{date.replace('-', '/')}/"


def entry_address(date: str, paper: Paper) -> str:
    """Return the address of a paper on the page of a day, relative to the site's root."""
    return f"{day_address(date)}#{quote(paper.arxiv_id)}"


def merge(rows: Sequence[Paper]) -> Paper:
    """Merge the rows of a paper from several sources: the first scored row, whose gaps the others fill."""
    best = max(rows, key=lambda row: row.score is not None)  # the first of the scored ones, else the first
    filled: dict[str, Any] = {}
    for field in Paper.__struct_fields__:
        if getattr(best, field) in (None, (), "") and field != "topics":
            others = (getattr(row, field) for row in rows)
            filled[field] = next((value for value in others if value not in (None, (), "")), getattr(best, field))
    links = [row.links for row in rows if row.links]
    if links:
        names = Links.__struct_fields__
        filled["links"] = Links(**{n: next((getattr(x, n) for x in links if getattr(x, n)), None) for n in names})
    if best.score is None:  # a comment must not come from a row whose scores do not
        filled.pop("relevance", None), filled.pop("novelty", None)
    filled["extra"] = {key: value for row in reversed(rows) for key, value in row.extra.items()} | best.extra
    return msgspec.structs.replace(best, **filled)


def day_entries(date: str, papers: Sequence[Paper], match: "TopicMatcher") -> list[Entry]:
    """Return the entries of a day, best first: one for each paper, over all its sources."""
    rows: dict[str, list[Paper]] = {}
    for paper in papers:
        rows.setdefault(paper.arxiv_id, []).append(paper)
    merged = (merge(group) if len(group) > 1 else group[0] for group in rows.values())
    return [
        Entry(
            date=date,
            rank=number,
            sort_key=key,
            paper=paper,
            sources=tuple(dict.fromkeys(row.source for row in rows[paper.arxiv_id])),
            topics=topics,
        )
        for number, (key, paper, topics) in enumerate(rank(date, merged, match), 1)
    ]


def _labels(paper: Paper) -> list[str]:
    """Return the source's names for the paper's topics ('broadsheet docs data')."""
    values = (paper.extra.get(key) for key in LABELS)
    return [
        name for value in values for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)
    ]


class _Phrase(NamedTuple):
    """A phrase of a topic, in lower case, and its words but the first."""

    phrase: str
    others: frozenset[str]
    topic: str


class TopicMatcher:
    """A function from a paper to its topics in the settings.

    A paper's own topics win, then those of its source's labels, then those whose words are in its comment, then those
    whose words are in its title or abstract.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._order = {topic.id: place for place, topic in enumerate(settings.topics)}
        # Phrases by first word: one lookup for each word of a text, not for each phrase.
        self._phrases: dict[str, list[_Phrase]] = {}
        for topic in settings.topics:
            for phrase in phrases((topic.name, *topic.words)):
                first, *others = phrase.split()
                self._phrases.setdefault(first, []).append(_Phrase(phrase, frozenset(others), topic.id))
        all_phrases = (phrase for phrases in self._phrases.values() for phrase in phrases)
        self._words = frozenset(self._phrases).union(*(phrase.others for phrase in all_phrases))

    def __call__(self, paper: Paper) -> tuple[str, ...]:
        names = paper.topics or (_labels(paper) if paper.extra else ())
        own = [topic.id for name in names if (topic := self._settings.topic(name))]
        if own:
            return tuple(dict.fromkeys(own))
        return self._in(paper.comment or "") or self._in(f"{paper.title}\n{paper.abstract or ''}")

    def _in(self, text: str) -> tuple[str, ...]:
        return tuple(sorted({topic for _, topic in self._used(text)}, key=self._order.__getitem__))

    def words_in(self, text: str) -> dict[str, list[str]]:
        """Return the topics whose words are in `text`, in the order of the settings, each with those words, sorted."""
        topics: dict[str, list[str]] = {}
        for phrase, topic in sorted(self._used(text)):
            topics.setdefault(topic, []).append(phrase)
        return {topic: topics[topic] for topic in sorted(topics, key=self._order.__getitem__)}

    def _used(self, text: str) -> list[tuple[str, str]]:
        """Return the phrases in `text`, each with its topic."""
        text_words = words(text)
        shared = self._words.intersection(text_words)
        # Most absent phrases lack a word, so that the text need not be searched for them.
        candidates = [phrase for word in shared for phrase in self._phrases.get(word, ()) if phrase.others <= shared]
        joined = f" {' '.join(text_words)} " if candidates else ""
        return [(c.phrase, c.topic) for c in candidates if not c.others or f" {c.phrase} " in joined]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; a hyphen separates them as a space does."""
    return text.lower().translate(SPACES).split()


def phrases(names: Iterable[str]) -> set[str]:
    """Return the phrases of some names: the words of each, and the plural (LLMs contains LLM)."""
    singular = {" ".join(words(name)) for name in names} - {""}
    return singular | {phrase + "s" for phrase in singular}
