"""``/search/``: the search over all papers and publications."""

from collections.abc import Iterator

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.search.words import rules
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext, gettext_noop
from broadsheet.views.page import Page
from broadsheet.views.permalink import AUTHORS
from broadsheet.views.render import render
from broadsheet.views.search_documents import PUBLICATIONS
from broadsheet.views.topic_colours import topic_labels

ADDRESS = "search/"
# Facets and sort keys of hits: their names in URLs, and their labels.
FACETS = {
    "topic": gettext_noop("Topic"),
    "category": gettext_noop("Category"),
    "source": gettext_noop("Source"),
    "year": gettext_noop("Year"),
    "score": gettext_noop("Score"),
}
SORTS = {
    "": gettext_noop("Best match"),
    "date": gettext_noop("By date"),
    "score": gettext_noop("By score"),
    "novelty": gettext_noop("By novelty"),
    "upvotes": gettext_noop("By upvotes"),
}


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    counts = {"papers": catalogue.paper_count(), "publications": len(catalogue.publications())}
    authors = AUTHORS if catalogue.has_authors() else ""
    labels = {
        "topic": {topic.id: topic.name for topic in settings.topics},
        "source": {**settings.sources, PUBLICATIONS: gettext("Publications")},
    }
    sorts, facets = ({key: gettext(words) for key, words in part.items()} for part in (SORTS, FACETS))
    choices = {"sorts": sorts, "facets": facets, "labels": labels, "rows": topic_labels(settings), "rules": rules()}
    body = render("search.html.j2", ADDRESS, choices=msgspec.json.encode(choices).decode(), authors=authors, **counts)
    description = gettext("Search all papers and publications of this digest")
    yield Page(address=ADDRESS, title=gettext("Search"), description=description, body=body, script="assets/search.js")
