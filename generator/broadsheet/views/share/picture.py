"""The canvas of a share image: text, boxes, and the bytes of a PNG.

An image has a ramp from ink to paper, on which text is smoothed, then the colours of its boxes. Most have at most 16
colours, so two pixels take a byte. Pillow draws: a build needs no browser, and its FreeType reads the font of
the program.
"""

import math
import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate, repeat

import deflate
from PIL import Image, ImageDraw, ImageFont

from broadsheet import PROGRAM
from broadsheet.views.topic_colours import COLOURS

WIDTH, HEIGHT = 1200, 630
INK, MUTED, PAPER = 0, 4, 12  # of text and of the page, on the ramp
INK_COLOUR, PAPER_COLOUR, ACCENT_COLOUR = "#1b1b18", "#fffefb", "#8c1d18"  # as in styles/frame.css
RULE_COLOUR = "#e0e0dd"
_FONT = PROGRAM / "views" / "fonts" / "card.woff2"
_LEFT = 2  # pixels, not part of the image
_LEVEL = 2  # of libdeflate: the fastest for images, a seventh smaller than zlib's in two thirds of its time
_NO_CHARACTER = "\uffff"
MAX_CHARACTERS = 600
# Letters are drawn one by one: a mark that no composed letter has would stand beside its letter.
_LEFT_OUT = frozenset({"Cf", "Cc", "Mn", "Me"})
_DISPENSABLE = frozenset({"So", "Sk"})  # such as emoji: a title reads the same without them


class Picture:
    """A share image. Coordinates are pixels, and those of a text are where its baseline begins."""

    def __init__(self) -> None:
        self._image = Image.new("L", (_LEFT + WIDTH, HEIGHT), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._draw.rectangle((0, 0, _LEFT - 1, HEIGHT), 0)
        self._colours: list[str] = []

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """Fill a box; its right and bottom edges are outside."""
        if colour not in self._colours:
            self._colours.append(colour)
        edges = (_LEFT + round(left), round(top), _LEFT + round(right) - 1, round(bottom) - 1)
        self._draw.rectangle(edges, PAPER + 1 + self._colours.index(colour))

    def text(self, left: float, baseline: float, text: str, size: int, colour: int = INK) -> None:
        """Write a line of text."""
        top, start = round(baseline), _LEFT + left
        draw = self._draw.draw.draw_bitmap  # behind `ImageDraw.bitmap`, with which a text takes half as long again
        for letter, end in zip(text, accumulate(_advances(text, size)), strict=True):
            mask, before, above = _letter(letter, size)
            draw((math.floor(start + end - before), top + above), mask.im, colour)

    def png(self) -> bytes:
        """Return the image as PNG."""
        palette = _ramp() + b"".join(map(_rgb, self._colours))
        bits = 4 if len(palette) <= 3 * 16 else 8
        self._image.putpalette(palette)
        # The byte left of each row is 0: the filter "None".
        rows = self._image.crop((_LEFT - 8 // bits, 0, _LEFT + WIDTH, HEIGHT))
        packed = rows.tobytes("raw", "P;4" if bits == 4 else "P")
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, 3, 0, 0, 0)  # 3: a palette
        chunks = (
            (b"IHDR", header),
            (b"PLTE", palette),
            (b"IDAT", deflate.zlib_compress(packed, _LEVEL)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join([_chunk(*chunk) for chunk in chunks])


def hue_colour(name: str) -> str:
    """Return the colour of a topic's hue."""
    return COLOURS[name].light


def width(text: str, size: int) -> float:
    """Return the width of a line of text."""
    return sum(_advances(text, size))


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
        _drawable(character) for character in unicodedata.normalize("NFC", " ".join(text.split())[:MAX_CHARACTERS])
    ]
    return "" if None in characters else " ".join("".join(filter(None, characters)).split())


@lru_cache(maxsize=4096)
def _drawable(character: str) -> str | None:
    """Return a character, or a plainer form of it that the font has; nothing if it is dispensable, else None."""
    if unicodedata.category(character) in _LEFT_OUT:
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


def _advances(text: str, size: int) -> Iterator[float]:
    return map(_advance, text, ("", *text), repeat(size))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", deflate.crc32(name + data))


@lru_cache(maxsize=1 << 14)  # a text takes a seventh of the time, with `_letter`
def _advance(letter: str, last: str, size: int) -> float:
    """Return the width that a letter adds behind the last one. The font has kerning of pairs, and nothing else."""
    width_of = _font(size).getlength
    return width_of(last + letter) - width_of(last)


@lru_cache(maxsize=2048)  # 4 % of a cold build, with `_advance`
def _letter(letter: str, size: int) -> tuple[Image.Image, float, int]:
    """Return a letter as a mask, the distance from its left edge to the next letter, and from the baseline to its top.

    Letters begin at whole pixels: half a pixel of the distance rounds their place.
    """
    font = _font(size)
    left, top, right, bottom = map(int, font.getbbox(letter, anchor="ls"))
    mask = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), letter, 255, font, anchor="ls")
    return mask, font.getlength(letter) - left - 0.5, top


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def _ramp() -> bytes:
    ink, paper = _rgb(INK_COLOUR), _rgb(PAPER_COLOUR)
    steps = [step / PAPER for step in range(PAPER + 1)]
    return bytes([round(low + (high - low) * step) for step in steps for low, high in zip(ink, paper, strict=True)])


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour.removeprefix("#"))
