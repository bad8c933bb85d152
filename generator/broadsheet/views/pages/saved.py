"""``/saved/``: the place for the papers a reader saved. Which those are only the reader's browser knows."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.views.page import Page
from broadsheet.views.render import render

ADDRESS = "saved/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """The one page."""
    description = "The papers you saved in this browser, with your notes"
    body = render("saved.html.j2", ADDRESS)
    script = "assets/saved.js"
    yield Page(address=ADDRESS, title="Saved papers", description=description, body=body, script=script, reader=True)
