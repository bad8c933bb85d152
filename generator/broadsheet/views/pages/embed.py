"""``/embed/``: the newest publications and the best papers of the newest day, for other web pages.

`views/scripts/embed.js` shows the JSON there. The HTML file is the same list, for a frame or a page without scripts.
"""

from collections.abc import Iterator, Sequence

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import day_address
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.page import File
from broadsheet.views.pages.publications import OVERVIEW
from broadsheet.views.permalink import lasting_address
from broadsheet.views.render import render

SCRIPT = "assets/embed.js"
FOLDER = "embed/"
PAPERS, PUBLICATIONS = "papers", "publications"
MAX_ITEMS = {PAPERS: 5, PUBLICATIONS: 20}
MAX_AUTHORS = 4
VERSION = 1  # of the shape of the JSON


class EmbeddedWork(msgspec.Struct, omit_defaults=True):
    """A line of a list, as plain text; `note` is where it was published."""

    title: str
    url: str
    authors: str = ""
    note: str = ""
    date: str = ""


class EmbeddedList(msgspec.Struct, omit_defaults=True):
    """A list for other pages. `url` is its page, `updated` the date of its newest fact."""

    title: str
    url: str
    items: list[EmbeddedWork]
    updated: str = ""
    version: int = msgspec.field(default_factory=lambda: VERSION)


def keys(catalogue: Catalogue, settings: Settings) -> tuple[str, ...]:
    """Return the names of the lists."""
    return tuple(MAX_ITEMS)


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[File]:
    """Yield a list as JSON and as HTML. They are in the built site alone."""
    works = (_papers if key == PAPERS else _publications)(catalogue, settings)
    yield File(f"{FOLDER}{key}.json", msgspec.json.encode(works) + b"\n", site_only=True)
    html = render("embed.html.j2", FOLDER, works=works, site=settings.site)
    yield File(f"{FOLDER}{key}.html", f"{html}\n".encode(), site_only=True)


def _papers(catalogue: Catalogue, settings: Settings) -> EmbeddedList:
    date = catalogue.newest_day(True)
    best = catalogue.best(date, date, MAX_ITEMS[PAPERS]) if date else []
    items = [
        EmbeddedWork(
            title=rendering.plain(entry.paper.title),
            url=absolute(settings, lasting_address(entry, settings)),
            authors=_names(entry.paper.authors),
            date=entry.date,
        )
        for entry in best
    ]
    title = gettext("The best papers of %(day)s") % {"day": formats.day(date)} if date else gettext("The best papers")
    return EmbeddedList(title, absolute(settings, day_address(date) if date else ""), items, date or "")


def _publications(catalogue: Catalogue, settings: Settings) -> EmbeddedList:
    newest = catalogue.newest_publications(MAX_ITEMS[PUBLICATIONS])
    items = [
        EmbeddedWork(
            title=rendering.plain(work.title),
            url=absolute(settings, work.address),
            authors=_names([person.display for person in work.authors or work.editors]),
            note=rendering.plain(work.venue),
            date=work.date or work.year or "",
        )
        for work in newest
    ]
    updated = max((work.list_date for work in newest), default="")
    return EmbeddedList(gettext("The newest publications"), absolute(settings, OVERVIEW), items, updated)


def _names(names: Sequence[str]) -> str:
    """Return the first names, and the number of the others."""
    first = names if len(names) <= MAX_AUTHORS + 1 else names[:MAX_AUTHORS]
    return formats.names_and_more(list(map(readable_name, first)), len(names) - len(first))
