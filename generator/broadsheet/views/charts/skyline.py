"""A skyline: a bar for each paper of a list, as high as its score, in the colour of its topic, and a link to the paper.

The drawing has no stop of the Tab key: the list has the same links, and a caption the same figures. The script
skyline.js marks the papers that are read or saved.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from broadsheet.index.days import Entry
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped
from broadsheet.views.topic_colours import hue_of

LOWEST, HIGHEST = 10, 20  # scores between which heights differ
HEIGHT, STUB = 44, 4  # in pixels
ABOVE = 8  # the room for the dot of a saved paper
BAR = 0.82  # of the width there is for it
MIN_PLACES = 12  # a few bars do not fill the width
MAX_COUNTS = 6  # in words


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
            entry.paper.score,
            hue_of(entry, hues),
            entry.paper.arxiv_id,
        )
        for entry in entries
    ]


def height_of(score: float | None, full: int = HEIGHT) -> int:
    """Return the height of a bar in pixels: a stub up to `LOWEST` and for no score, `full` for `HIGHEST`."""
    share = (min(max(score or 0, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    return round(STUB + share * (full - STUB))


def skyline(bars: Sequence[Bar], *, has_caption: bool = True) -> Markup:
    """Return the figure; nothing if there are no papers. Without its caption, the page has the figures elsewhere."""
    if not bars:
        return Markup("")
    step = 100 / max(len(bars), MIN_PLACES)
    drawn = "\n".join([_bar(bar, step * index, step * BAR) for index, bar in enumerate(bars)])
    caption = f'<figcaption class="muted">{escaped(words(bars))}</figcaption>\n' if has_caption else ""
    return Markup(
        f'<figure class="skyline">\n<svg height="{ABOVE + HEIGHT}" aria-hidden="true">\n{drawn}\n</svg>\n'
        f"{caption}</figure>"
    )


def _bar(bar: Bar, x: float, width: float) -> str:
    high = height_of(bar.score)
    tooltip = f"{formats.number(bar.score)}: {bar.title}" if bar.score is not None else bar.title
    return (
        f'<a href="{escaped(bar.href)}" tabindex="-1" class="hue-{bar.hue}" data-paper="{escaped(bar.paper)}">'
        f'<rect x="{x:.2f}%" y="{ABOVE + HEIGHT - high}" width="{width:.2f}%" height="{high}"/>'
        f"<title>{escaped(tooltip)}</title></a>"
    )


def words(bars: Sequence[Bar]) -> str:
    """Return the figures in words: ``3 papers. Scores: 17 (2 papers), 15 (1). One bar a paper …``."""
    counts = Counter(bar.score for bar in bars if bar.score is not None)
    scores = ", ".join(_counts(counts))
    unscored = len(bars) - counts.total()
    known = f"Scores: {scores}. " if counts else ""
    rest = f"{formats.count(unscored, 'paper')} without a score. " if unscored and counts else ""
    return f"{known}{rest}A bar is a paper: its height is the score, its colour the topic."


def _counts(counts: Mapping[float, int]) -> Iterator[str]:
    """Yield ``17 (24 papers)`` for the highest scores, then ``lower (3)``."""
    ordered = sorted(counts.items(), reverse=True)
    for index, (score, number) in enumerate(ordered[:MAX_COUNTS]):
        yield f"{formats.number(score)} ({formats.count(number, 'paper') if not index else number})"
    if lower := sum(number for _, number in ordered[MAX_COUNTS:]):
        yield f"lower ({lower})"
