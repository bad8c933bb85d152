"""The canvas of a share image: text, boxes, and the bytes of a PNG.

An image has 256 colours: a ramp from ink to paper, on which text is smoothed, then the hues of topics, for boxes. So
drawing takes one byte a pixel. Pillow draws it: a build needs no browser, and its FreeType reads the font of
the program.
"""

import io
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache

from PIL import Image, ImageDraw, ImageFont

from broadsheet import PROGRAM
from broadsheet.views.topic_colours import COLOURS

WIDTH, HEIGHT = 1200, 630
INK, MUTED, RULE, PAPER = 0, 79, 207, 239  # on the ramp
INK_COLOUR, PAPER_COLOUR, ACCENT_COLOUR = "#1b1b18", "#fffefb", "#8c1d18"  # as in styles/frame.css
_HUES = {name: PAPER + 1 + place for place, name in enumerate(COLOURS)}
ACCENT = PAPER + 1 + len(COLOURS)
_FONT = PROGRAM / "views" / "fonts" / "card.woff2"
_NO_CHARACTER = "\uffff"
MOST_CHARACTERS = 600
_INVISIBLE = frozenset({"Cf", "Cc"})
_DISPENSABLE = frozenset({"So", "Sk"})  # such as emoji: a title reads the same without them
_VARIANTS = range(0xFE00, 0xFE10)


class Picture:
    """A share image. Coordinates are pixels, and those of a text are where its baseline begins."""

    def __init__(self) -> None:
        self._image = Image.new("L", (WIDTH, HEIGHT), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: int) -> None:
        """Fill a box; its right and bottom edges are outside."""
        self._draw.rectangle((round(left), round(top), round(right) - 1, round(bottom) - 1), colour)

    def text(self, left: float, baseline: float, text: str, size: int, colour: int = INK) -> None:
        """Write a line of text."""
        self._draw.text((left, baseline), text, colour, _font(size), anchor="ls")

    def png(self) -> bytes:
        """Return the image as PNG."""
        self._image.putpalette(_palette())
        data = io.BytesIO()
        self._image.save(data, "PNG")
        return data.getvalue()


def hue_colour(name: str) -> int:
    """Return the colour of a topic's hue."""
    return _HUES[name]


def width(text: str, size: int) -> float:
    """Return the width of a line of text."""
    return _font(size).getlength(text)


def lines(text: str, size: int, limit: float) -> list[str]:
    """Return `text` in lines of at most `limit` pixels. A longer word has a line of its own."""
    result: list[str] = []
    for word in text.split():
        longer = f"{result[-1]} {word}" if result else ""
        if longer and width(longer, size) <= limit:
            result[-1] = longer
        else:
            result.append(word)
    return result


def shortened(text: str, size: int, limit: float) -> str:
    """Return `text` cut to `limit` pixels, with an ellipsis if anything is missing."""
    if width(text, size) <= limit:
        return text
    length = bisect_right(range(len(text)), limit, key=lambda end: width(f"{text[:end]}…", size)) - 1
    return f"{text[: max(0, length)].rstrip(' ,.:;')}…"


def drawable(text: str) -> str:
    """Return `text` in characters that the font has; nothing if it lacks one that cannot be left out.

    A text that is too long for an image is cut.
    """
    characters = [
        _drawable(character) for character in unicodedata.normalize("NFC", " ".join(text.split())[:MOST_CHARACTERS])
    ]
    return "" if None in characters else " ".join("".join(filter(None, characters)).split())


@lru_cache(maxsize=4096)
def _drawable(character: str) -> str | None:
    """Return a character, or a plainer form of it that the font has; nothing if it is dispensable, else None."""
    if unicodedata.category(character) in _INVISIBLE or ord(character) in _VARIANTS:
        return ""
    for form in (character, unicodedata.normalize("NFKC", character)):
        if all(map(_is_in_font, form)):
            return form
    return "" if unicodedata.category(character) in _DISPENSABLE else None


def _is_in_font(character: str) -> bool:
    return character == " " or _bitmap(character) != _bitmap(_NO_CHARACTER)


def _bitmap(character: str) -> tuple[object, bytes]:
    mask = _font(24).getmask(character)
    return mask.size, bytes(mask)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


@cache
def _palette() -> bytes:
    ink, paper = _channels([INK_COLOUR]), _channels([PAPER_COLOUR])
    steps = [step / PAPER for step in range(PAPER + 1)]
    ramp = [round(low + (high - low) * step) for step in steps for low, high in zip(ink, paper, strict=True)]
    return bytes([*ramp, *_channels(hue.light for hue in COLOURS.values()), *_channels([ACCENT_COLOUR])])


def _channels(colours: Iterable[str]) -> list[int]:
    return [int(colour[start : start + 2], 16) for colour in colours for start in (1, 3, 5)]
