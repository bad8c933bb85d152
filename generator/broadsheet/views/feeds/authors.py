"""The feed of each author with a page: the newest papers and publications, from what the page has."""

import msgspec

from broadsheet.index.authors import AuthorWorks
from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.views.feeds.contents import feed_content
from broadsheet.views.feeds.feed import FeedItem
from broadsheet.views.feeds.files import ItemCache
from broadsheet.views.feeds.items import changes, paper_item, publication_item
from broadsheet.views.feeds.registry import RSS, author_feed
from broadsheet.views.page import File

MAX_ITEMS = 10


class AuthorFeeds:
    """The feeds of authors, in RSS alone and without HTML: there may be thousands, in full a tenth of the site.

    Coauthors share the items of their papers.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._cache = settings, ItemCache(settings)
        self._papers: dict[bytes, FeedItem] = {}

    def files(self, works: AuthorWorks) -> tuple[File, ...]:
        """Return the feed of an author as a file; none without works. Items have the ids of all other feeds."""
        papers = map(self._paper, works.papers[:MAX_ITEMS])
        publications = (
            publication_item(publication, self._settings)._replace(html="")
            for publication in works.publications[:MAX_ITEMS]
        )
        newest = sorted([*papers, *publications], key=lambda item: item.date, reverse=True)[:MAX_ITEMS]
        if not newest:
            return ()
        spec = author_feed(works.author.slug, works.author.name)
        # `broadsheet ping` notifies the hub of the feeds in `all_feeds` alone.
        content = feed_content(spec, self._settings, tuple(newest))._replace(hub="")
        return (File(spec.path + RSS.suffix, self._cache.write(content, RSS, spec.url(self._settings))),)

    def _paper(self, entry: Entry) -> FeedItem:
        key = msgspec.msgpack.encode(entry)
        if key not in self._papers:
            self._papers[key] = paper_item(entry, self._settings, changes([entry]), in_full=False)
        return self._papers[key]
