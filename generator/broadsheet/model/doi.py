"""Digital object identifiers (ISO 26324; the form that Crossref recommends to match)."""

import re
from urllib.parse import quote

DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s{}\\]+", re.ASCII)


def doi_url(doi: str | None) -> str | None:
    """Where a DOI leads; None for what is no DOI."""
    if not doi or not DOI.fullmatch(doi):
        return None
    return "https://doi.org/" + quote(doi, safe="/:;().,_-+@!*$=&~")
