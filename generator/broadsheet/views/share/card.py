"""The share image of a page: the digest's name, a title, and what there is of score, best papers and text."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import NO_HUE
from broadsheet.text import formats
from broadsheet.translations import gettext
from broadsheet.views.alternates.attach import RECENT_DAYS
from broadsheet.views.page import File, Page
from broadsheet.views.share.picture import (
    ACCENT_COLOUR,
    HEIGHT,
    MUTED,
    RULE_COLOUR,
    WIDTH,
    Picture,
    drawable,
    hue_colour,
    lines,
    shortened,
    width,
)

CARD = "card.png"
MARGIN = 64
INNER = WIDTH - 2 * MARGIN
BOTTOM = HEIGHT - 48
TITLE_SIZES = (72, 64, 56, 50, 44)
TITLE_ROOM = 290  # pixels of height
LINE_HEIGHT = 1.16
SMALL, LISTED = 30, 32
GRADE = 36  # the width of a bar for each point
SKYLINE = 150  # the height of the highest score
MAX_CARD_BARS = 214


class Score(NamedTuple):
    """A score with its two grades."""

    sum: float
    relevance: float
    novelty: float


class Card(NamedTuple):
    """The content of a share image. Any text may be foreign; `stand_in` is the title if the font lacks its characters.

    `place` says what the page is about. `titles` are the best papers of a list, and `bars` the scores and hues
    of all.
    """

    title: str
    stand_in: str = ""
    place: str = ""
    text: str = ""
    label: str = ""
    hue: str = ""
    score: Score | None = None
    titles: Sequence[tuple[float | None, str]] = ()
    bars: Sequence[tuple[float, str]] = ()


def has_card(catalogue: Catalogue, settings: Settings, date: str | None) -> bool:
    """Return whether a page has a share image of its own; `date` is that of its newest fact.

    Links to new pages are the ones that are shared. The limit is that of alternates, so a page that becomes old is
    rendered again once, for both.
    """
    if settings.share_images == "top":
        return date is not None and catalogue.is_recent(date, RECENT_DAYS)
    return settings.share_images == "all"


def with_card(page: Page, card: Card, settings: Settings) -> Page:
    """Return `page` with a share image beside it."""
    path = page.address + CARD
    return page._replace(card=path, files=(*page.files, File(path, draw(card, settings))))


def draw(card: Card, settings: Settings) -> bytes:
    """Return the share image as PNG."""
    picture = Picture()
    _masthead(picture, card, settings)
    below = _title(picture, drawable(card.title) or drawable(card.stand_in), _room(card))
    if card.text:
        below = _text(picture, below, drawable(card.text))
    _titles(picture, below, card)
    if card.bars:
        _skyline(picture, card.bars[:MAX_CARD_BARS])
    else:
        _foot(picture, card)
    return picture.png()


def site_name(settings: Settings) -> str:
    """Return the digest's name, or its host if the font lacks characters of the name."""
    return drawable(settings.site.site_name) or urlsplit(settings.site.site_url).hostname or ""


def _room(card: Card) -> int:
    return TITLE_SIZES[0] + 12 if card.titles else TITLE_ROOM


def _masthead(picture: Picture, card: Card, settings: Settings) -> None:
    picture.box(0, 0, WIDTH, 14, hue_colour(card.hue) if card.hue else ACCENT_COLOUR)
    place = shortened(drawable(card.place), SMALL, INNER / 2)
    space = INNER - width(place, SMALL) - 32
    picture.text(MARGIN, 78, shortened(site_name(settings), 36, space), 36)
    picture.text(WIDTH - MARGIN - width(place, SMALL), 78, place, SMALL, MUTED)
    picture.box(MARGIN, 102, WIDTH - MARGIN, 104, RULE_COLOUR)


