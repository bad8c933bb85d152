"""The items of each feed, before it has a format. Queries are for the newest alone, however long the archive is."""

from collections.abc import Callable, Iterable, Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.index.periods import week_span
from broadsheet.settings.config import Settings
from broadsheet.translations import language
from broadsheet.views.feeds.editions import appearance, daily_edition, finished_weeks, weekly_edition
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.items import PaperItems, publication_item
from broadsheet.views.feeds.registry import FeedSpec, absolute, tag_uri

BEST_OF_WEEK = 5
DAYS_IN_FULL = 3  # a reader that looks every other day, or on Monday, misses nothing
WEEKDAYS = 5


def feed_contents(catalogue: Catalogue, settings: Settings, specs: Iterable[FeedSpec]) -> Iterator[FeedContent]:
    """Yield each of the feeds with its items."""
    items = _FeedItems(catalogue, settings)
    for spec in specs:
        yield feed_content(spec, settings, items.of(spec))


def feed_content(spec: FeedSpec, settings: Settings, items: tuple[FeedItem, ...]) -> FeedContent:
    """Return a feed with its items, newest first."""
    return FeedContent(
        path=spec.path,
        id=tag_uri(settings, "feed", spec.path.removeprefix("feeds/")),
        title=spec.title(settings),
        description=_description(spec, settings),
        link=absolute(settings, spec.page),
        author=settings.site.site_name,
        items=items,
        hub=settings.feeds.hub,
        language=language(),
    )


def _description(spec: FeedSpec, settings: Settings) -> str:
    about = settings.site.site_description
    return about if spec.kind == "all" and about else spec.about


class _FeedItems:
    """The items of each kind of feed, newest first."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self._catalogue, self._settings, self._limits = catalogue, settings, settings.feeds
        self._papers = PaperItems(catalogue, settings)
        self._in_full = self._newest_days()
        self._weeks = finished_weeks(catalogue, -(-self._limits.days // WEEKDAYS))

    def of(self, spec: FeedSpec) -> tuple[FeedItem, ...]:
        """Return the items of a feed."""
        kinds: dict[str, Callable[[], tuple[FeedItem, ...]]] = {
            "all": lambda: self._recent(self._catalogue.newest(self._max_entries)),
            "good": lambda: self._recent(self._catalogue.newest_good(self._max_entries)),
            "best": self._best,
            "topic": lambda: self._recent(self._catalogue.newest(self._max_entries, spec.key)),
            "source": lambda: self._recent(self._catalogue.newest_from(spec.key, self._max_entries)),
            "daily": self._daily,
            "weekly": self._weekly,
            "publications": self._publications,
        }
        return kinds[spec.kind]()

    def _newest_days(self) -> dict[str, int]:
        """Return the newest days with papers, which every feed has in full, with the numbers of their papers."""
        days: dict[str, int] = {}
        for date in reversed(self._catalogue.periods("day")):
            head = self._catalogue.head(date)
            if head and head.papers:
                days[date] = head.papers
            if len(days) == DAYS_IN_FULL:
                break
        return days

    @property
    def _max_entries(self) -> int:
        """The largest number of entries that a feed of papers may need."""
        return max(self._limits.items, sum(self._in_full.values()))

    def _recent(self, entries: list[Entry]) -> tuple[FeedItem, ...]:
        days = list(dict.fromkeys(entry.date for entry in entries))[: self._limits.days]
        within = [entry for entry in entries if entry.date in days]
        in_full = sum(entry.date in self._in_full for entry in within)
        return self._papers(within[: max(self._limits.items, in_full)])

    def _best(self) -> tuple[FeedItem, ...]:
        """Return each paper once, dated by the day on which the earliest week with it among its best appears."""
        best: dict[str, FeedItem] = {}
        for week in reversed(self._weeks):
            appears = appearance(self._catalogue, week)
            entries = [
                entry
                for entry in self._catalogue.best(*week_span(week), BEST_OF_WEEK)
                if entry.paper.arxiv_id not in best
            ]
            pairs = zip(entries, self._papers(entries), strict=True)
            new = {entry.paper.arxiv_id: item._replace(date=appears) for entry, item in pairs}
            best = new | best
        return tuple(best.values())[: self._limits.items]

    def _daily(self) -> tuple[FeedItem, ...]:
        newest = self._catalogue.periods("day")[: -self._limits.days - 1 : -1]
        return tuple(daily_edition(self._catalogue, self._settings, date) for date in newest)

    def _weekly(self) -> tuple[FeedItem, ...]:
        return tuple(weekly_edition(self._catalogue, self._settings, week) for week in self._weeks)

    def _publications(self) -> tuple[FeedItem, ...]:
        newest = self._catalogue.newest_publications(self._limits.items)
        return tuple(publication_item(publication, self._settings) for publication in newest)
