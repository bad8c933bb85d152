"""A feed before it has a format: what RSS, Atom and JSON Feed all say, in one shape."""

import datetime as dt
from typing import NamedTuple


class FeedItem(NamedTuple):
    """One entry of a feed.

    `id` is permanent and the same in every feed that holds the item. `title` and `summary` are plain text; `html` is
    finished HTML in which every URL is absolute. `date` and `updated` come from the data, never from a clock, and are
    aware of their time zone; `updated` is None while the data name no later date.
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
        """When the item last changed, as far as the data tell."""
        return self.updated or self.date


class FeedContent(NamedTuple):
    """A feed: `path` is its address without the format's ending, relative to the site's root; newest item first.

    `author` is whom Atom names where an item has no author of its own; `hub` is a WebSub hub, or empty.
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
        """The date of the latest change; None in an empty feed."""
        return max((item.changed for item in self.items), default=None)
