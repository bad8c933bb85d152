"""``/authors/SLUG/``: an author's papers and publications, and a feed; ``/authors/``: the authors with the most."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Self

import msgspec

from broadsheet.index.authors import MIN_PAPERS, Author
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.model import names
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.translations import gettext
from broadsheet.views.feeds.authors import AuthorFeeds
from broadsheet.views.feeds.registry import RSS, author_feed, feed_links
from broadsheet.views.page import LinkTag, Page, relative
from broadsheet.views.paper import PaperRenderer
from broadsheet.views.permalink import AUTHORS, author_address
from broadsheet.views.place import places_of
from broadsheet.views.render import environment, render

MAX_AUTHORS = 200  # on the overview
MAX_ITEMS = 5_000  # in memory: some 40 MB, feeds included


class _Items:
    """The papers in lists of authors' pages, as HTML. Most are on the pages of several authors, in the same words.

    `feeds` are the authors' feeds, which share papers as well.

    Fast path: an item is stored under all that its page adds to the paper; a third of the time of these pages, 3 % of
    a cold build. Slow path: the macro, for each page. The test is `test_papers_of_coauthors_are_as_on_a_page_alone`.
    """

    feeds: AuthorFeeds

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._items: dict[tuple[object, ...], Any] = {}

    def under(self, settings: Settings) -> Self:
        """Return the items, without those of other settings, and without any if they take too much memory."""
        if settings is not self._settings or len(self._items) > MAX_ITEMS:
            self._settings, self._items, self.feeds = settings, {}, AuthorFeeds(settings)
        return self

    def render(self, entries: Sequence[Entry], renderer: PaperRenderer) -> list[Any]:
        """Return the items of a page's papers."""
        return [self._item(entry, renderer) for entry in entries]

    def _item(self, entry: Entry, renderer: PaperRenderer) -> Any:
        scores = renderer.scores
        key = (msgspec.msgpack.encode(entry), renderer.data(entry), scores.mark(entry), scores(entry))
        if key not in self._items:
            macros: Any = environment().get_template("macros.html.j2").module
            self._items[key] = macros.item(entry, renderer, renderer.link)
        return self._items[key]


_ITEMS = _Items()


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
        "letters": _by_letter(authors),
        "max_authors": MAX_AUTHORS,
        "author_address": author_address,
        "papers": MIN_PAPERS,
        "settings": settings,
    }
    return Page(
        address=AUTHORS,
        title=gettext("Authors"),
        description=gettext("The authors with the most papers and publications"),
        body=render("authors.html.j2", AUTHORS, **context),
    )


def _by_letter(authors: Iterable[Author]) -> list[tuple[str, list[Author]]]:
    """Return the authors under the first letters of their family names, without accents; others under ``#``."""
    groups: dict[str, list[Author]] = {}
    for author in authors:
        name = names.of_text(author.name)
        letter = unicodedata.normalize("NFKD", name.family or name.literal)[:1].upper()
        groups.setdefault(letter if letter.isalpha() else "#", []).append(author)
    return sorted(groups.items())


def _page(catalogue: Catalogue, settings: Settings, slug: str) -> Page:
    works = catalogue.author(slug, settings.pages.topic_newest)
    assert works is not None
    author, newest, publications = works
    address = author_address(slug)
    items = _ITEMS.under(settings)
    feeds = items.feeds.files(works)
    renderer = PaperRenderer(settings, partial(relative, base=address), newest, places_of(catalogue, newest))
    context = {
        "author": author,
        "newest": newest,
        "renderer": renderer,
        "items": items.render(newest, renderer),
        "feed": feeds and relative(feeds[0].path, address),
        "publications": publications,
        "author_address": author_address,
        "settings": settings,
    }
    title = f"{author_feed(slug, author.name).title(settings)} ({RSS.name})"
    counts = [formats.papers(author.papers)] if author.papers else []
    counts += [formats.publications(len(publications))] if publications else []
    return Page(
        address=address,
        title=author.name,
        description=formats.joined(counts) or gettext("%(name)s has another page") % {"name": author.name},
        lead=render("authors_lead.html.j2", address),
        body=render("author.html.j2", address, **context),
        feeds=feed_links(settings),
        updated=newest[0].date if newest else None,
        head=tuple(LinkTag("alternate", relative(feed.path, address), RSS.mime_type, title) for feed in feeds),
        files=feeds,
        reader=bool(newest),
    )
