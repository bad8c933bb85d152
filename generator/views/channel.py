"""A feed before it has a format: what RSS, Atom and JSON Feed all say, in one shape."""

import datetime as dt
from typing import NamedTuple


class FeedItem(NamedTuple):
    """One entry of a feed.

    `id` is permanent and the same in every feed that holds the item. `title` and `summary` are plain text; `html` is
    finished HTML in which every URL is absolute; `date` comes from the data and is aware of its time zone.
    """

    id: str
    title: str
    link: str
    date: dt.datetime
    summary: str
    html: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class FeedChannel(NamedTuple):
    """A feed: `path` is its address without the format's ending, relative to the site's root; newest item first."""

    path: str
    title: str
    description: str
    link: str
    items: tuple[FeedItem, ...]
    language: str = "en"

    @property
    def updated(self) -> dt.datetime | None:
        """The date of the newest item; None in an empty feed."""
        return max((item.date for item in self.items), default=None)
