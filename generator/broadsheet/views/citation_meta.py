"""What a paper's page says of the paper to other programs: Google Scholar, Zotero, whatever shows a preview of a link.

Rules: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing (one tag for each author, dates as
``2025/05/27`` or a year alone) and https://ogp.me.
"""

from collections.abc import Iterator, Sequence

from broadsheet.bibliography.bibliography import paper_date
from broadsheet.model import names
from broadsheet.model.doi import DOI
from broadsheet.model.librecat import date
from broadsheet.model.model import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.sanitize import one_line
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.page import MetaTag

_A_DAY = 10  # characters
# Of a publication's type, what its venue is.
_VENUES = {"journal_article": "citation_journal_title", "conference": "citation_conference_title"}


def tags(paper: Paper, published: Sequence[Publication], address: str, about: str, settings: Settings) -> list[MetaTag]:
    """The tags of the page at `address` (relative to the site's root), which `about` describes in a few words."""
    graph = {
        "og:type": "article",
        "og:title": rendering.plain(paper.title),
        "og:description": about,
        "og:url": settings.site.site_url + address,
        "og:site_name": settings.site.site_name,
    }
    return [*_citation(paper, published), *(MetaTag(name, value, "property") for name, value in graph.items() if value)]


def _citation(paper: Paper, published: Sequence[Publication]) -> Iterator[MetaTag]:
    """As it should be cited: as the publication it became, where a record says what that is."""
    yield MetaTag("citation_title", rendering.plain(paper.title))
    for author in paper.authors:
        if name := _author(author):
            yield MetaTag("citation_author", name)
    arxiv = arxiv_urls(paper.arxiv_id)
    work = next((one for one in published if one.type in _VENUES and one.venue and one.date), None)
    fields = {
        "citation_publication_date": _date((work and work.date) or paper_date(paper)),
        "citation_online_date": _date(date(paper.updated) or ""),
        **(_of(work, paper) if work else {"citation_doi": paper.doi or ""}),
        "citation_arxiv_id": paper.arxiv_id if arxiv else "",
        "citation_pdf_url": arxiv.pdf if arxiv else "",
        "citation_abstract": rendering.plain(paper.abstract or ""),
    }
    if not DOI.fullmatch(fields["citation_doi"]):
        del fields["citation_doi"]
    yield from (MetaTag(name, value) for name, value in fields.items() if value)


def _of(work: Publication, paper: Paper) -> dict[str, str]:
    return {
        _VENUES[work.type]: rendering.plain(work.venue),
        "citation_volume": one_line(work.volume),
        "citation_issue": one_line(work.issue),
        "citation_doi": work.doi or paper.doi or "",
    }


def _author(author: str) -> str:
    """``Family, Given``, unless Zotero would take that for two people: it does if both have a space in them."""
    name = names.of_text(author.replace(";", " "))
    if name.literal or (" " in name.family and " " in name.given):
        return name.literal or " ".join(filter(None, (name.given, name.family, name.suffix)))
    return ", ".join(filter(None, (name.family, name.given, name.suffix)))


def _date(iso: str) -> str:
    return iso.replace("-", "/") if len(iso) == _A_DAY else iso[:4]
