"""Dates, numbers and amounts of money as text, in the language of the pages."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from broadsheet.translations import gettext, gettext_noop, ngettext, pgettext, pgettext_noop

_TENTH = Decimal("0.1")
_DAYS = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)
_MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)
# "May" is a name and its abbreviation: the context tells them apart.
_DAY_ABBREVIATIONS = (
    pgettext_noop("abbreviation", "Mon"),
    pgettext_noop("abbreviation", "Tue"),
    pgettext_noop("abbreviation", "Wed"),
    pgettext_noop("abbreviation", "Thu"),
    pgettext_noop("abbreviation", "Fri"),
    pgettext_noop("abbreviation", "Sat"),
    pgettext_noop("abbreviation", "Sun"),
)
_MONTH_ABBREVIATIONS = (
    pgettext_noop("abbreviation", "Jan"),
    pgettext_noop("abbreviation", "Feb"),
    pgettext_noop("abbreviation", "Mar"),
    pgettext_noop("abbreviation", "Apr"),
    pgettext_noop("abbreviation", "May"),
    pgettext_noop("abbreviation", "Jun"),
    pgettext_noop("abbreviation", "Jul"),
    pgettext_noop("abbreviation", "Aug"),
    pgettext_noop("abbreviation", "Sep"),
    pgettext_noop("abbreviation", "Oct"),
    pgettext_noop("abbreviation", "Nov"),
    pgettext_noop("abbreviation", "Dec"),
)
_SEPARATORS = re.compile(r"1(.?)234(.)5")  # in the example of a number


def day(date: str) -> str:
    """Return ``2025-05-27`` as ``Tuesday, 27 May 2025``."""
    parsed = dt.date.fromisoformat(date)
    # Translators: a date. Move its parts as your language needs.
    return gettext("%(weekday)s, %(day)s %(month)s %(year)s") % {
        "weekday": gettext(_DAYS[parsed.weekday()]),
        "day": parsed.day,
        "month": gettext(_MONTHS[parsed.month - 1]),
        "year": parsed.year,
    }


def short_day(date: str) -> str:
    """Return ``2025-05-27`` as ``Tue 27 May``."""
    parsed = dt.date.fromisoformat(date)
    weekday = pgettext("abbreviation", _DAY_ABBREVIATIONS[parsed.weekday()])
    return gettext("%(weekday)s %(day)s %(month)s") % {
        "weekday": weekday,
        "day": parsed.day,
        "month": short_month(date),
    }


def day_and_month(date: str) -> str:
    """Return ``2025-05-27`` as ``27 May``, with a short name of the month."""
    return gettext("%(day)s %(month)s") % {"day": int(date[8:10]), "month": short_month(date)}


def long_date(date: str) -> str:
    """Return ``2025-05-27`` (or a longer ISO 8601 time) as ``27 May 2025``; anything else unchanged."""
    try:
        parsed = dt.date.fromisoformat(date[:10])
    except ValueError:
        return date
    month = gettext(_MONTHS[parsed.month - 1])
    return gettext("%(day)s %(month)s %(year)s") % {"day": parsed.day, "month": month, "year": parsed.year}


def month(name: str) -> str:
    """Return ``2025-05`` as ``May 2025``."""
    year, number = name.split("-")
    return gettext("%(month)s %(year)s") % {"month": gettext(_MONTHS[int(number) - 1]), "year": int(year)}


def short_month(name: str) -> str:
    """Return ``2025-05``, or a day of it, as ``May``."""
    return pgettext("abbreviation", _MONTH_ABBREVIATIONS[int(name[5:7]) - 1])


def short_month_and_year(date: str) -> str:
    """Return ``2025-05-27`` as ``May 2025``, with a short name of the month."""
    return gettext("%(month)s %(year)s") % {"month": short_month(date), "year": date[:4]}


def week(name: str) -> str:
    """Return ``2025-W22`` as ``Week 22, 2025``."""
    year, number = name.split("-W")
    return gettext("Week %(number)s, %(year)s") % {"number": int(number), "year": int(year)}


def number(value: float | None) -> str:
    """Return 1691 as ``1,691``, 7.5 as ``7.5``, and None as a dash, since unknown is not zero."""
    if value is None:
        return "–"
    if value == int(value):
        return separated(f"{value:,.0f}")
    return separated(f"{Decimal(value).quantize(_TENTH, ROUND_HALF_UP):,}")  # as a browser rounds


def separated(text: str) -> str:
    """Return a number such as ``1,234.5`` with the separators of the language."""
    if text.isdigit():
        return text
    # Translators: the number 1234.5 as your language writes it: the separator of thousands, and the decimal one.
    example = pgettext("number", "1,234.5")
    separators = _SEPARATORS.search(example)
    return text.translate({ord(","): separators[1], ord("."): separators[2]}) if separators else text


def ordinal(value: int) -> str:
    """Return 1 as ``1st``, 1012 as ``1,012th``."""
    last = 0 if value % 100 in (11, 12, 13) else value % 10
    # Translators: an ordinal number: 1, 21 …
    if last == 1:
        words = pgettext("ordinal", "%(number)sst")
    # Translators: an ordinal number: 2, 22 …
    elif last == 2:
        words = pgettext("ordinal", "%(number)snd")
    # Translators: an ordinal number: 3, 23 …
    elif last == 3:
        words = pgettext("ordinal", "%(number)srd")
    # Translators: any other ordinal number.
    else:
        words = pgettext("ordinal", "%(number)sth")
    return words % {"number": number(value)}


def count(value: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun in English, for messages to operators: ``1 paper``, ``1,691 papers``."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def quantity(value: int, singular: str, plural: str) -> str:
    """Return a number of things, from messages with ``%(number)s``: ``1 paper``, ``1,691 papers``."""
    return ngettext(singular, plural, value) % {"number": number(value)}


def papers(value: int) -> str:
    """Return ``1 paper``, ``1,691 papers``."""
    return quantity(value, "%(number)s paper", "%(number)s papers")


def days(value: int) -> str:
    """Return ``1 day``, ``365 days``."""
    return quantity(value, "%(number)s day", "%(number)s days")


def publications(value: int) -> str:
    """Return ``1 publication``, ``365 publications``."""
    return quantity(value, "%(number)s publication", "%(number)s publications")


def comments(value: int) -> str:
    """Return ``1 comment``, ``12 comments``."""
    return quantity(value, "%(number)s comment", "%(number)s comments")


def tokens(value: int) -> str:
    """Return ``1 token``, ``124,807 tokens``."""
    return quantity(value, "%(number)s token", "%(number)s tokens")


def joined(parts: Sequence[str]) -> str:
    """Return ``a and b``, ``a and b and c``."""
    text, *rest = parts or ("",)
    for part in rest:
        text = gettext("%(first)s and %(second)s") % {"first": text, "second": part}
    return text


def names_and_more(names: Sequence[str], more: int) -> str:
    """Return ``Ada Lovelace, Charles Babbage and 12 more``, or the names alone if there are no more."""
    line = ", ".join(names)
    if not more:
        return line
    words = ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", more)
    return words % {"names": line, "number": more}


def papers_on_days(number_of_papers: int, number_of_days: int) -> str:
    """Return ``1,691 papers on 20 days``."""
    # Translators: papers is "1,691 papers".
    words = ngettext("%(papers)s on %(number)s day", "%(papers)s on %(number)s days", number_of_days)
    return words % {"papers": papers(number_of_papers), "number": number(number_of_days)}


def first_author(names: Sequence[str]) -> str:
    """Return ``Ada Lovelace and others``, the name of a single author, or an empty string."""
    if len(names) > 1:
        return gettext("%(name)s and others") % {"name": names[0]}
    return names[0] if names else ""


def joined_clauses(parts: Sequence[str]) -> str:
    """Return ``a is so, and b is so``."""
    text, *rest = parts or ("",)
    for part in rest:
        text = gettext("%(first)s, and %(second)s") % {"first": text, "second": part}
    return text


def money(value: float | None, currency: str = "USD") -> str:
    """Return 0.42 as ``$0.42``, and None as ``unknown``, since unknown is not zero."""
    if value is None:
        return gettext("unknown")
    digits = 2 if value == 0 or value >= 0.01 else 4
    amount = separated(f"{value:,.{digits}f}")
    return f"${amount}" if currency == "USD" else f"{amount} {currency}"
