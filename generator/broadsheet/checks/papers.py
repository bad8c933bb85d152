"""Checks of each row of papers, and of the topics over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from broadsheet.checks.day import CheckedRow, cut_fields
from broadsheet.checks.topics import is_category
from broadsheet.index.days import TopicMatcher
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Links, Paper
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.text.sanitize import clean, safe_url

_DELETE = "delete it, or import the file anew with 'broadsheet import'"


def half_scored(row: CheckedRow) -> Iterator[Diagnostic]:
    """Report a row with only one of the two scores: pages would show it as unscored."""
    scores = {"relevance": row.paper.relevance, "novelty": row.paper.novelty}
    missing = [name for name, value in scores.items() if value is None]
    if len(missing) == 1:
        (present,) = scores.keys() - set(missing)
        hint = f"add {missing[0]} (1 to 10), or remove {present}"
        yield Diagnostic(row.where, f"{present} without {missing[0]}", hint, is_note=True)


def unsafe_links(row: CheckedRow) -> Iterator[Diagnostic]:
    """Report links that pages leave out."""
    for name in Links.__struct_fields__ if row.paper.links else ():
        url = getattr(row.paper.links, name)
        if url is not None and safe_url(url) is None:
            what = f"links.{name}: {_short(url)} is not an http(s) address"
            yield Diagnostic(row.where, what, "correct or remove it", is_note=True)


def unwanted_characters(row: CheckedRow) -> Iterator[Diagnostic]:
    """Report characters that XML forbids or that reorder text: pages and feeds leave them out."""
    for field, text in _texts(row.paper):
        if clean(text) != text:
            character = next(c for c in text if not clean(c))
            what = f"{field}: has the control character U+{ord(character):04X}"
            yield Diagnostic(row.where, what, _DELETE, is_note=True)


ROW_CHECKS: tuple[Callable[[CheckedRow], Iterator[Diagnostic]], ...] = (
    cut_fields,
    half_scored,
    unsafe_links,
    unwanted_characters,
)


class TopicUse:
    """The use of topics: topics that match no paper, and names on papers that settings do not have."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings
        self._match = TopicMatcher(settings) if settings else None
        self._unused = {topic.id for topic in settings.topics} if settings else set()
        self._unknown: dict[str, list[str]] = {}
        self._has_papers = False

    def add(self, row: CheckedRow) -> None:
        """Add a paper."""
        self._has_papers = True
        for name in row.paper.topics:
            if self._settings and self._settings.topic(name) is None:
                self._unknown.setdefault(name, []).append(row.where)
        if self._match and self._unused:  # matching is slow, and needless once every topic has a paper
            self._unused.difference_update(self._match(row.paper))

    def problems(self, root: Path) -> Iterator[Diagnostic]:
        """Yield the problems once every paper was added."""
        for name, places in self._unknown.items():
            count = f"{len(places)} paper{'s' * (len(places) > 1)}"
            what = f"topic {_short(name)} is not in digest.yml ({count} from here on)"
            hint = "run 'broadsheet score --date DATE --rescore', add it to digest.yml, or correct the papers"
            yield Diagnostic(places[0], what, hint, is_note=True)
        for index, topic in enumerate(self._settings.topics if self._settings and self._has_papers else ()):
            if topic.id in self._unused:
                where = f"{config.SETTINGS_FILE}:{config.line_of(root, 'topics', str(index), 'id')}"
                yield _unused(topic, where)


def _unused(topic: Topic, where: str) -> Diagnostic:
    if is_category(topic.id):
        what = f"topic {topic.id} is the name of a category, not a word of papers, and matches none yet"
        return Diagnostic(where, what, "give it words that papers use, or write topics of your own", is_note=True)
    what = f"topic {topic.id} matches no paper yet"
    return Diagnostic(where, what, "give it words that papers use, or remove it", is_note=True)


def _texts(paper: Paper) -> Iterator[tuple[str, str]]:
    for field in Paper.__struct_fields__:
        value = getattr(paper, field)
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, tuple):
            yield from ((field, item) for item in value)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
