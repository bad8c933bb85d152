"""``/search/``: the place for the search over all papers and publications."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views.page import Page
from generator.views.render import render
from generator.views.search import PUBLICATIONS, UNSOUGHT

ADDRESS = "search/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """The one page."""
    counts = {"papers": catalogue.papers(), "publications": len(catalogue.publications())}
    labels = {
        "topic": {topic.id: topic.name for topic in settings.topics},
        "source": {**settings.sources, PUBLICATIONS: "Publications"},
    }
    body = render("search.html.j2", ADDRESS, unsought=" ".join(sorted(UNSOUGHT)), labels=labels, **counts)
    description = "Search all papers and publications of this digest"
    yield Page(address=ADDRESS, title="Search", description=description, body=body, script="assets/search.js")
