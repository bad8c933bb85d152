"""The icons of the site: the operator's logo, or a front page with three bars."""

import io
from base64 import b64encode
from collections.abc import Callable

from PIL import Image, ImageDraw

from broadsheet.views.share.picture import ACCENT_COLOUR, PAPER_COLOUR

# A front page on a square of 64 units: the name, and three bars; left, top, right, bottom.
_BOXES = ((12, 13, 52, 19), (12, 34, 22, 52), (27, 26, 37, 52), (42, 41, 52, 52))
_UNITS = 64
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_MOST_PIXELS = 25_000_000
_SHARE = 0.8  # of an icon's width that a logo takes: phones cut the corners off


def icon_svg(logo: bytes) -> bytes:
    """Return the icon as SVG."""
    if is_svg(logo):
        return logo
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_UNITS} {_UNITS}">'
    if _opened(logo):
        data = b64encode(icon_png(logo, 192)).decode()
        return f'{head}<image width="{_UNITS}" height="{_UNITS}" href="data:image/png;base64,{data}"/></svg>\n'.encode()
    path = "".join(f"M{left} {top}H{right}V{bottom}H{left}z" for left, top, right, bottom in _BOXES)
    square = f'<rect width="{_UNITS}" height="{_UNITS}" rx="12" fill="{ACCENT_COLOUR}"/>'
    return f'{head}{square}<path fill="{PAPER_COLOUR}" d="{path}"/></svg>\n'.encode()


def icon_png(logo: bytes, size: int) -> bytes:
    """Return the icon as a square PNG without transparent parts."""
    image = _opened(logo)
    icon = _front_page(size) if image is None else _framed(image, size)
    data = io.BytesIO()
    icon.save(data, "PNG", optimize=True)
    return data.getvalue()


def is_svg(logo: bytes) -> bool:
    """Return whether a logo is an SVG, which Pillow cannot draw."""
    return b"<svg" in logo[:4096]


def _opened(logo: bytes) -> Image.Image | None:
    """Return the logo as an image; None if it is none that Pillow reads, or too large."""
    try:
        image = Image.open(io.BytesIO(logo), formats=_FORMATS)
        return image.convert("RGBA") if image.width * image.height <= _MOST_PIXELS else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _framed(image: Image.Image, size: int) -> Image.Image:
    """Return the logo in the middle of a square."""
    scale = _SHARE * size / max(image.size)
    fitted = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    square = Image.new("RGB", (size, size), PAPER_COLOUR)
    square.paste(fitted, ((size - fitted.width) // 2, (size - fitted.height) // 2), fitted)
    return square


def _front_page(size: int) -> Image.Image:
    square = Image.new("RGB", (size, size), ACCENT_COLOUR)
    drawing, scaled = ImageDraw.Draw(square), _scaler(size)
    for left, top, right, bottom in _BOXES:
        drawing.rectangle((scaled(left), scaled(top), scaled(right) - 1, scaled(bottom) - 1), PAPER_COLOUR)
    return square


def _scaler(size: int) -> Callable[[int], int]:
    return lambda units: round(units * size / _UNITS)
