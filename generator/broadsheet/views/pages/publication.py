"""``/publications/ID/``: one publication with everything its record says, and what is related to it."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from broadsheet.bibtex import bibtex
from broadsheet.csl import csl_json
from broadsheet.index.days import Entry
from broadsheet.model import vocabulary
from broadsheet.model.author_names import person_key
from broadsheet.model.publication import Publication
from broadsheet.model.publication_parts import Conference, Person
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.feeds.registry import publication_feed_links
from broadsheet.views.page import Page
from broadsheet.views.permalink import author_address
from broadsheet.views.render import render

# The style that is shown at once, if a record has it; the others are a click away.
_PREFERRED_STYLES = ("apa", "default", "ista", "chicago", "mla")
_BREAK = re.compile(r"</?(?:br|div|li|ol|p|ul)\b[^<>]*>", re.IGNORECASE)
_KILO = 1000
_UNITS = ("kB", "MB", "GB", "TB")
_TWO_DIGITS = 10
_YEAR, _MONTH, _DAY = 4, 7, 10  # lengths of ISO dates


class Relation(NamedTuple):
    """Related material as a line: what it is to this publication, and where it is (a page of ours, or out there)."""

    label: str
    title: str
    address: str | None = None
    url: str | None = None


class Citation(NamedTuple):
    """A citation in one style."""

    style: str
    html: Markup


class PublicationIndex(NamedTuple):
    """All publications by id, and for each id those that name it as related: (who, what it calls it)."""

    by_id: dict[str, Publication]
    named_by: dict[str, list[tuple[Publication, str]]]

    @classmethod
    def of(cls, publications: Sequence[Publication]) -> "PublicationIndex":
        named_by: dict[str, list[tuple[Publication, str]]] = {}
        for publication in publications:
            for related in publication.related:
                if related.id:
                    named_by.setdefault(related.id, []).append((publication, related.relation))
        return cls({p.id: p for p in publications}, named_by)


class GroupLink(NamedTuple):
    """A list that a publication stands on, e.g. that of its year."""

    kind: str
    address: str
    label: str


def page(
    publication: Publication,
    index: PublicationIndex,
    shown: Sequence[Entry],
    settings: Settings,
    groups: Sequence[GroupLink],
    writers: Mapping[str, str],
) -> Page:
    """The page of one publication; `shown` is where the digest had its paper, `writers` who has a page of authors'."""
    address = publication.address

    def author_page(person: Person) -> str | None:
        slug = writers.get(person.orcid or person_key(person))
        return author_address(slug) if slug else None

    context = {
        "p": publication,
        "shown": shown,
        "settings": settings,
        "groups": groups,
        "author_page": author_page,
        "links": links(publication),
        "relations": relations(publication, index),
        "citations": citations(publication),
        "bibtex": bibtex(publication),
        "csl": csl_json(publication),
        "language": vocabulary.language,
        "language_tag": vocabulary.language_tag,
        "words": vocabulary,
        "size": size,
        "when": when,
        "span": span,
    }
    title = rendering.plain(publication.title) or publication.id
    return Page(
        address=address,
        title=title,
        description=", ".join(
            filter(None, (_first_author(publication), rendering.plain(publication.venue), publication.year))
        ),
        lead=render("publications_lead.html.j2", address, groups=groups),
        body=render("publication.html.j2", address, **context),
        feeds=publication_feed_links(settings),
        updated=(publication.date_updated or publication.date or "")[:10] or None,
    )


def links(publication: Publication) -> list[tuple[str, str, str]]:
    """Where else it is, as (kind, identifier, address)."""
    found = [("DOI", publication.doi, publication.doi_url)] if publication.doi else []
    found += [("arXiv", name, arxiv.abstract) for name in publication.arxiv_ids if (arxiv := arxiv_urls(name))]
    wos = "https://www.webofscience.com/wos/woscc/full-record/WOS:"
    found += [("Web of Science", name, wos + name) for name in publication.isi]
    found += [("PubMed", name, f"https://pubmed.ncbi.nlm.nih.gov/{name}/") for name in publication.pmid]
    found += [("Full text", "", url) for url in publication.urls]
    return [(kind, name or "", url) for kind, name, url in found if url]


def citations(publication: Publication) -> list[Citation]:
    """Every style of the record, the preferred one first."""
    rank = {style: number for number, style in enumerate(_PREFERRED_STYLES)}
    styles = sorted(publication.citations.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0]))
    made = (
        (vocabulary.label(vocabulary.STYLES, style), rendering.citation(_BREAK.sub(" ", html)))
        for style, html in styles
    )
    return [Citation(style, html) for style, html in made if html]


def relations(publication: Publication, index: PublicationIndex) -> list[Relation]:
    """Related material both ways: what this record names, and the records that name it; each once."""
    own = {related.id for related in publication.related if related.id}
    found = []
    for related in publication.related:
        other = index.by_id.get(related.id or "")
        label = vocabulary.label(vocabulary.RELATIONS, related.relation)
        if other and other.id != publication.id:
            found.append(Relation(label, other.title, address=other.address))
        elif related.id and related.status == "public" and related.id != publication.id:
            found.append(
                Relation(label, rendering.plain(related.description) or f"record {related.id} of the repository")
            )
        if related.url:
            found.append(Relation(label, rendering.plain(related.description) or related.url, url=related.url))
    for other, called in index.named_by.get(publication.id, []):
        if other.id not in own and other.id != publication.id:
            relation = vocabulary.OPPOSITES.get(called, "other")
            found.append(Relation(vocabulary.label(vocabulary.RELATIONS, relation), other.title, address=other.address))
    return list(dict.fromkeys(found))


def size(octets: int) -> str:
    """732745 as ``733 kB``."""
    if octets < _KILO:
        return formats.count(octets, "byte")
    value, unit = octets / _KILO, 0
    while value >= _KILO - 0.5 and unit < len(_UNITS) - 1:
        value, unit = value / _KILO, unit + 1
    return f"{value:.{0 if value >= _TWO_DIGITS or unit == 0 else 1}f} {_UNITS[unit]}"


def when(date: str) -> str:
    """``2025`` as it is, ``2025-04`` as ``April 2025``, ``2025-04-24`` as ``24 April 2025``."""
    if len(date) <= _YEAR:
        return date
    return formats.month(date) if len(date) == _MONTH else formats.long_date(date)


def span(event: Conference) -> str:
    """The days of a conference: ``24 to 28 April 2025``."""
    start, end = event.start, event.end
    if not start or not end or start == end:
        return when(start or end or "")
    same_month = len(start) == len(end) == _DAY and start[:_MONTH] == end[:_MONTH]
    return f"{int(start[-2:]) if same_month else when(start)} to {when(end)}"


def _first_author(publication: Publication) -> str:
    people = publication.authors or publication.editors
    name = readable_name(people[0].display) if people else ""
    return f"{name} and others" if len(people) > 1 else name
