"""JSON-LD with the words of https://schema.org, for search engines: works, and the downloads as a data set."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from broadsheet.bibliography.entry_fields import abstract_url, paper_authors, paper_date, preprint_doi
from broadsheet.model import librecat, names, vocabulary
from broadsheet.model.doi import doi_url
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.model.publication_parts import Person
from broadsheet.settings.config import Settings
from broadsheet.text.rendering import plain
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.downloads import FORMATS, LICENCE, Download
from broadsheet.views.page import DataTag
from broadsheet.views.repository import PDF, open_files, record_url

SCHEMA = "https://schema.org/"
MAX_AUTHORS = 100  # the page and the other formats have them all
_TYPES = {
    "book": "Book",
    "book_chapter": "Chapter",
    "book_editor": "Book",
    "bi_dissertation": "Thesis",
    "dissertation": "Thesis",
    "conference_editor": "Book",
    "encyclopedia_article": "Article",
    "journal_editor": "PublicationIssue",
    "newspaper_article": "NewsArticle",
    "patent": "CreativeWork",
    "report": "Report",
    "research_data": "Dataset",
    "review": "Review",
    "software": "SoftwareSourceCode",
    "translation": "Book",
    "translation_chapter": "Chapter",
    "working_paper": "Report",
}


def publication_type(publication: Publication) -> str:
    """Return the type of a publication; most are scholarly articles."""
    return _TYPES.get(publication.type, "ScholarlyArticle" if publication.type in vocabulary.TYPES else "CreativeWork")


def json_ld(values: dict[str, Any]) -> DataTag:
    """Return the element with the values that are not empty. No text of them ends it."""
    text = msgspec.json.encode({"@context": SCHEMA.rstrip("/"), **_without_empty(values)}).decode()
    for character, escape in (("&", r"\u0026"), ("<", r"\u003c"), (">", r"\u003e")):
        text = text.replace(character, escape)
    return DataTag(text)


def paper_data(paper: Paper, address: str, settings: Settings) -> dict[str, Any]:
    """Return the data of the paper whose page is at `address`."""
    arxiv = arxiv_urls(paper.arxiv_id)
    url = settings.site.site_url + address
    return {
        "@type": "ScholarlyArticle",
        "@id": url,
        "headline": plain(paper.title),
        "author": [
            {"@type": _kind_of(names.of_text(name)), "name": readable_name(name)}
            for name in paper_authors(paper)[:MAX_AUTHORS]
        ],
        "datePublished": paper_date(paper),
        "dateModified": librecat.date(paper.updated),
        "url": url,
        "sameAs": [link for link in (arxiv and arxiv.abstract, doi_url(preprint_doi(paper))) if link],
        "identifier": f"arXiv:{paper.arxiv_id}" if arxiv else "",
        "publisher": {"@type": "Organization", "name": "arXiv"} if arxiv else None,
        "isAccessibleForFree": True if arxiv else None,
        "encoding": _file(arxiv.pdf, PDF) if arxiv else None,
    }


def publication_data(publication: Publication, settings: Settings) -> dict[str, Any]:
    """Return the data of a publication."""
    url = settings.site.site_url + publication.address
    links = (publication.doi_url, record_url(publication, settings), *map(abstract_url, publication.arxiv_ids))
    return {
        "@type": publication_type(publication),
        "@id": url,
        "name": plain(publication.title),
        "author": _people(publication.authors),
        "editor": _people(publication.editors),
        "translator": _people(publication.translators),
        "datePublished": publication.date or publication.year,
        "isPartOf": _host(publication),
        "pagination": publication.page,
        "publisher": {"@type": "Organization", "name": plain(publication.publisher)} if publication.publisher else None,
        "url": url,
        "sameAs": [link for link in links if link],
        "identifier": f"doi:{publication.doi}" if publication.doi else "",
        "isbn": list(publication.isbn) if publication_type(publication) == "Book" else None,
        "keywords": list(publication.keywords),
        "inLanguage": [tag for code in publication.languages if (tag := vocabulary.language_tag(code))],
        "license": publication.license.url if publication.license else "",
        "isAccessibleForFree": publication.open_access,
        "encoding": [_file(link, file.content_type) for link, file in open_files(publication, settings)],
        "funding": [
            {"@type": "Grant", "name": plain(project.name), "identifier": project.grant_number or None}
            for project in publication.projects
            if project.name
        ],
    }


def dataset(downloads: Sequence[Download], days: tuple[str, str] | None, settings: Settings) -> dict[str, Any]:
    """Return the data of the downloads as one data set; `days` are the first and the last."""
    site = settings.site
    about = site.site_description or gettext("New papers of each day, scored and sorted.")
    return {
        "@type": "Dataset",
        "name": gettext("%(site)s: papers, scores and publications") % {"site": site.site_name},
        "description": f"{about} {gettext(LICENCE)}",
        "url": f"{site.site_url}about/#data",
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": site.site_name, "url": site.site_url},
        "temporalCoverage": "/".join(days or ()),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": f"{download.name}{form.suffix}",
                "encodingFormat": form.media_type,
                "contentUrl": site.site_url + download.path(form),
            }
            for download in downloads
            for form in FORMATS
        ],
    }


def _kind_of(name: Name) -> str:
    """Return the type of an author: a name of several words that has no parts is a team's."""
    return "Organization" if " " in name.literal else "Person"


def _people(people: Iterable[Person]) -> list[dict[str, Any]]:
    return [
        _without_empty(
            {
                "@type": (kind := _kind_of(names.of_person(person))),
                "name": readable_name(person.display),
                "givenName": readable_name(person.first),
                "familyName": readable_name(person.last) if kind == "Person" else "",
                "@id": f"https://orcid.org/{person.orcid}" if person.orcid else "",
            }
        )
        for person in people
    ]


def _host(publication: Publication) -> dict[str, Any] | None:
    """Return the journal with volume and issue, or the book, in which a publication is."""
    if not publication.venue:
        return None
    is_article = publication.type in ("journal_article", "review", "journal_editor", "newspaper_article")
    host: dict[str, Any] = {"@type": "Periodical" if is_article else "Book", "name": plain(publication.venue)}
    if is_article:
        host["issn"] = list(publication.issn)
    else:
        host["isbn"] = list(publication.isbn)
    for kind, name, number in (
        ("PublicationVolume", "volumeNumber", publication.volume),
        ("PublicationIssue", "issueNumber", publication.issue),
    ):
        if number and is_article:
            host = {"@type": kind, name: number, "isPartOf": _without_empty(host)}
    return _without_empty(host)


def _file(url: str, kind: str) -> dict[str, Any]:
    return _without_empty({"@type": "MediaObject", "contentUrl": url, "encodingFormat": kind})


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}
