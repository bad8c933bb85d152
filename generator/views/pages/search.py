"""``/search/``: the place for the search over all papers and publications."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views.page import Page
from generator.views.render import render

ADDRESS = "search/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """The one page."""
    body = render("search.html.j2", ADDRESS, papers=catalogue.papers(), publications=len(catalogue.publications()))
    description = "Search all papers and publications of this digest"
    yield Page(address=ADDRESS, title="Search", description=description, body=body, script="assets/search.js")
