"""The place of a paper's score in words: a few for a list, a sentence for the paper's own page. Plain text.

Nothing is said that is not proved: without a receipt there is no number of scanned papers, and so no place among them.
"""

from collections.abc import Iterable, Mapping

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.index.places import WEEK_DAYS, WINDOW_DAYS, Place, Places, place_of
from broadsheet.text import formats
from broadsheet.translations import gettext, ngettext


def places_of(catalogue: Catalogue, entries: Iterable[Entry]) -> dict[str, Places]:
    """Return the places of each day of these papers."""
    return {date: catalogue.places(date) for date in sorted({entry.date for entry in entries})}


def entry_place(places: Mapping[str, Places], entry: Entry) -> Place | None:
    """Return the place of an entry's score among `places`, those of its day included."""
    return place_of(places.get(entry.date, ()), entry.paper.score)


def place_words(place: Place | None, *, has_several_days: bool = False) -> str:
    """Return ``3rd of 1,027 scanned``, ``30 share 17, 1st of 1,027 scanned``; empty if nothing is known.

    In a list that `has_several_days`, the papers with the same score are those of one day: ``30 share 17 that day``.
    """
    if place is None:
        return ""
    words = [
        _ties(place, has_several_days) if place.ties > 1 else "",
        # Translators: the place of a paper among all that were scanned: 3rd of 1,027 scanned.
        gettext("%(place)s of %(scanned)s scanned") % _numbers(place.rank, place.scanned) if place.scanned else "",
        _best(place.best_days),
    ]
    return ", ".join(filter(None, words))


def place_sentence(place: Place | None, date: str) -> str:
    """Return the words in full, with the day and the place among ninety days; empty if nothing is known."""
    if place is None:
        return ""
    day = formats.long_date(date)
    score = formats.number(place.score)
    parts = [
        _shared(place.ties) if place.ties > 1 else "",
        gettext("%(place)s of the %(scanned)s papers scanned on %(day)s")
        % {**_numbers(place.rank, place.scanned), "day": day}
        if place.scanned
        else "",
        gettext("%(place)s of the %(scanned)s in %(days)s days")
        % {**_numbers(place.window_rank, place.window_scanned), "days": WINDOW_DAYS}
        if place.window_rank and place.window_scanned
        else "",
        _best(place.best_days),
    ]
    words = ", ".join(filter(None, parts))
    return words and gettext("Score %(score)s: %(places)s") % {"score": score, "places": words}


def _ties(place: Place, has_several_days: bool) -> str:
    if has_several_days:
        # Translators: 30 papers of the day below have the score 17.
        words = ngettext("%(number)s shares %(score)s that day", "%(number)s share %(score)s that day", place.ties)
    else:
        # Translators: 30 papers have the score 17.
        words = ngettext("%(number)s shares %(score)s", "%(number)s share %(score)s", place.ties)
    return words % {"number": place.ties, "score": formats.number(place.score)}


def _shared(ties: int) -> str:
    words = ngettext("shared by %(number)s paper of that day", "shared by %(number)s papers of that day", ties)
    return words % {"number": ties}


def _numbers(rank: int, scanned: int) -> dict[str, str]:
    return {"place": formats.ordinal(rank), "scanned": formats.number(scanned)}


def _best(days: int) -> str:
    """Return the longest span in which no paper has a higher score; empty if there is none."""
    if days == WEEK_DAYS:
        return gettext("best in a week")
    return gettext("best in %(days)s days") % {"days": days} if days == WINDOW_DAYS else ""
