"""``/subscribe/``: every feed, in words."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views.feeds.directory import alternates
from generator.views.page import Page
from generator.views.render import render

ADDRESS = "subscribe/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """The one page."""
    yield Page(
        address=ADDRESS,
        title="Subscribe",
        description="Every feed of this digest, and what to do with it",
        body=render("subscribe.html.j2", ADDRESS, settings=settings, has_publications=bool(catalogue.publications())),
        feeds=alternates(settings),
    )
