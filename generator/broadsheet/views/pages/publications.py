"""``/publications/``: the institution's own work, by year, type, department and open access, and a page each."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.model import vocabulary
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.text.path_names import is_free
from broadsheet.views.alternates.attach import RECENT, twinned
from broadsheet.views.alternates.page_content import Place, Twin
from broadsheet.views.feeds.registry import publication_alternates
from broadsheet.views.page import Page
from broadsheet.views.pages import publication as one
from broadsheet.views.permalink import AUTHORS
from broadsheet.views.render import render

OVERVIEW = "publications/"
OPEN = "publications/open-access/"
NEWEST = 50
A_PAGE = 300  # publications on one page of a long list; a year is never cut
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", re.ASCII)


class Shelf(NamedTuple):
    """Publications that belong together; `address` is that of their list, relative to the site's root."""

    address: str
    label: str
    publications: list[Publication]


class Order(NamedTuple):
    """A way to sort publications into shelves: `keys` says on which ones a publication stands, as (name, label)."""

    name: str
    one: str
    heading: str
    keys: Callable[[Publication, Settings], Iterable[tuple[str, str]]]


def _year(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(publication.year, publication.year) if publication.year else ("undated", "Without a year")]


def _type(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(publication.type.replace("_", "-"), publication.type_label)]


def _departments(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(code, settings.departments.get(code, code)) for code in publication.departments]


def _access(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(publication.access, vocabulary.OPEN_ACCESS[publication.access])]


YEARS = Order("years", "Year", "By year", _year)
TYPES = Order("types", "Type", "By type", _type)
DEPARTMENTS = Order("departments", "Department", "By department", _departments)
ACCESS = Order("open-access", "Access", "By open access", _access)
ORDERS = (YEARS, TYPES, DEPARTMENTS, ACCESS)


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """The overview, the list of every shelf, and the page of every publication."""
    publications = catalogue.publications()
    writers = catalogue.writer_links()
    by_order = {order: shelves(order, publications, settings) for order in ORDERS}
    yield _overview(publications, by_order, AUTHORS if writers else "", settings)
    for order, found in by_order.items():
        for shelf in found:
            yield from _list(shelf, order, settings)
    if opened := [p for p in publications if p.open_access]:
        yield from _list(Shelf(OPEN, "Open access", opened), ACCESS, settings, by_order[ACCESS])
    library = one.PublicationIndex.of(publications)
    first = _first_recent(publications, settings)
    for publication in publications:
        shown = catalogue.papers_of(publication.id)
        page = one.page(publication, library, shown, settings, _places(publication, settings), writers)
        twin = Twin("publication", publications=[publication], shown={publication.id: shown})
        yield twinned(page, twin, settings) if _changed(publication) >= first else page


def _first_recent(publications: Iterable[Publication], settings: Settings) -> str:
    """From which date on a record's page has twins: counted from the newest record, so no new day changes a page."""
    if settings.alternates != "recent":
        return "" if settings.alternates == "all" else "~"  # before and after all dates
    newest = max(map(_changed, publications), default="1970-01-01")
    return (dt.date.fromisoformat(newest) - dt.timedelta(RECENT)).isoformat()


def _changed(publication: Publication) -> str:
    """The day a record was made or changed last."""
    return max(publication.listed_on, (publication.date_updated or "")[:10])


def shelves(order: Order, publications: Sequence[Publication], settings: Settings) -> list[Shelf]:
    """The shelves of an order: years from the newest on, everything else the fullest first."""
    found: dict[str, Shelf] = {}
    for publication in publications:
        for name, label in order.keys(publication, settings):
            address = _address(order, name)
            found.setdefault(address, Shelf(address, label, [])).publications.append(publication)
    if order is YEARS:
        return sorted(found.values(), key=lambda s: (s.label.isdigit(), s.label), reverse=True)
    return sorted(found.values(), key=lambda s: (-len(s.publications), s.label.casefold(), s.address))


def _address(order: Order, name: str) -> str:
    return f"publications/{order.name}/{slug(name)}/"


def _places(publication: Publication, settings: Settings) -> list[one.Place]:
    keys = ((order, key) for order in (YEARS, TYPES, DEPARTMENTS) for key in order.keys(publication, settings))
    return [one.Place(order.one, _address(order, name), label) for order, (name, label) in keys]


def slug(name: str) -> str:
    """`name` where it can stand in an address; else what of it can, and a hash that keeps it apart from others."""
    if _SAFE.fullmatch(name) and is_free(name):
        return name
    rest = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40]
    return f"{rest or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _overview(
    publications: list[Publication], by_order: dict[Order, list[Shelf]], authors: str, settings: Settings
) -> Page:
    context = {
        "newest": publications[:NEWEST],
        "total": len(publications),
        "by_order": by_order,
        "opened": sum(p.open_access for p in publications),
        "open_address": OPEN,
        "authors": authors,
    }
    page = Page(
        address=OVERVIEW,
        title="Publications",
        description=f"{formats.count(len(publications), 'publication')} of the group",
        body=render("publications.html.j2", OVERVIEW, **context),
        feeds=publication_alternates(settings),
        updated=max((p.date_updated[:10] for p in publications if p.date_updated), default=None),
    )
    places = [Place(s.label, s.address, len(s.publications)) for found in by_order.values() for s in found]
    twin = Twin("publications", publications=publications[:NEWEST], lists=places)
    return twinned(page, twin, settings)


def _list(shelf: Shelf, order: Order, settings: Settings, kinds: Sequence[Shelf] = ()) -> Iterator[Page]:
    """The pages of a shelf: one of a year, else one for every `A_PAGE` publications."""
    total = len(shelf.publications)
    size = total if order is YEARS else A_PAGE
    parts = [shelf.publications[start : start + size] for start in range(0, total, size)]
    addresses = [shelf.address if n == 1 else f"{shelf.address}{n}/" for n in range(1, len(parts) + 1)]
    for index, part in enumerate(parts):
        address = addresses[index]
        context = {
            "sections": _sections(part, TYPES if order is YEARS else YEARS, settings),
            "total": total,
            "addresses": addresses,
            "number": index + 1,
            "kinds": kinds,
        }
        label = shelf.label if order is not YEARS or not shelf.label.isdigit() else f"Publications of {shelf.label}"
        page = Page(
            address=address,
            title=label if index == 0 else f"{label}, page {index + 1}",
            description=f"{formats.count(total, 'publication')}: {shelf.label}",
            lead=render("publications_lead.html.j2", address, places=()),
            body=render("publications_list.html.j2", address, **context),
            feeds=publication_alternates(settings),
            updated=max((p.date_updated[:10] for p in part if p.date_updated), default=None),
        )
        onward = [Place(f"{label}, page {n}", to) for n, to in enumerate(addresses, 1) if n != index + 1]
        twin = Twin("publications", publications=part, lists=onward)
        yield twinned(page, twin, settings)


def _sections(part: list[Publication], order: Order, settings: Settings) -> list[tuple[str, list[Publication]]]:
    """The publications under headings, in the order they have (newest first), or by type within a year."""

    def heading(publication: Publication) -> str:
        return next(label for _, label in order.keys(publication, settings))

    ordered = sorted(part, key=heading) if order is TYPES else part
    return [(label, list(found)) for label, found in groupby(ordered, heading)]
