"""``/publications/``: the institution's publications by year, type, department and access, and a page for each."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.model import vocabulary
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.settings.pages import Alternates, ShareImages
from broadsheet.text import formats
from broadsheet.text.path_names import is_free
from broadsheet.translations import gettext, gettext_noop, ngettext
from broadsheet.views.alternates.attach import RECENT_DAYS, with_alternates
from broadsheet.views.alternates.page_content import ListLink, PageContent
from broadsheet.views.citations import Citation, citation_files, file_formats
from broadsheet.views.feeds.registry import publication_feed_links
from broadsheet.views.page import Page
from broadsheet.views.pages import publication as publication_page
from broadsheet.views.permalink import AUTHORS
from broadsheet.views.render import render
from broadsheet.views.share.card import with_card

OVERVIEW = "publications/"
OPEN = "publications/open-access/"
NEWEST = 50
FILE = "publications"  # of the citations of a list, without ending
PAGE_SIZE = 300  # publications; the list of a year is always one page
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", re.ASCII)


class Group(NamedTuple):
    """Publications with a common year, type, …; `address` is that of their list, relative to the site's root."""

    address: str
    label: str
    publications: list[Publication]


class Grouping(NamedTuple):
    """A way to sort publications into groups: `keys` returns the groups of a publication, as (name, label)."""

    name: str
    singular: str
    heading: str
    keys: Callable[[Publication, Settings], Iterable[tuple[str, str]]]


def _year(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(publication.year, publication.year) if publication.year else ("undated", gettext("Without a year"))]


def _type(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(publication.type.replace("_", "-"), publication.type_label)]


def _departments(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(code, settings.departments.get(code, code)) for code in publication.departments]


def _access(publication: Publication, settings: Settings) -> list[tuple[str, str]]:
    return [(publication.access, vocabulary.open_access(publication.access))]


YEARS = Grouping("years", gettext_noop("Year"), gettext_noop("By year"), _year)
TYPES = Grouping("types", gettext_noop("Type"), gettext_noop("By type"), _type)
DEPARTMENTS = Grouping("departments", gettext_noop("Department"), gettext_noop("By department"), _departments)
ACCESS = Grouping("open-access", gettext_noop("Access"), gettext_noop("By open access"), _access)
GROUPINGS = (YEARS, TYPES, DEPARTMENTS, ACCESS)


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the overview, the list of every group, and the page of every publication."""
    publications = catalogue.publications()
    citations = {work.id: Citation.of(work) for work in publications}
    writers = catalogue.publication_author_links()
    by_grouping = {grouping: group_publications(grouping, publications, settings) for grouping in GROUPINGS}
    overview = _overview(publications, by_grouping, AUTHORS if writers else "", settings)
    yield _with_citations(overview, Group(OVERVIEW, "", publications), citations, settings)
    lists = [(group, grouping, list[Group]()) for grouping, groups in by_grouping.items() for group in groups]
    if open_access := [p for p in publications if p.open_access]:
        lists.append((Group(OPEN, gettext("Open access"), open_access), ACCESS, by_grouping[ACCESS]))
    for group, grouping, subgroups in lists:
        for page in _list(group, grouping, settings, subgroups):
            yield _with_citations(page, group, citations, settings)
    publication_index = publication_page.PublicationIndex.of(publications)
    first, first_shared = (_first(publications, wanted) for wanted in (settings.alternates, settings.share_images))
    for publication in publications:
        entries = catalogue.entries_of(publication.id)
        groups = _group_links(publication, settings)
        citation = citations[publication.id]
        page = publication_page.page(publication, publication_index, entries, settings, groups, writers, citation)
        if _changed(publication) >= first_shared:
            page = with_card(page, publication_page.card(publication), settings)
        content = PageContent("publication", publications=[publication], entries={publication.id: entries})
        yield with_alternates(page, content, settings) if _changed(publication) >= first else page


def _with_citations(page: Page, group: Group, citations: Mapping[str, Citation], settings: Settings) -> Page:
    """Return the first page of a list with the citations of all its publications, also of those on later pages."""
    if not file_formats(settings) or page.address != group.address or not group.publications:
        return page
    return page._replace(files=citation_files(page.address + FILE, [citations[work.id] for work in group.publications]))


def _first(publications: Iterable[Publication], wanted: Alternates | ShareImages) -> str:
    """Return the date from which records have a file, counted from the newest record: no new day changes a page."""
    if wanted in ("all", "none"):
        return "" if wanted == "all" else "~"  # before or after all dates
    newest = max(map(_changed, publications), default="1970-01-01")
    return (dt.date.fromisoformat(newest) - dt.timedelta(RECENT_DAYS)).isoformat()


def _changed(publication: Publication) -> str:
    """Return the day of a record's creation or last change."""
    return max(publication.list_date, (publication.date_updated or "")[:10])


