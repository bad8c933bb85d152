"""The place of a paper's score in words: a few for a list, a sentence for the paper's own page. Plain text.

Nothing is said that is not proved: without a receipt there is no number of scanned papers, and so no place among them.
"""

from collections.abc import Iterable, Mapping

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.index.places import WEEK_DAYS, WINDOW_DAYS, Place, Places, place_of
from broadsheet.text import formats

_BEST = {WEEK_DAYS: "best in a week", WINDOW_DAYS: f"best in {WINDOW_DAYS} days"}


def places_of(catalogue: Catalogue, entries: Iterable[Entry]) -> dict[str, Places]:
    """Return the places of each day of these papers."""
    return {date: catalogue.places(date) for date in sorted({entry.date for entry in entries})}


def entry_place(places: Mapping[str, Places], entry: Entry) -> Place | None:
    """Return the place of an entry's score among `places`, those of its day included."""
    return place_of(places.get(entry.date, ()), entry.paper.score)


def place_words(place: Place | None) -> str:
    """Return ``3rd of 1,027 scanned``, ``30 share 17, 1st of 1,027 scanned``; empty if nothing is known."""
    if place is None:
        return ""
    words = [
        f"{place.ties} share {formats.number(place.score)}" if place.ties > 1 else "",
        f"{formats.ordinal(place.rank)} of {place.scanned:,} scanned" if place.scanned else "",
        _BEST.get(place.best_days, ""),
    ]
    return ", ".join(filter(None, words))


def place_sentence(place: Place | None, date: str) -> str:
    """Return the words in full, with the day and the place among ninety days; empty if nothing is known."""
    if place is None:
        return ""
    day = formats.long_date(date)
    score = formats.number(place.score)
    parts = [
        f"shared by {place.ties} papers of that day" if place.ties > 1 else "",
        f"{formats.ordinal(place.rank)} of the {place.scanned:,} papers scanned on {day}" if place.scanned else "",
        f"{formats.ordinal(place.window_rank)} of the {place.window_scanned:,} in {WINDOW_DAYS} days"
        if place.window_rank and place.window_scanned
        else "",
        _BEST.get(place.best_days, ""),
    ]
    words = ", ".join(filter(None, parts))
    return words and f"Score {score}: {words}"
