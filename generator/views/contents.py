"""Every kind of page the site has. A new kind is one module and one line here."""

from collections.abc import Callable, Iterator

from generator.catalogue.index import Catalogue
from generator.ground.config import Settings
from generator.views.page import Page
from generator.views.pages import (
    about,
    archive,
    day,
    home,
    month,
    publications,
    search,
    statistics,
    subscribe,
    topic,
    week,
)

PAGES: tuple[Callable[[Catalogue, Settings], Iterator[Page]], ...] = (
    home.pages,
    day.pages,
    week.pages,
    month.pages,
    archive.pages,
    topic.pages,
    publications.pages,
    search.pages,
    statistics.pages,
    subscribe.pages,
    about.pages,
)
