"""What `broadsheet check` asks of each line of papers, and of the topics over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from broadsheet.checks.day import Row, cut_fields
from broadsheet.index.days import TopicMatcher
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Links, Paper
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.text.sanitize import clean, safe_url


def half_scored(row: Row) -> Iterator[Diagnostic]:
    """A row with one of the two scores: it would be shown as not scored."""
    scores = {"relevance": row.paper.relevance, "novelty": row.paper.novelty}
    missing = [name for name, value in scores.items() if value is None]
    if len(missing) == 1:
        (given,) = scores.keys() - set(missing)
        yield Diagnostic(row.where, f"{given} without {missing[0]}", f"add {missing[0]} (1 to 10), or remove {given}")


def unsafe_links(row: Row) -> Iterator[Diagnostic]:
    """Links that no page will carry."""
    for name in Links.__struct_fields__ if row.paper.links else ():
        url = getattr(row.paper.links, name)
        if url is not None and safe_url(url) is None:
            what = f"links.{name}: {_short(url)} is not an http(s) address"
            yield Diagnostic(row.where, what, "correct or remove it")


def unwanted_characters(row: Row) -> Iterator[Diagnostic]:
    """Characters that XML forbids or that reorder text: pages and feeds leave them out."""
    for field, text in _texts(row.paper):
        if clean(text) != text:
            character = next(c for c in text if not clean(c))
            what = f"{field}: holds the control character U+{ord(character):04X}"
            yield Diagnostic(row.where, what, "delete it, or import the file anew with 'broadsheet import'")


ROW_CHECKS: tuple[Callable[[Row], Iterator[Diagnostic]], ...] = (
    cut_fields,
    half_scored,
    unsafe_links,
    unwanted_characters,
)


class TopicUse:
    """Which topics the papers use: those that none matches, and names on papers that no topic has."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._match = TopicMatcher(settings)
        self._unused = {topic.id for topic in settings.topics}
        self._unknown: dict[str, list[str]] = {}
        self._seen_any = False

    def add(self, row: Row) -> None:
        """Take a paper into account."""
        self._seen_any = True
        for name in row.paper.topics:
            if self._settings.topic(name) is None:
                self._unknown.setdefault(name, []).append(row.where)
        if self._unused:  # matching is slow, and over as soon as every topic has a paper
            self._unused.difference_update(self._match(row.paper))

    def problems(self, root: Path) -> Iterator[Diagnostic]:
        """What is left to say once every paper was added."""
        for name, places in self._unknown.items():
            count = f"{len(places)} paper{'s' * (len(places) > 1)}"
            what = f"topic {_short(name)} is not in digest.yml ({count} from here on)"
            yield Diagnostic(places[0], what, "add it to digest.yml, or correct the papers")
        for index, topic in enumerate(self._settings.topics if self._seen_any else ()):
            if topic.id in self._unused:
                where = f"{config.SETTINGS_FILE}:{config.line_of(root, 'topics', str(index), 'id')}"
                what = f"topic {topic.id} matches no paper"
                yield Diagnostic(where, what, "give it words that papers use, or remove it")


def _texts(paper: Paper) -> Iterator[tuple[str, str]]:
    for field in Paper.__struct_fields__:
        value = getattr(paper, field)
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, tuple):
            yield from ((field, item) for item in value)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
