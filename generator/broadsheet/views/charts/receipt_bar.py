"""A receipt as a bar to scale: the papers shown, those scanned, those announced; hatched where something failed."""

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from broadsheet.index.states import TROUBLED
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.text import formats
from broadsheet.text.sanitize import escaped
from broadsheet.views import formatting

HEIGHT = 10  # in pixels
UNKNOWN = 0.06  # of the width, for papers whose number is unknown
PATTERN = (
    '<pattern id="receipt-failed" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<path d="M-1 1L1-1M0 5L5 0M4 6L6 4"/></pattern>'
)


class BarPart(NamedTuple):
    """A part of the bar: its kind (`shown`, `failed`, `scanned`, `announced`), papers, words. None is unknown."""

    kind: str
    papers: int | None
    words: str


def parts(receipt: Receipt, papers_shown: int) -> list[BarPart]:
    """Return the parts of the bar, from left to right; they add up to the papers announced as far as it is known."""
    return [part for part in _parts(receipt, papers_shown) if part.papers is None or part.papers > 0]


def _parts(receipt: Receipt, papers_shown: int) -> Iterator[BarPart]:
    unscored = len(receipt.unscored)
    with_score = max(papers_shown - unscored, 0) if receipt.shown is None else min(receipt.shown, papers_shown)
    yield BarPart("shown", with_score, formats.quantity(with_score, "%(number)s shown", "%(number)s shown"))
    yield BarPart("failed", unscored, formats.quantity(unscored, "%(number)s not scored", "%(number)s not scored"))
    if receipt.scanned is not None:
        others = receipt.scanned - with_score - unscored
        kind = "failed" if receipt.state is DayState.FAILED else "scanned"
        yield BarPart(
            kind,
            others,
            formats.quantity(others, "%(number)s scanned and not shown", "%(number)s scanned and not shown"),
        )
    read = max(receipt.scanned or 0, with_score + unscored)
    if receipt.announced is not None:
        others = receipt.announced - read
        yield BarPart(
            "announced",
            others,
            formats.quantity(others, "%(number)s announced and not scanned", "%(number)s announced and not scanned"),
        )
    for name, stats in receipt.sources.items():
        if stats.status in TROUBLED:
            yield BarPart("failed", None, formatting.trouble(name, stats))


def receipt_bar(receipt: Receipt, papers_shown: int) -> Markup:
    """Return the bar and its words; nothing if the receipt has no more to say than the number of papers shown."""
    drawn = parts(receipt, papers_shown)
    if not drawn or [part.kind for part in drawn] == ["shown"]:
        return Markup("")
    sizes = _shares(drawn)
    svg = "".join([*_rectangles(drawn, sizes)])
    words = ", ".join(part.words for part in drawn)
    pattern = PATTERN if any(part.kind == "failed" for part in drawn) else ""
    return Markup(
        f'<span class="receipt-bar"><svg height="{HEIGHT}" aria-hidden="true">{pattern}{svg}</svg>'
        f'<span class="words">{escaped(words)}</span></span>'
    )


def _shares(drawn: list[BarPart]) -> list[float]:
    """Return the width of each part in per cent."""
    unknown = UNKNOWN * sum(part.papers is None for part in drawn)
    counted = sum(part.papers or 0 for part in drawn)
    if not counted:
        return [100 / len(drawn)] * len(drawn)
    return [100 * (UNKNOWN if part.papers is None else part.papers / counted * (1 - unknown)) for part in drawn]


def _rectangles(drawn: list[BarPart], sizes: list[float]) -> Iterator[str]:
    x = 0.0
    for part, size in zip(drawn, sizes, strict=True):
        fill = ' fill="url(#receipt-failed)"' if part.kind == "failed" else ""
        yield (
            f'<rect class="{part.kind}"{fill} x="{x:.2f}%" width="{size:.2f}%" height="{HEIGHT}">'
            f"<title>{escaped(part.words)}</title></rect>"
        )
        x += size
