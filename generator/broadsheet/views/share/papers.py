"""The share images of papers and of lists of them."""

from collections.abc import Iterable

from broadsheet.index.days import Entry
from broadsheet.model.paper import Paper
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.views.share.card import Card, Score
from broadsheet.views.topic_colours import hue_of, topic_hues

_TITLES = 6  # as many as fit; on a day with a skyline, fewer do


def best_titles(entries: Iterable[Entry]) -> list[tuple[float | None, str]]:
    """Return score and title of the first papers of a list."""
    return [(entry.paper.score, rendering.plain(entry.paper.title)) for entry in [*entries][:_TITLES]]


def score_bars(entries: Iterable[Entry], settings: Settings) -> list[tuple[float, str]]:
    """Return score and hue of each scored paper."""
    hues = topic_hues(settings.topics)
    papers = ((entry.paper.score, hue_of(entry, hues)) for entry in entries)
    return [(score, hue) for score, hue in papers if score is not None]


def paper_card(paper: Paper, entry: Entry, settings: Settings) -> Card:
    """Return the share image of a paper; `entry` has its topics."""
    topic = next((topic for topic in settings.topics if topic.id in entry.topics), None)
    return Card(
        title=rendering.plain(paper.title),
        stand_in=paper.arxiv_id,
        place=paper.arxiv_id,
        text=formats.first_author(list(map(readable_name, paper.authors))),
        label=topic.label if topic else "",
        hue=hue_of(entry, topic_hues(settings.topics)),
        score=_score(paper),
    )


def _score(paper: Paper) -> Score | None:
    if paper.score is None or paper.relevance is None or paper.novelty is None:
        return None
    return Score(paper.score, paper.relevance, paper.novelty)
