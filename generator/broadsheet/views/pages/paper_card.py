"""``/papers/ID/card.png``: the share images of papers, by day like their pages.

They are keys of their own, since newer related papers change a page, and no image: drawing takes longer than the rest.
"""

from collections.abc import Iterator
from itertools import takewhile

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.views.page import File
from broadsheet.views.pages import paper
from broadsheet.views.permalink import paper_address
from broadsheet.views.share.card import CARD, draw, has_card
from broadsheet.views.share.papers import paper_card


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return the days whose papers have share images: the newest ones, or all, newest first."""
    newest_first = reversed(paper.keys(catalogue, settings))
    return list(takewhile(lambda date: has_card(catalogue, settings, date), newest_first))


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[File]:
    """Yield the images of the papers that were first shown on the day `key`."""
    for entries in paper.entries_of_papers(catalogue, settings, key):
        card = paper_card(paper.latest(entries), entries[-1], settings)
        yield File(paper_address(entries[0], settings) + CARD, draw(card, settings))
