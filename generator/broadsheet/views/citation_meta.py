"""Meta tags that describe a work to other programs: Google Scholar, Zotero.

Rules: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing (one tag for each author, dates as
``2025/05/27``), and Zotero's translator "Embedded Metadata", which takes the type of a work without a journal,
conference or institution from ``z:itemType``.
"""

from collections.abc import Iterable, Iterator, Sequence

from broadsheet.bibliography.entry_fields import has_page_count, paper_authors, paper_date, preprint_doi
from broadsheet.model import names, vocabulary
from broadsheet.model.doi import DOI
from broadsheet.model.librecat import date
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.sanitize import one_line
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.page import MetaTag
from broadsheet.views.repository import pdf_url

_WITH_VENUE = ("journal_article", "conference")  # types of publications that a paper becomes
# The tag of the venue, by the type in CSL.
_VENUES = {
    "article-journal": "citation_journal_title",
    "review": "citation_journal_title",
    "paper-conference": "citation_conference_title",
    "chapter": "citation_inbook_title",
    "entry-encyclopedia": "citation_inbook_title",
}
_INSTITUTIONS = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}
_ZOTERO_TYPES = {
    "article": "preprint",
    "article-journal": "journalArticle",
    "article-newspaper": "newspaperArticle",
    "book": "book",
    "chapter": "bookSection",
    "dataset": "dataset",
    "entry-encyclopedia": "encyclopediaArticle",
    "paper-conference": "conferencePaper",
    "patent": "patent",
    "periodical": "book",
    "report": "report",
    "review": "journalArticle",
    "software": "computerProgram",
    "thesis": "thesis",
}


def paper_tags(paper: Paper, published: Sequence[Publication]) -> list[MetaTag]:
    """Return the tags of a paper: those of the publication it became, if a record has its venue and date."""
    arxiv = arxiv_urls(paper.arxiv_id)
    publication = next((work for work in published if work.type in _WITH_VENUE and work.venue and work.date), None)
    fields = {
        "citation_publication_date": _date((publication and publication.date) or paper_date(paper)),
        "citation_online_date": _date(date(paper.updated) or ""),
        **(_publication_fields(publication, paper) if publication else _preprint_fields(paper)),
        "citation_arxiv_id": paper.arxiv_id if arxiv else "",
        "citation_pdf_url": arxiv.pdf if arxiv else "",
        "citation_abstract": rendering.plain(paper.abstract or ""),
    }
    people = [names.of_text(author.replace(";", " ")) for author in paper_authors(paper)]
    return [
        MetaTag("citation_title", rendering.plain(paper.title)),
        *_people("citation_author", people),
        *_tags(fields),
    ]


def _preprint_fields(paper: Paper) -> dict[str, str]:
    is_preprint = arxiv_urls(paper.arxiv_id) is not None
    return {
        "citation_doi": preprint_doi(paper),
        "citation_publisher": "arXiv" if is_preprint else "",
        "citation_technical_report_number": f"arXiv:{paper.arxiv_id}" if is_preprint else "",
        "z:itemType": "preprint",
    }


def _publication_fields(publication: Publication, paper: Paper) -> dict[str, str]:
    return {
        _VENUES[vocabulary.CSL_TYPES[publication.type]]: rendering.plain(publication.venue),
        "citation_volume": one_line(publication.volume),
        "citation_issue": one_line(publication.issue),
        "citation_doi": publication.doi or preprint_doi(paper),
    }


def publication_tags(publication: Publication, settings: Settings) -> list[MetaTag]:
    """Return the tags of a publication."""
    kind = vocabulary.CSL_TYPES.get(publication.type, "article")
    event = publication.conference
    first, _, last = publication.page.partition("\N{EN DASH}")
    is_part = not has_page_count(publication)
    fields = {
        "citation_publication_date": _date(publication.date or publication.year or ""),
        **_venue(publication, kind),
        "citation_conference": rendering.plain(event.name) if event else "",
        "citation_series_title": rendering.plain(publication.series),
        "citation_volume": publication.volume,
        "citation_issue": publication.issue,
        "citation_firstpage": (first or publication.article_number) if is_part else "",
        "citation_lastpage": last if is_part else "",
        "citation_publisher": rendering.plain(publication.publisher) if kind not in _INSTITUTIONS else "",
        "citation_doi": publication.doi or "",
        "citation_issn": ", ".join(publication.issn),
        "citation_isbn": ", ".join(publication.isbn),
        "citation_pmid": next(iter(publication.pmid), ""),
        "citation_arxiv_id": next(iter(publication.arxiv_ids), ""),
        "citation_language": next(filter(None, map(vocabulary.language_tag, publication.languages)), ""),
        "citation_keywords": "; ".join(word.replace(";", ",") for word in publication.keywords),
        "citation_pdf_url": pdf_url(publication, settings),
        "citation_abstract": rendering.plain(publication.abstracts[0].text) if publication.abstracts else "",
    }
    if not any(fields.get(name) for name in (*_VENUES.values(), *_INSTITUTIONS.values())):
        fields["z:itemType"] = _ZOTERO_TYPES.get(kind, "document")
    return [
        MetaTag("citation_title", rendering.plain(publication.title)),
        *_people("citation_author", map(names.of_person, publication.authors)),
        *_people("citation_editor", map(names.of_person, publication.editors)),
        *_tags(fields),
    ]


def _venue(publication: Publication, kind: str) -> dict[str, str]:
    if kind in _INSTITUTIONS:
        return {_INSTITUTIONS[kind]: rendering.plain(publication.publisher)}
    venue = rendering.plain(publication.venue)
    if kind not in _VENUES:
        return {"prism.publicationName": venue}  # else Zotero takes the site's name for it
    # Zotero takes the type from the last of these tags, and the title of the proceedings from the first.
    proceedings = {"citation_inbook_title": venue} if kind == "paper-conference" else {}
    return {**proceedings, _VENUES[kind]: venue}


def _tags(fields: dict[str, str]) -> Iterator[MetaTag]:
    """Yield the tags that have a value; an invalid DOI is none."""
    for name, value in fields.items():
        if value and (name != "citation_doi" or DOI.fullmatch(value)):
            yield MetaTag(name, value)


def _people(tag: str, people: Iterable[Name]) -> list[MetaTag]:
    """Return a tag for each person: ``Family, Given``.

    Zotero takes the only author for two if both parts contain a space, but for one with a no-break space.
    """
    texts = [text for text in map(_inverted, people) if text]
    if len(texts) == 1 and "," in texts[0]:
        family, comma, rest = texts[0].partition(",")
        texts = [family.replace(" ", "\N{NO-BREAK SPACE}") + comma + rest]
    return [MetaTag(tag, text) for text in texts]


def _inverted(name: Name) -> str:
    """Return a name with at most one comma, since a second one would be taken for another person's."""
    two_parts = Name(name.family, " ".join(filter(None, (name.given, name.suffix))), literal=name.literal)
    return two_parts.inverted.replace(";", " ")


def _date(iso: str) -> str:
    return iso.replace("-", "/")
