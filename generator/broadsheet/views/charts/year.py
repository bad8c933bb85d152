"""A year of weeks: a column a week, Monday first, a tile a day, shaded by its papers. The months have the same figures.

Like a skyline, the drawing has no stop of the Tab key: calendars have the same links.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from broadsheet.index.days import DayHead, day_address
from broadsheet.text import formats
from broadsheet.text.sanitize import escaped
from broadsheet.views import formatting
from broadsheet.views.calendar import shade

CELL, STEP = 11, 13  # down the page, in pixels
ABOVE = 15  # for the names of months
WEEKS = 54  # a leap year that begins on a Sunday has so many
ACROSS = 100 / WEEKS  # in per cent of the width
WORKDAYS = 5


def year_of_weeks(year: str, days: Sequence[DayHead | None], largest: int, link: Callable[[str], str]) -> Markup:
    """Return the drawing of a year; `days` are all its dates. `largest` is the most papers of a day of the archive.

    Positions across are in per cent and text has its size in pixels, so that a phone's drawing is legible too.
    """
    offset = dt.date(int(year), 1, 1).weekday()
    places = [(head, *divmod(offset + n, 7)) for n, head in enumerate(days) if head]
    rows = max((weekday + 1 for _, _, weekday in places), default=WORKDAYS)
    tiles = "\n".join([_tile(*place, largest, link) for place in places])
    names = "".join(_month_names(int(year), offset))
    return Markup(
        f'<svg class="year" height="{ABOVE + max(rows, WORKDAYS) * STEP}" aria-hidden="true">\n{names}\n{tiles}\n</svg>'
    )


def _month_names(year: int, offset: int) -> Iterator[str]:
    for number in range(1, 13):
        first = dt.date(year, number, 1)
        week = (offset + first.timetuple().tm_yday - 1) // 7
        yield f'<text x="{week * ACROSS:.2f}%" y="10">{formats.short_month(first.isoformat())}</text>'


def _tile(head: DayHead, week: int, weekday: int, largest: int, link: Callable[[str], str]) -> str:
    kind = f"level-{shade(head.papers, largest)} {head.state}"
    place = f'x="{week * ACROSS:.2f}%" y="{ABOVE + weekday * STEP}" width="{0.85 * ACROSS:.2f}%" height="{CELL}"'
    tile = f'<rect class="{kind}" {place}/><title>{escaped(formatting.day_at_a_glance(head))}</title>'
    if not head.has_page:
        return f"<g>{tile}</g>"
    return f'<a href="{link(day_address(head.date))}" tabindex="-1">{tile}</a>'