def group_publications(grouping: Grouping, publications: Sequence[Publication], settings: Settings) -> list[Group]:
    """Return the groups of `grouping`: years from the newest on, everything else the largest first."""
    groups: dict[str, Group] = {}
    for publication in publications:
        for name, label in grouping.keys(publication, settings):
            address = _address(grouping, name)
            groups.setdefault(address, Group(address, label, [])).publications.append(publication)
    if grouping is YEARS:
        return sorted(groups.values(), key=lambda group: (group.label.isdigit(), group.label), reverse=True)
    return sorted(groups.values(), key=lambda group: (-len(group.publications), group.label.casefold(), group.address))


def _address(grouping: Grouping, name: str) -> str:
    return f"publications/{grouping.name}/{slug(name)}/"


def _group_links(publication: Publication, settings: Settings) -> list[publication_page.GroupLink]:
    keys = ((grouping, key) for grouping in (YEARS, TYPES, DEPARTMENTS) for key in grouping.keys(publication, settings))
    return [
        publication_page.GroupLink(gettext(grouping.singular), _address(grouping, name), label)
        for grouping, (name, label) in keys
    ]


def slug(name: str) -> str:
    """Return `name` if it is safe in an address; else its safe characters and a hash that makes it unique."""
    if _SAFE.fullmatch(name) and is_free(name):
        return name
    rest = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40]
    return f"{rest or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _overview(
    publications: list[Publication], by_grouping: dict[Grouping, list[Group]], authors: str, settings: Settings
) -> Page:
    context = {
        "newest": publications[:NEWEST],
        "total": len(publications),
        "by_grouping": by_grouping,
        "open_access": sum(p.open_access for p in publications),
        "open_address": OPEN,
        "authors": authors,
        "citation_file": OVERVIEW + FILE,
        "formats": file_formats(settings) if publications else (),
        "settings": settings,
    }
    page = Page(
        address=OVERVIEW,
        title=gettext("Publications"),
        description=_of_the_group(len(publications)),
        body=render("publications.html.j2", OVERVIEW, **context),
        feeds=publication_feed_links(settings),
        updated=max((p.date_updated[:10] for p in publications if p.date_updated), default=None),
    )
    links = [
        ListLink(group.label, group.address, len(group.publications))
        for groups in by_grouping.values()
        for group in groups
    ]
    content = PageContent("publications", publications=publications[:NEWEST], lists=links)
    return with_alternates(page, content, settings)


def _list(group: Group, grouping: Grouping, settings: Settings, subgroups: Sequence[Group] = ()) -> Iterator[Page]:
    """Yield the pages of a group: one for a year, else one for every `PAGE_SIZE` publications."""
    total = len(group.publications)
    size = total if grouping is YEARS else PAGE_SIZE
    parts = [group.publications[start : start + size] for start in range(0, total, size)]
    addresses = [group.address if n == 1 else f"{group.address}{n}/" for n in range(1, len(parts) + 1)]
    for index, part in enumerate(parts):
        address = addresses[index]
        context = {
            "sections": _sections(part, TYPES if grouping is YEARS else YEARS, settings),
            "total": total,
            "addresses": addresses,
            "number": index + 1,
            "subgroups": subgroups,
            "citation_file": group.address + FILE,
            "formats": file_formats(settings),
            "settings": settings,
        }
        label = _list_title(group, grouping)
        page = Page(
            address=address,
            title=label if index == 0 else _page_title(label, index + 1),
            description=f"{formats.publications(total)}: {group.label}",
            lead=render("publications_lead.html.j2", address, groups=()),
            body=render("publications_list.html.j2", address, **context),
            feeds=publication_feed_links(settings),
            updated=max((p.date_updated[:10] for p in part if p.date_updated), default=None),
        )
        other_pages = [ListLink(_page_title(label, n), to) for n, to in enumerate(addresses, 1) if n != index + 1]
        content = PageContent("publications", publications=part, lists=other_pages)
        yield with_alternates(page, content, settings)


def _of_the_group(number: int) -> str:
    words = ngettext("%(number)s publication of the group", "%(number)s publications of the group", number)
    return words % {"number": formats.number(number)}


def _list_title(group: Group, grouping: Grouping) -> str:
    is_year = grouping is YEARS and group.label.isdigit()
    return gettext("Publications of %(year)s") % {"year": group.label} if is_year else group.label


def _page_title(label: str, number: int) -> str:
    return gettext("%(title)s, page %(number)s") % {"title": label, "number": number}


def _sections(part: list[Publication], grouping: Grouping, settings: Settings) -> list[tuple[str, list[Publication]]]:
    """Return the publications under headings, in their order (newest first); those of a year by type."""

    def heading(publication: Publication) -> str:
        return next(label for _, label in grouping.keys(publication, settings))

    ordered = sorted(part, key=heading) if grouping is TYPES else part
    return [(label, list(members)) for label, members in groupby(ordered, heading)]
