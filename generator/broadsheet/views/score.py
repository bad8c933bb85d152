"""Scores as HTML: the sum over two bars, the two numbers, their place, the scorer, and the rubric's grades.

A list has the rubric once, in a popover. Each sum is a button that opens it and refers to its grades by id for screen
readers. Hover or focus shows these grades alone (styles/scores.css). No script is needed.
"""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from broadsheet.index.days import Entry
from broadsheet.index.places import WEEK_DAYS, WINDOW_DAYS, Places
from broadsheet.index.scorer_changes import ScorerChange
from broadsheet.model.paper import Paper
from broadsheet.model.scorer import Scorer
from broadsheet.settings.rubric import HIGHEST, Grade, Rubric
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped
from broadsheet.translations import gettext
from broadsheet.views import formatting
from broadsheet.views.place import entry_place, place_words

# The id of the popover. The ids of its grades are r1, r2 …, n1, n2 …, the best first.
LEGEND_ID = "rubric"
HIGH_SCORE = 18  # of a paper that the front page counts, and that a topic shows for weeks


def grade_of(grades: Sequence[Grade], score: float | None) -> int | None:
    """Return the index in `grades` of a score's grade; 8.5 is not yet 9 to 10."""
    if score is None:
        return None
    return next((index for index, grade in enumerate(grades) if grade.low <= int(score) <= grade.high), None)


def scorer_words(scorer: Scorer | None) -> str:
    """Return the scorer and its rubric, escaped; empty if none is named."""
    if scorer is None:
        return ""
    return escaped(formatting.with_rubric(formatting.scorer(scorer.model), scorer.rubric))


def by_scorer(scorer: Scorer) -> str:
    """Return ``by gpt-4o, rubric 2025-05``, escaped."""
    return gettext("by %(scorer)s") % {"scorer": scorer_words(scorer)}


def grade_paragraphs(paper: Paper, rubric: Rubric) -> Iterator[str]:
    """Yield a paragraph for each score of the paper: the number, its grade and the grade's description."""
    for words, grades, score in (
        (gettext("Relevance %(score)s of 10"), rubric.relevance, paper.relevance),
        (gettext("Novelty %(score)s of 10"), rubric.novelty, paper.novelty),
    ):
        index = grade_of(grades, score)
        grade = f": {_words(grades[index])}" if index is not None else ""
        yield f'<p class="grade"><b>{words % {"score": formats.number(score)}}</b>{grade}</p>\n'


def bars(paper: Paper) -> str:
    """Return the paper's two scores as bars: relevance over novelty, each on a scale to `HIGHEST`."""
    relevance, novelty = paper.relevance or 0, paper.novelty or 0
    words = escaped(formatting.scores_inline(relevance, novelty))
    lengths = [f"{2 * score:g}" for score in (relevance, novelty)]
    return (
        f'<svg class="bars" viewBox="0 0 {2 * HIGHEST} 5" role="img" aria-label="{words}">'
        f'<path d="M0 0h{lengths[0]}v2H0z"/><path d="M0 3h{lengths[1]}v2H0z"/></svg>'
    )


def _unscored(paper: Paper) -> str:
    if paper.total is None:
        return gettext("not scored")
    return gettext("%(score)s in its source, not scored") % {"score": formats.number(paper.total)}


