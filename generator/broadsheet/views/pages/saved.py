"""``/saved/``: a frame for the papers that a reader saved; their list is in the reader's browser alone."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext
from broadsheet.views.page import Page
from broadsheet.views.render import render

ADDRESS = "saved/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    description = gettext("The papers you saved in this browser, with your notes")
    body = render("saved.html.j2", ADDRESS, settings=settings)
    script = "assets/saved.js"
    yield Page(
        address=ADDRESS, title=gettext("Saved papers"), description=description, body=body, script=script, reader=True
    )
