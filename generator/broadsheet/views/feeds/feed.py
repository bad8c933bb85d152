"""A feed before it has a format: the facts that RSS, Atom and JSON Feed share."""

import datetime as dt
from typing import NamedTuple


class FeedItem(NamedTuple):
    """An item of a feed.

    `id` is permanent and the same in every feed that holds the item. `title` and `summary` are plain text; `html` is
    finished HTML in which every URL is absolute, or empty in a short item. `date` and `updated` come from the data,
    never from a clock, and have a time zone. `updated` is None if the data have no later date.
    """

    id: str
    title: str
    link: str
    date: dt.datetime
    summary: str
    html: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    updated: dt.datetime | None = None

    @property
    def changed(self) -> dt.datetime:
        """The time of the item's last change, according to the data."""
        return max(self.updated or self.date, self.date)


class FeedContent(NamedTuple):
    """A feed with its items, newest first.

    `path` is its address without the format's ending, relative to the site's root. `author` is Atom's author of items
    that have none. `hub` is a WebSub hub, or empty.
    """

    path: str
    id: str
    title: str
    description: str
    link: str
    author: str
    items: tuple[FeedItem, ...]
    language: str = "en"
    hub: str = ""

    @property
    def updated(self) -> dt.datetime | None:
        """The time of the latest change; None in an empty feed."""
        return max((item.changed for item in self.items), default=None)
