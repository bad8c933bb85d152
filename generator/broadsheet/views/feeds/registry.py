"""The registry of feeds: addresses, ids and names, and links to feeds in pages. It needs the settings alone."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.translations import gettext
from broadsheet.views.page import FeedLink
from broadsheet.views.permalink import author_address

ALL = "feeds/all"
GOOD = "feeds/scores/7"
BEST = "feeds/best"
DAILY = "feeds/daily"
WEEKLY = "feeds/weekly"
PUBLICATIONS = "feeds/publications"
ID_YEAR = 2026  # a constant, since it is in permanent ids
OPML_PATH = "feeds/digest.opml"
OPML_ONCE_PATH = "feeds/each-paper-once.opml"


class FeedFormat(NamedTuple):
    """A feed format: the ending of its addresses, its media type, its name."""

    suffix: str
    mime_type: str
    name: str


RSS = FeedFormat(".xml", "application/rss+xml", "RSS")
ATOM = FeedFormat(".atom", "application/atom+xml", "Atom")
JSON = FeedFormat(".json", "application/feed+json", "JSON Feed")
FORMATS = (RSS, ATOM, JSON)


class FeedSpec(NamedTuple):
    """A feed without its items: its address without ending, group, name, description and page.

    `group` is a key of `GROUPS` on the page that offers feeds, and a message.
    `kind` and `key` decide its items, which `broadsheet.views.feeds.contents` makes.
    """

    kind: str
    key: str
    path: str
    group: str
    name: str
    about: str
    page: str = ""

    def title(self, settings: Settings) -> str:
        """Return the feed's title, which distinguishes it from the feeds of other sites."""
        return f"{settings.site.site_name}: {self.name}"

    def url(self, settings: Settings, form: FeedFormat = RSS) -> str:
        """Return the absolute URL of the feed in a format."""
        return absolute(settings, self.path + form.suffix)


def all_feeds(settings: Settings) -> list[FeedSpec]:
    """Return every feed of the site, in the order of the page that offers them."""
    return [feed for part in _PARTS for feed in part(settings)]


def feeds_without_overlap(settings: Settings) -> list[FeedSpec]:
    """Return feeds that have every paper and every publication, and no item in common."""
    return [feed for feed in all_feeds(settings) if feed.path in (ALL, PUBLICATIONS)]


def feed_links(settings: Settings, *paths: str) -> tuple[FeedLink, ...]:
    """Return links for a page's head to the feeds of the paths, then to that of all papers."""
    return _feed_links(settings, list(dict.fromkeys([*paths, ALL])))


def publication_feed_links(settings: Settings) -> tuple[FeedLink, ...]:
    """Return links for the head of a page of publications."""
    return _feed_links(settings, [PUBLICATIONS])


def topic_path(topic_id: str) -> str:
    """Return the path of a topic's feed."""
    return f"feeds/topics/{topic_id}"


def source_path(source: str) -> str:
    """Return the path of a source's feed."""
    return f"feeds/sources/{source}"


def author_feed(slug: str, name: str) -> FeedSpec:
    """Return the feed of an author with a page, beside the page. It is in no list of feeds: there may be thousands."""
    address = author_address(slug)
    about = gettext("The newest papers and publications under the name %(name)s.") % {"name": name}
    return FeedSpec("author", slug, f"{address}feed", "Authors", name, about, address)


def id_start(settings: Settings) -> str:
    """Return the start of all ids of the site's host."""
    return f"tag:{settings.id_site.host},{ID_YEAR}:"


def tag_uri(settings: Settings, kind: str, name: str) -> str:
    """Return a permanent id, independent of the page's address (RFC 4151).

    It names the site by host and path: two sites of one host have no id in common.
    """
    path = quote(settings.id_site.path, safe="/")
    return f"{id_start(settings)}{path}{kind}/{quote(name, safe='/:')}"


def absolute(settings: Settings, address: str) -> str:
    """Return the absolute URL of an address of the site, in ASCII."""
    return settings.site.site_url + quote(address, safe="/#:@!$&'()*+,;=~")


def _papers(settings: Settings) -> list[FeedSpec]:
    days, items = settings.feeds.days, settings.feeds.items
    about = gettext(
        "Every paper of the last %(days)s days with papers, at most %(papers)s or the newest three days, best first"
        " within a day."
    ) % {"days": days, "papers": items}
    good, best = gettext("Relevance 7 or more"), gettext("Top five of the week")
    about_best = gettext("The five best papers of each week, when it is over.")
    return [
        FeedSpec("all", "", ALL, "Papers", gettext("All papers"), about),
        FeedSpec("good", "", GOOD, "Papers", good, gettext("Papers of relevance 7 or more.")),
        FeedSpec("best", "", BEST, "Papers", best, about_best, "archive/"),
    ]


def _editions(settings: Settings) -> list[FeedSpec]:
    daily = gettext(
        "One item a day: how the day went, every title, the best papers in full. A quiet or failed day says so."
    )
    weekly = gettext("One item a week, when it is over: its best papers, and the days that are not complete.")
    return [
        FeedSpec("daily", "", DAILY, "Editions", gettext("Each day"), daily, "archive/"),
        FeedSpec("weekly", "", WEEKLY, "Editions", gettext("Each week"), weekly, "archive/"),
    ]


def _topics(settings: Settings) -> list[FeedSpec]:
    return [
        FeedSpec("topic", topic.id, topic_path(topic.id), "Topics", topic.name,
             rendering.plain(topic.relevant) or gettext("New papers on %(topic)s.") % {"topic": topic.name},
             f"topics/{topic.id}/")
        for topic in settings.topics
    ]  # fmt: skip


def _sources(settings: Settings) -> list[FeedSpec]:
    return [
        FeedSpec(
            "source",
            source,
            source_path(source),
            "Sources",
            name,
            gettext("Papers that come from %(source)s.") % {"source": name},
        )
        for source, name in settings.sources.items()
    ]


def _publications(settings: Settings) -> list[FeedSpec]:
    about = gettext("What the group itself has published, newest first.")
    return [FeedSpec("publications", "", PUBLICATIONS, "Publications", gettext("Publications"), about, "publications/")]


_PARTS: tuple[Callable[[Settings], list[FeedSpec]], ...] = (_papers, _editions, _topics, _sources, _publications)


def _feed_links(settings: Settings, paths: list[str]) -> tuple[FeedLink, ...]:
    specs = {feed.path: feed for feed in all_feeds(settings)}
    titles = [(path, specs[path].title(settings)) for path in paths]
    return tuple(
        FeedLink(f"{title} ({form.name})", path + form.suffix, form.mime_type)
        for path, title in titles
        for form in FORMATS
    )
