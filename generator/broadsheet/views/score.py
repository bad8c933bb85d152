"""What a score says: its place among the last ninety days, who gave it, and what the rubric means by the number.

A list says the rubric's words once, in a popover: each score is a button that opens it, names its grades by id for
screen readers, and shows just these while the pointer or the focus is on it (styles/scores.css). No script is needed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.day_stats import DAYS, ENOUGH, Standing, given, top_percent
from broadsheet.index.days import Entry
from broadsheet.model.model import Paper, Scorer
from broadsheet.settings.rubric import Grade, Rubric
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped
from broadsheet.views import formatting

# The id of the popover. Those of its grades are r1, r2 …, n1, n2 …, the best first.
LEGEND_ID = "rubric"


def standings_of(catalogue: Catalogue, entries: Iterable[Entry]) -> dict[str, Standing]:
    """The standing of each day that these papers are from."""
    return {date: catalogue.standing(date) for date in sorted({entry.date for entry in entries})}


def grade_of(grades: Sequence[Grade], score: float | None) -> int | None:
    """The place in `grades` of the one a score belongs to; 8.5 is not yet 9 to 10."""
    if score is None:
        return None
    return next((place for place, grade in enumerate(grades) if grade.low <= int(score) <= grade.high), None)


def scorer_words(scorer: Scorer | None) -> str:
    """Return the scorer and its rubric, escaped; empty if none is named."""
    if scorer is None:
        return ""
    return escaped(formatting.scorer(scorer.model)) + (f", rubric {escaped(scorer.rubric)}" if scorer.rubric else "")


def grades_in_full(it: Paper, rubric: Rubric) -> Iterator[str]:
    """A line for each of the paper's scores: the number, its grade's name, and what that means."""
    for name, grades, score in (("Relevance", rubric.relevance, it.relevance), ("Novelty", rubric.novelty, it.novelty)):
        place = grade_of(grades, score)
        words = f": {_words(grades[place])}" if place is not None else ""
        yield f'<p class="grade"><b>{name} {formats.number(score)} of 10</b>{words}</p>\n'


def place_in_full(it: Paper, standing: Standing, date: str) -> str:
    """Where the score stands among those of the ninety days up to `date`; empty if these are too few to say."""
    percent = None if it.score is None else top_percent(standing, it.score)
    if percent is None:
        return ""
    return f"Top {percent} % of the {given(standing):,} scores given in the {DAYS} days up to {formats.long_date(date)}"


class ScoreRenderer:
    """The scores of the papers of one list, held against the standings of their days."""

    def __init__(self, rubric: Rubric, entries: Sequence[Entry], standings: Mapping[str, Standing]) -> None:
        self._rubric, self._standings = rubric, standings
        self._scored = [entry for entry in entries if entry.paper.score is not None]
        scorers = {entry.paper.scorer for entry in self._scored}
        self._one_scorer = len(scorers) == 1
        self._scorer = scorer_words(next(iter(scorers))) if self._one_scorer else ""
        self._place = self._place_words()
        self._has_legend = bool(self._scored and (rubric.relevance or rubric.novelty or self._place))
        self._made: dict[tuple[object, ...], Markup] = {}

    def __call__(self, entry: Entry) -> Markup:
        """What the paper was given, and the place that is."""
        it = entry.paper
        key = (entry.date, it.relevance, it.novelty, it.scorer)
        if key not in self._made:
            self._made[key] = Markup(self._said(it, self._standings.get(entry.date, ())))
        return self._made[key]

    def _said(self, it: Paper, standing: Standing) -> str:
        if it.score is None:
            return '<span class="muted">not scored</span>'
        percent = top_percent(standing, it.score)
        place = "" if percent is None else f" <i>top {percent} %</i>"
        numbers = f"<b>{formats.number(it.relevance)}</b> relevance <b>{formats.number(it.novelty)}</b> novelty{place}"
        by = "" if self._one_scorer or not it.scorer else f" <span>by {scorer_words(it.scorer)}</span>"
        if not self._has_legend:
            return f'<span class="score">{numbers}</span>{by}'
        found = (("r", self._rubric.relevance, it.relevance), ("n", self._rubric.novelty, it.novelty))
        grades = [f"{letter}{at + 1}" for letter, grades, n in found if (at := grade_of(grades, n)) is not None]
        described = f' aria-describedby="{" ".join(grades)}"' if grades else ""
        return f'<button popovertarget="{LEGEND_ID}"{described}>{numbers}</button>{by}'

    def head(self) -> Markup:
        """Who scored, where all papers agree on that, and the way to what the numbers mean."""
        by = f"Scored by {self._scorer}. " if self._scorer else ""
        way = f'<button popovertarget="{LEGEND_ID}">What the scores mean</button>' if self._has_legend else ""
        return Markup(f'<p class="muted score-note">{by}{way}</p>' if by or way else "")

    def legend(self) -> Markup:
        """The popover."""
        if not self._has_legend:
            return Markup("")
        scales = (("r", "Relevance", self._rubric.relevance), ("n", "Novelty", self._rubric.novelty))
        grades = "".join([row for scale in scales for row in _grades(*scale)])
        return Markup(f'<div popover id="{LEGEND_ID}">\n{grades}{self._place}</div>')

    def _place_words(self) -> str:
        """What a place means; nothing, if no paper has one."""
        days = {entry.date: self._standings.get(entry.date, ()) for entry in self._scored}
        told = {date: given(standing) for date, standing in days.items() if given(standing) >= ENOUGH}
        if not told:
            return ""
        among = f"scores given in the {DAYS} days up to the paper’s day"
        if len(days) == 1:
            date, number = next(iter(told.items()))
            among = f"{number:,} scores given in the {DAYS} days up to {formats.long_date(date)}"
        return f"<p><b>Top … %</b> So many of the {among} are as high or higher: relevance and novelty added up.</p>\n"


def _grades(letter: str, scale: str, grades: Sequence[Grade]) -> Iterator[str]:
    for place, grade in enumerate(grades, 1):
        span = f"{grade.low}–{grade.high}" if grade.low < grade.high else str(grade.low)
        yield f'<p id="{letter}{place}"><b>{scale} {span}</b> {_words(grade)}</p>\n'


def _words(grade: Grade) -> str:
    return f"{escaped(grade.name)}: {rendering.html(grade.description)}"
