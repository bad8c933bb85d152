"""Addresses of publications elsewhere: the record in the repository, its open-access files, the one to cite."""

from broadsheet.bibliography.entry_fields import arxiv_doi
from broadsheet.model.doi import doi_url
from broadsheet.model.publication import Publication
from broadsheet.model.publication_parts import PublicationFile
from broadsheet.settings.config import Settings
from broadsheet.settings.publications import Publications, filled, with_librecat
from broadsheet.views.arxiv_urls import arxiv_urls

PDF = "application/pdf"


def record_url(publication: Publication, settings: Settings) -> str | None:
    """Return the address of the record in the repository, if the settings have it."""
    return filled(_templates(publication, settings).record_url, id=publication.id)


def file_url(publication: Publication, file: PublicationFile, settings: Settings) -> str | None:
    """Return the address of a file: the record's own, else the repository's if the file is open access."""
    if file.url or file.access_level != "open_access":
        return file.url
    template = _templates(publication, settings).file_url
    return filled(template, id=publication.id, file_id=file.id, file_name=file.name)


def open_files(publication: Publication, settings: Settings) -> list[tuple[str, PublicationFile]]:
    """Return the open-access files that have an address, the full text first."""
    files = [file for file in publication.files if file.access_level == "open_access"]
    files.sort(key=lambda file: file.relation not in ("main_file", ""))
    return [(url, file) for file in files if (url := file_url(publication, file, settings))]


def pdf_url(publication: Publication, settings: Settings) -> str:
    """Return the address of the full text as PDF: in the repository, else at arXiv; empty if there is none."""
    files = (url for url, file in open_files(publication, settings) if _is_pdf(file))
    links = (url for url in publication.urls if url.endswith(".pdf"))
    preprints = (arxiv.pdf for name in publication.arxiv_ids if (arxiv := arxiv_urls(name)))
    return next((url for urls in (files, links, preprints) for url in urls if url), "")


def _is_pdf(file: PublicationFile) -> bool:
    return file.content_type == PDF or (not file.content_type and file.name.lower().endswith(".pdf"))


def cited_url(publication: Publication, settings: Settings) -> str:
    """Return the address that lasts longest: the DOI, the record, the DOI of the preprint, else the page here."""
    preprint = next(filter(None, (doi_url(arxiv_doi(name)) for name in publication.arxiv_ids)), None)
    own = settings.site.site_url + publication.address
    return publication.doi_url or record_url(publication, settings) or preprint or own


def _templates(publication: Publication, settings: Settings) -> Publications:
    return with_librecat(settings.publications, settings.fetch.librecat, publication.where)
