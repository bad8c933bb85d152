"""A skyline: a bar for each paper of a list, as high as its score, in the colour of its topic, and a link to the paper.

The drawing has no stop of the Tab key: the list has the same links, and a caption the same figures. The script
skyline.js marks the papers that are read or saved.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import floor
from typing import NamedTuple

from markupsafe import Markup

from broadsheet.index.days import Entry
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped
from broadsheet.translations import gettext
from broadsheet.views.topic_colours import hue_of

LOWEST, HIGHEST = 10, 20  # scores between which heights differ
HEIGHT, STUB = 44, 4  # in pixels
ABOVE = 8  # the room for the dot of a saved paper
BAR = 0.82  # of the width there is for it
MIN_PLACES = 12  # a few bars do not fill the width
MAX_COUNTS = 6  # in words
MAX_MAIL_BARS, MAIL_HEIGHT, MAIL_STEP = 60, 36, 8  # a mail is narrow
MAX_BARS = 120  # of a week: more would be thinner than a line


class Bar(NamedTuple):
    """A paper in a skyline. `score` is relevance plus novelty, `hue` a name of the palette, `title` plain text."""

    href: str
    title: str
    score: float | None
    hue: str
    paper: str


def bars_of(entries: Iterable[Entry], hues: Mapping[str, str], href: Callable[[Entry], str]) -> list[Bar]:
    """Return the bars of papers, in their order; `href` makes the address of each."""
    return [
        Bar(
            href(entry),
            rendering.plain(entry.paper.title),
            entry.paper.total,
            hue_of(entry, hues),
            entry.paper.arxiv_id,
        )
        for entry in entries
    ]


def height_of(score: float | None, full: int = HEIGHT) -> int:
    """Return the height of a bar in pixels: a stub up to `LOWEST` and for no score, `full` for `HIGHEST`."""
    share = (min(max(score or 0, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    return floor(STUB + share * (full - STUB) + 0.5)  # as a browser rounds


class BestByDay(NamedTuple):
    """The papers of several days for a skyline: day after day, the best of each first; `is_cut` if there are more."""

    papers: list[Entry]
    is_cut: bool


def by_day(best: Sequence[Entry]) -> BestByDay:
    """Return a skyline's papers from those of several days, best first. Of more than `MAX_BARS`, it has the first."""
    papers = sorted(best[:MAX_BARS], key=lambda entry: (entry.date, entry.sort_key))
    return BestByDay(papers, len(best) > MAX_BARS)


def skyline(bars: Sequence[Bar], *, lead: str = "", is_cut: bool = False) -> Markup:
    """Return the figure; nothing if no paper has a score. `lead` says which days follow each other in it.

    The script skyline-drawing.js draws the same.
    """
    if all(bar.score is None for bar in bars):
        return Markup("")
    step = 100 / max(len(bars), MIN_PLACES)
    drawn = "\n".join([_bar(bar, step * index, step * BAR) for index, bar in enumerate(bars)])
    best = gettext("The %(number)s best papers.") % {"number": MAX_BARS} if is_cut else ""
    about = " ".join(filter(None, [lead, best, words(bars)]))
    caption = f'<figcaption class="muted">{escaped(about)}</figcaption>\n'
    return Markup(
        f'<figure class="skyline">\n<svg height="{ABOVE + HEIGHT}" aria-hidden="true">\n{drawn}\n</svg>\n'
        f"{caption}</figure>"
    )


def _bar(bar: Bar, x: float, width: float) -> str:
    high = height_of(bar.score)
    tooltip = f"{formats.number(bar.score)}: {bar.title}" if bar.score is not None else bar.title
    link = f'<a href="{escaped(bar.href)}" tabindex="-1" class="hue-{bar.hue}"'
    rect = f'<rect x="{x:.2f}%" y="{ABOVE + HEIGHT - high}" width="{width:.2f}%" height="{high}"/>'
    if bar.href.startswith("#"):  # the page has the paper's row: skyline.js takes title and id from there
        return f"{link}>{rect}</a>"
    return f'{link} data-paper="{escaped(bar.paper)}">{rect}<title>{escaped(tooltip)}</title></a>'


def words(bars: Sequence[Bar]) -> str:
    """Return the figures in words: ``Scores: 17 (2 papers), 15 (1). One bar a paper …``."""
    counts = Counter(bar.score for bar in bars if bar.score is not None)
    scores = ", ".join(_counts(counts))
    unscored = len(bars) - counts.total()
    sentences = [gettext("Scores: %(scores)s.") % {"scores": scores}] if counts else []
    if unscored and counts:
        sentences.append(
            formats.quantity(unscored, "%(number)s paper without a score.", "%(number)s papers without a score.")
        )
    return " ".join([*sentences, gettext("A bar is a paper: its height is the score, its colour the topic.")])


def _counts(counts: Mapping[float, int]) -> Iterator[str]:
    """Yield ``17 (24 papers)`` for the highest scores, then ``lower (3)``."""
    ordered = sorted(counts.items(), reverse=True)
    for index, (score, number) in enumerate(ordered[:MAX_COUNTS]):
        yield f"{formats.number(score)} ({formats.number(number) if index else formats.papers(number)})"
    if lower := sum(number for _, number in ordered[MAX_COUNTS:]):
        yield gettext("lower (%(number)s)") % {"number": formats.number(lower)}


def skyline_table(bars: Sequence[Bar]) -> Markup:
    """Return the first bars as a table, for mails: their programs draw no SVG. Nothing if no paper has a score."""
    drawn = bars[:MAX_MAIL_BARS]
    if not any(bar.score is not None for bar in drawn):
        return Markup("")
    cells = "\n".join(map(_cell, drawn))
    width = MAIL_STEP * len(drawn)
    return Markup(
        f'<table role="presentation" aria-hidden="true" class="skyline" style="max-width:{width}px"'
        ' cellpadding="0" cellspacing="0" border="0">'
        f"<tr>\n{cells}\n</tr></table>"
    )


def _cell(bar: Bar) -> str:
    look = f'class="hue-{bar.hue}" style="height:{height_of(bar.score, MAIL_HEIGHT)}px"'
    title = escaped(bar.title)
    return f'<td valign="bottom"><a href="{escaped(bar.href)}" {look} tabindex="-1" title="{title}"></a></td>'
