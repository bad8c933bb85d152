"""``/authors/SLUG/``: an author's papers and publications; ``/authors/``: the authors with the most."""

from collections.abc import Iterator

from broadsheet.index.authors import MIN_PAPERS
from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.views.feeds.registry import feed_links
from broadsheet.views.page import Page
from broadsheet.views.permalink import AUTHORS, author_address
from broadsheet.views.place import places_of
from broadsheet.views.render import render

MAX_AUTHORS = 200  # on the overview


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return the overview (an empty key) and every author with a page."""
    slugs = catalogue.author_slugs()
    return ["", *slugs] if slugs else []


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[Page]:
    """Yield the page of an author, or the overview."""
    yield _page(catalogue, settings, key) if key else _overview(catalogue, settings)


def _overview(catalogue: Catalogue, settings: Settings) -> Page:
    authors = catalogue.top_authors(MAX_AUTHORS)
    context = {
        "authors": authors,
        "max_authors": MAX_AUTHORS,
        "author_address": author_address,
        "papers": MIN_PAPERS,
        "settings": settings,
    }
    return Page(
        address=AUTHORS,
        title="Authors",
        description="The authors with the most papers and publications",
        body=render("authors.html.j2", AUTHORS, **context),
    )


def _page(catalogue: Catalogue, settings: Settings, slug: str) -> Page:
    author = catalogue.author(slug)
    assert author is not None
    address = author_address(slug)
    newest = catalogue.author_papers(slug, settings.pages.topic_newest)
    publications = catalogue.author_publications(slug)
    context = {
        "author": author,
        "newest": newest,
        "places": places_of(catalogue, newest),
        "publications": publications,
        "author_address": author_address,
        "settings": settings,
    }
    works = [formats.count(author.papers, "paper")] if author.papers else []
    works += [formats.count(len(publications), "publication")] if publications else []
    return Page(
        address=address,
        title=author.name,
        description=" and ".join(works) or f"{author.name} has another page",
        lead=render("authors_lead.html.j2", address),
        body=render("author.html.j2", address, **context),
        feeds=feed_links(settings),
        updated=newest[0].date if newest else None,
        reader=bool(newest),
    )