def _title(picture: Picture, title: str, room: int) -> float:
    """Write the title as large as it fits. Return the baseline below it."""
    size, text_lines = _fitted(title, room)
    baseline = 122.0
    for line in text_lines:
        baseline += size * LINE_HEIGHT
        picture.text(MARGIN, baseline, line, size)
    return baseline


def _fitted(title: str, room: int) -> tuple[int, list[str]]:
    """Return the largest size in which the title fits, and its lines; the last ends in an ellipsis if none is."""
    for size in TITLE_SIZES:
        text_lines = lines(title, size, INNER)
        most = max(1, int(room / (size * LINE_HEIGHT)))
        if len(text_lines) <= most and all(width(line, size) <= INNER for line in text_lines):
            return size, text_lines
    return size, _cut(text_lines, size, most)


def _cut(text_lines: list[str], size: int, most: int) -> list[str]:
    """Return at most `most` lines, none wider than the image between its margins."""
    last = [" ".join(text_lines[most - 1 :])] if len(text_lines) >= most else []
    return [shortened(line, size, INNER) for line in (*text_lines[: most - 1], *last)]


def _text(picture: Picture, baseline: float, text: str) -> float:
    """Write a muted text below the title, above the foot. Return the baseline below it."""
    most = max(1, int((BOTTOM - 120 - baseline) / 40))
    for line in _cut(lines(text, SMALL, INNER), SMALL, most):
        baseline += 40
        picture.text(MARGIN, baseline + 20, line, SMALL, MUTED)
    return baseline


def _titles(picture: Picture, baseline: float, card: Card) -> None:
    """Write the best papers, one line each, with their scores."""
    room = BOTTOM - baseline - 18 - (SKYLINE + 28 if card.bars else 0)
    baseline += 18
    for score, foreign in card.titles:
        title = drawable(foreign)
        if title and (room := room - 50) >= 0:
            baseline += 50
            left = MARGIN + (64 if any(score is not None for score, _ in card.titles) else 0)
            picture.text(MARGIN, baseline, formats.number(score) if score is not None else "", LISTED, MUTED)
            picture.text(left, baseline, shortened(title, LISTED, WIDTH - MARGIN - left), LISTED)


def _foot(picture: Picture, card: Card) -> None:
    """Draw the score with a bar for each grade, and the topic beside it."""
    colour = hue_colour(card.hue or NO_HUE)
    left = float(MARGIN)
    if card.score:
        number = formats.number(card.score.sum)
        picture.text(left, BOTTOM, number, 128)
        left += width(number, 128) + 36
        _grade(picture, left, BOTTOM - 56, gettext("relevance %(score)s"), card.score.relevance, colour)
        _grade(picture, left, BOTTOM, gettext("novelty %(score)s"), card.score.novelty, colour)
    label = shortened(drawable(card.label), SMALL, INNER / 3)
    if label:
        start = WIDTH - MARGIN - width(label, SMALL)
        picture.text(start, BOTTOM, label, SMALL)
        picture.box(start - 40, BOTTOM - 22, start - 16, BOTTOM + 2, colour)


def _grade(picture: Picture, left: float, baseline: float, words: str, grade: float, colour: str) -> None:
    score = drawable(words % {"score": formats.number(grade)})
    picture.text(left, baseline - 22, score, 24, MUTED)
    picture.box(left, baseline - 14, left + 10 * GRADE, baseline, RULE_COLOUR)
    picture.box(left, baseline - 14, left + grade * GRADE, baseline, colour)


def _skyline(picture: Picture, bars: Sequence[tuple[float, str]]) -> None:
    """Draw a bar for each paper: its height is the score, of at most 20, its colour the topic's."""
    step = min(40, INNER // len(bars))
    gap = 1 if step < 8 else 3
    for place, (score, hue) in enumerate(bars):
        left, high = MARGIN + place * step, max(2, score / 20 * SKYLINE)
        picture.box(left, BOTTOM - high, left + step - gap, BOTTOM, hue_colour(hue))
