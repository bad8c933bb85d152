"""A year of weeks: a column a week, Monday first, a tile a day, shaded by its papers. The months have the same figures.

Like a skyline, the drawing has no stop of the Tab key: calendars have the same links.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from broadsheet.index.days import DayHead, day_address
from broadsheet.text.sanitize import escaped
from broadsheet.views import formatting
from broadsheet.views.calendar import shade

STEP = 12  # from tile to tile, in units of the drawing
ABOVE = 12  # for the names of months
WEEKS = 54  # a leap year that begins on a Sunday has so many
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def year_of_weeks(year: str, days: Sequence[DayHead | None], largest: int, link: Callable[[str], str]) -> Markup:
    """Return the drawing of a year; `days` are all its dates. `largest` is the most papers of a day of the archive."""
    offset = dt.date(int(year), 1, 1).weekday()
    tiles = "\n".join(_tile(head, *divmod(offset + n, 7), largest, link) for n, head in enumerate(days) if head)
    return Markup(
        f'<svg class="year" viewBox="0 0 {WEEKS * STEP} {ABOVE + 7 * STEP}" aria-hidden="true">\n'
        f"{''.join(_month_names(int(year), offset))}\n{tiles}\n</svg>"
    )


def _month_names(year: int, offset: int) -> Iterator[str]:
    for number, name in enumerate(MONTHS, 1):
        week = (offset + dt.date(year, number, 1).timetuple().tm_yday - 1) // 7
        yield f'<text x="{week * STEP}" y="8">{name}</text>'


def _tile(head: DayHead, week: int, weekday: int, largest: int, link: Callable[[str], str]) -> str:
    kind = f"level-{shade(head.papers, largest)} {head.state}"
    tile = f'<rect class="{kind}" x="{week * STEP + 1}" y="{ABOVE + weekday * STEP + 1}" width="10" height="10"/>'
    tile += f"<title>{escaped(formatting.day_at_a_glance(head))}</title>"
    if not head.has_page:
        return f"<g>{tile}</g>"
    return f'<a href="{link(day_address(head.date))}" tabindex="-1">{tile}</a>'
