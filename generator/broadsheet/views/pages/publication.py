"""``/publications/ID/``: a publication with all facts of its record, and related material."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from broadsheet.index.days import Entry
from broadsheet.model import vocabulary
from broadsheet.model.author_names import person_key
from broadsheet.model.publication import Publication
from broadsheet.model.publication_parts import Conference, Person
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext, ngettext
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.citation_meta import publication_tags
from broadsheet.views.citations import FORMATS, Citation, citation_files, file_formats
from broadsheet.views.feeds.registry import publication_feed_links
from broadsheet.views.page import File, LinkTag, Page
from broadsheet.views.permalink import author_address
from broadsheet.views.render import render
from broadsheet.views.repository import file_url, record_url
from broadsheet.views.share.card import Card
from broadsheet.views.signposting import CITATION, LINKSET, linkset, metadata_links, publication_links
from broadsheet.views.structured_data import json_ld, publication_data

# The first of these styles that a record has is visible at once; the others are collapsed.
_PREFERRED_STYLES = ("apa", "default", "ista", "chicago", "mla")
_BREAK = re.compile(r"</?(?:br|div|li|ol|p|ul)\b[^<>]*>", re.IGNORECASE)
_KILO = 1000
_UNITS = ("kB", "MB", "GB", "TB")
_TWO_DIGITS = 10
_YEAR, _MONTH, _DAY = 4, 7, 10  # lengths of ISO dates


class Relation(NamedTuple):
    """A line on related material: its relation to the publication, its title, and its address here or URL elsewhere."""

    label: str
    title: str
    address: str | None = None
    url: str | None = None


class StyledCitation(NamedTuple):
    """A citation in one style, as the record has it."""

    style: str
    html: Markup


class PublicationIndex(NamedTuple):
    """Publications by id, and for each id the publications that refer to it, with the relation."""

    by_id: dict[str, Publication]
    references: dict[str, list[tuple[Publication, str]]]

    @classmethod
    def of(cls, publications: Sequence[Publication]) -> "PublicationIndex":
        """Return the index of `publications`."""
        references: dict[str, list[tuple[Publication, str]]] = {}
        for publication in publications:
            for related in publication.related:
                if related.id:
                    references.setdefault(related.id, []).append((publication, related.relation))
        return cls({p.id: p for p in publications}, references)


class GroupLink(NamedTuple):
    """A link to a group of a publication, e.g. its year."""

    kind: str
    address: str
    label: str


def page(
    publication: Publication,
    index: PublicationIndex,
    entries: Sequence[Entry],
    settings: Settings,
    groups: Sequence[GroupLink],
    writers: Mapping[str, str],
    citation: Citation,
) -> Page:
    """Return the page of a publication; `entries` are its paper's, `writers` the slugs of authors with a page."""
    address = publication.address
    formats_of_files = file_formats(settings)
    context = {
        "p": publication,
        "entries": entries,
        "settings": settings,
        "groups": groups,
        "author_page": partial(_author_page, writers=writers),
        "links": links(publication, settings),
        "file_url": partial(file_url, publication, settings=settings),
        "relations": relations(publication, index),
        "citations": citations(publication),
        "texts": [(form.name, form.join([citation])) for form in FORMATS],
        "formats": formats_of_files,
        "citation_file": CITATION,
        **_functions(),
    }
    title = rendering.plain(publication.title) or publication.id
    typed_links = [*publication_links(publication, settings), *metadata_links(formats_of_files)]
    return Page(
        address=address,
        title=title,
        title_language=publication.language_tag,
        description=", ".join(
            filter(None, (_first_author(publication), rendering.plain(publication.venue), publication.year))
        ),
        lead=render("publications_lead.html.j2", address, groups=groups),
        body=render("publication.html.j2", address, **context),
        feeds=publication_feed_links(settings),
        updated=(publication.date_updated or publication.date or "")[:10] or None,
        head=(
            *publication_tags(publication, settings),
            *typed_links,
            json_ld(publication_data(publication, settings)),
        ),
        script="assets/cite.js",
        files=_files(address, typed_links, citation, settings) if formats_of_files else (),
    )


def card(publication: Publication) -> Card:
    """Return the share image of a publication."""
    place = ", ".join(filter(None, (rendering.plain(publication.venue), publication.year)))
    return Card(rendering.plain(publication.title), publication.id, place=place, text=_authors(publication))


def _authors(publication: Publication) -> str:
    names = [readable_name(person.display) for person in publication.authors or publication.editors]
    return ", ".join(names)


def _author_page(person: Person, writers: Mapping[str, str]) -> str | None:
    slug = writers.get(person.orcid or person_key(person))
    return author_address(slug) if slug else None


