"""Fields that BibTeX, CSL and citation keys share."""

import re

from broadsheet.model import arxiv_id, librecat, vocabulary
from broadsheet.model.doi import DOI
from broadsheet.model.names import without_et_al
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication

_MONTH = re.compile(r"(?:.*/)?(\d\d)(\d\d)", re.ASCII)


def paper_date(entry: Paper) -> str:
    """Return the date of submission, or else the month in its identifier."""
    if published := librecat.date(entry.published):
        return published
    match = _MONTH.match(entry.arxiv_id)
    if not match or not arxiv_id.parse(entry.arxiv_id):
        return ""
    return f"{'19' if match[1] > '90' else '20'}{match[1]}-{match[2]}"


def paper_authors(entry: Paper) -> tuple[str, ...]:
    """Return the authors without the "et al." that some sources have as the last of them, or after it."""
    *others, last = entry.authors or ("",)
    return tuple(filter(None, (*others, without_et_al(last))))


def has_more_authors(entry: Paper) -> bool:
    """Return whether the paper has authors that are not listed."""
    return bool(entry.extra.get("more_authors")) or paper_authors(entry)[-1:] != entry.authors[-1:]


def paper_doi(entry: Paper) -> str:
    """Return the DOI if it is valid, else an empty text."""
    return entry.doi if entry.doi and DOI.fullmatch(entry.doi) else ""


def preprint_doi(entry: Paper) -> str:
    """Return the DOI of the published version, else the one that arXiv registers for each preprint."""
    return paper_doi(entry) or arxiv_doi(entry.arxiv_id)


def arxiv_doi(name: str) -> str:
    """Return the DOI that arXiv registers for an id (https://info.arxiv.org/help/doi.html); empty if it has none."""
    parsed = arxiv_id.parse(name)
    return f"10.48550/arXiv.{parsed.id}" if parsed and parsed.resolvable else ""


def abstract_url(name: str) -> str:
    """Return the address of an arXiv id's abstract page; empty if it has none."""
    parsed = arxiv_id.parse(name)
    return f"https://arxiv.org/abs/{parsed.id}" if parsed and parsed.resolvable else ""


def has_page_count(entry: Publication) -> bool:
    """Return whether ``page`` is a number of pages, as in LibreCat's records of whole books."""
    return vocabulary.CSL_TYPES.get(entry.type) in ("book", "thesis", "report") and entry.page.isdigit()
