"""The items of each feed, before it has a format. Queries are for the newest alone, however long the archive is."""

from collections.abc import Callable, Iterable, Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.index.periods import week_span
from broadsheet.settings.config import Settings
from broadsheet.views.feeds.editions import daily_edition, finished_weeks, weekly_edition
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.items import PaperItems, publication_item
from broadsheet.views.feeds.registry import FeedSpec, absolute, tag_uri

BEST_OF_WEEK = 5
WEEKDAYS = 5


def feed_contents(catalogue: Catalogue, settings: Settings, specs: Iterable[FeedSpec]) -> Iterator[FeedContent]:
    """Yield each of the feeds with its items."""
    items = _FeedItems(catalogue, settings)
    for spec in specs:
        yield FeedContent(
            path=spec.path,
            id=tag_uri(settings, "feed", spec.path.removeprefix("feeds/")),
            title=spec.title(settings),
            description=_description(spec, settings),
            link=absolute(settings, spec.page),
            author=settings.site.site_name,
            items=items.of(spec),
            hub=settings.feeds.hub,
        )


def _description(spec: FeedSpec, settings: Settings) -> str:
    about = settings.site.site_description
    return about if spec.kind == "all" and about else spec.about


class _FeedItems:
    """The items of each kind of feed, newest first."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self._catalogue, self._settings, self._limits = catalogue, settings, settings.feeds
        self._papers = PaperItems(settings, catalogue.newest_day() or "")
        self._weeks = finished_weeks(catalogue, -(-self._limits.days // WEEKDAYS))

    def of(self, spec: FeedSpec) -> tuple[FeedItem, ...]:
        """Return the items of a feed."""
        kinds: dict[str, Callable[[], tuple[FeedItem, ...]]] = {
            "all": lambda: self._recent(self._catalogue.newest(self._limits.items)),
            "good": lambda: self._recent(self._catalogue.newest_good(self._limits.items)),
            "best": self._best,
            "topic": lambda: self._recent(self._catalogue.newest(self._limits.items, spec.key)),
            "source": lambda: self._recent(self._catalogue.newest_from(spec.key, self._limits.items)),
            "daily": self._daily,
            "weekly": self._weekly,
            "publications": self._publications,
        }
        return kinds[spec.kind]()

    def _recent(self, entries: list[Entry]) -> tuple[FeedItem, ...]:
        days = list(dict.fromkeys(entry.date for entry in entries))[: self._limits.days]
        return self._papers(entry for entry in entries if entry.date in days)

    def _best(self) -> tuple[FeedItem, ...]:
        """Return each paper once: its best entry in the earliest week that had it among its five best."""
        best: dict[str, Entry] = {}
        for week in reversed(self._weeks):
            for entry in self._catalogue.best(*week_span(week), BEST_OF_WEEK):
                best.setdefault(entry.paper.arxiv_id, entry)
        newest_first = sorted(best.values(), key=lambda entry: entry.rank)
        return self._papers(sorted(newest_first, key=lambda entry: entry.date, reverse=True)[: self._limits.items])

    def _daily(self) -> tuple[FeedItem, ...]:
        newest = self._catalogue.periods("day")[: -self._limits.days - 1 : -1]
        return tuple(daily_edition(self._catalogue, self._settings, date) for date in newest)

    def _weekly(self) -> tuple[FeedItem, ...]:
        return tuple(weekly_edition(self._catalogue, self._settings, week) for week in self._weeks)

    def _publications(self) -> tuple[FeedItem, ...]:
        newest = self._catalogue.newest_publications(self._limits.items)
        return tuple(publication_item(publication, self._settings) for publication in newest)