def _functions() -> dict[str, object]:
    """Return the functions and words that the template uses."""
    return {
        "language": vocabulary.language,
        "language_tag": vocabulary.language_tag,
        "words": vocabulary,
        "size": size,
        "when": when,
        "span": span,
    }


def _files(address: str, links: Sequence[LinkTag], citation: Citation, settings: Settings) -> tuple[File, ...]:
    """Return the metadata files and the linkset beside the page at `address`."""
    linkset_file = File(address + LINKSET, linkset(settings.site.site_url + address, links))
    return (*citation_files(address + CITATION, [citation]), linkset_file)


def links(publication: Publication, settings: Settings) -> list[tuple[str, str, str]]:
    """Return links to the publication elsewhere, as (kind, identifier, URL)."""
    links = [("DOI", publication.doi, publication.doi_url)] if publication.doi else []
    links += [("arXiv", name, arxiv.abstract) for name in publication.arxiv_ids if (arxiv := arxiv_urls(name))]
    wos = "https://www.webofscience.com/wos/woscc/full-record/WOS:"
    links += [("Web of Science", name, wos + name) for name in publication.isi]
    links += [("PubMed", name, f"https://pubmed.ncbi.nlm.nih.gov/{name}/") for name in publication.pmid]
    links += [(gettext("Full text"), "", url) for url in publication.urls]
    links += [(gettext("Record in the repository"), "", record_url(publication, settings) or "")]
    return [(kind, name or "", url) for kind, name, url in links if url]


def citations(publication: Publication) -> list[StyledCitation]:
    """Return the citations of the record, in the order of preferred styles."""
    rank = {style: number for number, style in enumerate(_PREFERRED_STYLES)}
    styles = sorted(publication.citations.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0]))
    rendered = (
        (vocabulary.label(vocabulary.STYLES, style), rendering.citation(_BREAK.sub(" ", html)))
        for style, html in styles
    )
    return [StyledCitation(style, html) for style, html in rendered if html]


def relations(publication: Publication, index: PublicationIndex) -> list[Relation]:
    """Return related material, each once: that of this record, then the records that refer to it."""
    return list(dict.fromkeys([*_own_relations(publication, index), *_back_references(publication, index)]))


def _own_relations(publication: Publication, index: PublicationIndex) -> Iterator[Relation]:
    for related in publication.related:
        label = vocabulary.label(vocabulary.RELATIONS, related.relation)
        title = rendering.plain(related.description)
        if related.id and related.id != publication.id:
            if other := index.by_id.get(related.id):
                yield Relation(label, other.title, address=other.address)
            elif related.status == "public":
                yield Relation(label, title or gettext("record %(id)s of the repository") % {"id": related.id})
        if related.url:
            yield Relation(label, title or related.url, url=related.url)


def _back_references(publication: Publication, index: PublicationIndex) -> Iterator[Relation]:
    excluded = {publication.id, *(related.id for related in publication.related)}
    for other, relation in index.references.get(publication.id, []):
        if other.id not in excluded:
            label = vocabulary.label(vocabulary.RELATIONS, vocabulary.OPPOSITES.get(relation, "other"))
            yield Relation(label, other.title, address=other.address)


def size(octets: int) -> str:
    """Return ``733 kB`` for 732745."""
    if octets < _KILO:
        return ngettext("%(number)s byte", "%(number)s bytes", octets) % {"number": octets}
    value, unit = octets / _KILO, 0
    while value >= _KILO - 0.5 and unit < len(_UNITS) - 1:
        value, unit = value / _KILO, unit + 1
    return formats.separated(f"{value:.{0 if value >= _TWO_DIGITS or unit == 0 else 1}f}") + f" {_UNITS[unit]}"


def when(date: str) -> str:
    """Return ``2025`` unchanged, ``April 2025`` for ``2025-04``, ``24 April 2025`` for ``2025-04-24``."""
    if len(date) <= _YEAR:
        return date
    return formats.month(date) if len(date) == _MONTH else formats.long_date(date)


def span(event: Conference) -> str:
    """Return the days of a conference: ``24 to 28 April 2025``."""
    start, end = event.start, event.end
    if not start or not end or start == end:
        return when(start or end or "")
    same_month = len(start) == len(end) == _DAY and start[:_MONTH] == end[:_MONTH]
    first = int(start[-2:]) if same_month else when(start)
    # Translators: the days of a conference: 24 to 28 April 2025.
    return gettext("%(first)s to %(last)s") % {"first": first, "last": when(end)}


def _first_author(publication: Publication) -> str:
    people = publication.authors or publication.editors
    return formats.first_author([readable_name(person.display) for person in people])
