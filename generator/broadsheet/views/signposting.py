"""FAIR Signposting (https://signposting.org/FAIR/): typed links from a publication's page, in its head and as a file.

Level 1 is the links of the head. The linkset (RFC 9264) has them too, and those of the files and the metadata.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

import msgspec

from broadsheet.bibliography.entry_fields import preprint_doi
from broadsheet.model.doi import doi_url
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.citations import CitationFormat
from broadsheet.views.page import LinkTag
from broadsheet.views.repository import PDF, cited_url, open_files
from broadsheet.views.structured_data import SCHEMA, publication_type

CITATION = "citation"  # the names of the metadata files of a publication, without endings
LINKSET = "linkset.json"
LINKSET_TYPE = "application/linkset+json"


def paper_links(paper: Paper) -> Iterator[LinkTag]:
    """Yield the links of a paper's page."""
    if doi := preprint_doi(paper):
        yield LinkTag("cite-as", doi_url(doi) or "")
    yield from _types("ScholarlyArticle")
    if arxiv := arxiv_urls(paper.arxiv_id):
        yield LinkTag("item", arxiv.pdf, PDF)


def publication_links(publication: Publication, settings: Settings) -> list[LinkTag]:
    """Return the links of a publication's page, but for those to its `metadata_links`."""
    people = (publication.authors or publication.editors, publication.translators)
    orcids = dict.fromkeys(person.orcid for group in people for person in group if person.orcid)
    return [
        LinkTag("cite-as", cited_url(publication, settings)),
        *_types(publication_type(publication)),
        *(LinkTag("author", f"https://orcid.org/{orcid}") for orcid in orcids),
        *(LinkTag("item", url, file.content_type) for url, file in open_files(publication, settings)),
        *([LinkTag("license", publication.license.url)] if publication.license and publication.license.url else []),
        LinkTag("collection", "../", "text/html"),
    ]


def _types(name: str) -> Iterator[LinkTag]:
    yield from (LinkTag("type", SCHEMA + part) for part in ("AboutPage", name))


def metadata_links(formats: Sequence[CitationFormat]) -> list[LinkTag]:
    """Return the links to the metadata files beside a publication's page, and to its linkset; none without formats."""
    links = [LinkTag("describedby", f"{CITATION}.{form.suffix}", form.media_type) for form in formats]
    return [*links, LinkTag("linkset", LINKSET, LINKSET_TYPE)] if links else []


def linkset(address: str, links: Iterable[LinkTag]) -> bytes:
    """Return the linkset of the page at `address`, an absolute URL, with these links."""
    targets: dict[str, list[dict[str, str]]] = {}
    contexts: list[dict[str, Any]] = []
    for rel, href, kind, _ in links:
        url = urljoin(address, href)
        if rel != "linkset":
            targets.setdefault(rel, []).append({"href": url} | ({"type": kind} if kind else {}))
        if back := {"item": "collection", "describedby": "describes"}.get(rel):
            contexts.append({"anchor": url, back: [{"href": address, "type": "text/html"}]})
    return msgspec.json.encode({"linkset": [{"anchor": address, **targets}, *contexts]}) + b"\n"