class ScoreRenderer:
    """A renderer of the scores of one list, with their places on their days."""

    def __init__(self, rubric: Rubric, entries: Sequence[Entry], places: Mapping[str, Places]) -> None:
        self._rubric, self._places = rubric, places
        self._scored = [entry for entry in entries if entry.paper.score is not None]
        scorers = {entry.paper.scorer for entry in self._scored}
        self._has_one_scorer = len(scorers) == 1
        self._scorer = scorer_words(next(iter(scorers))) if self._has_one_scorer else ""
        self._has_several_days = len({entry.date for entry in entries}) > 1
        self._note = self._place_note()
        self._has_legend = bool(self._scored and (rubric.relevance or rubric.novelty or self._note))
        self._rendered: dict[tuple[object, ...], Markup] = {}
        self._marks: dict[tuple[object, ...], Markup] = {}

    def mark(self, entry: Entry) -> Markup:
        """Return the sum of the scores over two bars; where the list has a legend, a button that opens it."""
        key = (entry.paper.relevance, entry.paper.novelty, entry.paper.total)
        if key not in self._marks:
            self._marks[key] = Markup(self._mark(entry.paper))
        return self._marks[key]

    def _mark(self, paper: Paper) -> str:
        if paper.score is None:
            total = "–" if paper.total is None else formats.number(paper.total)
            return f'<span class="score"><b aria-label="{escaped(_unscored(paper))}" role="img">{total}</b></span>'
        content = f"<b>{formats.number(paper.score)}</b>{bars(paper)}"
        if not self._has_legend:
            return f'<span class="score">{content}</span>'
        scales = (("r", self._rubric.relevance, paper.relevance), ("n", self._rubric.novelty, paper.novelty))
        grades = [f"{letter}{index + 1}" for letter, grades, n in scales if (index := grade_of(grades, n)) is not None]
        described = f' aria-describedby="{" ".join(grades)}"' if grades else ""
        return f'<button class="score" popovertarget="{LEGEND_ID}"{described}>{content}</button>'

    def __call__(self, entry: Entry) -> Markup:
        """Return the paper's two scores in words, and their place."""
        paper = entry.paper
        key = (entry.date, paper.relevance, paper.novelty, paper.scorer)
        if key not in self._rendered:
            self._rendered[key] = Markup(self._render(entry))
        return self._rendered[key]

    def _render(self, entry: Entry) -> str:
        paper = entry.paper
        if paper.score is None:
            return f'<span class="muted">{_unscored(paper)}</span>'
        place = self.place(entry)
        numbers = gettext("<b>%(relevance)s</b> relevance <b>%(novelty)s</b> novelty") % {
            "relevance": formats.number(paper.relevance),
            "novelty": formats.number(paper.novelty),
        }
        by = "" if self._has_one_scorer or not paper.scorer else f" <span>{by_scorer(paper.scorer)}</span>"
        return f'<span class="grades">{numbers}{f" <i>{place}</i>" if place else ""}</span>{by}'

    def place(self, entry: Entry) -> str:
        """Return the place of the paper's score in words; empty if nothing is known of it."""
        return place_words(entry_place(self._places, entry), has_several_days=self._has_several_days)

    def head(self, change: ScorerChange | None = None) -> Markup:
        """Return the scorer, if all papers have the same, its change, and the button that opens the legend."""
        by = gettext("Scored by %(scorer)s.") % {"scorer": self._scorer} + " " if self._scorer else ""
        by += f'<span class="scorer-change">{escaped(formatting.scorer_change(change))}</span> ' if change else ""
        words = gettext("What the scores mean")
        button = f'<button popovertarget="{LEGEND_ID}">{words}</button>' if self._has_legend else ""
        return Markup(f'<p class="muted score-note">{by}{button}</p>' if by or button else "")

    def legend(self) -> Markup:
        """Return the popover."""
        if not self._has_legend:
            return Markup("")
        scales = (
            ("r", gettext("Relevance"), self._rubric.relevance),
            ("n", gettext("Novelty"), self._rubric.novelty),
        )
        grades = "".join([row for scale in scales for row in _grades(*scale)])
        return Markup(f'<div popover id="{LEGEND_ID}">\n{grades}{self._note}</div>')

    def _place_note(self) -> str:
        """Return the explanation of places; empty if no paper has one among scanned papers."""
        places = [place for entry in self._scored if (place := entry_place(self._places, entry))]
        if not any(place.scanned or place.best_days for place in places):
            return ""
        words = gettext(
            "<b>1st, 2nd …</b> The place of relevance plus novelty among all papers scanned that day, the dropped ones"
            " included. Equal scores have the same place."
        )
        if any(place.best_days for place in places):
            words += " " + gettext(
                "Best in a week or %(window)s days: no other paper of these %(week)s or %(window)s days has as high a"
                " score."
            ) % {"window": WINDOW_DAYS, "week": WEEK_DAYS}
        return f"<p>{words}</p>\n"


def _grades(letter: str, scale: str, grades: Sequence[Grade]) -> Iterator[str]:
    for place, grade in enumerate(grades, 1):
        span = f"{grade.low}–{grade.high}" if grade.low < grade.high else str(grade.low)
        yield f'<p id="{letter}{place}"><b>{scale} {span}</b> {_words(grade)}</p>\n'


def _words(grade: Grade) -> str:
    return f"{escaped(grade.name)}: {rendering.html(grade.description)}"
