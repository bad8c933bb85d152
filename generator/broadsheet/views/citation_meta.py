"""Meta tags that describe a paper to other programs: Google Scholar, Zotero, previews of links.

Rules: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing (one tag for each author, dates as
``2025/05/27`` or a year alone) and https://ogp.me.
"""

from collections.abc import Iterator, Sequence

from broadsheet.bibliography.entry_fields import paper_date
from broadsheet.model import names
from broadsheet.model.doi import DOI
from broadsheet.model.librecat import date
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.sanitize import one_line
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.page import MetaTag

_DATE_CHARS = 10
# The tag of the venue, by the publication's type.
_VENUES = {"journal_article": "citation_journal_title", "conference": "citation_conference_title"}


def citation_tags(
    paper: Paper, published: Sequence[Publication], address: str, about: str, settings: Settings
) -> list[MetaTag]:
    """Return the tags of the page at `address` (relative to the site's root), with `about` as its description."""
    graph = {
        "og:type": "article",
        "og:title": rendering.plain(paper.title),
        "og:description": about,
        "og:url": settings.site.site_url + address,
        "og:site_name": settings.site.site_name,
    }
    return [*_citation(paper, published), *(MetaTag(name, value, "property") for name, value in graph.items() if value)]


def _citation(paper: Paper, published: Sequence[Publication]) -> Iterator[MetaTag]:
    """Yield the tags for a citation: that of the publication the paper became, if a record has its venue and date."""
    yield MetaTag("citation_title", rendering.plain(paper.title))
    for author in paper.authors:
        if name := _author(author):
            yield MetaTag("citation_author", name)
    arxiv = arxiv_urls(paper.arxiv_id)
    publication = next((work for work in published if work.type in _VENUES and work.venue and work.date), None)
    fields = {
        "citation_publication_date": _date((publication and publication.date) or paper_date(paper)),
        "citation_online_date": _date(date(paper.updated) or ""),
        **(_publication_fields(publication, paper) if publication else {"citation_doi": paper.doi or ""}),
        "citation_arxiv_id": paper.arxiv_id if arxiv else "",
        "citation_pdf_url": arxiv.pdf if arxiv else "",
        "citation_abstract": rendering.plain(paper.abstract or ""),
    }
    if not DOI.fullmatch(fields["citation_doi"]):
        del fields["citation_doi"]
    yield from (MetaTag(name, value) for name, value in fields.items() if value)


def _publication_fields(publication: Publication, paper: Paper) -> dict[str, str]:
    return {
        _VENUES[publication.type]: rendering.plain(publication.venue),
        "citation_volume": one_line(publication.volume),
        "citation_issue": one_line(publication.issue),
        "citation_doi": publication.doi or paper.doi or "",
    }


def _author(author: str) -> str:
    """Return ``Family, Given``; but Zotero takes that for two people if both parts contain a space."""
    name = names.of_text(author.replace(";", " "))
    if name.literal or (" " in name.family and " " in name.given):
        return name.literal or " ".join(filter(None, (name.given, name.family, name.suffix)))
    return ", ".join(filter(None, (name.family, name.given, name.suffix)))


def _date(iso: str) -> str:
    return iso.replace("-", "/") if len(iso) == _DATE_CHARS else iso[:4]
